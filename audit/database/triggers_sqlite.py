"""The SQL of the triggers on SQLite.

The chain's hash is a function of ours that every connection of the app is given (`register`). Whoever opens the file
without it cannot write an entry at all. https://www.sqlite.org/appfunc.html
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from audit import search
from audit.proof import leaves

FUNCTIONS: tuple[str, ...] = ()

# SQLite's 'now' stands still within a statement, so that the column's default equals it, and nothing forged does.
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
    """No row can be changed, deleted or replaced. REPLACE removes the old row without firing a DELETE trigger, so a row
    with an existing key, SQLite's rowid included, is refused before that. https://www.sqlite.org/rowidtable.html"""
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
    """Nothing can be changed, not even blanked: a trigger that names a column would keep migrations from removing it.
    Erasing removes this trigger for the time being (triggers.lifted)."""
    return append_only(table, unique=[key])


def erasable(table: str) -> dict[str, str]:
    """A row's text can be blanked, once and wholly; nothing else is changed, and none is deleted. A row that is there
    already is passed over: the same text may be given again, and one that was erased must not come back. One that
    would replace another is refused."""
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
    """The statements that replace a trigger."""
    return [f"DROP TRIGGER IF EXISTS {name}", create]


def drop(*, table: str, name: str) -> str:
    """The statement that drops a trigger."""
    return f"DROP TRIGGER IF EXISTS {name}"


def standing(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    """The triggers that exist, by table and name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
        return set(cursor.fetchall())


def parts(_connection: BaseDatabaseWrapper) -> list[str]:
    """No partitions: the log is one table on SQLite."""
    return []


def part(_table: str) -> dict[str, str]:
    """No triggers, because there are no partitions."""
    return {}


def register(*, connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Receives connection_created: adds the chain's hash function to SQLite."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("audit_link", 5, _link, deterministic=True)


def _link(before: bytes | None, seq: int, entry_id: int, at: str, leaf: bytes) -> bytes:
    if len(leaf) != 32:
        raise ValueError("An entry's leaf is 32 bytes.")
    microseconds = leaves.microseconds(datetime.fromisoformat(at).replace(tzinfo=UTC))
    record = leaves.record(seq=seq, entry_id=entry_id, at=microseconds, leaf=leaf)
    return leaves.link(before or leaves.GENESIS, record)


def _is_taken(table: str, unique: Sequence[str]) -> str:
    """The condition that the new row would replace an existing one."""
    columns = " OR ".join(f"{column} = NEW.{column}" for column in ("rowid", *unique))
    return f"EXISTS (SELECT 1 FROM {table} WHERE {columns})"  # noqa: S608 # our own names


def _no_delete(table: str) -> str:
    return f"""
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: an entry cannot be deleted'); END"""
