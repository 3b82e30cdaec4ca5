"""Reads environment variables. If a value is invalid, the app doesn't start, and an error message names the variable.

If a variable isn't set, the setting has the default from its app's conf.py, unless config/settings.py passes another
default.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet, MultiFernet
from django.core.exceptions import ImproperlyConfigured

import audit.conf
import edits.conf
import identity.conf
from audit.stream.addresses import NotAnAddress, address

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(ROOT / ".env")

DEBUG: bool = env.bool("DEBUG", default=True)
DEFAULTS: dict[str, Any] = audit.conf.DEFAULTS | identity.conf.DEFAULTS | edits.conf.DEFAULTS
MOST = 10**9  # the most seconds, about 31 years; adding many more to a date would exceed the last possible date


def text(name: str) -> str:
    found: str = env.str(name, default=DEFAULTS[name])
    return found


def texts(name: str) -> list[str]:
    """Read a list of texts, separated by commas."""
    found: list[str] = env.list(name, default=list(DEFAULTS[name]))
    return found


def flag(name: str) -> bool:
    found: bool = env.bool(name, default=DEFAULTS[name])
    return found


def number(name: str, *, default: float | None = None, least: float = 0) -> float:
    """Read a number from `least` to MOST. If `default` is None, the app's own default is used."""
    usual = DEFAULTS[name] if default is None else default
    try:
        value = float(env.str(name, default=str(usual)))  # env.float reads 1e3 as 13, and 12h as 12
    except ValueError:
        value = float("nan")
    if not least <= value <= MOST:
        raise ImproperlyConfigured(f"{name} must be a number from {least:g} to {MOST}.")
    return value


def names(variable: str, *, among: set[str], advice: str, default: list[str] | None = None) -> list[str]:
    """Read names from `among`, separated by commas, without duplicates. If `default` is None, the app's own default is
    used.
    """
    usual = list(DEFAULTS[variable]) if default is None else default
    found = list(dict.fromkeys(name.strip() for name in env.list(variable, default=usual)))
    if not found or not among.issuperset(found):
        raise ImproperlyConfigured(f"{variable} is {','.join(found)!r}: {advice}.")
    return found


def fernet_keys(variable: str, value: str) -> list[str]:
    """Split `value` at its commas, and return the parts, which must be Fernet keys. There must be at least one key.
    https://cryptography.io/en/latest/fernet/
    """
    keys = [key.strip() for key in value.split(",") if key.strip()]
    try:
        MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        recipe = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        raise ImproperlyConfigured(
            f"{variable} must be Fernet keys, separated by commas; make one with: {recipe}"
        ) from None
    return keys


def origins(variable: str) -> list[str]:
    """Read web origins, separated by commas. They must be written as browsers send them: scheme, host in lower case,
    and port.
    """
    found = texts(variable)
    for one in found:
        if not _is_origin(one):
            raise ImproperlyConfigured(
                f"{variable} must be origins like https://app.example.com, as browsers send them, not {one!r}."
            )
    return found


def origin(variable: str, *, default: str) -> str:
    """Read one web origin. A slash at its end is ignored."""
    found: str = env.str(variable, default=default).rstrip("/")
    if not _is_origin(found):
        raise ImproperlyConfigured(f"{variable} must be an address like https://app.example.com, not {found!r}.")
    return found


def stream_targets(variable: str, *, secret: str) -> list[str]:
    """Read the addresses to which the worker streams the log, separated by commas. They are syslog or HTTPS addresses.
    An HTTPS address needs `secret`, the key with which deliveries are signed.
    """
    found = texts(variable)
    for one in found:
        try:
            kind = address(one).kind
        except NotAnAddress as error:
            raise ImproperlyConfigured(f"{variable}: {error}") from None
        if kind == "stdout":
            raise ImproperlyConfigured(f"{variable} can't contain stdout: only manage.py audit_stream can write to it.")
        if kind == "http" and not secret:
            raise ImproperlyConfigured(
                f"{variable} has an HTTPS address: set AUDIT_STREAM_SECRET, which signs deliveries."
            )
    return found


def _is_origin(value: str) -> bool:
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port isn't a number
        return False
    return is_whole and value == f"{parts.scheme}://{parts.netloc}".lower() and not {"*", "@"}.intersection(value)
