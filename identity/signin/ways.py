"""How people get connected on this site: they sign in with Smartsheet, or they log in and then connect Smartsheet.

AUTHENTICATION_BACKENDS decides whether people can sign in with Smartsheet. BYLINE_CONNECT decides whether users who are
logged in can connect their Smartsheet account.
"""

from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, get_backends, load_backend


def is_sign_in_offered() -> bool:
    """Whether SmartsheetBackend is one of the authentication backends, so that people can sign in with Smartsheet."""
    return any(getattr(backend, "signs_in_with_smartsheet", False) for backend in get_backends())


class SessionData(Protocol):
    """A session, or a dict with its data."""

    def get(self, key: str) -> Any: ...


def is_signed_in_with_smartsheet(session: SessionData) -> bool:
    """Whether this session began by signing in with Smartsheet, and not with the site's own login."""
    path = session.get(BACKEND_SESSION_KEY)
    return path in settings.AUTHENTICATION_BACKENDS and getattr(load_backend(path), "signs_in_with_smartsheet", False)
