"""Keeps a person on the one address that the sign-in comes back to."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect


class LoopbackHostMiddleware:
    """Sends http://localhost:8000/… to BASE_URL when that is the same machine by another name.

    Cookies belong to a host name: a sign-in begun on localhost would come back to 127.0.0.1 without its session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = request.get_host().rsplit(":", 1)[0]
        if request.method == "GET" and name == "localhost" and settings.BASE_HOST == "127.0.0.1":
            return HttpResponseRedirect(settings.BASE_URL + request.get_full_path())
        return self.get_response(request)
