"""`request.smartsheet_user`: the person behind a request."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse

from identity.profiles import Profile


class SmartsheetRequest(HttpRequest):
    """A request that came through the middleware."""

    @property
    def smartsheet_user(self) -> Profile | None:
        """The signed-in person's cached profile; None before sign-in. Never asks Smartsheet."""
        person = getattr(self.user, "smartsheet", None)
        return person.as_profile() if person else None


class SmartsheetUserMiddleware:
    """Gives each request the property, looked up when it is first asked for.

    An attribute set here would cost every request the look-up, or be a lazy proxy, which is never `None`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind: Any = type(request)  # hashable, though its stubs let mypy doubt it
        request.__class__ = _with_smartsheet_user(kind)
        return self.get_response(request)


@cache
def _with_smartsheet_user(kind: type[HttpRequest]) -> type[HttpRequest]:
    return type(kind.__name__, (SmartsheetRequest, kind), {})
