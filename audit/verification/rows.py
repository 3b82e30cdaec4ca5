"""Reads the log's rows exactly as the database stores them, because the ORM's conversions would hide tampering. All
rows are read in one snapshot, and people can go on working.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, NamedTuple

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.proof import leaves
from audit.proof.seal_bytes import NotASeal, SignedSeal, Statement

AT_ONCE = 2000  # rows that are fetched together
LEAST, GREATEST = -(2**63), 2**63 - 1  # the smallest and the largest 64-bit number

_IS_HEAD = leaves.COLUMNS.index("is_head")
_BOOLEANS = {0: False, 1: True}
_PRECISION = {19: "seconds", 23: "milliseconds", 26: "microseconds"}  # of a time, by the length of its text
_names = count()
# The plus before each column keeps Django from converting SQLite's values. PostgreSQL returns the ids of edits without
# hyphens, and times as numbers. PostgreSQL itself stores an entry's time as microseconds since 2000, so it doesn't have
# to calculate this number. A time that Python doesn't have, such as infinity, becomes NULL.
_SINCE_2000 = leaves.microseconds(datetime(2000, 1, 1, tzinfo=UTC))
_IF_HELD = "CASE WHEN at BETWEEN '0001-01-01 00:00+00' AND '9999-12-31 23:59:59.999999+00' THEN"
_TIME = f"{_IF_HELD} (extract(epoch FROM at) * 1000000)::bigint END"
_COLUMNS = {
    "sqlite": ", ".join(f'+"{name}"' for name in ("id", "at", "leaf", *leaves.COLUMNS)),
    "postgresql": f"id, {_IF_HELD} at::timestamptz END, leaf, replace(edit_id::text, '-', ''), "
    + ", ".join(f'"{name}"' for name in leaves.COLUMNS[1:]),
}
_SEAL = {
    "sqlite": '+id, +"at", +first_seq, +last_seq, +root, +head, +previous, +key_id, +signature',
    "postgresql": f"id, {_TIME}, first_seq, last_seq, root, head, previous, key_id, signature",
}
_TEXT = "SELECT commitment, salt, text, email, erased_at IS NOT NULL FROM audit_personaltext"


class Item(NamedTuple):
    """An entry's id, its time (microseconds since 1970, UTC) and its stored leaf. `says` is the leaf that is computed
    from the entry's other columns. `says` is empty if the columns have values that no entry can have.
    """

    id: int
    at: int
    leaf: bytes
    says: bytes

    @property
    def is_intact(self) -> bool:
        """Whether the columns match the leaf."""
        return self.says == self.leaf != b""


class Link(NamedTuple):
    """A row of audit_leaf. On SQLite, tampering can put other values than numbers into `seq` and `entry_id`. Each such
    value is read as LEAST, the smallest 64-bit number.
    """

    seq: int
    entry_id: int
    hash: bytes


class Text(NamedTuple):
    """A row of audit_personaltext. After tampering, its columns can have values of any type."""

    commitment: object
    salt: object
    text: object
    email: object
    is_erased: bool


Entry = tuple[Item, Sequence[Any]]  # an entry, and its columns in the order of leaves.COLUMNS

# These do the same as _make(), in half the time. They are called once for each entry.
_new_item: Callable[[tuple[Any, ...]], Item] = partial(tuple.__new__, Item)
_new_link: Callable[[tuple[Any, ...]], Link] = partial(tuple.__new__, Link)


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within the block, all queries see the database as it was at one moment. Writers don't have to wait."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":  # Django's own transactions would take the lock for writing
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def links(connection: BaseDatabaseWrapper, *, after: int) -> Iterator[Link]:
    """The chain's links after this place, in order."""
    sql = "SELECT seq, entry_id, hash FROM audit_leaf WHERE seq >= {} ORDER BY seq"
    for seq, entry_id, hash_ in _rows(connection, sql, min(after + 1, GREATEST)):
        yield _new_link((_number(seq), _number(entry_id), _bytes(hash_)))


def entries(connection: BaseDatabaseWrapper, *, from_id: int) -> Iterator[Entry]:
    """The entries from this id on, in the order of their ids."""
    is_sqlite = connection.vendor == "sqlite"
    sql = f"SELECT {_COLUMNS[connection.vendor]} FROM audit_entry WHERE id >= {{}} ORDER BY id"  # noqa: S608 # our own names
    values: Any
    for row in _rows(connection, sql, from_id):
        at, leaf, values = row[1], row[2], row[3:]  # unpacking with * would make a list, which is slower
        if is_sqlite:
            at, leaf, values = _microseconds(at), _bytes(leaf), list(values)
            values[_IS_HEAD] = _BOOLEANS.get(values[_IS_HEAD], values[_IS_HEAD])
            at = None if float in map(type, values) else at  # JSON would have null for infinity
        elif at is not None:
            at += _SINCE_2000
        try:
            says = leaves.leaf(values) if at is not None else b""
        except leaves.NotCanonical:
            says = b""
        yield _new_item((row[0], at or 0, leaf, says)), values


