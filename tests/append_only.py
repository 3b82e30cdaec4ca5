"""Lets Django's test runner empty the log's tables between tests, although the log's triggers don't allow that.

Before tables are emptied, their triggers are removed. Afterwards, the signal `post_migrate` installs all triggers
again. Only tests do this. The app never does.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.test import TransactionTestCase

from audit.database import triggers


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Remove the triggers of the log's tables during the block."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table, name, _ in triggers.expected(connection):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
    try:
        yield
    finally:
        triggers.install(connection)


# These tables are filled by migrate, and tests don't change them.
KEPT = {"django_content_type", "auth_permission"}


def let_the_test_runner_flush() -> None:
    """After each test of a TransactionTestCase, let Django call `empty` instead of the command `flush`.

    The command `flush` empties all tables, and creates all permissions again. On PostgreSQL, emptying all tables takes
    a quarter of a second. `empty` empties only tables that have rows. All other tests with a database run
    in a transaction that is rolled back, so Django doesn't empty the tables after them.
    """

    def empty(_case: TransactionTestCase) -> None:
        _empty(connections["default"])
        with _without(create_permissions), _without(create_contenttypes):
            emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined] # private: Django gives no hook


def _empty(connection: BaseDatabaseWrapper) -> None:
    names = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    is_filled = " UNION ALL ".join(map(_name_if_filled, names))
    with connection.cursor() as cursor:
        cursor.execute(is_filled)
        filled = [name for (name,) in cursor.fetchall()]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in triggers.removal(connection, filled):
            cursor.execute(statement)
        for name in filled:
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608 # a table's name of our own


def _name_if_filled(table: str) -> str:
    return f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})"  # noqa: S608 # a table's name of our own


@contextmanager
def _without(receiver: Callable[..., None]) -> Iterator[None]:
    """Disconnect one of Django's receivers from `post_migrate` during the block."""
    uid = "django.contrib.auth.management.create_permissions" if receiver is create_permissions else None
    assert post_migrate.disconnect(receiver, dispatch_uid=uid)
    try:
        yield
    finally:
        post_migrate.connect(receiver, dispatch_uid=uid)
