"""The triggers' SQL for SQLite.

The chain's hash is a Python function, which `register` adds to each connection of the app. Other programs that open the
file don't have this function, so they can't write an entry. https://www.sqlite.org/appfunc.html
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from audit import search
from audit.proof import leaves

FUNCTIONS: tuple[str, ...] = ()

# SQLite's 'now' is the same during a whole statement. So the trigger accepts the time that the column's default sets,
# and refuses any other time.
ENTRY = {
    "audit_entry_clock": """
        CREATE TRIGGER audit_entry_clock BEFORE INSERT ON audit_entry
        WHEN NEW.at IS NOT STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')
        BEGIN SELECT RAISE(ABORT, 'the time of an audit entry is set by the database alone'); END""",
    "audit_entry_chain": """
        CREATE TRIGGER audit_entry_chain AFTER INSERT ON audit_entry
        BEGIN
            INSERT INTO audit_leaf (seq, entry_id, hash)
            SELECT last.seq + 1, NEW.id, audit_link(last.hash, last.seq + 1, NEW.id, NEW.at, NEW.leaf)
            FROM (
                SELECT seq, hash FROM (SELECT seq, hash FROM audit_leaf ORDER BY seq DESC LIMIT 1)
                UNION ALL SELECT 0, NULL ORDER BY seq DESC LIMIT 1
            ) AS last;
        END""",
    "audit_entry_search": search.TRIGGER_SQLITE,
}


def append_only(table: str, *, unique: Sequence[str]) -> dict[str, str]:
    """The triggers that refuse to change, delete or replace a row. SQLite's REPLACE removes the old row without firing
    a DELETE trigger. So inserting a row is refused if a row with the same key or rowid exists.
    https://www.sqlite.org/rowidtable.html
    """
    log = "the audit log is append-only"
    return {
        f"{table}_no_update": f"""
            CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
            BEGIN SELECT RAISE(ABORT, '{log}: an entry cannot be changed'); END""",
        f"{table}_no_delete": _no_delete(table),
        f"{table}_no_replace": f"""
            CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
            WHEN {_is_taken(table, unique)}
            BEGIN SELECT RAISE(ABORT, '{log}: an entry cannot be replaced'); END""",
    }


def history(table: str, *, key: str, personal: Sequence[str]) -> dict[str, str]:
    """The triggers that refuse any change, even blanking. A trigger that allows blanking would have to name the
    columns, and a migration can't remove a column that a trigger names. So these triggers don't allow blanking.
    Instead, erasing removes the triggers during its transaction (triggers.lifted).
    """
    return append_only(table, unique=[key])


def erasable(table: str) -> dict[str, str]:
    """The triggers that let a row's text be blanked once. They refuse any other change, and they refuse to delete or
    replace a row. Inserting a row that already exists does nothing, so that an erased text doesn't come back. Such
    inserts happen, because a process doesn't always know that the row exists.
    """
    return {
        f"{table}_only_erase": f"""
            CREATE TRIGGER {table}_only_erase BEFORE UPDATE ON {table}
            WHEN OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL
                OR NEW.text <> '' OR NEW.salt <> '' OR NEW.email <> ''
                OR (NEW.rowid, NEW.commitment, NEW.kind, NEW.region, NEW.person_id)
                    IS NOT (OLD.rowid, OLD.commitment, OLD.kind, OLD.region, OLD.person_id)
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: a personal text can only be erased'); END""",
        f"{table}_no_delete": _no_delete(table),
        f"{table}_no_replace": f"""
            CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
            WHEN {_is_taken(table, ["commitment"])}
            BEGIN
                SELECT CASE WHEN EXISTS (SELECT 1 FROM {table} WHERE commitment = NEW.commitment) THEN RAISE(IGNORE)
                ELSE RAISE(ABORT, 'the audit log is append-only: a personal text cannot be replaced') END;
            END""",  # noqa: S608 # our own names
    }


def replace(*, table: str, name: str, create: str) -> list[str]:
    """The SQL statements that replace a trigger."""
    return [f"DROP TRIGGER IF EXISTS {name}", create]


def drop(*, table: str, name: str) -> str:
    """The SQL statement that drops a trigger."""
    return f"DROP TRIGGER IF EXISTS {name}"


def standing(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    """Return the triggers that exist, as pairs of table and name. Tables have their names in lower case here, because
    SQLite's names are case-insensitive.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(tbl_name), name FROM sqlite_master WHERE type = 'trigger'")
        return set(cursor.fetchall())


def parts(_connection: BaseDatabaseWrapper) -> list[str]:
    """Return no tables, because the log has no partitions on SQLite."""
    return []


def part(_table: str) -> dict[str, str]:
    """No triggers, because there are no partitions."""
    return {}


def register(*, connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Receives the signal connection_created, and adds the chain's hash function to a connection to SQLite."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("audit_link", 5, _link, deterministic=True)


def _link(before: bytes | None, seq: int, entry_id: int, at: str, leaf: bytes) -> bytes:
    if len(leaf) != 32:
        raise ValueError("An entry's leaf is 32 bytes.")
    record = leaves.record(seq=seq, entry_id=entry_id, at=_microseconds(at), leaf=leaf)
    return leaves.link(before or leaves.GENESIS, record)


@lru_cache(maxsize=1)  # all entries of a statement have the same time
def _microseconds(at: str) -> int:
    return leaves.microseconds(datetime.fromisoformat(at).replace(tzinfo=UTC))


def _is_taken(table: str, unique: Sequence[str]) -> str:
    """The SQL condition that is true if the new row would replace an existing one."""
    columns = " OR ".join(f"{column} = NEW.{column}" for column in ("rowid", *unique))
    return f"EXISTS (SELECT 1 FROM {table} WHERE {columns})"  # noqa: S608 # our own names


def _no_delete(table: str) -> str:
    return f"""
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: an entry cannot be deleted'); END"""
