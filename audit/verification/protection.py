"""Checks what the triggers do. It isn't enough to check their names: someone could replace a trigger by one that does
nothing.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from audit import histories
from audit.database import triggers, triggers_postgresql
from audit.verification.findings import Findings, Kind
from audit.verification.sqlite_sql import tokens

# https://www.postgresql.org/docs/current/catalog-pg-trigger.html
_STANDING = """
    SELECT tgrelid::regclass::text, tgname, tgenabled = 'A', tgtype, tgfoid::regproc::text, tgqual IS NULL,
        tgattr::text, encode(tgargs, 'escape')
    FROM pg_trigger WHERE NOT tgisinternal"""
# The log's own schema. On a role's search path, another schema can come before it.
_SCHEMA = "(SELECT relnamespace FROM pg_class WHERE oid = to_regclass('audit_entry'))"
# https://www.postgresql.org/docs/current/catalog-pg-proc.html
_FUNCTIONS = f"""
    SELECT proname, prosrc, prosecdef, coalesce(proconfig, '{{}}'), quote_ident(nspname)
    FROM pg_proc JOIN pg_namespace AS schema ON schema.oid = pronamespace
    WHERE proname LIKE 'audit\\_%' AND pronamespace = {_SCHEMA}"""  # noqa: S608 # our own names
# A rule or policy can drop rows before a trigger sees them. If another table inherits from one of our tables, our
# triggers don't fire for it, but a query of our table reads its rows too.
# https://www.postgresql.org/docs/current/sql-createrule.html,
# https://www.postgresql.org/docs/current/ddl-rowsecurity.html, https://www.postgresql.org/docs/current/ddl-inherit.html
_BESIDES = f"""
    SELECT ev_class::regclass::text, 'rule ' || rulename FROM pg_rewrite WHERE rulename <> '_RETURN'
    UNION ALL SELECT oid::regclass::text, 'row security' FROM pg_class
    WHERE (relrowsecurity OR relforcerowsecurity) AND relnamespace = {_SCHEMA}
    UNION ALL SELECT inhparent::regclass::text, 'child table ' || inhrelid::regclass::text
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE NOT relispartition"""  # noqa: S608 # our own names
# Tables have their names in lower case here, because SQLite's names are case-insensitive.
_STANDING_ON_SQLITE = "SELECT lower(tbl_name), name FROM sqlite_master WHERE type = 'trigger'"
_OVERLOADED: list[Any] = ["", False, [], ""]  # these facts fit none of our functions
_BITS = {"FOR EACH ROW": 1, " BEFORE ": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def check_triggers(connection: BaseDatabaseWrapper, findings: Findings) -> None:
    """Report triggers that are missing (and in which month), triggers that don't do what they should, and anything else
    on the log's tables that could prevent an entry from being written.
    """
    is_postgresql = connection.vendor == "postgresql"
    months = list(_months_without(connection)) if is_postgresql else []
    missing = set(triggers.missing(connection))
    for name in _no_tables(connection):
        findings.add(Kind.UNPROTECTED, f"{name} is not a table. Something without the log's triggers has replaced it.")
    for month, name in months:
        findings.add(Kind.UNPROTECTED, f"The trigger {name} is missing or switched off on the partition {month}.")
    for name in sorted(missing - {name for _, name in months}):
        findings.add(Kind.UNPROTECTED, f"The trigger {name} is missing or switched off: the log is unprotected.")
    for part in _other_parts(connection) if is_postgresql else ():
        findings.add(Kind.UNPROTECTED, f"{part} is a partition of the log that this app did not create.")
    changed = _changed_on_postgresql(connection) if is_postgresql else _changed_on_sqlite(connection)
    for name in sorted(set(changed) - missing):
        text = f"{name} differs from what this version of the app installs: the log may be unprotected."
        findings.add(Kind.UNPROTECTED, text)
    for table, what in sorted(_strangers(connection)):
        text = f"This app did not create the {what} on {table}: it may prevent entries from being written correctly."
        findings.add(Kind.UNPROTECTED, text)


def _strangers(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Yield the triggers, rules and similar objects on the log's tables, as pairs of table and name. Those that this
    app created are left out.
    """
    ours = {(trigger.table, trigger.name) for trigger in triggers.expected(connection)}
    tables = {table for table, _ in ours}
    if connection.vendor == "postgresql":
        months = triggers_postgresql.parts(connection)
        ours |= {(month, name) for month in months for table, name in ours if table == triggers.ENTRY}
        standing = {(table, name) for table, name, *_ in _standing(connection)}
        besides = _rows(connection, _BESIDES)
    else:
        ours = {(table.lower(), name) for table, name in ours}  # SQLite's names are case-insensitive
        tables = {table for table, _ in ours}
        standing, besides = set(_rows(connection, _STANDING_ON_SQLITE)), []
    yield from ((table, f"trigger {name}") for table, name in standing - ours if table in tables)
    yield from ((table, what) for table, what in besides if table in tables)


