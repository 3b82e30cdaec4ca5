"""Writes rows to the log, together with the commitments that they refer to. Many entries need only a few statements.

The statements are plain SQL, because every edit is written here, and the ORM would build the statements again for each
edit. The database sets id and time, and its triggers write the chain's links.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from audit import commitments, directory
from audit.commitments import Committed
from audit.database import contention, partitions
from audit.proof import leaves

Row = Mapping[str, Any]  # keys are the names in leaves.COLUMNS; `edit_id` is 32 hex digits

AT_ONCE = 500  # the most rows that a statement inserts
COLUMNS = (*leaves.COLUMNS, "leaf")
_values = itemgetter(*leaves.COLUMNS)


class NotRecorded(Exception):
    """The log couldn't be written. If this is raised before a call to Smartsheet, don't make the call."""


class InTransaction(RuntimeError):
    """A transaction is open. A rollback of this transaction could undo the log's entries. So no entry was written. If
    this was a save, nothing was sent to Smartsheet.
    """

    def __init__(self) -> None:
        super().__init__(
            "A transaction is open. Its rollback could undo the log's entries, so no entry was written. Call the "
            "function outside of atomic(), or decorate the view with django.db.transaction.non_atomic_requests."
        )


def is_in_transaction() -> bool:
    """Whether a transaction is open. The transaction that a TestCase opens doesn't count. Django's
    transaction.atomic(durable=True) ignores that transaction too.
    """
    blocks = connections[DEFAULT_DB_ALIAS].atomic_blocks
    return any(not block._from_testcase for block in blocks)  # type: ignore[attr-defined] # the stubs lack it


class Statement(NamedTuple):
    """An SQL statement, its parameters, and the number of entries that the statement must write. The number is 0 if the
    statement writes no entries.
    """

    sql: str
    parameters: list[Any]
    entries: int = 0

    def check(self, written: int) -> None:
        """Check the number of rows that were written, because a trigger or rule that isn't ours can drop rows. Raises
        NotRecorded.
        """
        if self.entries and written != self.entries:
            raise NotRecorded(f"The audit log stored only {written} of {self.entries} entries.")


def write(rows: Sequence[Row], committed: Sequence[Committed], *, alone: bool) -> None:
    """Write the rows. If `alone` is true, they are written in a transaction of their own, which is committed when this
    function returns. If `alone` is false, they are written in the current transaction, if there is one.

    Raises:
        NotRecorded: the database didn't accept the rows.
        InTransaction: a transaction is open although `alone` is true.
        RuntimeError: autocommit is off, so it is unknown when the rows would be committed.
    """
    if alone and is_in_transaction():
        raise InTransaction
    new, met = commitments.to_store(committed), directory.to_store(rows)
    connection = connections[DEFAULT_DB_ALIAS]  # looked up once, because each lookup costs time
    try:
        if not (connection.in_atomic_block or connection.get_autocommit()):
            raise RuntimeError("Autocommit is off, but the audit log needs to begin and end its own transactions.")
        partitions.prepare(connection)
        statements = list(_statements(rows, new, is_sqlite=connection.vendor == "sqlite"))
        if met:
            statements.append(Statement(directory.upsert(len(met)), [value for one in met for value in one]))
        if len(statements) == 1 and not connection.in_atomic_block:
            _execute_alone(connection, statements[0])
        else:
            with transaction.atomic(durable=alone), connection.cursor() as cursor:
                for statement in statements:
                    _execute(cursor, statement)
    # SQLite raises OverflowError for a number of more than 64 bits.
    except (Error, leaves.NotCanonical, OverflowError) as error:
        raise NotRecorded("The audit log could not be written.") from error
    commitments.have_stored(new)
    directory.have_stored(met)


def _execute_alone(connection: BaseDatabaseWrapper, statement: Statement) -> None:
    """Run one statement without BEGIN and COMMIT, which saves two round trips to the database."""
    if contention.are_others_writing():
        statement.check(contention.execute(connection, statement.sql, statement.parameters))
        return
    with connection.cursor() as cursor:
        _execute(cursor, statement)


def _execute(cursor: CursorWrapper, statement: Statement) -> None:
    cursor.execute(statement.sql, statement.parameters)
    statement.check(cursor.rowcount)


def _statements(rows: Sequence[Row], committed: Sequence[Committed], *, is_sqlite: bool) -> Iterator[Statement]:
    is_one = not is_sqlite and len(committed) <= AT_ONCE
    personal_texts = [_personal_texts(committed[at : at + AT_ONCE]) for at in range(0, len(committed), AT_ONCE)]
    entries = [_entries(rows[at : at + AT_ONCE]) for at in range(0, len(rows), AT_ONCE)]
    if is_one and personal_texts and entries:
        known, first = personal_texts.pop(), entries.pop(0)
        sql = f"WITH known AS ({known.sql}) {first.sql}"
        yield Statement(sql, known.parameters + first.parameters, first.entries)
    yield from personal_texts
    yield from entries


def _personal_texts(committed: Sequence[Committed]) -> Statement:
    return Statement(_insert_personal(len(committed)), [value for one in committed for value in one])


def _entries(rows: Sequence[Row]) -> Statement:
    return Statement(_insert_entries(len(rows)), [value for row in rows for value in _with_leaf(row)], len(rows))


def _with_leaf(row: Row) -> list[Any]:
    values = _values(row)
    return [*values, leaves.leaf(values)]


@cache
def _insert_entries(count: int) -> str:
    return f"INSERT INTO audit_entry ({_names(COLUMNS)}) VALUES {_places(len(COLUMNS), count)}"  # noqa: S608 # our own names


@cache
def _insert_personal(count: int) -> str:
    places = _places(len(Committed._fields), count)
    columns = _names(Committed._fields)
    return f"INSERT INTO audit_personaltext ({columns}) VALUES {places} ON CONFLICT DO NOTHING"  # noqa: S608 # our own names


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _places(columns: int, rows: int) -> str:
    one = f"({', '.join(['%s'] * columns)})"
    return ", ".join([one] * rows)
