"""`request.smartsheet_user`, the connected person of a request; their time zone; their session; and no caches."""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from identity.models import SmartsheetUser
from identity.profiles import readers
from identity.profiles.profile import Profile
from identity.sessions import notices

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


class SmartsheetRequest(HttpRequest):
    """A request that came through the middleware."""

    @property
    def smartsheet_user(self) -> Profile | None:
        """The stored profile of the person who is connected with Smartsheet. None for everyone else: who isn't signed
        in, hasn't connected, or has disconnected. Never asks Smartsheet."""
        person: SmartsheetUser | None = getattr(self.user, "smartsheet", None)
        return person.as_profile() if person and person.is_connected else None


class LastRequestMiddleware(SessionMiddleware):
    """Django's sessions, with one difference: a request that was carried out gets its answer.

    Django answers 400 if the session ended meanwhile, by a sign-out in another tab, and 500 if the session can't be
    stored. Here the answer says what was done in both cases, and only the change to the session is lost.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            return response
        except DatabaseError as error:
            logger.error("A session is not stored: %s", type(error).__name__)
            return response


class SmartsheetUserMiddleware:
    """Gives each request the property, which is looked up when it is first used.

    An attribute that is set here would cost every request a query, or be a lazy proxy, which is never `None`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind: Any = type(request)  # hashable, though its stubs let mypy doubt it
        request.__class__ = _with_smartsheet_user(kind)
        return self.get_response(request)


class ReaderMiddleware:
    """Writes every page in the time zone and locale of the person of the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with readers.reading_as(readers.reader_of(_profile(request))):
            return self.get_response(request)


class SessionUseMiddleware:
    """Stores that a session is in use, and ends the one of someone who can't use this app any more."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._note_use(request)
        return response

    def _note_use(self, request: HttpRequest) -> None:
        """The request has been carried out: if the database can't be reached now, its answer is still right."""
        try:
            notices.note_use(request)
        except DatabaseError as error:
            logger.warning("The use of a session is not stored: %s", type(error).__name__)


class NoStoreMiddleware:
    """Keeps pages out of caches: each may show a person's data, and errors what they typed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


def _profile(request: HttpRequest) -> Profile | None:
    """The profile of the request's person; None if the database can't be reached, which the view says if it matters."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    try:
        profile: Profile | None = getattr(request, "smartsheet_user", None)
    except DatabaseError as error:
        logger.warning("The reader of a page is unknown: %s", type(error).__name__)
        return None
    return profile


@cache
def _with_smartsheet_user(kind: type[HttpRequest]) -> type[HttpRequest]:
    return type(kind.__name__, (SmartsheetRequest, kind), {})
