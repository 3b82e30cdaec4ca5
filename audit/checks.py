"""The system check that the log is protected."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from audit import triggers


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
