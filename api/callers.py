"""Authenticates callers: a program with an app token, or a browser with its session and a CSRF token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase, QueryDict
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from api.problems import Kind, Problem
from audit import context
from identity.apptokens import authentication
from identity.apptokens.models import AppToken, Scope
from identity.middleware import SmartsheetRequest
from identity.profiles.profile import Profile

SCHEME = "bearer "
PERSON = "Byline-Person"  # this header tells a browser whose session its request belonged to
NO_CSRF = "Send the header X-CSRFToken with the `csrf_token` from GET /api/v1/me."


@dataclass(frozen=True, slots=True)
class Caller:
    """The person who makes a request, and the app token in the request. A browser has no app token."""

    profile: Profile
    token: AppToken | None = None

    @property
    def scopes(self) -> list[Scope]:
        """The caller's scopes. A browser has all scopes."""
        return [scope for scope in Scope if self.token is None or self.token.has(scope)]

    @property
    def via(self) -> dict[str, str | int] | None:
        """The value of `via` in the log's entries about this request: the number of the app token, or None for a
        browser.
        """
        return None if self.token is None else {"token": self.token.pk}


class ApiRequest(SmartsheetRequest):
    """A request with a known caller."""

    auth: Caller


class AppTokenAuth(AuthBase):
    """Authenticates a request by its app token, which needs the scope `scope`. If `scope` is None, any token is
    accepted.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "An app token, made on the profile page. The token needs the scope that the operation names."

    def __init__(self, scope: Scope | None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return the caller. If the request has no token, return None, so that Ninja tries the next authentication
        method. Raises Problem if the token is refused, and CannotRecord if the use of the token can't be recorded.
        """
        header = request.headers.get("Authorization", "")
        if not header.lower().startswith(SCHEME):
            return None
        try:
            token, user = authentication.authenticate(header[len(SCHEME) :].strip(), scope=self.scope)
        except authentication.TooManyCalls as refused:
            raise Problem(Kind.TOO_MANY_CALLS, refused.message, retry_after=refused.retry_after) from None
        except authentication.ScopeMissing as refused:
            raise Problem(Kind.SCOPE_MISSING, refused.message) from None
        except authentication.NotAccepted as refused:
            raise Problem(Kind.TOKEN_REFUSED, refused.message) from None
        request.user = user  # type: ignore[assignment] # the stubs only know Django's own user model
        caller = Caller(token.person.as_profile(), token)
        context.came_by(caller.via or {})
        return caller


class BrowserSession(AuthBase):
    """Authenticates a request by the session of a person who signed in with Smartsheet. Requests that change something
    also need a CSRF token.
    """

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The session of a browser. Requests that change something need the header X-CSRFToken too."

    def __call__(self, request: HttpRequest) -> Caller | None:
        """Return the caller, or None if no one is signed in. Raises Problem if the request changes something and has no
        valid CSRF token.
        """
        profile = cast("SmartsheetRequest", request).smartsheet_user
        if profile is None:
            return None
        request.POST = QueryDict()  # so that the check doesn't parse the body, which is JSON and not a form
        if check_csrf(request):
            raise Problem(Kind.NO_CSRF_TOKEN, NO_CSRF)
        return Caller(profile)


def anyone_with(scope: Scope | None) -> list[AuthBase]:
    """Return the authentication methods for an operation. App tokens need the scope `scope`. If `scope` is None, any
    app token is accepted.
    """
    return [AppTokenAuth(scope), BrowserSession()]


def naming_the_person(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make an operation add a header to its responses to browsers. The header names the person who is signed in.

    If another person signs in with the same browser, a page that is already open notices this from the header.
    """

    @wraps(run)
    def named(request: HttpRequest, **values: Any) -> HttpResponseBase:
        response = run(request, **values)
        if profile := _in_session(request):
            response.headers[PERSON] = f"{profile.region} {profile.id}"
        return response

    return named


def _in_session(request: HttpRequest) -> Profile | None:
    """Return the person of the browser's session, even if the request was refused before it was authenticated. Return
    None if the request has an app token, or if the database doesn't answer.
    """
    caller = getattr(request, "auth", None)
    if isinstance(caller, Caller):
        return caller.profile if caller.token is None else None
    if request.headers.get("Authorization", "").lower().startswith(SCHEME):
        return None
    try:
        return cast("SmartsheetRequest", request).smartsheet_user
    except DatabaseError:
        return None
