"""The rights of the app's role on PostgreSQL. The role can do all that the pages need, but it can't change the log.

The tables belong to another role, which runs migrate and audit_retire. The app's role can read entries and insert them,
but can't set their id and time. A trigger with the owner's rights writes the links. In the log's tables, the only
update that the app's role can make is to blank personal data. https://www.postgresql.org/docs/current/sql-grant.html
"""

from collections.abc import Iterator, Sequence

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import histories, writing
from audit.commitments import Committed
from audit.database import triggers, triggers_postgresql

BLANKABLE = ("text", "salt", "email", "erased_at")  # columns of PersonalText
TO_READ = {"django_migrations", "django_content_type", "auth_permission"}  # tables that only migrate writes to

_ROLE = """
    SELECT rolsuper OR pg_has_role(
        rolname, (SELECT relowner FROM pg_class WHERE oid = to_regclass('audit_entry')), 'MEMBER'
    ) FROM pg_roles WHERE rolname = {}"""

# Finds rights that the role has but doesn't need. Rights on single columns aren't found, because the role needs some of
# them.
# https://www.postgresql.org/docs/current/functions-info.html
_EXCESS = """
    SELECT wanted || ' on ' || name
    FROM unnest(%s::text[]) AS name, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS wanted
    WHERE has_table_privilege(name, wanted) AND (wanted <> 'INSERT' OR name ~ '^audit_(entry|leaf)')
    UNION ALL SELECT 'CREATE on the schema' WHERE has_schema_privilege(current_schema(), 'CREATE')
    UNION ALL SELECT 'TEMPORARY on the database' WHERE has_database_privilege(current_database(), 'TEMPORARY')
    ORDER BY 1"""


class NotAnAppsRole(Exception):
    """The role can't be restricted. The message says why."""


def statements(connection: BaseDatabaseWrapper, role: str) -> list[str]:
    """Return the SQL statements that grant the role what the app needs, and revoke everything else. Running them twice
    does no harm.

    Raises:
        NotAnAppsRole: the database isn't PostgreSQL, or the role doesn't exist, or it owns the tables.
    """
    if connection.vendor != "postgresql":
        raise NotAnAppsRole("SQLite has no roles: anyone who can write to the file can change everything in it.")
    is_owner = _is_owner(connection, "%s", [role])
    if is_owner is None:
        raise NotAnAppsRole(f"There is no role {role}. Make one: CREATE ROLE {role} LOGIN PASSWORD '…';")
    if is_owner:
        raise NotAnAppsRole(f"{role} owns the log's tables, or is a superuser: choose another role for the app.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = (connection.ops.quote_name(name) for name in cursor.fetchone())
    name = connection.ops.quote_name(role)
    return [
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {name}",  # temporary tables would hide the log's
        f"REVOKE ALL ON SCHEMA {schema} FROM {name}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {name}",
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        f"GRANT EXECUTE ON FUNCTION audit_add_partition(timestamptz) TO {name}",
        *(f"GRANT {right} ON {table} TO {name}" for table, right in _rights(connection)),
    ]


def excess(connection: BaseDatabaseWrapper) -> list[str]:
    """The connected role's rights that statements() doesn't grant. The role can have such rights from PUBLIC, or from
    another role that it is a member of.
    """
    tables = [*triggers.APPEND_ONLY, triggers.PERSONAL, *triggers_postgresql.parts(connection)]
    tables += [table for table, *_ in histories.tables()]
    there = {*connection.introspection.table_names(), *triggers_postgresql.parts(connection)}
    with connection.cursor() as cursor:
        cursor.execute(_EXCESS, [sorted(set(tables) & there)])
        return [what for (what,) in cursor.fetchall()]


def owns_the_log(connection: BaseDatabaseWrapper) -> bool:
    """Whether the connected role owns the log's tables, and so could remove the log's protection."""
    return bool(_is_owner(connection, "current_user", []))


def _is_owner(connection: BaseDatabaseWrapper, role: str, parameters: Sequence[str]) -> bool | None:
    """Whether the role owns the log's tables; None if the role doesn't exist."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE.format(role), parameters)
        row = cursor.fetchone()
    return row[0] if row else None


def _rights(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Yield the name of each existing table, with the rights that the app's role gets on this table."""
    protected = {
        triggers.ENTRY: f"SELECT, INSERT ({_names(writing.COLUMNS)})",
        triggers.LEAF: "SELECT",
        triggers.SEAL: "SELECT, INSERT",
        triggers.PERSONAL: f"SELECT, INSERT ({_names(Committed._fields)}), UPDATE ({_names(BLANKABLE)})",
    }
    for model in histories.histories():
        numbered = model._meta.auto_field  # filled from a sequence; None if the key is a UUID
        given = [field.column for field in model._meta.concrete_fields if field.column and field is not numbered]
        blankable = histories.personal_fields(model)
        update = f", UPDATE ({_names(blankable)})" if blankable else ""
        protected[model._meta.db_table] = f"SELECT, INSERT ({_names(given)}){update}"
    ordinary = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | TO_READ
    for table in sorted(ordinary & set(connection.introspection.table_names())):
        right = "SELECT" if table in TO_READ else "SELECT, INSERT, UPDATE, DELETE"
        yield connection.ops.quote_name(table), protected.get(table, right)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
