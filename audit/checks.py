"""The system checks that the log is protected."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.database import grants, triggers


def append_only(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """audit.E001 for each database whose log lacks a trigger. Runs where databases are checked: `check --database
    default`, and before each migrate. A table that is not made yet lacks nothing."""
    errors: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if triggers.is_table_there(connection) and (names := triggers.missing(connection)):
            errors.append(
                Error(
                    f"The audit log of database {alias!r} is unprotected: {', '.join(names)} missing or switched off.",
                    hint="Find out who removed it, then put it back: manage.py migrate --skip-checks",
                    id="audit.E001",
                )
            )
    return errors


def confined(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """audit.W001 for each PostgreSQL database that the app is connected to as somebody who could lift the protection;
    not for the demo's."""
    if settings.DEBUG:
        return []
    owned = [alias for alias in databases or () if _is_owned(connections[alias])]
    return [
        Warning(
            f"In database {alias!r} the app's role owns the audit log, or is a superuser, and could alter it.",
            hint="Right for migrate and audit_retire. Have the app itself connect as a role of manage.py audit_grants.",
            id="audit.W001",
        )
        for alias in owned
    ]


def _is_owned(connection: BaseDatabaseWrapper) -> bool:
    return connection.vendor == "postgresql" and triggers.is_table_there(connection) and grants.owns_the_log(connection)
