"""`request.smartsheet_user`, the person behind a request; their time zone; their session; and no caches."""

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

from identity.profiles import readers
from identity.profiles.profile import Profile
from identity.sessions import notices

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


class SmartsheetRequest(HttpRequest):
    """A request that came through the middleware."""

    @property
    def smartsheet_user(self) -> Profile | None:
        """The signed-in person's cached profile; None before sign-in. Never asks Smartsheet."""
        person = getattr(self.user, "smartsheet", None)
        return person.as_profile() if person else None


class LastRequestMiddleware(SessionMiddleware):
    """Django's sessions, except that a request that was carried out gets its answer.

    Django answers 400 if the session ended meanwhile, by a sign-out in another tab, and 500 if the session can't be
    stored. In both cases the answer says what was done, and the change to the session is lost.
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
    """Gives each request the property, looked up when it is first asked for.

    An attribute set here would cost every request the look-up, or be a lazy proxy, which is never `None`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind: Any = type(request)  # hashable, though its stubs let mypy doubt it
        request.__class__ = _with_smartsheet_user(kind)
        return self.get_response(request)


class ReaderMiddleware:
    """Writes the page for whoever is signed in: in their time zone and locale, for the time of the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with readers.reading_as(readers.reader_of(_profile(request))):
            return self.get_response(request)


class SessionUseMiddleware:
    """Notes that a session is in use, and ends the one of somebody who may not use this app any more."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._note_use(request)
        return response

    def _note_use(self, request: HttpRequest) -> None:
        """What a person has asked for is done: a database that is away now spoils nothing of it."""
        try:
            notices.end_if_barred(request)
            notices.session_of(request).touch()
        except DatabaseError as error:
            logger.warning("The use of a session is not noted: %s", type(error).__name__)


class NoStoreMiddleware:
    """Keeps every page out of every cache: each may show a person's data, errors what they typed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


def _profile(request: HttpRequest) -> Profile | None:
    """Of the person of the request. Where the database is away, nobody's: the view will say so if it matters."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    try:
        profile: Profile | None = getattr(request, "smartsheet_user", None)
    except DatabaseError as error:
        logger.warning("The reader of a page is not known: %s", type(error).__name__)
        return None
    return profile


@cache
def _with_smartsheet_user(kind: type[HttpRequest]) -> type[HttpRequest]:
    return type(kind.__name__, (SmartsheetRequest, kind), {})
