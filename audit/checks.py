"""System checks that report an unprotected log."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.database import grants, triggers


def append_only(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Report audit.E001 for each database in which one of the log's triggers is missing. This check runs before each
    migrate, and with `check --database default`. A table that doesn't exist yet needs no triggers.
    """
    errors: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if triggers.is_table_there(connection) and (names := triggers.missing(connection)):
            errors.append(
                Error(
                    f"The audit log of database {alias!r} is unprotected. Missing or disabled: {', '.join(names)}.",
                    hint="Find out who removed or disabled the triggers. Then run: manage.py migrate --skip-checks",
                    id="audit.E001",
                )
            )
    return errors


def confined(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Check the rights of the app's role in each PostgreSQL database. Report audit.W001 if the role could remove the
    log's protection, and audit.W002 if it has more rights than it needs. With DEBUG, as in the demo, nothing is
    checked.
    """
    if settings.DEBUG:
        return []
    found = (_unconfined(connections[alias]) for alias in databases or ())
    return [warning for warning in found if warning]


def _unconfined(connection: BaseDatabaseWrapper) -> CheckMessage | None:
    if connection.vendor != "postgresql" or not triggers.is_table_there(connection):
        return None
    if grants.owns_the_log(connection):
        return Warning(
            f"In database {connection.alias!r} the app's role can alter the log: it owns the log or is a superuser.",
            hint="Only migrate and audit_retire need a role that owns the log. Let the app connect as another role. "
            "manage.py audit_grants prints the SQL that gives this role its rights.",
            id="audit.W001",
        )
    if excess := grants.excess(connection):
        return Warning(
            f"In database {connection.alias!r} the app's role has rights that it doesn't need: {', '.join(excess)}.",
            hint="Run manage.py audit_grants. If the app's role then still has a right that it doesn't need, this "
            "right comes from PUBLIC, or from a role that the app's role is a member of.",
            id="audit.W002",
        )
    return None
