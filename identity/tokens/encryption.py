"""A text field that is ciphertext in the database."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.lookups import Lookup, Transform

from identity.conf import settings

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField  # takes no brackets at run time


class WrongTokenKey(Exception):
    """None of TOKEN_KEYS opens what is stored: the key was changed without keeping the old one behind it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class EncryptedTextField(_TextField):
    """Text encrypted with the first of TOKEN_KEYS and read with any of them.

    Two encryptions of one text differ, so nothing can be looked up by it; dumpdata leaves it out.
    https://cryptography.io/en/latest/fernet/#cryptography.fernet.MultiFernet
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "serialize": False})

    def get_prep_value(self, value: str | None) -> str | None:
        return None if value is None else cipher().encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper) -> str | None:
        """The text; raises WrongTokenKey."""
        if value is None:
            return None
        try:
            return cipher().decrypt(value).decode()
        except InvalidToken:
            raise WrongTokenKey from None

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, _lookup_name: str) -> type[Transform] | None:
        return None


def cipher() -> MultiFernet:
    """The cipher of TOKEN_KEYS; raises ImproperlyConfigured when one of them is no Fernet key."""
    return _cipher(tuple(settings.TOKEN_KEYS))


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        hint = (
            "make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        )
        raise ImproperlyConfigured(f"TOKEN_KEYS must be Fernet keys, separated by commas; {hint}") from None
