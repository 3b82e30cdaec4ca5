"""What keeps many writers quick on PostgreSQL: the chain's lock is not held while the disk is waited for.

The lock (audit_entry_link in triggers_postgresql.py) is let go at the commit, which ordinarily waits for the disk.
Where several write at once, each would wait for the disk in turn. So a writer who had to wait for the lock, which the
trigger says by a notice, writes for the next while in another way: it commits without waiting, which lets the next one
in, and waits for the disk afterwards, together with all others. Nothing is lost by it: the write returns when the disk
has it, and what came later in the chain is never on the disk without what came before.
https://www.postgresql.org/docs/current/wal-async-commit.html
"""

from contextlib import suppress
from time import monotonic
from typing import Any

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper

NOTICE = "the chain of the audit log is contended"
MEMORY = 1.0  # seconds for which others are taken to go on writing

_others_until = 0.0


def register(*, connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """The receiver of connection_created: listens for the trigger's notice."""
    binds_on_server = connection.settings_dict["OPTIONS"].get("server_side_binding")  # one statement at a time
    if connection.vendor == "postgresql" and not binds_on_server:
        connection.connection.add_notice_handler(_hear)


def are_others_writing() -> bool:
    """Whether this process has lately had to wait for the chain's lock."""
    return _others_until > monotonic()


def execute(connection: BaseDatabaseWrapper, sql: str, parameters: list[Any]) -> int:
    """Run one statement as a transaction that waits for the disk after its lock is gone; gives how many rows it wrote.

    Raises what the statement raises.
    """
    steps = f"BEGIN; SET LOCAL synchronous_commit TO OFF; {sql}; COMMIT; SELECT pg_logical_emit_message(true, '', '')"
    try:
        with connection.cursor() as cursor:
            cursor.execute(steps, parameters)
            for _step in ("BEGIN", "SET"):
                cursor.nextset()  # to what the statement itself says
            return int(cursor.rowcount)
    except Error:
        with suppress(Error):  # it may be the connection itself that is gone
            connection.rollback()
        raise


def one_at_a_time(what: str) -> None:
    """Wait for whoever says the same in a transaction of theirs; until the end of the one at hand it is then our turn.

    SQLite lets one transaction write at a time anyway, and with transaction_mode IMMEDIATE one begin at a time. Raises
    RuntimeError where no transaction is open.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Outside of a transaction the turn would be over at once.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def _hear(notice: Any) -> None:
    global _others_until
    if notice.message_primary == NOTICE:
        _others_until = monotonic() + MEMORY
