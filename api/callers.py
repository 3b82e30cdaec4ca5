"""Who calls: a program with an app token, or a browser with its session and a CSRF token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from api.problems import Kind, Problem
from audit import context
from identity.apptokens import authentication
from identity.apptokens.models import AppToken, Scope
from identity.middleware import SmartsheetRequest
from identity.profiles.profile import Profile

SCHEME = "bearer "
NO_CSRF = "Send the token that GET /api/v1/me gives as the header X-CSRFToken."


@dataclass(frozen=True, slots=True)
class Caller:
    """The person in whose name a request is made, and the app token that it is made with, if any."""

    profile: Profile
    token: AppToken | None = None

    @property
    def scopes(self) -> list[Scope]:
        """What the caller may do here; a browser everything."""
        return [scope for scope in Scope if self.token is None or self.token.has(scope)]

    @property
    def via(self) -> dict[str, str | int] | None:
        """How the log says that the request came."""
        return None if self.token is None else {"token": self.token.pk}


class ApiRequest(SmartsheetRequest):
    """A request whose caller is known."""

    auth: Caller


class AppTokenAuth(AuthBase):
    """An app token that has the scope; None stands for any token."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "An app token, made on the profile page. It needs the scope that each operation names."

    def __init__(self, scope: Scope | None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller | None:
        """None without a token: another way to sign in is tried. Raises Problem, CannotRecord."""
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
        request.user = user  # type: ignore[assignment] # the stubs know Django's own user model alone
        caller = Caller(token.person.as_profile(), token)
        context.came_by(caller.via or {})
        return caller


class BrowserSession(AuthBase):
    """The session of a person who signed in with Smartsheet. Whatever changes something needs a CSRF token."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The session of a browser. Requests that change something need the header X-CSRFToken too."

    def __call__(self, request: HttpRequest) -> Caller | None:
        """None if nobody is signed in. Raises Problem."""
        profile = cast("SmartsheetRequest", request).smartsheet_user
        if profile is None:
            return None
        if check_csrf(request):
            raise Problem(Kind.NO_CSRF_TOKEN, NO_CSRF)
        return Caller(profile)


def anyone_with(scope: Scope | None) -> list[AuthBase]:
    """The ways to sign in for an operation that needs the scope; None: that every token may use."""
    return [AppTokenAuth(scope), BrowserSession()]
