"""Partitions the log by month on PostgreSQL, so that an old month can be removed as a whole.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE
"""

from time import monotonic

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

AHEAD = 3  # the number of months that `migrate` creates in advance; if a month is missing, its first entry creates it

# The function creates a month as a separate table and then attaches it, so that writers don't wait for the table's
# lock. It runs with the owner's rights. So the app's role can create a month, and entries can be written even if
# migrate isn't run for a year. The app's role can create only months close to today, because each month makes every
# query slower. If several processes call the function at the same time, each waits for the table's lock, and then sees
# what the others created. The function doesn't use an advisory lock: a process that waited for one could still see an
# old catalogue. The dates are written so that DateStyle and TimeZone don't change their meaning. Each month gets its
# own TRUNCATE trigger, because partitions don't inherit such a trigger.
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
            RAISE EXCEPTION 'only the owner of the audit log can create months that are not close to today'
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

_REMEMBERED = 3600.0  # for this many seconds, a process assumes that the months exist
_ready_until: dict[str, float] = {}


def prepare(connection: BaseDatabaseWrapper) -> None:
    """Create the partitions for today's month and tomorrow's month, if they are missing. Each process checks this once
    an hour.
    """
    if connection.vendor != "postgresql" or _ready_until.get(connection.alias, 0.0) > monotonic():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_add_partition(now()), audit_add_partition(now() + interval '1 day')")
    until = monotonic() + _REMEMBERED
    transaction.on_commit(lambda: _ready_until.update({connection.alias: until}), using=connection.alias)


def prepare_ahead(connection: BaseDatabaseWrapper) -> None:
    """Create the partitions for this month and for the next AHEAD months, if they are missing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_add_partition(now() + n * interval '1 month') FROM generate_series(0, %s) AS n", [AHEAD]
        )
