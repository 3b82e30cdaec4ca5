"""Caches whose failures don't stop the app. If the cache's server or folder fails, reads find nothing and writes store
nothing.

With Django's own cache backends, a restart of the cache's server would make pages fail, even pages that report that
something was saved.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache

SLOW = 1.0  # seconds; after a failure that took longer, the process doesn't use the cache for PAUSE
PAUSE = 10.0  # seconds

log = logging.getLogger(__name__)
T = TypeVar("T")


class _Dispensable(BaseCache):
    """Logs errors of the cache, and goes on. It catches exceptions of all kinds, because even reading a cached value
    can fail, if another version of this app wrote the value.

    If a call to the cache fails only after a long wait, the process doesn't use the cache for some seconds. Otherwise a
    page, which uses the cache several times, would wait each time for a server that doesn't answer.
    """

    asked_again_at: ClassVar[float] = 0.0  # for all threads; each thread has its own instance

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default if the cache fails."""
        return self._tried(lambda: super(_Dispensable, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store the value, if the cache works."""
        self._tried(lambda: super(_Dispensable, self).set(key, value, timeout, version), None)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store the value if the key is new. Return whether the key is new, or True if the cache fails."""
        return self._tried(lambda: super(_Dispensable, self).add(key, value, timeout, version), otherwise=True)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Delete the value, if the cache works. Return whether there was a value to delete."""
        return self._tried(lambda: super(_Dispensable, self).delete(key, version), otherwise=False)

    def _tried(self, use: Callable[[], T], otherwise: T) -> T:
        cls, began = type(self), monotonic()
        if began < cls.asked_again_at:
            return otherwise
        try:
            return use()
        except Exception as error:  # noqa: BLE001 # see the class
            _warn(error)
            if monotonic() - began > SLOW:
                cls.asked_again_at = monotonic() + PAUSE
            return otherwise


class DispensableRedis(_Dispensable, RedisCache):
    """A cache on a Redis server."""


class DispensableFolder(_Dispensable, FileBasedCache):
    """A cache in a folder of files."""

    def _createdir(self) -> None:  # also called when a thread begins to use the cache
        try:
            super()._createdir()  # type: ignore[misc] # the stubs lack it
        except OSError as error:
            _warn(error)


def _warn(error: Exception) -> None:
    """Log only the kind of the error, because its text can have an address with a password, or a cached value."""
    log.warning("The cache of CACHE_URL failed: %s.", type(error).__name__)
