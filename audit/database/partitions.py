"""On PostgreSQL the log is one table in monthly parts, so that old months can be taken out of it as a whole.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE
"""

from time import monotonic

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

AHEAD = 3  # months that stand ready after each migrate; writing makes those that are missing

# A month is made aside and then attached, which stops nobody. Whoever may only write calls this too, with the owner's
# rights, so that the log goes on where nothing was migrated for a year; but only for about now, since each month
# costs every query: the one before, and those that stand ready. Several may do so at once: whoever waited for the
# table's lock, which stops no writer, sees what was made meanwhile; the catalogue's cache would not hear of it from an
# advisory lock. Times are written so that no DateStyle or TimeZone of theirs reads them otherwise. TRUNCATE triggers
# are not inherited.
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
    """See to it that entries of now and tomorrow have their month; asks the database once an hour and process."""
    if connection.vendor != "postgresql" or _ready_until.get(connection.alias, 0.0) > monotonic():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_add_partition(now()), audit_add_partition(now() + interval '1 day')")
    until = monotonic() + _REMEMBERED
    transaction.on_commit(lambda: _ready_until.update({connection.alias: until}), using=connection.alias)


def prepare_ahead(connection: BaseDatabaseWrapper) -> None:
    """Make the months up to AHEAD from now, where they are not there yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_add_partition(now() + n * interval '1 month') FROM generate_series(0, %s) AS n", [AHEAD]
        )
