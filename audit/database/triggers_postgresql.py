"""The SQL of the triggers for PostgreSQL. Each trigger is set to ENABLE ALWAYS, so it fires even if
session_replication_role is replica.
"""

import re
from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

from audit.database import partitions

# Two functions run with the owner's rights. By default, PostgreSQL looks for a temporary table first. So these
# functions would use a temporary table with the name of one of the log's tables. Their search path prevents this.
# EXECUTE is revoked, so that other roles can't use the functions in triggers on their own tables.
# https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
_WITH_OWNERS_RIGHTS = """
    DO $$
    DECLARE
        name text;
    BEGIN
        FOREACH name IN ARRAY ARRAY['audit_entry_link()', 'audit_add_partition(timestamptz)'] LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', name, current_schema());
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        END LOOP;
    END $$"""

# The chain's lock is held only during the commit, so an open transaction doesn't block other writers. It is an advisory
# lock, because a lock on a row takes twice as long if others update the row. Each of the function's statements after
# the lock sees everything that was committed before. A notice tells a writer that it had to wait (contention.py).
# Sequential scans are off: with statistics from an empty chain, PostgreSQL would read the whole chain to find the last
# link.
#
# An empty table can be truncated: nothing is lost, and Django does so after each TransactionTestCase of a site.
# PostgreSQL locks the table before it runs the trigger, so no one can add a row in the meantime. This is allowed only
# in read committed transactions, because with an older snapshot the trigger might not see existing rows.
FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path TO pg_catalog AS $$
    DECLARE
        is_filled boolean := true;
    BEGIN
        IF TG_OP = 'TRUNCATE' AND current_setting('transaction_isolation') = 'read committed' THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO is_filled;
        END IF;
        IF NOT is_filled THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END $$""",
    """
    CREATE OR REPLACE FUNCTION audit_only_erase() RETURNS trigger LANGUAGE plpgsql SET search_path TO pg_catalog AS $$
    BEGIN
        IF OLD.erased_at IS NOT NULL OR NEW.text <> '' OR NEW.salt <> '' OR NEW.email <> '' OR NEW.erased_at IS NULL
            OR (NEW.commitment, NEW.kind, NEW.region, NEW.person_id)
                IS DISTINCT FROM (OLD.commitment, OLD.kind, OLD.region, OLD.person_id)
        THEN
            RAISE EXCEPTION 'the audit log is append-only: a personal text can only be erased'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """
    CREATE OR REPLACE FUNCTION audit_only_blank() RETURNS trigger LANGUAGE plpgsql SET search_path TO pg_catalog AS $$
    DECLARE
        before jsonb := to_jsonb(OLD);
        after jsonb := to_jsonb(NEW);
        personal text;
    BEGIN
        FOREACH personal IN ARRAY TG_ARGV LOOP
            IF after -> personal IN ('""', '{}') THEN
                before := before - personal;
                after := after - personal;
            END IF;
        END LOOP;
        IF TG_OP = 'UPDATE' AND before = after THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END $$""",
    """
    CREATE OR REPLACE FUNCTION audit_entry_check_clock() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.at OPERATOR(pg_catalog.<>) pg_catalog.statement_timestamp() THEN
            RAISE EXCEPTION 'the time of an audit entry is set by the database alone'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$""",
    """
    CREATE OR REPLACE FUNCTION audit_entry_link() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan TO off AS $$
    DECLARE
        last_seq bigint;
        last_hash bytea;
    BEGIN
        IF octet_length(NEW.leaf) <> 32 THEN
            RAISE EXCEPTION 'the leaf of an audit entry is 32 bytes' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT pg_try_advisory_xact_lock(4702111234001) THEN
            RAISE NOTICE 'the chain of the audit log is contended';
            PERFORM pg_advisory_xact_lock(4702111234001);
        END IF;
        SELECT seq, hash INTO last_seq, last_hash FROM audit_leaf ORDER BY seq DESC LIMIT 1;
        last_seq := coalesce(last_seq, 0) + 1;
        INSERT INTO audit_leaf (seq, entry_id, hash) VALUES (
            last_seq,
            NEW.id,
            sha256('\\x02'::bytea || coalesce(last_hash, decode(repeat('00', 32), 'hex')) || sha256(
                '\\x00'::bytea || int8send(last_seq) || int8send(NEW.id)
                || int8send((extract(epoch FROM NEW.at) * 1000000)::bigint) || NEW.leaf
            ))
        );
        RETURN NULL;
    END $$""",
    partitions.FUNCTION,
    _WITH_OWNERS_RIGHTS,
)
MONTH = re.compile(r"audit_entry_([0-9]{4})_([0-9]{2})")
ENTRY = {
    "audit_entry_clock": """
        CREATE TRIGGER audit_entry_clock BEFORE INSERT ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_check_clock()""",
    "audit_entry_chain": """
        CREATE CONSTRAINT TRIGGER audit_entry_chain AFTER INSERT ON audit_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_entry_link()""",
}


