"""Changing sheets: compare, record, call, record. The only place where the log and Smartsheet meet.

Each function makes at most one write. Before it the log holds what is intended (if it cannot be written, nothing is
sent: NotRecorded); after it, what came of it. No database transaction is open during the call.

A write without a clear answer (OutcomeUnknown) is never sent again. It is read back once, and counts as applied only
when that is certain:

- a change: every cell sent now holds what was sent, and the last to write the row was this person. Cells that still
  hold the old value prove nothing, as the request may be on its way yet;
- a deletion: the sheet can be read, and the rows, which were there a moment ago, are gone;
- a new row: never, as it cannot be told from one that the person added elsewhere.

Everything else stays unknown in the log, and the error goes on to the caller.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.recording import Action, Actor, Change, Intent, NotRecorded, Origin, Outcome, Phase, intend, settle
from edits.features import Feature
from edits.gateway.client import Gateway
from edits.gateway.errors import Contested, Forbidden, GatewayError, NotFound, OutcomeUnknown, Refused, Unavailable
from edits.saving import concurrent_saves
from edits.saving.not_sent import note_conflicts, note_unchanged
from edits.sheets.personal_columns import personal_columns, row_label
from edits.sheets.sheet import Cell, Column, Contact, Json, Row, Sheet, parse_time
from edits.sheets.values import Shown, held, holds, is_same, shown, text_of, to_send

log = logging.getLogger(__name__)

NEW_ROW = "new row"  # what the log calls one that has no name, or none to be told, and no number yet
NOT_KEPT = ". Its words are not kept, as they may quote a personal value."
CONTESTED = "The same cell was being saved at this very moment from elsewhere, so this change was not sent."
MOVED_AWAY = "It was no longer beneath the row that was deleted, and is still there."
READ_BACK = "Smartsheet gave no clear answer; reading the row back showed that it was done."


@dataclass(frozen=True, slots=True)
class CellEdit:
    """What a person wants of one cell: `shown` is what they saw, `typed` what it shall hold."""

    column: Column
    shown: Shown
    typed: Shown


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A cell that somebody else changed while it was being edited; `by` and `at` (UTC) when Smartsheet tells."""

    edit: CellEdit
    now: Shown
    by: str = ""
    at: datetime | None = None


class Conflict(Exception):
    """Cells to be changed are no longer as they were shown. Nothing was sent."""

    def __init__(self, cells: Sequence[CellConflict]) -> None:
        super().__init__(f"{len(cells)} cells were changed meanwhile.")
        self.cells = tuple(cells)


@dataclass(frozen=True, slots=True)
class Saved:
    """What was done: how many cells or rows changed, the row, and whether the log could note the outcome as well."""

    count: int
    row_id: int | None = None
    edit_id: UUID | None = None
    is_noted: bool = True


def update_row(
    *,
    gateway: Gateway,
    actor: Actor,
    sheet: Sheet,
    row: Row,
    edits: Sequence[CellEdit],
    origin: Origin = Origin.FORM,
    refers_to: int | None = None,
    seen: int | None = None,
) -> Saved:
    """Change cells of a row. `row` must have been read just now: it is what the edits are compared with.

    `refers_to` is the entry of the log that is undone by it; `seen` is the log position before it was read:
    without it a save that was made between that reading and this call is not known of, and is overwritten.

    A cell that already holds what was typed is left alone. https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows

    Raises:
        Conflict: a cell holds neither what the person saw nor what they typed; nothing was sent, the log has it.
        NotRecorded: the log could not be written; nothing was sent.
        GatewayError: nothing was changed, except that after OutcomeUnknown it may have been. Contested: the same
            cell was being saved from elsewhere.
    """
    gateway.require(Feature.CHANGE)
    seen = concurrent_saves.newest() if seen is None else seen
    wanted = [edit for edit in edits if not holds(edit.column, row.cell(edit.column), edit.typed)]
    if conflicts := _conflicts(gateway, sheet, row, wanted):
        note_conflicts(actor=actor, sheet=sheet, row=row, conflicts=conflicts, origin=origin, refers_to=refers_to)
        raise Conflict(conflicts)
    if not wanted:
        note_unchanged(actor=actor, sheet=sheet, row=row, edits=edits, origin=origin)
        return Saved(count=0, row_id=row.id)
    sent = {edit.column.id: to_send(edit.column, edit.typed, row.cell(edit.column)) for edit in wanted}
    after = {column_id: held(Cell.parse({"columnId": column_id, **cell})) for column_id, cell in sent.items()}
    label = row_label(sheet, row, region=actor.region)
    personal = personal_columns(region=actor.region, sheet_id=sheet.id)
    intent = intend(
        actor=actor,
        action=Action.CHANGE,
        sheet_id=sheet.id,
        sheet_name=sheet.name,
        origin=origin,
        refers_to=refers_to,
        changes=[
            Change(
                row.id,
                label,
                edit.column.id,
                edit.column.title,
                held(row.cell(edit.column)),
                after[edit.column.id],
                is_personal=edit.column.id in personal,
            )
            for edit in wanted
        ],
        evidence=_known(sheet),
    )
    if concurrent_saves.are_there(intent, row_id=row.id, column_ids=sent, seen=seen):
        _settle(intent, [Outcome(Phase.FAILED, row.id, message=CONTESTED)])
        raise Contested(CONTESTED)
    body = [{"id": row.id, "cells": [{"columnId": column_id, **cell} for column_id, cell in sent.items()]}]

    def call() -> list[Outcome]:
        answer = gateway.update_rows(sheet.id, body, edit_id=intent.edit_id)
        return [Outcome(Phase.APPLIED, row.id, label, returned=_returned(answer, row.id, after))]

    def read_back() -> bool:
        now = Row.parse(gateway.row(sheet.id, row.id))
        holds = {cell.column_id: held(cell) for cell in now.cells.values()}
        is_applied = all(is_same(holds.get(column_id), value) for column_id, value in after.items())
        return is_applied and now.modified_by is not None and now.modified_by.email == actor.email

    is_noted = _make(intent, call, read_back=read_back, row_ids=[row.id])
    return Saved(count=len(wanted), row_id=row.id, edit_id=intent.edit_id, is_noted=is_noted)


