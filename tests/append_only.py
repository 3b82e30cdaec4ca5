"""Lets Django's test runner empty the tables between tests, which the log's triggers refuse to everybody.

It takes the triggers down for that one flush and puts them back: nothing in the product knows of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from audit.database import triggers


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """The log's table without its triggers, for the block."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table, name, _ in triggers.expected(connection):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
    try:
        yield
    finally:
        triggers.install(connection)


def let_the_test_runner_flush() -> None:
    """Wrap the flush at the end of every TransactionTestCase; those that roll back instead do not come here."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined] # private, so not in the stubs

    def flush_without_triggers(self: TransactionTestCase) -> None:
        with lifted(connections["default"]):
            flush(self)

    TransactionTestCase._fixture_teardown = flush_without_triggers  # type: ignore[attr-defined] # Django gives no hook
