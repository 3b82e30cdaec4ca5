"""Reads the environment. A value that can't be used stops the start with a sentence that names the variable.

A variable that is not set has the default that the app itself has for the setting of that name (its conf.py), unless
config/settings.py gives another one.
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
MOST = 10**9  # seconds, some 31 years: larger values don't fit into dates


def text(name: str) -> str:
    found: str = env.str(name, default=DEFAULTS[name])
    return found


def texts(name: str) -> list[str]:
    """Separated by commas."""
    found: list[str] = env.list(name, default=list(DEFAULTS[name]))
    return found


def flag(name: str) -> bool:
    found: bool = env.bool(name, default=DEFAULTS[name])
    return found


def number(name: str, *, default: float | None = None, least: float = 0) -> float:
    """A number from `least` to MOST. A default of None stands for the app's own."""
    usual = DEFAULTS[name] if default is None else default
    try:
        value = float(env.str(name, default=str(usual)))  # env.float makes 13 of 1e3, and 12 of 12h
    except ValueError:
        value = float("nan")
    if not least <= value <= MOST:
        raise ImproperlyConfigured(f"{name} must be a number from {least:g} to {MOST}.")
    return value


def names(variable: str, *, among: set[str], advice: str, default: list[str] | None = None) -> list[str]:
    """Different names, separated by commas, all of them `among` the known ones. A default of None stands for the
    app's own."""
    usual = list(DEFAULTS[variable]) if default is None else default
    found = list(dict.fromkeys(name.strip() for name in env.list(variable, default=usual)))
    if not found or not among.issuperset(found):
        raise ImproperlyConfigured(f"{variable} is {','.join(found)!r}: {advice}.")
    return found


def fernet_keys(variable: str, value: str) -> list[str]:
    """The keys in a variable's value, separated by commas: one or more. https://cryptography.io/en/latest/fernet/"""
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
    """Web origins, separated by commas, each as browsers send it: scheme, host in lower case, port."""
    found = texts(variable)
    for one in found:
        if not _is_origin(one):
            raise ImproperlyConfigured(
                f"{variable} must be origins like https://app.example.com, as browsers send them, not {one!r}."
            )
    return found


def origin(variable: str, *, default: str) -> str:
    """One such origin; a slash at its end is dropped."""
    found: str = env.str(variable, default=default).rstrip("/")
    if not _is_origin(found):
        raise ImproperlyConfigured(f"{variable} must be an address like https://app.example.com, not {found!r}.")
    return found


def stream_targets(variable: str, *, secret: str) -> list[str]:
    """Where the worker streams the log to, separated by commas: syslog and HTTPS addresses. HTTPS needs the secret that
    signs deliveries."""
    found = texts(variable)
    for one in found:
        try:
            kind = address(one).kind
        except NotAnAddress as error:
            raise ImproperlyConfigured(f"{variable}: {error}") from None
        if kind == "stdout":
            raise ImproperlyConfigured(f"{variable}: only manage.py audit_stream writes to standard output.")
        if kind == "http" and not secret:
            raise ImproperlyConfigured(
                f"{variable} has an HTTPS address: set AUDIT_STREAM_SECRET, which signs deliveries."
            )
    return found


def _is_origin(value: str) -> bool:
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that isn't a number
        return False
    return is_whole and value == f"{parts.scheme}://{parts.netloc}".lower() and not {"*", "@"}.intersection(value)