def add_row(
    *,
    gateway: Gateway,
    actor: Actor,
    sheet: Sheet,
    edits: Sequence[CellEdit],
    action: Action = Action.ADD,
    origin: Origin = Origin.FORM,
) -> Saved:
    """Add a row at the bottom of the sheet. https://developers.smartsheet.com/api/smartsheet/openapi/rows/rows-addtosheet

    Raises:
        NotRecorded: the log could not be written; nothing was sent.
        GatewayError: nothing was added, except that after OutcomeUnknown it may have been.
    """
    gateway.require(Feature.ADD)
    cells = [
        {"columnId": edit.column.id, **to_send(edit.column, edit.typed, Cell(column_id=edit.column.id))}
        for edit in edits
    ]
    personal = personal_columns(region=actor.region, sheet_id=sheet.id)
    names = (text_of(edit.typed) for edit in edits if edit.column.is_primary and edit.column.id not in personal)
    label = next(names, "") or NEW_ROW
    content = _content(sheet, Row.parse({"id": 0, "cells": cells}))
    intent = intend(
        actor=actor,
        action=action,
        sheet_id=sheet.id,
        sheet_name=sheet.name,
        origin=origin,
        changes=[Change(None, label, None, "", None, content, is_personal=_has_personal(actor, sheet))],
        evidence=_known(sheet),
    )
    added: list[Row] = []

    def name(row: Row) -> str:
        return row_label(sheet, row, region=actor.region)

    def call() -> list[Outcome]:
        answer = gateway.add_rows(sheet.id, [{"toBottom": True, "cells": cells}], edit_id=intent.edit_id)
        added.extend(Row.parse(raw) for raw in _results(answer))
        return [
            Outcome(Phase.APPLIED, row.id, name(row), returned={None: _agreed(_by_title(sheet, row), content)})
            for row in added
        ]

    is_noted = _make(intent, call, read_back=lambda: False, row_ids=[None])
    return Saved(count=1, row_id=added[0].id if added else None, edit_id=intent.edit_id, is_noted=is_noted)


def delete_row(*, gateway: Gateway, actor: Actor, sheet: Sheet, row: Row) -> Saved:
    """Delete a row and all rows beneath it; `sheet` must have been read just now, with all of them in it.

    https://developers.smartsheet.com/api/smartsheet/openapi/rows/delete-rows

    Raises:
        NotRecorded: the log could not be written; nothing was sent.
        GatewayError: nothing was deleted, except that after OutcomeUnknown it may have been.
    """
    gateway.require(Feature.DELETE)
    family = sheet.family(row.id)
    labels = {one.id: row_label(sheet, one, region=actor.region) for one in family}
    is_personal = _has_personal(actor, sheet)
    intent = intend(
        actor=actor,
        action=Action.DELETE,
        sheet_id=sheet.id,
        sheet_name=sheet.name,
        origin=Origin.FORM,
        changes=[
            Change(one.id, labels[one.id], None, "", _content(sheet, one), None, is_personal=is_personal)
            for one in family
        ],
        evidence=_known(sheet),
    )

    def call() -> list[Outcome]:
        gone = set(_results(gateway.delete_rows(sheet.id, [row.id], edit_id=intent.edit_id)))
        deleted = [Outcome(Phase.APPLIED, row_id, labels.pop(row_id, "")) for row_id in sorted(gone)]
        return deleted + [Outcome(Phase.FAILED, row_id, message=MOVED_AWAY) for row_id in labels]

    def read_back() -> bool:
        # Of the sheet, as "not found" of a row may be about the sheet, which somebody has just taken away.
        return not gateway.sheet(sheet.id, row_ids=[one.id for one in family])["rows"]

    is_noted = _make(intent, call, read_back=read_back, row_ids=[one.id for one in family])
    return Saved(count=len(family), row_id=row.id, edit_id=intent.edit_id, is_noted=is_noted)


