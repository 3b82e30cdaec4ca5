"""What must be right before the app starts, and what should be."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from identity.models import Token
from identity.tokens.encryption import WrongTokenKey, cipher


@register(Tags.security)
def token_keys(**_kwargs: Any) -> list[CheckMessage]:
    """identity.E001: TOKEN_KEYS cannot be used."""
    try:
        cipher()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="identity.E001")]
    return []


@register(Tags.database)
def stored_tokens(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """identity.W001: TOKEN_KEYS do not open the token stored last. Runs where databases are checked: `check --database
    default`, and before each migrate. A table that is not made yet holds nothing."""
    if token_keys():
        return []
    table = Token._meta.db_table
    holding = [alias for alias in databases or () if table in connections[alias].introspection.table_names()]
    return [_lost_key(alias) for alias in holding if not _is_readable(alias)]


def _is_readable(alias: str) -> bool:
    try:
        Token.objects.using(alias).order_by("-issued_at").only("access_token").first()
    except WrongTokenKey:
        return False
    except DatabaseError:  # a table that the migrations have yet to bring up to date
        return True
    return True


def _lost_key(alias: str) -> CheckMessage:
    return Warning(
        f"TOKEN_KEYS do not open the tokens in database {alias!r}: whom they belong to is asked to sign in again.",
        hint="Add the key that encrypted them behind the others; manage.py rotate_token_keys --dry-run counts them.",
        id="identity.W001",
    )