def append_only(table: str, *, unique: Sequence[str]) -> dict[str, str]:
    """The triggers that refuse to change or delete a row."""
    return {
        f"{table}_no_change": f"""
            CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
        **part(table),
    }


def history(table: str, *, key: str, personal: Sequence[str]) -> dict[str, str]:
    """The triggers that let a row's personal columns be blanked. They refuse any other change and any deletion."""
    columns = ", ".join(f"'{column}'" for column in personal)
    name = f"{table}_no_change"
    only = f"""
        CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION audit_only_blank({columns})"""
    return append_only(table, unique=[key]) | ({name: only} if personal else {})


def erasable(table: str) -> dict[str, str]:
    """The triggers that let a row's text be blanked once. They refuse any other change and any deletion."""
    return {
        f"{table}_only_erase": f"""
            CREATE TRIGGER {table}_only_erase BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION audit_only_erase()""",
        f"{table}_no_delete": f"""
            CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
        **part(table),
    }


def part(table: str) -> dict[str, str]:
    """The trigger that prevents TRUNCATE. Each month's partition needs this trigger too, because partitions don't
    inherit it.
    """
    name = "audit_entry_no_truncate" if table.startswith("audit_entry") else f"{table}_no_truncate"
    return {
        name: f"""
            CREATE TRIGGER {name} BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"""
    }


def replace(*, table: str, name: str, create: str) -> list[str]:
    """The SQL statements that replace a trigger."""
    return [drop(table=table, name=name), create, f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"]


def drop(*, table: str, name: str) -> str:
    """The SQL statement that drops a trigger."""
    return f"DROP TRIGGER IF EXISTS {name} ON {table}"


def standing(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    """Return the triggers that are set to ENABLE ALWAYS, as pairs of table and name. A trigger of the log's table is
    returned only if each partition has it too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgenabled = 'A'")
        found = set(cursor.fetchall())
    inherited = {(table, name) for table, name in found if table == "audit_entry"}
    lost = {name for part in parts(connection) for _, name in inherited if (part, name) not in found}
    return found - {("audit_entry", name) for name in lost}


def months(connection: BaseDatabaseWrapper) -> dict[str, tuple[int, int]]:
    """Return the table of each month of the log, with the year and the month. Only partitions that this app created are
    included.
    """
    found = ((name, MONTH.fullmatch(name)) for name in parts(connection))
    return {name: (int(month[1]), int(month[2])) for name, month in found if month}


def parts(connection: BaseDatabaseWrapper) -> list[str]:
    """Return all partitions of the log's table, and the partitions of these partitions. Each of them is listed, because
    its triggers can be switched off separately.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::regclass::text FROM pg_partition_tree(to_regclass('audit_entry')) WHERE level > 0"
        )
        return [name for (name,) in cursor.fetchall()]
