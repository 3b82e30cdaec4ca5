"""Runs an audit package as a contestant: `python -m benchmarks.audit_writes.peers NAME URL`, in the virtual environment
with the packages. In each repetition, a user changes one text of a row, and the package records the change. The package
is used as its documentation describes.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

from benchmarks.audit_writes.contestant import serve

APPS: dict[str, list[str]] = {
    "simple-history": ["simple_history"],
    "auditlog": ["auditlog"],
    "reversion": ["reversion"],
    "easy-audit": ["easyaudit"],
    "pghistory": ["pgtrigger", "pghistory"],
}
SQLITE = {  # the same options as in this app
    "timeout": 7,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


def set_up(name: str, url: str) -> None:
    settings.configure(
        PEER=name,
        DATABASES={"default": database(url)},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            *APPS[name],
            "benchmarks.audit_writes.rows",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        SECRET_KEY="practice",  # noqa: S106 # protects nothing
    )
    django.setup()


def database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path[1:], "OPTIONS": SQLITE}
    where = {"HOST": parts.hostname, "PORT": parts.port, "USER": parts.username, "PASSWORD": parts.password or ""}
    return {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "CONN_MAX_AGE": None, **where}


def contest(name: str) -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import transaction

    from benchmarks.audit_writes.rows.models import Row

    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)
    if name == "pghistory":
        call_command("pgtrigger", "install")
    user, _ = User.objects.get_or_create(username="jane")
    row = Row()
    row.save()
    numbers = count()

    def save() -> None:
        vars(row).update(text_3=f"Done {next(numbers)}", _history_user=user)  # simple-history reads _history_user
        with by(name, user), transaction.atomic():
            row.save()

    serve(save)


def by(name: str, user: Any) -> Any:
    """Return a context manager that tells the package `name` which user makes a change. For simple-history, the context
    manager does nothing, because that package reads the user from the row.
    """
    if name == "auditlog":
        from auditlog.context import set_actor

        return set_actor(user)
    if name == "pghistory":
        import pghistory

        return pghistory.context(user=user.pk)
    if name == "reversion":
        return revision(user)
    if name == "easy-audit":
        from easyaudit.middleware.easyaudit import set_current_user

        set_current_user(user)
    return nullcontext()


@contextmanager
def revision(user: Any) -> Iterator[None]:
    import reversion

    with reversion.create_revision():
        reversion.set_user(user)
        yield


if __name__ == "__main__":
    logging.disable()
    set_up(sys.argv[1], sys.argv[2])
    contest(sys.argv[1])
