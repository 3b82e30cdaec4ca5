"""Saves of the same cells that are under way at the same moment, in any process of this app.

Smartsheet compares nothing before it writes: of two saves that both read the row before either wrote, the later one
would overwrite the earlier one unseen. So each looks into the log once its own intent is in it, and gives way to the
others that it finds: of any two at least one sees the other. Where both do, both give way.

A write without an answer that Smartsheet carries out after its deadline isn't seen.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import cache
from uuid import UUID

from django.db import DatabaseError, connection
from django.utils import timezone

from audit.recording import Intent, NotRecorded
from audit.vocabulary import Action, Phase
from edits.conf import settings

RECENT = timedelta(days=1)  # which months of the log are looked at: told before the database plans, whatever its clock
NEWEST = "SELECT id FROM audit_entry {recent} ORDER BY id DESC LIMIT 1"
LONGEST = 1.25  # of SMARTSHEET_DEADLINE: gateway.budget lets a write begin in the first half, and take three quarters


def position() -> int:
    """The newest entry of the log, 0 for an empty one. Taken before rows are read, it tells which saves are in them."""
    # SQLite has no months, and would look among the times first.
    recent = [timezone.now() - RECENT] if connection.vendor == "postgresql" else []
    try:
        with connection.cursor() as cursor:
            cursor.execute(NEWEST.format(recent="WHERE at >= %s" if recent else ""), recent)
            newest = cursor.fetchall()
            return int(newest[0][0]) if newest else 0
    except DatabaseError:  # then no intent can be written either, which is said in better words
        return 0


def contested_rows(intent: Intent, *, since: int, own: Collection[UUID]) -> set[int]:
    """The ids of the rows that another save may have changed since the log's position `since`: in one of the same
    cells, or as a whole, where this edit or the other one deletes or moves the row. `own` are the edits of this save,
    which may both change a row and move it. Raises NotRecorded."""
    cells = {(change.row_id, change.column_id) for line in intent.lines for change in line}
    row_ids = {row_id for row_id, _ in cells if row_id is not None}
    if not row_ids:
        return set()
    try:
        found = _others(intent, row_ids=row_ids, since=since)
    except DatabaseError as error:
        raise NotRecorded("The log could not be read.") from error
    is_of_rows = intent.common["action"] != Action.CHANGE
    return {
        row_id
        for row_id, column_id, action, edit_id in found
        if edit_id not in own
        if is_of_rows or action != Action.CHANGE or (row_id, column_id) in cells
    }


def _others(intent: Intent, *, row_ids: Collection[int], since: int) -> list[tuple[int, int | None, str, UUID]]:
    """Row, column, action and edit of the intents of other saves that may be under way, or came after `since`."""
    operations = connection.ops
    recent = operations.adapt_datetimefield_value(timezone.now() - RECENT)
    is_native = connection.features.has_native_uuid_field
    edit_id = intent.edit_id if is_native else intent.edit_id.hex
    longest = LONGEST * settings.SMARTSHEET_DEADLINE
    given = [intent.common["region"], intent.common["sheet_id"], *row_ids, recent, longest, edit_id, recent, since]
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, len(row_ids)), given)
        return [
            (row_id, column_id, action, UUID(str(theirs))) for row_id, column_id, action, theirs in cursor.fetchall()
        ]


@cache
def _statement(vendor: str, rows: int) -> str:
    """Plain SQL, as each save asks it, and the ORM would take ten times as long to build it as the database to answer.

    Its parameters: region, sheet, rows, start of the months to look at, seconds that a save takes at the longest, own
    edit, the months again, the log's position.
    """
    ago = "STATEMENT_TIMESTAMP() - make_interval(secs => %s)"
    if vendor == "sqlite":
        ago = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', -%s || ' seconds')"
    return f"""
        SELECT row_id, column_id, action, edit_id FROM audit_entry theirs
        WHERE phase = '{Phase.INTENT}' AND region = %s AND sheet_id = %s
            AND row_id IN ({", ".join(["%s"] * rows)}) AND at >= %s AND at >= {ago} AND edit_id <> %s
            AND NOT EXISTS (
                SELECT 1 FROM audit_entry outcome
                WHERE outcome.edit_id = theirs.edit_id AND outcome.line = theirs.line AND outcome.column_id IS NULL
                    AND outcome.phase <> '{Phase.INTENT}' AND outcome.at >= %s
                    AND (outcome.id <= %s OR outcome.phase IN ('{Phase.REFUSED}', '{Phase.FAILED}'))
            )"""  # noqa: S608 # our own words
