"""The log's settings, each with what holds where a project does not say it: docs/recording.md."""

from typing import Any, Final

from django.conf import settings as django_settings

DEFAULTS: Final[dict[str, Any]] = {
    "TRUSTED_PROXIES": 0,  # how many proxies of ours stand in front
    # Dotted paths to functions of a request; without them the pages know nobody, and no sheet that somebody can open.
    "AUDIT_ACTOR": "",
    "AUDIT_READABLE_SHEETS": "",
    "AUDIT_CELL_HISTORY": "",
    "AUDIT_SEAL_KEY": "",
    "AUDIT_SEAL_KEY_FILE": "",
    "AUDIT_SEAL_PUBLIC_KEYS": (),
    "AUDIT_SEAL_STALE": 300.0,  # seconds an entry may wait for a seal
    "AUDIT_VERIFIED_FILE": "audit-verified.json",  # a path; how far audit_verify has got
    "AUDIT_ANCHORS": ("log",),
    "AUDIT_ANCHOR_FILE": "",
    "AUDIT_STREAM_TO": (),  # addresses that a worker streams to
    "AUDIT_STREAM_SECRET": "",
    "AUDIT_STREAM_CLEAR_TEXT": False,
}


class _Settings:
    """The project's settings, with our defaults for those that it doesn't define."""

    def __getattr__(self, name: str) -> Any:
        return getattr(django_settings, name, DEFAULTS[name])


settings = _Settings()
