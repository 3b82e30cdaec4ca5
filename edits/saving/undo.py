"""Undoing a change of a cell: a new edit, in the name of whoever undoes it, that refers to the entry undone.

It puts the old value back only while the cell still holds what that change made of it. Rows are not undone: what was
added is deleted in the ordinary way, which says what goes with it; and what was deleted cannot come back as the row
that it was, with its history, comments and attachments.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from audit.changes import LoggedChange
from audit.recording import Action, Actor, Origin
from edits.gateway.client import Gateway
from edits.gateway.errors import NotFound
from edits.saving import concurrent_saves, services
from edits.saving.services import CellConflict, CellEdit, Saved
from edits.sheets import reading
from edits.sheets.sheet import Cell, Column, Json, Row, Sheet
from edits.sheets.values import Shown, held, is_same, shown, to_send, why_read_only, words

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
    holds something else by now, who wrote it last, as far as Smartsheet says. `seen`: the log position before it."""

    change: LoggedChange
    sheet: Sheet
    row: Row
    column: Column
    now: Shown
    then: Shown
    why_not: str = ""
    is_overtaken: bool = False
    seen: int = 0
    by: str = ""
    at: datetime | None = None

    @property
    def words_now(self) -> str:
        """What the cell holds now, as one reads it aloud."""
        return words(self.now)

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


def plan(gateway: Gateway, change: LoggedChange) -> Undo:
    """Read the row now, and see what undoing the change would do. Raises GatewayError."""
    entry, seen = change.intent, concurrent_saves.newest()
    sheet, row = reading.read_row(gateway, entry.sheet_id or 0, change.row_id or 0)
    column = sheet.column(entry.column_id)
    if column is None:
        raise NotFound(NO_COLUMN)
    now, old = row.cell(column), _cell(column, _value(entry.old))
    found = Undo(change, sheet, row, column, now=shown(column, now), then=shown(column, old), seen=seen)
    if not is_same(held(now), _value(change.new)):
        by, at = services.last_writer(gateway, sheet, row, column)
        return replace(found, is_overtaken=True, by=by, at=at)
    return replace(found, why_not=why_read_only(sheet, column, row) or _why_inexact(column, old, now))


def overtaken(what: Undo, cell: CellConflict) -> Undo:
    """The same, where the cell was changed at the last moment."""
    return replace(what, now=cell.now, is_overtaken=True, by=cell.by, at=cell.at)


def undo(gateway: Gateway, actor: Actor, what: Undo) -> Saved:
    """Put the old value back. Raises what `services.update_row` raises."""
    return services.update_row(
        gateway=gateway,
        actor=actor,
        sheet=what.sheet,
        row=what.row,
        edits=[CellEdit(what.column, shown=what.now, typed=what.then)],
        origin=Origin.UNDO,
        refers_to=what.change.intent.pk,
        seen=what.seen,
    )


def _value(canonical: str | None) -> Json:
    return None if canonical is None else json.loads(canonical)


def _is_commitment(canonical: str | None) -> bool:
    value = _value(canonical)
    return isinstance(value, dict) and value.get("objectType") == "COMMITMENT"


def _cell(column: Column, value: Json) -> Cell:
    """A cell that holds what the log says; of a multi-value cell the log has the list."""
    if isinstance(value, list):
        return Cell(column_id=column.id, object_value={"values": value})
    return Cell(column_id=column.id, value=value)


def _why_inexact(column: Column, old: Cell, now: Cell) -> str:
    """Why the value would not come out as it was, such as digits that were text, of which a number would be made."""
    sent = Cell.parse({"columnId": column.id, **to_send(column, shown(column, old), now)})
    is_unchecked = column.type == "CHECKBOX" and not held(sent) and not held(old)
    return "" if is_unchecked or is_same(held(sent), held(old)) else INEXACT
