"""The app's own role on PostgreSQL with the rights from audit_grants, and a connection that uses it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection

from audit.database import partitions

ROLE = f"byline_app_{os.getpid()}"


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    execute(f"SET SESSION AUTHORIZATION {role}")
    try:
        yield
    finally:
        execute("RESET SESSION AUTHORIZATION")


@pytest.fixture
def role(db: None) -> Iterator[str]:
    """A role with only the rights from audit_grants. The test itself goes on as the tables' owner. The chain's trigger
    runs immediately, because a test's transaction is never committed.
    """
    execute(f"CREATE ROLE {ROLE} LOGIN")
    if connection.in_atomic_block:
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    try:
        call_command("audit_grants", "--role", ROLE, "--execute")
        yield ROLE
    finally:
        execute(f"DROP OWNED BY {ROLE}", f"DROP ROLE {ROLE}")


@pytest.fixture
def app(role: str) -> Iterator[None]:
    """Switch to the app's role, and clear the cache of months."""
    partitions._ready_until.clear()
    with acting_as(role):
        yield
