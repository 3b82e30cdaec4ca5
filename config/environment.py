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


def names(variable: str, *, default: list[str], among: set[str], advice: str) -> list[str]:
    """Different names, separated by commas, each of them `among` those known."""
    found = list(dict.fromkeys(name.strip() for name in env.list(variable, default=default)))
    if not found or not among.issuperset(found):
        raise ImproperlyConfigured(f"{variable} is {','.join(found)!r}: {advice}.")
    return found


def number(name: str, *, default: float, least: float = 0) -> float:
    """A number from the environment, `least` or more."""
    try:
        value: float = env.float(name, default=default)
    except ValueError:
        value = float("nan")
    if not least <= value < float("inf"):
        raise ImproperlyConfigured(f"{name} must be a number, {least:g} or more.")
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
    for origin in found:
        parts = urlsplit(origin)
        is_exact = origin == f"{parts.scheme}://{parts.netloc}".lower() and "*" not in origin and "@" not in origin
        if not (is_exact and parts.scheme in {"http", "https"} and parts.hostname):
            raise ImproperlyConfigured(
                f"{variable} must be origins like https://app.example.com, as browsers send them, not {origin!r}."
            )
    return found
