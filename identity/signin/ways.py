"""How people get connected on this site: they sign in with Smartsheet, or log in first and then connect it.

AUTHENTICATION_BACKENDS decides whether they can sign in with it. BYLINE_CONNECT decides whether they can connect it.
"""

from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, get_backends, load_backend


def is_sign_in_offered() -> bool:
    """Whether people can sign in with Smartsheet, because SmartsheetBackend is one of the authentication backends."""
    return any(getattr(backend, "signs_in_with_smartsheet", False) for backend in get_backends())


class SessionData(Protocol):
    """A session, or a dict with its data."""

    def get(self, key: str) -> Any: ...


def is_signed_in_with_smartsheet(session: SessionData) -> bool:
    """Whether this session began by signing in with Smartsheet, and not with the site's own login."""
    path = session.get(BACKEND_SESSION_KEY)
    return path in settings.AUTHENTICATION_BACKENDS and getattr(load_backend(path), "signs_in_with_smartsheet", False)
