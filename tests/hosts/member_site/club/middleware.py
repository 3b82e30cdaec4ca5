"""The site's Content-Security-Policy: no inline styles or scripts, and nothing from other hosts."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def content_security_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    policy = f"default-src 'self'; form-action {' '.join(settings.FORM_ACTION)}; frame-ancestors 'none'"

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = policy
        return response

    return middleware
