"""How people of this site come to be connected: by signing in with Smartsheet, or by connecting it after a login.

AUTHENTICATION_BACKENDS says whether they sign in with it, BYLINE_CONNECT whether they connect it.
"""

from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, get_backends, load_backend


def is_sign_in_offered() -> bool:
    """Whether people can sign in with Smartsheet: identity.backends.SmartsheetBackend is among the backends."""
    return any(getattr(backend, "signs_in_with_smartsheet", False) for backend in get_backends())


class SessionData(Protocol):
    """A session, or what is in one."""

    def get(self, key: str) -> Any: ...


def is_signed_in_with_smartsheet(session: SessionData) -> bool:
    """Whether the person of this session signed in with Smartsheet, and not in the site's own way."""
    path = session.get(BACKEND_SESSION_KEY)
    return path in settings.AUTHENTICATION_BACKENDS and getattr(load_backend(path), "signs_in_with_smartsheet", False)
