"""A middleware with which a site sets a Content-Security-Policy of its own."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class OwnPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Content-Security-Policy"] = "default-src 'self'; img-src 'self' data:; form-action 'self'"
        return response
