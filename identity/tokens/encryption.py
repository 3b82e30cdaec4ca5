"""A model field for text that is stored encrypted."""

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
    _TextField = models.TextField  # at run time, this class has no type parameters


class WrongTokenKey(Exception):
    """No key in TOKEN_KEYS decrypts the stored text. After a change of the key, the old key must stay in the list."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class EncryptedTextField(_TextField):
    """Text that is encrypted with the first of TOKEN_KEYS, and can be decrypted with any of them.

    Encrypting the same text twice gives different results, so queries can't search for a text. The command `dumpdata`
    leaves the field out. https://cryptography.io/en/latest/fernet/#cryptography.fernet.MultiFernet
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "serialize": False})

    def get_prep_value(self, value: str | None) -> str | None:
        return None if value is None else cipher().encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper) -> str | None:
        """Return the decrypted text. Raises WrongTokenKey if no key in TOKEN_KEYS decrypts it."""
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
    """Return the cipher with TOKEN_KEYS. Raises ImproperlyConfigured if TOKEN_KEYS isn't a list of Fernet keys."""
    keys = settings.TOKEN_KEYS
    return _cipher(tuple(keys) if isinstance(keys, list | tuple) else ())


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except (TypeError, ValueError):
        hint = (
            "make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        )
        raise ImproperlyConfigured(f"TOKEN_KEYS must be a list of Fernet keys; {hint}") from None
