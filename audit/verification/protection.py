"""The triggers, not only by name: whoever may take one away may as well put a hollow one in its place."""

import re
from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from audit import triggers, triggers_postgresql
from audit.verification.findings import Findings, Kind

# https://www.postgresql.org/docs/current/catalog-pg-trigger.html
_STANDING = """
    SELECT tgrelid::regclass::text, tgname, tgenabled = 'A', tgtype, tgfoid::regproc::text, tgqual IS NULL, tgattr::text
    FROM pg_trigger WHERE NOT tgisinternal"""
_BODIES = (
    "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'audit\\_%' AND pronamespace = current_schema::regnamespace"
)
_BITS = {"FOR EACH ROW": 1, " BEFORE ": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def check_triggers(connection: BaseDatabaseWrapper, findings: Findings) -> None:
    """Each trigger that does not stand, with the month that lacks it, and each that does not do what it should."""
    is_postgresql = connection.vendor == "postgresql"
    months = list(_months_without(connection)) if is_postgresql else []
    missing = set(triggers.missing(connection))
    for month, name in months:
        findings.add(Kind.UNPROTECTED, f"The trigger {name} is missing or switched off on the month {month}.")
    for name in sorted(missing - {name for _, name in months}):
        findings.add(Kind.UNPROTECTED, f"The trigger {name} is missing or switched off: the log is unprotected.")
    changed = _changed_on_postgresql(connection) if is_postgresql else _changed_on_sqlite(connection)
    for name in sorted(set(changed) - missing):
        text = f"{name} does not do what this version of the app makes it do: the log may be unprotected."
        findings.add(Kind.UNPROTECTED, text)


def _changed_on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        standing = dict(cursor.fetchall())
    for trigger in triggers.expected(connection):
        if trigger.name in standing and standing[trigger.name].split() != trigger.sql.split():
            yield trigger.name


def _changed_on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_BODIES)
        bodies = dict(cursor.fetchall())
    for statement in triggers_postgresql.FUNCTIONS:
        found = re.search(r"FUNCTION (\w+)\(.*?\$\$(.*)\$\$", statement, re.DOTALL)
        if found and bodies.get(found[1]) != found[2]:
            yield found[1]
    standing = {(table, name): how for table, name, _, *how in _standing(connection)}
    for trigger in triggers.expected(connection):
        how = standing.get((trigger.table, trigger.name))
        if how is not None and how != _how(trigger.sql):
            yield trigger.name


def _how(sql: str) -> list[object]:
    """What the catalogue must say of a trigger that is made so: events, function, no condition, no list of columns."""
    events, _, rest = sql.partition(" ON ")
    bits = sum(bit for word, bit in _BITS.items() if word in (rest if bit == 1 else events))
    function = re.search(r"EXECUTE FUNCTION (\w+)", rest)
    return [bits, function[1] if function else "", "WHEN (" not in rest, ""]


def _months_without(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """The months of the log that lack a trigger which the others have, each with its name."""
    standing = {(table, name) for table, name, is_always, *_ in _standing(connection) if is_always}
    inherited = [*triggers_postgresql.ENTRY, *triggers_postgresql.append_only(triggers.ENTRY, key="id")]
    for month in triggers_postgresql.parts(connection):
        for name in inherited:
            if (month, name) not in standing and (triggers.ENTRY, name) in standing:
                yield month, name


def _standing(connection: BaseDatabaseWrapper) -> list[tuple[str, str, bool, int, str, bool, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING)
        found: list[tuple[str, str, bool, int, str, bool, str]] = cursor.fetchall()
    return found
