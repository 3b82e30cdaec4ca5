"""Makes sure that only one save at a time writes to a sheet with the same person's token. Other saves wait. If two
writes came at the same time, Smartsheet would refuse the second one with errorCode 4004.

The lease is in the database, so that all processes see it. If a process dies, its lease expires. Writes with different
people's tokens don't wait for each other.
https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/scalability-options
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from time import monotonic, sleep
from uuid import uuid4

from django.db import DatabaseError, connection, models

from audit.recording import NotRecorded
from edits.gateway.errors import Busy

PAUSE = 0.05  # seconds between two tries to take the lease
RETRY_AFTER = 1.0  # seconds after which the person can try again
OWN_SAVE = "You're saving something else to this sheet, so this change was not sent."


class SheetLease(models.Model):
    """The right to write to a sheet with a person's token until a certain time."""

    region = models.CharField(max_length=20)
    person_id = models.BigIntegerField()
    sheet_id = models.BigIntegerField()
    holder = models.UUIDField(null=True)
    ends_at = models.DateTimeField()

    class Meta:
        app_label = "edits"
        constraints = [
            models.UniqueConstraint(fields=["region", "person_id", "sheet_id"], name="one_lease_per_person_and_sheet")
        ]

    def __str__(self) -> str:
        return f"{self.region}:{self.person_id} on sheet {self.sheet_id} until {self.ends_at:%F %T}"


@contextmanager
def sheet_lease(*, region: str, person_id: int, sheet_id: int, seconds: float, patience: float) -> Iterator[None]:
    """Hold the lease during the `with` block, but for at most `seconds`. Wait at most `patience` seconds to get the
    lease.

    Raises:
        Busy: another save of this person to this sheet kept the lease longer than `patience`.
        NotRecorded: the database didn't store the lease.
    """
    key = (region, person_id, sheet_id)
    holder, last = uuid4().hex, monotonic() + patience
    try:
        while not _execute(_take(connection.vendor), [*key, holder, seconds]):
            if monotonic() > last:
                raise Busy(OWN_SAVE, retry_after=RETRY_AFTER)
            sleep(PAUSE)
    except DatabaseError as error:
        raise NotRecorded("The lease of the sheet could not be written.") from error
    try:
        yield
    finally:
        with suppress(DatabaseError):  # the lease expires anyway
            _execute(GIVE_BACK, [*key, holder])


GIVE_BACK = """
    UPDATE edits_sheetlease SET holder = NULL WHERE region = %s AND person_id = %s AND sheet_id = %s AND holder = %s"""


@cache
def _take(vendor: str) -> str:
    """Return the SQL that takes the lease in one statement. The statement inserts the lease, or takes over a lease that
    was released or has expired.
    """
    now, end = "STATEMENT_TIMESTAMP()", "STATEMENT_TIMESTAMP() + make_interval(secs => %s)"
    if vendor == "sqlite":
        now, end = (f"STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now'{more})" for more in ("", ", %s || ' seconds'"))
    return f"""
        INSERT INTO edits_sheetlease AS lease (region, person_id, sheet_id, holder, ends_at)
        VALUES (%s, %s, %s, %s, {end})
        ON CONFLICT (region, person_id, sheet_id) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
        WHERE lease.holder IS NULL OR lease.ends_at <= {now}"""  # noqa: S608 # our own words


def _execute(sql: str, parameters: list[str | int | float]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)
