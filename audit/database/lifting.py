"""The log's triggers lifted for what even they refuse: retiring old entries, and on SQLite blanking a history.

Only the tables' owner can do it, and nobody else sees the tables without their triggers: it is all one transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.database import triggers


@contextmanager
def lifted(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> Iterator[None]:
    """These tables without their triggers, for the block. Joins the transaction at hand.

    Raises:
        django.db.DatabaseError: this role does not own the tables.
    """
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            for statement in triggers.removal(connection, tables):
                cursor.execute(statement)
        yield
        triggers.install(connection)
