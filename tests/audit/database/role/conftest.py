"""Fixtures: the app's own role on PostgreSQL, which has the rights from audit_grants, and a way to act as this role."""

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
    """A role that has only the rights from audit_grants. The test acts as the tables' owner until it switches to this
    role. The chain's trigger runs immediately, because a test's transaction is never committed.
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
    """Clear the cache that says which months have partitions, and let the test act as the app's role."""
    partitions._ready_until.clear()
    with acting_as(role):
        yield
