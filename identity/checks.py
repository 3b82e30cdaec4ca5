"""The system checks of identity."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from identity import regions
from identity.models import Token
from identity.regions import Region
from identity.tokens.encryption import WrongTokenKey, cipher


@register(Tags.security)
def token_keys(**_kwargs: Any) -> list[CheckMessage]:
    """Report identity.E001 if TOKEN_KEYS is missing, or has a key that can't be used."""
    try:
        cipher()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="identity.E001")]
    return []


@register
def smartsheet_regions(**_kwargs: Any) -> list[CheckMessage]:
    """Report identity.E002 if SMARTSHEET_REGIONS is missing or incomplete, or lacks the default region."""
    try:
        regions.regions()
        regions.default_region()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="identity.E002")]
    except (AttributeError, TypeError, ValueError, StopIteration, regions.UnknownRegion):
        return [
            Error(
                "SMARTSHEET_REGIONS is not complete, or SMARTSHEET_DEFAULT_REGION is not one of its regions.",
                hint="Write SMARTSHEET_REGIONS = {'com': {'client_id': '…', 'client_secret': '…'}}. A region with"
                " another name than com, eu, au or gov also needs api_base and authorize_url.",
                id="identity.E002",
            )
        ]
    return []


@register
def registrations(**_kwargs: Any) -> list[CheckMessage]:
    """Report identity.E003 if a region's address isn't safe for tokens, or if the app's registration in a region can't
    be used. If a setting is missing, only identity.E002 is reported.
    """
    if smartsheet_regions():
        return []
    sentences = (sentence for region in regions.regions() for sentence in _faults(region))
    return [Error(f"SMARTSHEET_REGIONS: {sentence}", id="identity.E003") for sentence in sentences]


def _faults(region: Region) -> Iterator[str]:
    for name in ("api_base", "authorize_url"):
        url = urlsplit(str(getattr(region, name)))
        is_here = url.scheme == "http" and url.hostname in regions.LOOPBACK
        if not url.hostname or (url.scheme != "https" and not is_here):
            yield f"{region.name} needs an https address as {name}, because this app sends tokens there."
    for name in ("client_id", "client_secret"):
        if not str(getattr(region, name) or "").strip():
            yield f"{region.name} has no {name}. Smartsheet's Developer Tools show it."
    if region.client_auth not in {"hash", "secret"}:
        yield f"client_auth of {region.name} must be 'hash' or 'secret', not {region.client_auth!r}."
    if not region.scopes or not isinstance(region.scopes, tuple | list):
        yield f"scopes of {region.name} must be a list such as ['READ_SHEETS'], not {region.scopes!r}."


@register(Tags.database)
def stored_tokens(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Report identity.W001 if TOKEN_KEYS can't decrypt the token that was stored last.

    This check runs with `check --database default`, and before each `migrate`. If the table doesn't exist yet, there is
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
    except DatabaseError:  # a migration that changes the table hasn't run yet
        return True
    return True


def _lost_key(alias: str) -> CheckMessage:
    return Warning(
        f"TOKEN_KEYS can't decrypt the tokens in database {alias!r}, so their owners have to sign in again.",
        hint="The tokens were encrypted with a key that is missing: add it to the end of TOKEN_KEYS. To count the "
        "tokens that can't be decrypted, run manage.py rotate_token_keys --dry-run.",
        id="identity.W001",
    )