def seals(connection: BaseDatabaseWrapper, *, from_number: int) -> Iterator[tuple[int, SignedSeal | None]]:
    """Yield the seals from this number on, each as a pair of number and seal. A seal that can't be read is None."""
    is_sqlite = connection.vendor == "sqlite"
    sql = f"SELECT {_SEAL[connection.vendor]} FROM audit_seal WHERE id >= {{}} ORDER BY id"  # noqa: S608 # our own names
    for number, at, *facts in _rows(connection, sql, from_number):
        yield number, _seal(number, _microseconds(at) if is_sqlite else at, *facts)


def seal(connection: BaseDatabaseWrapper, number: int) -> SignedSeal | None:
    """The seal with this number. None if it doesn't exist, or can't be read."""
    is_sqlite = connection.vendor == "sqlite"
    sql = f"SELECT {_SEAL[connection.vendor]} FROM audit_seal WHERE id = {'?' if is_sqlite else '%s'}"  # noqa: S608 # our own names
    with connection.cursor() as cursor:
        raw = cursor.connection
        rows = _readable(raw, sql, [number]) if is_sqlite else raw.execute(sql, [number]).fetchall()
    for _number, at, *facts in rows:
        return _seal(number, _microseconds(at) if is_sqlite else at, *facts)
    return None


def texts(connection: BaseDatabaseWrapper) -> Iterator[Text]:
    """All rows of audit_personaltext."""
    if connection.vendor == "sqlite":
        yield from (Text(*row) for row in connection.connection.execute(_TEXT))
    else:
        with connection.connection.cursor(name=f"audit_{next(_names)}", binary=True) as cursor:
            cursor.execute(_TEXT)
            while rows := cursor.fetchmany(AT_ONCE):
                yield from (Text(*row) for row in rows)


@contextmanager
def any_text(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within the block, text that isn't UTF-8 can be read. Only tampering can cause such text, and only on SQLite. Each
    byte that can't be decoded becomes a surrogate, which this app never stores in a text.
    """
    if connection.vendor != "sqlite":
        yield
        return
    raw = connection.connection
    raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = str


def _seal(number: int, at: Any, *facts: Any) -> SignedSeal | None:
    *said, signature = facts
    try:
        return SignedSeal(Statement(number, at, *said), signature).checked()
    except NotASeal:
        return None


def _rows(connection: BaseDatabaseWrapper, sql: str, first: int) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query whose first column is at least `first`. `sql` must have the placeholder {} for `first`,
    compare the first column with it, and order the rows by the first column.
    """
    read = _sqlite_rows if connection.vendor == "sqlite" else _postgresql_rows
    return read(connection, sql, first)


def _postgresql_rows(connection: BaseDatabaseWrapper, sql: str, first: int) -> Iterator[tuple[Any, ...]]:
    # A server-side cursor with the binary format takes half the time of Django's cursor.
    from psycopg.types.numeric import Int8BinaryLoader  # psycopg isn't installed on every machine

    name = f"audit_{next(_names)}"  # each cursor needs its own name, because several are open at the same time
    with connection.connection.cursor(name=name, binary=True) as cursor:
        cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
        cursor.execute(sql.format("%s"), [first])
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def _sqlite_rows(connection: BaseDatabaseWrapper, sql: str, first: int) -> Iterator[tuple[Any, ...]]:
    sql = sql.format("?") + " LIMIT ?"
    at: float = first  # after tampering, an id can be a float
    while rows := _readable(connection.connection, sql, [at, AT_ONCE]):
        yield from rows
        last = rows[-1][0]
        if not isinstance(last, int | float) or last >= GREATEST:  # SQLite sorts texts after all numbers
            return
        at = last + 1


def _readable(raw: sqlite3.Connection, sql: str, parameters: Sequence[float]) -> list[tuple[Any, ...]]:
    """The rows of a query. If tampering has caused text that isn't UTF-8, each byte that can't be decoded becomes a
    surrogate, which this app never stores in a text.
    """
    try:
        return raw.execute(sql, parameters).fetchall()
    except sqlite3.OperationalError:
        raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        try:
            return raw.execute(sql, parameters).fetchall()
        finally:
            raw.text_factory = str


def _microseconds(at: object) -> int | None:
    """Parse a time that SQLite stores as a text. None if this app never stores a time in this form."""
    try:
        time = datetime.fromisoformat(str(at))
    except ValueError:
        return None
    if time.tzinfo or at != time.isoformat(" ", _PRECISION.get(len(str(at)), "hours")):
        return None
    return leaves.microseconds(time.replace(tzinfo=UTC))


def _number(value: object) -> int:
    return value if type(value) is int else LEAST


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
