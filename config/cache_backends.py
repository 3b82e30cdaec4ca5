"""Caches whose failures don't stop the app. If the server or the folder fails, nothing is found and nothing is stored.

Otherwise, a restart of the cache's server would make pages fail, even pages that report that something was saved.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger(__name__)


class _Dispensable(BaseCache):
    """Logs errors of the cache, and goes on. All kinds of exceptions are caught, because an entry that another version
    wrote can be unreadable.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default if the cache fails."""
        try:
            return super().get(key, default, version)
        except Exception as error:  # noqa: BLE001 # see the class
            _warn(error)
            return default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store the value, if the cache works."""
        try:
            super().set(key, value, timeout, version)
        except Exception as error:  # noqa: BLE001 # see the class
            _warn(error)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store the value if the key is new. Return whether the key is new, or True if the cache fails."""
        try:
            return super().add(key, value, timeout, version)
        except Exception as error:  # noqa: BLE001 # see the class
            _warn(error)
            return True

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Delete the value, if the cache works. Return whether there was one."""
        try:
            return super().delete(key, version)
        except Exception as error:  # noqa: BLE001 # see the class
            _warn(error)
            return False


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