def _make(
    intent: Intent,
    call: Callable[[], list[Outcome]],
    *,
    read_back: Callable[[], bool],
    row_ids: Sequence[int | None],
) -> bool:
    """Make the call and record what came of it. Gives whether that could be recorded; raises GatewayError."""
    try:
        outcomes = call()
    except GatewayError as error:
        phase = _phase(error, read_back)
        message = READ_BACK if phase is Phase.APPLIED else _kept(error, intent)
        outcomes = [
            Outcome(phase, row_id, message=message, error_code=error.error_code, ref_id=error.ref_id)
            for row_id in row_ids
        ]
        is_noted = _settle(intent, outcomes)
        if phase is not Phase.APPLIED:
            raise
        return is_noted
    return _settle(intent, outcomes)


def _kept(error: GatewayError, intent: Intent) -> str:
    """What the log keeps of an error's message: Smartsheet quotes values, and those of personal columns stand apart."""
    is_personal = any(change.is_personal for line in intent.lines for change in line)
    is_quoting = isinstance(error, Refused | Forbidden | NotFound)
    return f"{error.message.partition(':')[0].rstrip('.')}{NOT_KEPT}" if is_personal and is_quoting else error.message


def _phase(error: GatewayError, read_back: Callable[[], bool]) -> Phase:
    if isinstance(error, Unavailable):
        return Phase.FAILED
    if not isinstance(error, OutcomeUnknown):
        return Phase.REFUSED
    try:
        return Phase.APPLIED if read_back() else Phase.UNKNOWN
    except GatewayError:
        return Phase.UNKNOWN


def _settle(intent: Intent, outcomes: Sequence[Outcome]) -> bool:
    try:
        settle(intent, outcomes)
    except NotRecorded:
        log.exception("The outcome of edit %s could not be recorded.", intent.edit_id)
        return False
    return True


def _conflicts(gateway: Gateway, sheet: Sheet, row: Row, edits: Sequence[CellEdit]) -> list[CellConflict]:
    conflicts = []
    for edit in edits:
        now = shown(edit.column, row.cell(edit.column))
        if not is_same(now, edit.shown):
            by, at = last_writer(gateway, sheet, row, edit.column)
            conflicts.append(CellConflict(edit, now, by, at))
    return conflicts


def last_writer(gateway: Gateway, sheet: Sheet, row: Row, column: Column) -> tuple[str, datetime | None]:
    """Who wrote the cell last, and when. Costs ten requests; not knowing it is no reason to fail."""
    try:
        history = gateway.cell_history(sheet.id, row.id, column.id)
    except GatewayError:
        return "", None
    if not history:
        return "", None
    writer = Contact.parse(history[0].get("modifiedBy") or {})
    return writer.name or writer.email, parse_time(history[0].get("modifiedAt"))


def _content(sheet: Sheet, row: Row) -> dict[str, Json]:
    """What is in a row, by column title, without empty cells."""
    cells = ((column.title, held(row.cell(column))) for column in sheet.columns)
    return {title: value for title, value in cells if value is not None}


def _by_title(sheet: Sheet, row: Row) -> dict[str, Cell]:
    """The cells that an answer shows of a row, by column title."""
    return {column.title: row.cells[column.id] for column in sheet.columns if column.id in row.cells}


def _has_personal(actor: Actor, sheet: Sheet) -> bool:
    """Whether a row of the sheet as a whole is personal: one of its columns is."""
    return bool(personal_columns(region=actor.region, sheet_id=sheet.id))


def _results(answer: Json) -> list[Json]:
    result = answer.get("result") or []
    return result if isinstance(result, list) else [result]


def _returned(answer: Json, row_id: int, sent: dict[int, Json]) -> dict[int | None, Json]:
    """What Smartsheet says the cells sent hold now, as far as it says so."""
    rows = [Row.parse(raw) for raw in _results(answer) if raw.get("id") == row_id]
    cells = {cell.column_id: cell for row in rows for cell in row.cells.values()}
    return _agreed(cells, sent) if cells else {}


def _agreed(returned: Mapping[Any, Cell], sent: Mapping[Any, Json]) -> dict[Any, Json]:
    """For each value sent the one returned; where the two are the same to a reader, as it was sent."""
    return {key: _agreed_value(returned.get(key), value) for key, value in sent.items()}


def _agreed_value(returned: Cell | None, sent: Json) -> Json:
    """What the cell holds by the answer: what was sent, unless the answer clearly says something else.

    Answers to writes show the choices of a multi-value cell as one text, which can't be split into the list again:
    as displayValue alone, without a value, or as both.
    """
    if returned is None:
        return sent
    value = held(returned)
    is_text_alone = bool(returned.display) and not isinstance(value, list)
    if isinstance(sent, list) and is_text_alone:
        return sent
    return sent if is_same(value, sent) else value


def _known(sheet: Sheet) -> dict[str, Json]:
    """What settling may need: the sheet's version, which counts its changes, as it was before the call."""
    return {"version": sheet.raw.get("version")}
