"""Stores what made an edit: a form and its version, an app token, a job, or an assistant's client.

The column `via` of an entry stores this as a small object in canonical JSON, such as {"form":"status","version":3}, or
NULL.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, TextField
from django.db.models.lookups import IsNull
from django.db.models.sql.compiler import SQLCompiler

# The keys that the log can be filtered by. Each has an index.
KEYS = {"form": "form", "token": "app token", "job": "job", "client": "client"}
LONGEST = 300  # the most bytes of JSON
_KEY = re.compile("[a-z][a-z_]{0,29}")
_VALUE = {
    "postgresql": "((%(expressions)s)::json ->> '%(key)s')",
    "sqlite": "CAST(json_extract(%(expressions)s, '$.%(key)s') AS TEXT)",
}


class Part(NamedTuple):
    """A key and its value, such as "form" and "status". In an address this is form:status."""

    key: str
    value: str | int

    def __str__(self) -> str:
        return f"{self.key}:{self.value}"

    @property
    def label(self) -> str:
        """The part in words: form “status”."""
        value = self.value if isinstance(self.value, int) else f"“{self.value}”"
        return f"{KEYS.get(self.key, self.key.replace('_', ' '))} {value}"

    @property
    def can_be_filtered(self) -> bool:
        return self.key in KEYS

    @classmethod
    def of_address(cls, text: str) -> Self | None:
        """Parse a part from an address. None if the text doesn't have a key and a value, as in form:status, or if the
        log can't be filtered by this part.
        """
        key, _, value = text.partition(":")
        return cls(key, value) if key in KEYS and value and value.isprintable() else None


class ViaValue(Func):
    """The value of one of KEYS as text. The index and the filters use this class, so that their SQL is the same."""

    output_field = TextField()

    def __init__(self, key: str) -> None:
        if key not in KEYS:
            raise ValueError(f"There is no index of {key!r}.")
        super().__init__(F("via"), key=key)

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, Any]:
        """The SQL of this expression. It turns a number into text: PostgreSQL's ->> does this itself, but SQLite needs
        a CAST.
        """
        template = _VALUE[connection.vendor]
        return super().as_sql(compiler, connection, function, template, arg_joiner, **extra_context)


def has_key(key: str) -> Q:
    """The condition that an entry has this key. The key's index has the same condition."""
    return Q(IsNull(ViaValue(key), False))


def canonical_via(via: Mapping[str, Any] | None) -> str | None:
    """The text that the log stores; None for an empty object.

    Raises:
        ValueError: a key has other characters than lower-case letters and underscores, a value is neither a printable
            text nor a whole number, or the text is too long.
    """
    if not via:
        return None
    for key, value in via.items():
        if not _KEY.fullmatch(key):
            raise ValueError(f"A key of `via` is up to 30 lower-case letters and underscores, not {key!r}.")
        is_text = isinstance(value, str) and value != "" and value.isprintable()
        if not is_text and type(value) is not int:
            raise ValueError(f"The value of {key!r} in `via` must be a printable text or a whole number.")
    text = json.dumps(via, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(text.encode()) > LONGEST:
        raise ValueError(f"`via` can have at most {LONGEST} bytes of JSON, not {len(text.encode())}.")
    return text


def parts(text: str | None) -> list[Part]:
    """The parts of an entry's `via`. Parts that the log can be filtered by come first. The list is empty if `text`
    isn't a JSON object.
    """
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, dict):
        return []
    said = [Part(key, value) for key, value in found.items() if isinstance(value, str | int)]
    return sorted(said, key=lambda part: not part.can_be_filtered)


def sentence(text: str | None) -> str:
    """The parts in words: By form “status”, version 3. "" if there are none."""
    said = ", ".join(part.label for part in parts(text))
    return f"By {said}" if said else ""
