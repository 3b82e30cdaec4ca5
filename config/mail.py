"""Reads from the environment how this app sends mail. Returns Django's settings."""

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from config.environment import env
from config.smartsheet import IS_DEMO

SECONDS = 20  # the most seconds that a step of sending a mail waits; a mail's lease is longer than all steps together
SCHEMES = {"smtp", "smtp+tls", "smtp+ssl", "consolemail", "dummymail"}


def settings() -> dict[str, Any]:
    """Return Django's EMAIL_… settings, and DEFAULT_FROM_EMAIL. Without EMAIL_URL, the demo prints mails, and any other
    deployment sends no mails.
    """
    url: str = env.str("EMAIL_URL", default="consolemail://" if IS_DEMO else "dummymail://")
    try:
        is_known = urlsplit(url).scheme in SCHEMES and bool(urlsplit(url).hostname or "smtp" not in url)
        found: dict[str, Any] = env.email_url_config(url) if is_known else {}
    except ValueError:  # the port isn't a number
        found = {}
    if not found:  # the address can have a password, so the message doesn't show it
        raise ImproperlyConfigured(
            "EMAIL_URL must be an address like smtp+tls://user:password@mail.example.com:587, smtp+ssl://… or smtp://…."
        )
    is_smtp = url.startswith("smtp")
    sender: str = env.str("DEFAULT_FROM_EMAIL", default="" if is_smtp else "Byline <byline@localhost>")
    if is_smtp:
        _check(sender)
    usual = {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False, "EMAIL_TIMEOUT": SECONDS, "DEFAULT_FROM_EMAIL": sender}
    return usual | {name: value for name, value in found.items() if value is not None and name != "EMAIL_FILE_PATH"}


def _check(sender: str) -> None:
    try:
        validate_email(parseaddr(sender)[1] if sender.isprintable() else "")
    except ValidationError:
        raise ImproperlyConfigured(
            "EMAIL_URL is set, so DEFAULT_FROM_EMAIL must be the address that mails come from, like Byline"
            " <byline@example.com>."
        ) from None
