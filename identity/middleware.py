"""Middleware: sets `request.smartsheet_user` and the reader's time zone, records the use of sessions, and keeps pages
out of caches.
"""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from identity.models import SmartsheetUser
from identity.profiles import readers
from identity.profiles.profile import Profile
from identity.sessions import notices

logger = logging.getLogger(__name__)
OWN_PAGES = {"identity", "edits", "forms", "audit", "api"}  # the namespaces of our own pages
GetResponse = Callable[[HttpRequest], HttpResponse]


class SmartsheetRequest(HttpRequest):
    """A request after SmartsheetUserMiddleware."""

    @property
    def smartsheet_user(self) -> Profile | None:
        """The stored profile of the connected person. It is None if the person isn't signed in, hasn't connected, or
        has disconnected. Reading it never calls Smartsheet.

        The first use makes a query. So in a view that is `async def`, use the decorator `smartsheet_connected`, which
        makes this query in a thread, or use `sync_to_async`.
        """
        person: SmartsheetUser | None = getattr(self.user, "smartsheet", None)
        return person.as_profile() if person and person.is_connected else None


class LastRequestMiddleware(SessionMiddleware):
    """Django's session middleware, with one difference: if a view has run, its answer is always returned.

    If a sign-out in another tab has ended the session, Django would answer 400 instead. If the session can't be stored,
    Django would answer 500. With this middleware, the person gets the view's answer, and only the change to the session
    is lost.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            return response
        except DatabaseError as error:
            logger.error("A session couldn't be stored: %s", type(error).__name__)
            return response


class SmartsheetUserMiddleware:
    """Adds the property `smartsheet_user` to each request. The person is looked up when the property is first used.

    With an ordinary attribute, each request would cost a query. A lazy object would avoid the query, but the check
    `request.smartsheet_user is None` would never be true.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kind: Any = type(request)  # Any, because mypy doesn't know that a class is hashable
        request.__class__ = _with_smartsheet_user(kind)
        return self.get_response(request)


class ReaderMiddleware:
    """Formats Byline's pages for the time zone and locale of the request's person.

    On these pages, the dates that Django itself formats have the person's time zone too. The site's other pages keep
    the site's time zone.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone_of_site = timezone.get_current_timezone()
        with readers.reading_as(lambda: readers.reader_of(_profile(request))), timezone.override(zone_of_site):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """If the view belongs to one of Byline's apps, use the reader's time zone until the request ends."""
        match = request.resolver_match
        if match and OWN_PAGES.intersection(match.app_names):
            timezone.activate(readers.current().zone)


class SessionUseMiddleware:
    """Stores that a session is in use, and ends the session of a person who can't use this app any more."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._note_use(request)
        return response

    def _note_use(self, request: HttpRequest) -> None:
        """Store that the session was used. The view has already run, so errors are only logged."""
        try:
            notices.note_use(request)
        except DatabaseError as error:
            logger.warning("The last use of a session couldn't be stored: %s", type(error).__name__)


class NoStoreMiddleware:
    """Tells browsers and proxies not to cache pages, because pages can have a person's data, or what a person typed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


def _profile(request: HttpRequest) -> Profile | None:
    """Return the profile of the request's person. Return None if there is no such person, or if the database can't be
    reached. If the view needs the database too, the view reports the failure.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    try:
        profile: Profile | None = getattr(request, "smartsheet_user", None)
    except DatabaseError as error:
        logger.warning("The reader of a page couldn't be looked up: %s", type(error).__name__)
        return None
    return profile


@cache
def _with_smartsheet_user(kind: type[HttpRequest]) -> type[HttpRequest]:
    return type(kind.__name__, (SmartsheetRequest, kind), {})
