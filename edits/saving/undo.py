"""Undoing a change of a cell: a new edit, in the name of whoever undoes it, that refers to the entry undone.

It puts the old value back only while the cell still holds what that change made of it. Rows are not undone: what was
added is deleted in the ordinary way, which says what goes with it; and what was deleted cannot come back as the row
that it was, with its history, comments and attachments.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from audit.changes import LoggedChange
from audit.vocabulary import Action, Origin
from edits.features import Feature
from edits.gateway.errors import NotFound
from edits.saving.baseline import Baseline, read
from edits.saving.changes import CellChange, UpdateRow
from edits.saving.checks import last_writer
from edits.saving.results import CellResult, Result
from edits.saving.service import save
from edits.sheets.column_types import column_type
from edits.sheets.held_values import held, is_same
from edits.sheets.rights import why_read_only
from edits.sheets.sheet import Column, Json, Row
from identity.profiles import readers

NO_COLUMN = "This column is not there any more."
ANOTHER_REGION = "This was done in another region of Smartsheet, where you are somebody else."
NOT_SAVED = "This change was not saved in Smartsheet, or that is not certain, so there is nothing to undo."
ADDED = "A row that was added is undone by deleting it, which says what goes with it and asks first."
DELETED = (
    "Smartsheet cannot bring a deleted row back with its history, comments and attachments. What was in it stands here;"
    " add a new row to have it in the sheet again."
)
NO_CELL = "Only changes of cells can be undone."
PERSONAL = "The value is kept apart from the log as a personal one, so it cannot be put back from here."


@dataclass(frozen=True, slots=True)
class Undo:
    """What undoing a change comes to now. `why_not` is a sentence, or ""; `by` and `at` (UTC) tell, where the cell
    holds something else by now, who wrote it last, as far as Smartsheet says."""

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
        """What the cell holds now, as one reads it aloud."""
        return column_type(self.column).words(self.now, readers.current())

    @property
    def words_then(self) -> str:
        """What it would hold again."""
        return column_type(self.column).words(self.then, readers.current())


def why_never(change: LoggedChange, *, region: str) -> str:
    """Why a logged change cannot be undone by anybody of this region, as a sentence; "" if it may be possible."""
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
    return PERSONAL if _is_commitment(entry.old) or _is_commitment(entry.new) else ""


def plan(user: AbstractBaseUser | AnonymousUser, change: LoggedChange) -> Undo:
    """Read the row now, and see what undoing the change would do. Raises GatewayError."""
    entry, row_id = change.intent, change.row_id or 0
    baseline = read(user, entry.sheet_id or 0, row_ids=[row_id])
    baseline.gateway.require(Feature.CHANGE)
    row, column = baseline.row(row_id), baseline.sheet.column(entry.column_id)
    if column is None:
        raise NotFound(NO_COLUMN)
    found = Undo(change, baseline, row, column, now=held(row.cell(column)), then=_value(entry.old))
    if not is_same(found.now, _value(change.new)):
        by, at = last_writer(baseline, row, column)
        return replace(found, is_overtaken=True, by=by, at=at)
    return replace(found, why_not=why_read_only(baseline.sheet, column, row))


def overtaken(what: Undo, cell: CellResult) -> Undo:
    """The same, where the cell was changed at the last moment."""
    return replace(what, now=cell.value, is_overtaken=True, by=cell.by, at=cell.at)


def undo(what: Undo, *, key: str = "") -> Result:
    """Put the old value back. Raises what `save` raises."""
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


def _is_commitment(canonical: str | None) -> bool:
    value = _value(canonical)
    return isinstance(value, dict) and value.get("objectType") == "COMMITMENT"
