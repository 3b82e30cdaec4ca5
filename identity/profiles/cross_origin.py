"""Which pages of other origins may read an answer: none, but those in CORS_ALLOWED_ORIGINS.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from identity.conf import settings

PREFLIGHT_SECONDS = 600


def readable(view: Callable[[Any], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let the pages of the origins allowed read what the view answers, with the person's cookies.

    An origin is compared letter by letter and named in the answer; others, `null` among them, are told nothing,
    and their browsers keep the answer from them.
    """

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        response = view(request)
        patch_vary_headers(response, ["Origin"])
        origin = request.headers.get("Origin", "")
        if origin in settings.CORS_ALLOWED_ORIGINS:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Credentials"] = "true"
            if request.method == "OPTIONS":
                response["Access-Control-Allow-Methods"] = "GET, HEAD"
                response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response

    return wrapped
