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
from edits.sheets.sheet import Cell, Column, Json, Row
from edits.sheets.values import Shown, as_held, cell_of, held, is_same, shown, why_read_only, words

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
INEXACT = "The old value cannot be put back exactly as it was: change the cell in the form of its row instead."


@dataclass(frozen=True, slots=True)
class Undo:
    """What undoing a change comes to now. `why_not` is a sentence, or ""; `by` and `at` (UTC) tell, where the cell
    holds something else by now, who wrote it last, as far as Smartsheet says."""

    change: LoggedChange
    baseline: Baseline
    row: Row
    column: Column
    now: Cell
    then: Shown
    why_not: str = ""
    is_overtaken: bool = False
    by: str = ""
    at: datetime | None = None

    @property
    def words_now(self) -> str:
        """What the cell holds now, as one reads it aloud."""
        return words(shown(self.column, self.now))

    @property
    def words_then(self) -> str:
        """What it would hold again."""
        return words(self.then)


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
    now, old = row.cell(column), cell_of(column, _value(entry.old))
    found = Undo(change, baseline, row, column, now=now, then=shown(column, old))
    if not is_same(held(now), _value(change.new)):
        by, at = last_writer(baseline, row, column)
        return replace(found, is_overtaken=True, by=by, at=at)
    return replace(found, why_not=why_read_only(baseline.sheet, column, row) or _why_inexact(column, old, now))


def overtaken(what: Undo, cell: CellResult) -> Undo:
    """The same, where the cell was changed at the last moment."""
    return replace(what, now=cell_of(what.column, cell.value), is_overtaken=True, by=cell.by, at=cell.at)


def undo(what: Undo, *, key: str = "") -> Result:
    """Put the old value back. Raises what `save` raises."""
    cell = CellChange(what.column.id, shown=held(what.now), typed=what.then)
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


def _why_inexact(column: Column, old: Cell, now: Cell) -> str:
    """Why the value would not come out as it was, such as digits that were text, of which a number would be made."""
    sent = as_held(column, shown(column, old), now)
    is_unchecked = column.type == "CHECKBOX" and not sent and not held(old)
    return "" if is_unchecked or is_same(sent, held(old)) else INEXACT
