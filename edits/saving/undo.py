"""Undoes a change of a cell with a new edit, in the name of the person who undoes it, that refers to the undone entry.

The old value is restored only while the cell still has the value of that change. Rows can't be undone: an added row is
deleted like any other, and a deleted row can't come back with its history, comments and attachments.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from audit.changes import LoggedChange
from audit.proof.commitment_bytes import in_value
from audit.vocabulary import Action, Origin
from edits.features import Feature
from edits.gateway.errors import NotFound
from edits.saving.baseline import Baseline, read
from edits.saving.changes import CellChange, UpdateRow
from edits.saving.checks import last_writer
from edits.saving.results import CellResult, Result
from edits.saving.service import save
from edits.sheets.column_types import column_type
from edits.sheets.held_values import bare, held, is_linked, is_same, linked
from edits.sheets.rights import why_read_only
from edits.sheets.sheet import Column, Json, Row
from identity.profiles import readers

NO_COLUMN = "The sheet no longer has this column."
ANOTHER_REGION = "This was done in another region of Smartsheet, where you have another account."
NOT_SAVED = "There is nothing to undo: Smartsheet didn't save this change, or it isn't certain that it did."
ADDED = "To undo an added row, delete it. You'll see which rows go with it before you confirm."
DELETED = (
    "Smartsheet cannot bring a deleted row back with its history, comments and attachments. What was in it stands here;"
    " add a new row to have it in the sheet again."
)
NO_CELL = "Only changes of cells can be undone."
PERSONAL = "This is a personal value, which the log keeps apart. It can't be restored from here."


@dataclass(frozen=True, slots=True)
class Undo:
    """What undoing a change would do now. `why_not` is a sentence, or "". If the cell has changed since, `is_overtaken`
    is true, and `by` and `at` (UTC) say who changed it last, if Smartsheet says so."""

    change: LoggedChange
    baseline: Baseline
    row: Row
    column: Column
    now: Json
    then: Json
    why_not: str = ""
    is_overtaken: bool = False
    by: str = ""
    at: datetime | None = None

    @property
    def words_now(self) -> str:
        """The cell's value now, in words."""
        return column_type(self.column).words(self.now, readers.current())

    @property
    def words_then(self) -> str:
        """The value that undoing would restore, in words."""
        return column_type(self.column).words(self.then, readers.current())


def why_never(change: LoggedChange, *, region: str) -> str:
    """Why nobody of this region can undo a logged change, as a sentence; "" if it may be possible."""
    entry = change.intent
    rows = {Action.ADD.value: ADDED, Action.DELETE.value: DELETED}
    if entry.action in rows:
        return rows[entry.action]
    if entry.action != Action.CHANGE or entry.column_id is None:
        return NO_CELL
    if not change.is_applied:
        return NOT_SAVED
    if entry.region != region:
        return ANOTHER_REGION
    return PERSONAL if in_value(entry.old) or in_value(entry.new) else ""


def plan(user: AbstractBaseUser | AnonymousUser, change: LoggedChange) -> Undo:
    """Read the row, and find out what undoing the change would do. Raises GatewayError."""
    entry, row_id = change.intent, change.row_id or 0
    baseline = read(user, entry.sheet_id or 0, row_ids=[row_id])
    baseline.gateway.require(Feature.CHANGE)
    row, column = baseline.row(row_id), baseline.sheet.column(entry.column_id)
    if column is None:
        raise NotFound(NO_COLUMN)
    now, then = held(row.cell(column)), _value(entry.old)
    if is_linked(now) and not is_linked(then):
        then = linked(then, None)
    found = Undo(change, baseline, row, column, now=now, then=then)
    if not is_same(found.now, _value(change.new)):
        by, at = last_writer(baseline, row, column)
        return replace(found, is_overtaken=True, by=by, at=at)
    return replace(found, why_not=why_read_only(baseline.sheet, column, row) or _why_not_held(found))


def _why_not_held(what: Undo) -> str:
    why = column_type(what.column).why_not_held(bare(what.then))
    return f"{why} So Smartsheet would refuse it." if why else ""


def overtaken(what: Undo, cell: CellResult) -> Undo:
    """The same undo, after a conflict: the cell was changed between reading and saving."""
    return replace(what, now=cell.value, is_overtaken=True, by=cell.by, at=cell.at)


def undo(what: Undo, *, key: str = "") -> Result:
    """Restore the old value. Raises what `save` raises."""
    cell = CellChange(what.column.id, shown=what.now, typed=what.then)
    return save(
        what.baseline,
        [UpdateRow(what.row.id, (cell,))],
        key=key,
        origin=Origin.UNDO,
        refers_to=what.change.intent.pk,
    )


def _value(canonical: str | None) -> Json:
    return None if canonical is None else json.loads(canonical)
