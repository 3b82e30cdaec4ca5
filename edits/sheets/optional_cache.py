"""The site's cache. If it fails, the app goes on: reads find nothing, and writes store nothing.

Most of Django's caches raise an error if their server or folder fails. Without this module, a failing cache would
prevent saves, and pages would fail although something was saved.

If a call to the cache fails only after a long wait, the process doesn't use the cache for some seconds. Otherwise a
page, which uses the cache several times, would wait each time for a server that doesn't answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from django.core.cache import cache as site_cache
from django.core.exceptions import ImproperlyConfigured

SLOW = 1.0  # seconds; after a failure that took longer, the process doesn't use the cache for PAUSE
PAUSE = 10.0  # seconds

log = logging.getLogger(__name__)
T = TypeVar("T")


class OptionalCache:
    """The methods of Django's cache that the apps use."""

    def __init__(self) -> None:
        self.asked_again_at = 0.0  # for all threads

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value, or the default if the cache fails."""
        return self._tried(lambda: site_cache.get(key, default), default)

    def set(self, key: str, value: object, seconds: float) -> None:
        """Store the value for this number of seconds, if the cache works."""
        self._tried(lambda: site_cache.set(key, value, seconds), None)

    def add(self, key: str, value: object, seconds: float) -> bool:
        """Store the value if the key is new. Return whether the key is new, or True if the cache fails."""
        return self._tried(lambda: site_cache.add(key, value, seconds), otherwise=True)

    def delete(self, key: str) -> None:
        """Delete the value, if the cache works."""
        self._tried(lambda: site_cache.delete(key), otherwise=False)

    def _tried(self, use: Callable[[], T], otherwise: T) -> T:
        """Return the result of `use`. Return `otherwise` if `use` raises an error, or if the process doesn't use the
        cache for some seconds after a long wait. Raises ImproperlyConfigured if the setting CACHES is wrong.

        All kinds of errors are caught: each kind of cache has its own errors, and a value that another version of this
        app wrote can be unreadable. Only the kind of the error is logged, because the error's text can have a cached
        value, or an address with a password.
        """
        began = monotonic()
        if began < self.asked_again_at:
            return otherwise
        try:
            return use()
        except ImproperlyConfigured:  # for example, there is no such backend
            raise
        except Exception as error:  # noqa: BLE001 # see above
            log.warning("The cache doesn't work: %s", type(error).__name__)
            if monotonic() - began > SLOW:
                self.asked_again_at = monotonic() + PAUSE
            return otherwise


cache = OptionalCache()
