"""Tampers with the log as the owner of the database could: removes the triggers, and changes the tables with plain
SQL.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from audit.models import Entry, Leaf
from audit.proof import leaves
from audit.proof.proofs import values_of
from audit.verification.findings import Finding, Kind, Report
from audit.verification.start import start_of_chain
from audit.verification.verify import verify

IS_SQLITE = connection.vendor == "sqlite"
COLUMNS = [field.column for field in Entry._meta.concrete_fields]
AROUND = {Kind.UNPROTECTED, Kind.UNSETTLED, Kind.COMMITMENT}  # findings that aren't about the chain or seals


def execute(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def stored(table: str, column: str, *, key: str, of: int) -> Any:
    """Find the row whose column `key` has the value `of`. Return this row's value in `column`, as it is stored. On
    SQLite, texts and times are returned as bytes.
    """
    with connection.cursor() as cursor:
        read = f'CAST("{column}" AS BLOB), typeof("{column}")' if IS_SQLITE else f"\"{column}\", ''"
        cursor.execute(f'SELECT {read}, "{column}" FROM {table} WHERE {key} = %s', [of])  # noqa: S608 # our own names
        raw, kind, value = cursor.fetchone()
    if kind == "text":
        return bytes(raw)
    return bytes(value) if isinstance(value, memoryview) else value


def alter(table: str, column: str, value: object, *, key: str, of: int) -> None:
    """Find the row whose column `key` has the value `of`, and set its column `column` to `value`. On SQLite, bytes in a
    column for text are stored as text, even if they aren't valid text.
    """
    is_text = IS_SQLITE and column not in {"leaf", "hash", "root", "head", "previous", "signature"}
    place = "CAST(%s AS TEXT)" if is_text and isinstance(value, bytes) else "%s"
    execute(f'UPDATE {table} SET "{column}" = {place} WHERE {key} = %s', value, of)  # noqa: S608 # our own names


def flipped(value: Any, *, place: int, by: int) -> Any:
    """Return the value with one byte, character or bit changed."""
    match value:
        case None:
            return "0" if by % 2 else "7"
        case bool():
            return not value
        case int():
            return value ^ (1 << by % 31)
        case bytes() if not value:
            return b"x"
        case bytes():
            place %= len(value)
            return value[:place] + bytes([value[place] ^ (by % 255 + 1)]) + value[place + 1 :]
        case str() if not value:
            return "x"
        case str():
            place %= len(value)
            other = chr((ord(value[place]) + by % 90) % 0x250 + 1)
            return value[:place] + (other if other != value[place] else "\u20ac") + value[place + 1 :]
        case UUID():
            return UUID(int=value.int ^ (1 << by % 128))
        case _:
            return value.replace(microsecond=(value.microsecond + by % 999_999 + 1) % 1_000_000)


def verified(**options: Any) -> Report:
    return verify(options.pop("start", None) or start_of_chain(), **options)


def unprotected() -> list[str]:
    """Texts of the findings about triggers, constraints and tables."""
    return [finding.text for finding in verified().findings.kept if finding.kind is Kind.UNPROTECTED]


def findings_after(tamper: Callable[[], None], **options: Any) -> list[Finding]:
    """Tamper with the log, return the findings about chain and seals, and undo the tampering."""
    with transaction.atomic():
        tamper()
        report = verified(**options)
        transaction.set_rollback(True)
    return [finding for finding in report.findings.kept if finding.kind not in AROUND]


def rechain(from_seq: int) -> None:
    """Compute the leaves and links again, from the link `from_seq` to the last one. Anyone can do this, because it
    needs no key.
    """
    links = list(Leaf.objects.filter(seq__gte=from_seq - 1).order_by("seq"))
    before = bytes(links.pop(0).hash) if from_seq > 1 else leaves.GENESIS
    for link in links:
        entry = Entry.objects.get(pk=link.entry_id)
        leaf = leaves.leaf(values_of(entry))
        at = leaves.microseconds(entry.at)
        before = leaves.link(before, leaves.record(seq=link.seq, entry_id=entry.pk, at=at, leaf=leaf))
        execute("UPDATE audit_entry SET leaf = %s WHERE id = %s", leaf, entry.pk)
        execute("UPDATE audit_leaf SET hash = %s WHERE seq = %s", before, link.seq)
