"""Reads from the environment which cache this app uses. Returns Django's setting CACHES."""

from __future__ import annotations

import re
from hashlib import sha256
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.environment import env

MOST = 3_000  # the most cached answers; with Django's default of 300, answers would be deleted too early
REDIS_SECONDS = 2  # the most seconds that a page waits for an answer of Redis
LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
KNOWN = re.compile(r"rediss?://([^/?#]*@)?[\w.:\[\]-]+(/\d+)?|dbcache://[^\W\d]\w*|filecache:///.+")


def caches(secret_key: str) -> dict[str, dict[str, Any]]:
    """Return Django's CACHES. Without CACHE_URL, each process has its own cache.

    The keys in the cache begin with a hash of the secret key. So two installations of this app can use the same cache
    server, and don't read each other's answers. In two installations, the same user id can belong to different people.
    """
    url: str = env.str("CACHE_URL", default="")
    if url and not KNOWN.fullmatch(url):  # the address can have a password, so the message doesn't show it
        raise ImproperlyConfigured(
            "CACHE_URL must be an address like redis://cache.example.com:6379/0, rediss://…, dbcache://byline_cache or"
            " filecache:///var/cache/byline."
        )
    is_redis = url.startswith("redis")
    if is_redis and find_spec("redis") is None:
        raise ImproperlyConfigured("CACHE_URL names a Redis server: install the package redis.")
    found: dict[str, Any] = env.cache_url_config(url) if url else {"BACKEND": LOCMEM}
    if is_redis:
        found |= {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "OPTIONS": {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS},
        }
    else:
        found["OPTIONS"] = {"MAX_ENTRIES": MOST}  # Redis has its own limits
    installation = sha256(f"cache {secret_key}".encode()).hexdigest()[:12]
    return {"default": {"KEY_PREFIX": f"byline-{installation}", **found}}
