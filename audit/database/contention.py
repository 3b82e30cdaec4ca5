"""Keeps writing quick on PostgreSQL when several processes write: no process holds the chain's lock while it waits for
the disk.

The chain's lock (audit_entry_link in triggers_postgresql.py) is released at the commit, and a commit normally waits for
the disk. Without this module, only one writer could wait for the disk at a time. If a process has to wait for the lock,
the trigger sends a notice to this process. For the next second, each commit of this process releases the lock before it
waits for the disk. So all writers can wait for the disk at the same time. Nothing is lost: a write returns only when it
is on disk, and a link is on disk only if all links before it are on disk.
https://www.postgresql.org/docs/current/wal-async-commit.html
"""

from contextlib import suppress
from time import monotonic
from typing import Any

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper

NOTICE = "the chain of the audit log is contended"
MEMORY = 1.0  # after a notice, a process assumes for this many seconds that others are writing

_others_until = 0.0


def register(*, connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Receives the signal connection_created. When this process has to wait for the chain's lock, the database's
    trigger sends a notice. This function lets the process receive these notices on the new connection.
    """
    binds_on_server = connection.settings_dict["OPTIONS"].get("server_side_binding")  # allows one statement per call
    if connection.vendor == "postgresql" and not binds_on_server:
        connection.connection.add_notice_handler(_hear)


def are_others_writing() -> bool:
    """Whether this process had to wait for the chain's lock in the last second."""
    return _others_until > monotonic()


def execute(connection: BaseDatabaseWrapper, sql: str, parameters: list[Any]) -> int:
    """Run one statement in a transaction that releases the chain's lock before it waits for the disk. Returns the
    number of rows that the statement wrote. Raises the statement's errors.
    """
    steps = f"BEGIN; SET LOCAL synchronous_commit TO OFF; {sql}; COMMIT; SELECT pg_logical_emit_message(true, '', '')"
    try:
        with connection.cursor() as cursor:
            cursor.execute(steps, parameters)
            for _step in ("BEGIN", "SET"):
                cursor.nextset()  # skip to the statement's own result
            return int(cursor.rowcount)
    except Error:
        with suppress(Error):  # the connection itself may be lost
            connection.rollback()
        raise


def one_at_a_time(what: str) -> None:
    """Take the lock named `what`, and hold it until the current transaction ends.

    SQLite needs no lock: only one transaction writes at a time. Raises RuntimeError if no transaction is open.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Without a transaction the lock would be released immediately.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def _hear(notice: Any) -> None:
    global _others_until
    if notice.message_primary == NOTICE:
        _others_until = monotonic() + MEMORY
