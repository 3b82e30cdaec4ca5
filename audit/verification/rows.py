"""Reads the log's rows as the database stores them, without the ORM's conversions, which would hide tampering; and in
one snapshot, so that people can go on working meanwhile."""

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

AT_ONCE = 2000  # rows
LEAST, GREATEST = -(2**63), 2**63 - 1  # what no number is smaller than, or greater

_IS_HEAD = leaves.COLUMNS.index("is_head")
_BOOLEANS = {0: False, 1: True}
_PRECISION = {19: "seconds", 23: "milliseconds", 26: "microseconds"}  # of SQLite's text for a time, by its length
_names = count()
# A plus keeps SQLite's values from Django's converters; PostgreSQL gives ids without hyphens, and times as numbers:
# those of entries as it keeps them, in microseconds since 2000, which takes it no reckoning. Times that Python cannot
# hold, infinity among them, are none.
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
    """An entry's id, time (microseconds since 1970, UTC) and leaf. `says` is the leaf computed from its columns, empty
    if they can't be read as an entry's."""

    id: int
    at: int
    leaf: bytes
    says: bytes

    @property
    def is_intact(self) -> bool:
        """Whether the columns match the leaf."""
        return self.says == self.leaf != b""


class Link(NamedTuple):
    """A row of audit_leaf. LEAST stands for a value that isn't a number, which only tampering on SQLite can cause."""

    seq: int
    entry_id: int
    hash: bytes


class Text(NamedTuple):
    """A row of audit_personaltext. After tampering its columns may hold anything."""

    commitment: object
    salt: object
    text: object
    email: object
    is_erased: bool


Entry = tuple[Item, Sequence[Any]]  # with its columns, as leaves.COLUMNS names them

# As _make() does it, in half the time: there is one of each for every entry.
_new_item: Callable[[tuple[Any, ...]], Item] = partial(tuple.__new__, Item)
_new_link: Callable[[tuple[Any, ...]], Link] = partial(tuple.__new__, Link)


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Read everything in the block from one moment, without a lock that a writer would wait for."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":  # Django's own transactions take the lock for writing
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
    """The chain's links after this place, in their order."""
    sql = "SELECT seq, entry_id, hash FROM audit_leaf WHERE seq >= {} ORDER BY seq"
    for seq, entry_id, hash_ in _rows(connection, sql, min(after + 1, GREATEST)):
        yield _new_link((_number(seq), _number(entry_id), _bytes(hash_)))


def entries(connection: BaseDatabaseWrapper, *, from_id: int) -> Iterator[Entry]:
    """The entries from this number on, in the order of their numbers."""
    is_sqlite = connection.vendor == "sqlite"
    sql = f"SELECT {_COLUMNS[connection.vendor]} FROM audit_entry WHERE id >= {{}} ORDER BY id"  # noqa: S608 # our own names
    values: Any
    for row in _rows(connection, sql, from_id):
        at, leaf, values = row[1], row[2], row[3:]  # no list of them where none is needed
        if is_sqlite:
            at, leaf, values = _microseconds(at), _bytes(leaf), list(values)
            values[_IS_HEAD] = _BOOLEANS.get(values[_IS_HEAD], values[_IS_HEAD])
            at = None if float in map(type, values) else at  # infinity would be written as null is
        elif at is not None:
            at += _SINCE_2000
        try:
            says = leaves.leaf(values) if at is not None else b""
        except leaves.NotCanonical:
            says = b""
        yield _new_item((row[0], at or 0, leaf, says)), values


def seals(connection: BaseDatabaseWrapper, *, from_number: int) -> Iterator[tuple[int, SignedSeal | None]]:
    """The seals from this number on, each with its number; None for one that cannot be read as a seal."""
    is_sqlite = connection.vendor == "sqlite"
    sql = f"SELECT {_SEAL[connection.vendor]} FROM audit_seal WHERE id >= {{}} ORDER BY id"  # noqa: S608 # our own names
    for number, at, *facts in _rows(connection, sql, from_number):
        yield number, _seal(number, _microseconds(at) if is_sqlite else at, *facts)


def seal(connection: BaseDatabaseWrapper, number: int) -> SignedSeal | None:
    """The seal with this number; None if there is none, or it cannot be read as a seal."""
    is_sqlite = connection.vendor == "sqlite"
    sql = f"SELECT {_SEAL[connection.vendor]} FROM audit_seal WHERE id = {'?' if is_sqlite else '%s'}"  # noqa: S608 # our own names
    with connection.cursor() as cursor:
        raw = cursor.connection
        rows = _readable(raw, sql, [number]) if is_sqlite else raw.execute(sql, [number]).fetchall()
    for _number, at, *facts in rows:
        return _seal(number, _microseconds(at) if is_sqlite else at, *facts)
    return None


def texts(connection: BaseDatabaseWrapper) -> Iterator[Text]:
    """All personal texts."""
    if connection.vendor == "sqlite":
        yield from (Text(*row) for row in connection.connection.execute(_TEXT))
    else:
        with connection.connection.cursor(name=f"audit_{next(_names)}", binary=True) as cursor:
            cursor.execute(_TEXT)
            while rows := cursor.fetchmany(AT_ONCE):
                yield from (Text(*row) for row in rows)


@contextmanager
def any_text(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within the block, read text that isn't UTF-8 with surrogates, which are never canonical. Only tampering on SQLite
    can cause such text."""
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
    """The rows of a query that is ordered by its first column and begins where the placeholder {} says."""
    read = _sqlite_rows if connection.vendor == "sqlite" else _postgresql_rows
    return read(connection, sql, first)


def _postgresql_rows(connection: BaseDatabaseWrapper, sql: str, first: int) -> Iterator[tuple[Any, ...]]:
    # A cursor of the server's, in the protocol's binary form: half the time that Django's own takes.
    from psycopg.types.numeric import Int8BinaryLoader  # only where PostgreSQL is used

    name = f"audit_{next(_names)}"  # some are read side by side
    with connection.connection.cursor(name=name, binary=True) as cursor:
        cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
        cursor.execute(sql.format("%s"), [first])
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def _sqlite_rows(connection: BaseDatabaseWrapper, sql: str, first: int) -> Iterator[tuple[Any, ...]]:
    sql = sql.format("?") + " LIMIT ?"
    at: float = first  # of tables that somebody has tampered with
    while rows := _readable(connection.connection, sql, [at, AT_ONCE]):
        yield from rows
        last = rows[-1][0]
        if not isinstance(last, int | float) or last >= GREATEST:  # SQLite orders texts after all numbers
            return
        at = last + 1


def _readable(raw: sqlite3.Connection, sql: str, parameters: Sequence[float]) -> list[tuple[Any, ...]]:
    """The rows. Text that isn't UTF-8, which only tampering can cause, is read with surrogates, never canonical."""
    try:
        return raw.execute(sql, parameters).fetchall()
    except sqlite3.OperationalError:
        raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        try:
            return raw.execute(sql, parameters).fetchall()
        finally:
            raw.text_factory = str


def _microseconds(at: object) -> int | None:
    """The time in SQLite's text, if it is written as the database writes it; otherwise None."""
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
