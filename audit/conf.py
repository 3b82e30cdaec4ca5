"""The log's settings with their defaults. docs/settings.md documents them."""

from pathlib import Path
from typing import Any, Final

from django.conf import settings as django_settings

DEFAULTS: Final[dict[str, Any]] = {
    "TRUSTED_PROXIES": 0,  # how many of our own proxies are in front of the app
    # Dotted paths to functions that take a request. Without them the log's pages don't know who is reading, or which
    # sheets that person can open.
    "AUDIT_ACTOR": "",
    "AUDIT_READABLE_SHEETS": "",
    "AUDIT_CELL_HISTORY": "",
    "AUDIT_SYMBOL": "",  # a dotted path to a function that draws a symbol: (symbol, value) → HTML, or "" for no symbol
    "AUDIT_SEAL_KEY": "",
    "AUDIT_SEAL_KEY_FILE": "",
    "AUDIT_SEAL_PUBLIC_KEYS": (),
    "AUDIT_SEAL_STALE": 300.0,  # if an entry waits longer than this for a seal (in seconds), sealing counts as stopped
    "AUDIT_VERIFIED_FILE": "audit-verified.json",  # the file in which audit_verify stores how far it verified the log
    "AUDIT_ANCHORS": ("log",),
    "AUDIT_ANCHOR_FILE": "",
    "AUDIT_STREAM_TO": (),  # addresses to which the worker streams
    "AUDIT_STREAM_SECRET": "",
    "AUDIT_STREAM_CLEAR_TEXT": False,
}


class _Settings:
    """The project's settings. A setting that the project doesn't define has its default."""

    def __getattr__(self, name: str) -> Any:
        return getattr(django_settings, name, DEFAULTS[name])


settings = _Settings()


def path_of(name: str) -> Path:
    """The path in the setting `name`. A relative path begins in the project's BASE_DIR, which Django's startproject
    defines. If it began in the current folder, commands that run in different folders would use different files.
    """
    return Path(getattr(django_settings, "BASE_DIR", ""), getattr(settings, name))
