"""On PostgreSQL the log is partitioned by month, so that old months can be removed as a whole.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE
"""

from time import monotonic

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

AHEAD = 3  # months that are created ahead by each migrate; writing creates missing ones

# A month is created separately and then attached, so no one waits. A role that can only write calls this too, with the
# owner's rights, so that the log continues if migrate doesn't run for a year. That role can only create months around
# now, since each month makes every query slower. Several processes can call it at once: who has waited for the table's
# lock, which no writer waits for, sees what the others created. With an advisory lock the catalogue's cache could be
# stale. Times are written so that DateStyle and TimeZone don't matter. TRUNCATE triggers aren't inherited.
FUNCTION = f"""
    CREATE OR REPLACE FUNCTION audit_add_partition(of timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE
        month timestamp := date_trunc('month', of AT TIME ZONE 'UTC');
        first text := to_char(month, 'YYYY-MM-DD 00:00:00+00');
        next text := to_char(month + interval '1 month', 'YYYY-MM-DD 00:00:00+00');
        name text := 'audit_entry_' || to_char(month, 'YYYY_MM');
    BEGIN
        IF to_regclass(format('%I.%I', current_schema(), name)) IS NOT NULL THEN RETURN; END IF;
        IF of NOT BETWEEN now() - interval '1 month' AND now() + interval '{AHEAD} months'
            AND NOT pg_has_role(session_user, current_user, 'MEMBER')
        THEN
            RAISE EXCEPTION 'only the owner of the audit log makes other months than those around now'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        LOCK TABLE ONLY audit_entry IN SHARE UPDATE EXCLUSIVE MODE;
        IF to_regclass(format('%I.%I', current_schema(), name)) IS NOT NULL THEN RETURN; END IF;
        EXECUTE format('CREATE TABLE %I (LIKE audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        EXECUTE format('ALTER TABLE audit_entry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, first, next);
        EXECUTE format(
            'CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON %I
             FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()', name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER audit_entry_no_truncate', name);
    END $$"""  # noqa: S608 # our own number

_REMEMBERED = 3600.0  # seconds
_ready_until: dict[str, float] = {}


def prepare(connection: BaseDatabaseWrapper) -> None:
    """Create the months of today and tomorrow if they are missing. Asks the database once an hour per process."""
    if connection.vendor != "postgresql" or _ready_until.get(connection.alias, 0.0) > monotonic():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_add_partition(now()), audit_add_partition(now() + interval '1 day')")
    until = monotonic() + _REMEMBERED
    transaction.on_commit(lambda: _ready_until.update({connection.alias: until}), using=connection.alias)


def prepare_ahead(connection: BaseDatabaseWrapper) -> None:
    """Create the months up to AHEAD from now that don't exist yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_add_partition(now() + n * interval '1 month') FROM generate_series(0, %s) AS n", [AHEAD]
        )
