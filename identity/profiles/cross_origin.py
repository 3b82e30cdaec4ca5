"""CORS: only pages of the origins in CORS_ALLOWED_ORIGINS can read an answer.

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
    """Let pages of the allowed origins request the view with the person's cookies, and read its answer.

    A request's Origin header must be exactly as in CORS_ALLOWED_ORIGINS. The answer then repeats this origin. Answers
    to other origins, including `null`, have no CORS headers, so pages of these origins can't read the answer.
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