def _other_parts(connection: BaseDatabaseWrapper) -> list[str]:
    """Partitions of the log that aren't its months. Queries of the log read them too, but this app never writes to
    them.
    """
    return sorted(set(triggers_postgresql.parts(connection)) - set(triggers_postgresql.months(connection)))


def _changed_on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[str]:
    standing = dict(_rows(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for trigger in triggers.expected(connection):
        if trigger.name in standing and tokens(standing[trigger.name]) != tokens(trigger.sql):
            yield trigger.name


def _changed_on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[str]:
    functions: dict[str, list[Any]] = {}
    for name, *facts in _rows(connection, _FUNCTIONS):
        # If there are two functions with this name, PostgreSQL could run either of them.
        functions[name] = facts if name not in functions else _OVERLOADED
    for statement in triggers_postgresql.FUNCTIONS:
        found = re.search(r"FUNCTION (\w+)\(.*?\$\$(.*)\$\$", statement, re.DOTALL)
        if not found:
            continue
        body, has_owners_rights, settings, schema = functions.get(found[1], _OVERLOADED)
        if (body, has_owners_rights, set(settings)) != (found[2], *_rights(statement, schema)):
            yield found[1]
    standing = {(table, name): how for table, name, _, *how in _standing(connection)}
    for trigger in triggers.expected(connection):
        how = standing.get((trigger.table, trigger.name))
        if how is not None and how != _how(trigger.sql):
            yield trigger.name


def _rights(statement: str, schema: str) -> tuple[bool, set[str]]:
    """Return whether the function with this SQL runs with the rights of its owner, and the settings that the function
    must have.
    """
    head, _, _ = statement.partition("$$")
    settings = {f"{name}={value}" for name, value in re.findall(r"SET (\w+) TO (\w+)", head)}
    has_owners_rights = "SECURITY DEFINER" in head
    return has_owners_rights, settings | ({f"search_path={schema}, pg_temp"} if has_owners_rights else set())


def _how(sql: str) -> list[object]:
    """Return what PostgreSQL's catalogue must say about the trigger that this SQL makes: a list of the trigger's
    events, its function, True if the trigger has no condition, its columns (always none), and the function's arguments.
    """
    events, _, rest = sql.partition(" ON ")
    bits = sum(bit for word, bit in _BITS.items() if word in (rest if bit == 1 else events))
    _, _, call = rest.partition("EXECUTE FUNCTION ")
    arguments = "".join(f"{argument}\\000" for argument in re.findall("'([^']*)'", call))
    return [bits, call.partition("(")[0], "WHEN (" not in rest, "", arguments]


def _months_without(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Yield a pair of month and trigger for each trigger that the log's table has but the month's partition lacks."""
    standing = {(table, name) for table, name, is_always, *_ in _standing(connection) if is_always}
    inherited = [*triggers_postgresql.ENTRY, *triggers_postgresql.append_only(triggers.ENTRY, unique=["id"])]
    for month in triggers_postgresql.parts(connection):
        for name in inherited:
            if (month, name) not in standing and (triggers.ENTRY, name) in standing:
                yield month, name


def _no_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """Names that should be tables of the log or of the histories, but are something else in the database, such as a
    view.
    """
    with connection.cursor() as cursor:
        there = {
            triggers.comparable(found.name, connection): found.type
            for found in connection.introspection.get_table_list(cursor)
        }
    of_log = {*triggers.APPEND_ONLY, triggers.PERSONAL}
    return sorted(
        table
        for table in of_log | {table for table, *_ in histories.tables()}
        if there.get(triggers.comparable(table, connection), "t") != "t"
    )


def _standing(connection: BaseDatabaseWrapper) -> list[tuple[str, str, bool, int, str, bool, str, str]]:
    return _rows(connection, _STANDING)


def _rows(connection: BaseDatabaseWrapper, sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[Any] = cursor.fetchall()
    return found
