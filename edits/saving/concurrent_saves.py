"""Finds saves of the same cells that are in progress at the same time, in any process of this app.

Smartsheet doesn't compare anything before it writes. If two saves read the row before either of them writes, the later
write would silently replace the earlier one. So each save first records its own intent, then searches the log for
intents of other saves, and stops if it finds one. At least one of two saves finds the other. If each finds the other,
both stop.

If Smartsheet carries out a write after this app has stopped waiting for the answer, other saves don't find that write.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import cache
from uuid import UUID

from django.db import DatabaseError, connection
from django.utils import timezone

from audit.changes import with_outcomes
from audit.models import Entry
from audit.recording import Intent, NotRecorded
from audit.vocabulary import Action, Origin, Phase
from edits.conf import settings

RECENT = timedelta(days=1)  # older entries aren't searched, so PostgreSQL reads only a few partitions
NEWEST = "SELECT id FROM audit_entry {recent} ORDER BY id DESC LIMIT 1"
# Intents that are older than this, as a multiple of SMARTSHEET_DEADLINE, belong to writes that have ended. A write ends
# before the last quarter of the deadline (gateway.budget), so there is a margin of half a deadline.
LONGEST = 1.25
NOT_DONE = frozenset({Phase.REFUSED, Phase.FAILED, Phase.NOT_APPLIED})


def position() -> int:
    """Return the id of the log's newest entry; 0 if the log is empty. Call this function before you read the rows. Then
    the rows have all changes that were saved up to that entry.
    """
    # On PostgreSQL, the condition on the time limits the search to a few monthly partitions. SQLite has no partitions.
    # With the condition, SQLite would use the index on the time, which is slower than the index on the id.
    recent = [timezone.now() - RECENT] if connection.vendor == "postgresql" else []
    try:
        with connection.cursor() as cursor:
            cursor.execute(NEWEST.format(recent="WHERE at >= %s" if recent else ""), recent)
            newest = cursor.fetchall()
            return int(newest[0][0]) if newest else 0
    except DatabaseError:  # writing the intent will fail too, with a better message
        return 0


def contested_rows(intent: Intent, *, since: int, own: Collection[UUID]) -> set[int]:
    """Return the ids of rows that another save has perhaps changed after the log's entry `since`. Two changes of a row
    collide if they are of the same cell, or if one of them deletes or moves the row. `own` has the ids of this save's
    edits. These edits don't collide with each other. Raises NotRecorded if the log can't be read.
    """
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


def contested_undoings(intent: Intent, *, since: int, own: Collection[UUID]) -> set[int]:
    """Return the ids of the deletions that this save undoes, and that another save undoes too. The id of a deletion is
    the id of its log entry. Saves before the log's entry `since`, and saves that certainly added nothing, don't count.
    Raises NotRecorded if the log can't be read.
    """
    deleted = {line[0].refers_to for line in intent.lines if line[0].row_id is None} - {None}
    if not deleted:
        return set()
    undoings = Entry.objects.intents().filter(refers_to__in=deleted, origin=Origin.UNDO, id__gt=since)
    try:
        others = with_outcomes(undoings.exclude(edit_id__in=own))
        return {one.intent.refers_to or 0 for one in others if one.phase not in NOT_DONE}
    except DatabaseError as error:
        raise NotRecorded("The log could not be read.") from error


def _others(intent: Intent, *, row_ids: Collection[int], since: int) -> list[tuple[int, int | None, str, UUID]]:
    """Find other saves that change these rows and that were in progress after the log's entry `since`. Return their
    intents as tuples: row id, column id, action and edit id. Saves that were refused or failed don't count.
    """
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
    """Return the SQL of the query in `_others`. Every save runs this query. The ORM would need ten times as long to
    build the query as the database needs to answer it.

    The parameters of the query are: region, sheet, rows, earliest time, longest duration of a save in seconds, own
    edit, the earliest time once more, and the entry `since`.
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
