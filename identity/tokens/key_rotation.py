"""Encrypts stored tokens with the first of TOKEN_KEYS, so that older keys can be removed."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.db import transaction
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast

from identity.conf import settings
from identity.tokens.encryption import cipher
from identity.tokens.models import Token, TokenToReturn

BATCH = 100  # how many tokens one transaction changes; other processes can't store these tokens for about 30 ms
SECRETS = ("access_token", "refresh_token")
Stored = QuerySet[Token] | QuerySet[TokenToReturn]


class Key(StrEnum):
    """Which key in TOKEN_KEYS decrypts a stored token: the first one, an older one, or none of them."""

    FIRST = "first"
    OLDER = "older"
    UNKNOWN = "unknown"


def tally() -> Counter[Key]:
    """Count the stored tokens by key, without changing them. Raises ImproperlyConfigured if TOKEN_KEYS can't be
    used.
    """
    return Counter(_key_of(secrets) for batch in _batches() for _pk, *secrets in _ciphertexts(batch))


def rotate() -> Iterator[Counter[Key]]:
    """Find the tokens that are encrypted with an older key, and encrypt them with the first key. After each batch,
    yield how many tokens were found for each key so far.

    Each batch changes only the two columns with the tokens, in a short transaction that locks the rows. If a token is
    refreshed at the same time, the refresh either waits for this transaction, or has already stored the new pair.
    Leases stay as they are. Raises ImproperlyConfigured if TOKEN_KEYS can't be used.
    """
    met: Counter[Key] = Counter()
    for batch in _batches():
        with transaction.atomic(durable=True):
            for pk, *secrets in _ciphertexts(batch.select_for_update()):
                key = _key_of(secrets)
                met[key] += 1
                if key is Key.OLDER:
                    _store(batch, pk, [cipher().rotate(secret).decode() for secret in secrets])
        yield met


def _batches() -> Iterator[Stored]:
    for model in (Token, TokenToReturn):
        last = 0
        while pks := list(model.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            yield model.objects.filter(pk__in=pks).order_by("pk")
            last = pks[-1]


def _ciphertexts(tokens: Stored) -> "QuerySet[Any, tuple[int, str, str]]":
    """Return each token's primary key and its two ciphertexts. Reading the model's fields would decrypt the
    ciphertexts.
    """
    stored = {f"stored_{name}": Cast(name, TextField()) for name in SECRETS}
    return tokens.annotate(**stored).values_list("pk", *stored)


def _store(tokens: Stored, pk: int, ciphertexts: list[str]) -> None:
    # Without Value, the fields would encrypt the ciphertexts once more.
    values = [Value(text, output_field=TextField()) for text in ciphertexts]
    tokens.filter(pk=pk).update(**dict(zip(SECRETS, values, strict=True)))


def _key_of(secrets: list[str]) -> Key:
    every = cipher()
    first = MultiFernet([Fernet(settings.TOKEN_KEYS[0])])
    if all(_opens(first, secret) for secret in secrets):
        return Key.FIRST
    return Key.OLDER if all(_opens(every, secret) for secret in secrets) else Key.UNKNOWN


def _opens(keys: MultiFernet, secret: str) -> bool:
    try:
        keys.decrypt(secret)
    except InvalidToken:
        return False
    return True
