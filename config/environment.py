"""The environment, read with care: a value that cannot be used stops the start with a sentence that names it."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet, MultiFernet
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(ROOT / ".env")

DEBUG: bool = env.bool("DEBUG", default=True)
MOST = 10**9  # seconds, some 31 years: beyond, moments are no dates any more


def names(variable: str, *, default: list[str], among: set[str], advice: str) -> list[str]:
    """Different names, separated by commas, each of them `among` those known."""
    found = list(dict.fromkeys(name.strip() for name in env.list(variable, default=default)))
    if not found or not among.issuperset(found):
        raise ImproperlyConfigured(f"{variable} is {','.join(found)!r}: {advice}.")
    return found


def number(name: str, *, default: float, least: float = 0) -> float:
    """A number from the environment, from `least` to MOST."""
    try:
        value = float(env.str(name, default=str(default)))  # env.float makes 13 of 1e3, and 12 of 12h
    except ValueError:
        value = float("nan")
    if not least <= value <= MOST:
        raise ImproperlyConfigured(f"{name} must be a number from {least:g} to {MOST}.")
    return value


def fernet_keys(variable: str, text: str) -> list[str]:
    """The keys in the text of a variable, separated by commas: one or more. https://cryptography.io/en/latest/fernet/"""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    try:
        MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        recipe = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        raise ImproperlyConfigured(
            f"{variable} must be Fernet keys, separated by commas; make one with: {recipe}"
        ) from None
    return keys


def origins(variable: str) -> list[str]:
    """Web origins, separated by commas, each just as a browser sends it: scheme, host in small letters, port."""
    found: list[str] = env.list(variable, default=[])
    for one in found:
        if not _is_origin(one):
            raise ImproperlyConfigured(
                f"{variable} must be origins like https://app.example.com, as browsers send them, not {one!r}."
            )
    return found


def origin(variable: str, *, default: str) -> str:
    """One such origin; a slash behind it is left out."""
    found: str = env.str(variable, default=default).rstrip("/")
    if not _is_origin(found):
        raise ImproperlyConfigured(f"{variable} must be an address like https://app.example.com, not {found!r}.")
    return found


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False
    return is_whole and text == f"{parts.scheme}://{parts.netloc}".lower() and not {"*", "@"}.intersection(text)
