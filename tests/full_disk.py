"""Makes the database refuse new rows in a table, as if the disk were full. The test has to run in a transaction
that is rolled back at the end, so that the trigger that refuses the rows is removed.
"""

from django.db import connection


def refuse_rows(table: str, condition: str = "true") -> None:
    """Make the database refuse new rows of this table that meet `condition`. In the condition, NEW is the new row."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER disk_full BEFORE INSERT ON {table} WHEN {condition}"
                " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS"
                " $$BEGIN RAISE EXCEPTION 'disk full'; END$$"
            )
            cursor.execute(
                f"CREATE TRIGGER disk_full BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition})"
                " EXECUTE FUNCTION disk_full()"
            )
