"""System checks of identity."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from identity import regions
from identity.models import Token
from identity.tokens.encryption import WrongTokenKey, cipher


@register(Tags.security)
def token_keys(**_kwargs: Any) -> list[CheckMessage]:
    """identity.E001: TOKEN_KEYS is missing or has a key that can't be used."""
    try:
        cipher()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="identity.E001")]
    return []


@register
def smartsheet_regions(**_kwargs: Any) -> list[CheckMessage]:
    """identity.E002: SMARTSHEET_REGIONS is missing or incomplete, or doesn't have the default region."""
    try:
        regions.regions()
        regions.default_region()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="identity.E002")]
    except (TypeError, StopIteration, regions.UnknownRegion):
        return [
            Error(
                "SMARTSHEET_REGIONS is not complete, or SMARTSHEET_DEFAULT_REGION is not one of its regions.",
                hint="A dict by region; each value is a dict with the fields of identity.regions.Region, but no name.",
                id="identity.E002",
            )
        ]
    return []


@register(Tags.database)
def stored_tokens(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """identity.W001: TOKEN_KEYS can't decrypt the token that was stored last.

    Runs where databases are checked: `check --database default`, and before each migrate. Without the table, there is
    nothing to decrypt.
    """
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
    except DatabaseError:  # the migrations have not changed the table yet
        return True
    return True


def _lost_key(alias: str) -> CheckMessage:
    return Warning(
        f"TOKEN_KEYS can't decrypt the tokens in database {alias!r}, so their owners have to sign in again.",
        hint="Add the key that encrypted them after the others. manage.py rotate_token_keys --dry-run counts them.",
        id="identity.W001",
    )
