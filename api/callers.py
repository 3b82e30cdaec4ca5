"""Who calls: a browser with its session and a CSRF token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from api.problems import Kind, Problem
from identity.middleware import SmartsheetRequest
from identity.profiles.profile import Profile

NO_CSRF = "Send the token that GET /api/v1/me gives as the header X-CSRFToken."


@dataclass(frozen=True, slots=True)
class Caller:
    """The person in whose name a request is made."""

    profile: Profile


class ApiRequest(SmartsheetRequest):
    """A request whose caller is known."""

    auth: Caller


class BrowserSession(AuthBase):
    """The session of a person who signed in with Smartsheet. Whatever changes something needs a CSRF token."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The session of a browser. Requests that change something need the header X-CSRFToken too."

    def __call__(self, request: HttpRequest) -> Caller | None:
        profile = cast("SmartsheetRequest", request).smartsheet_user
        if profile is None:
            return None
        if check_csrf(request):
            raise Problem(Kind.NO_CSRF_TOKEN, NO_CSRF)
        return Caller(profile)
