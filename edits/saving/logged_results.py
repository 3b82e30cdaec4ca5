"""Finds the results of a save in the log, after the process that carried it out has died."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from audit.changes import LoggedChange
from audit.proof.commitment_bytes import in_value
from audit.vocabulary import Phase
from edits.gateway.answers import UNKNOWN
from edits.gateway.errors import NotMade, OutcomeUnknown
from edits.saving.changes import AddRow, RowChange, UpdateRow, action_of
from edits.saving.results import CellResult, Result, RowResult, Status, error_of
from edits.sheets.sheet import Json

NOT_BEGUN = "This app was interrupted before it sent this change."
STATUSES = {
    Phase.APPLIED: Status.SAVED,
    Phase.REFUSED: Status.REFUSED,
    Phase.FAILED: Status.NOT_SENT,
    Phase.NOT_APPLIED: Status.NOT_SENT,
}


def of_save(changes: Sequence[RowChange], logged: Sequence[LoggedChange], *, additions: Sequence[int]) -> Result:
    """Return a result for each of the save's `changes`. `logged` has the changes that the log has of this save, in the
    log's order. `additions` has the positions in `changes` of the additions that would be sent if the save were carried
    out now.

    A change or a cell that the log doesn't have was certainly not sent. The log doesn't say which added row belongs to
    which change. So the first addition in the log is matched with the first one in `additions`, and so on. If the log
    has more or fewer additions than `additions`, the outcome of each addition is unknown.
    """
    lines: dict[tuple[str, int | None], list[LoggedChange]] = {}
    added: dict[str, list[list[LoggedChange]]] = {}
    for line in _by_line(logged):
        intent = line[0].intent
        if intent.row_id is None:
            added.setdefault(intent.action, []).append(line)
        else:
            lines[intent.action, intent.row_id] = line
    found = {
        position: lines.get((action_of(change), change.row_id))
        for position, change in enumerate(changes)
        if not isinstance(change, AddRow)
    }
    for action, some in added.items():
        sent = [position for position in additions if action_of(changes[position]) == action]
        if len(sent) == len(some):
            found.update(zip(sent, some, strict=True))
        else:
            found.update(
                (position, []) for position, change in enumerate(changes)
                if isinstance(change, AddRow) and action_of(change) == action
            )  # fmt: skip
    return Result(
        rows=tuple(_of_change(change, found.get(position)) for position, change in enumerate(changes)),
        edit_ids=tuple(dict.fromkeys(change.intent.edit_id for change in logged)),
        is_repeat=True,
    )


def of_row(line: Sequence[LoggedChange]) -> RowResult:
    """Return the result of a row from its changes in the log."""
    change = line[0]
    status = STATUSES.get(change.phase, Status.UNKNOWN)
    outcome = change.outcome
    message = outcome.message if outcome else UNKNOWN
    error_code, ref_id = (outcome.error_code, outcome.ref_id) if outcome else (None, "")
    return RowResult(
        row_id=change.row_id,
        status=status,
        message=message,
        label=change.row_label,
        error=error_of(status, message, error_code=error_code, ref_id=ref_id),
        error_code=error_code,
        ref_id=ref_id,
        edit_id=change.intent.edit_id,
        line=change.intent.line,
        is_undecidable=change.phase is Phase.UNDECIDABLE,
    )


def _by_line(logged: Iterable[LoggedChange]) -> list[list[LoggedChange]]:
    """Return the logged changes as one list for each line. A line is one row of an edit."""
    lines: dict[tuple[UUID, int | None], list[LoggedChange]] = {}
    for change in logged:
        lines.setdefault((change.intent.edit_id, change.intent.line), []).append(change)
    return list(lines.values())


def _of_change(change: RowChange, line: Sequence[LoggedChange] | None) -> RowResult:
    """Return the result of a change from its line in the log. `line` is None if the change wasn't sent. `line` is empty
    if it isn't known whether the change was sent.
    """
    row_id = None if isinstance(change, AddRow) else change.row_id
    if line is None:
        return RowResult(row_id, Status.NOT_SENT, message=NOT_BEGUN, error=NotMade(NOT_BEGUN))
    if not line:
        return RowResult(row_id, Status.UNKNOWN, message=UNKNOWN, error=OutcomeUnknown(UNKNOWN))
    result = of_row(line)
    if not isinstance(change, UpdateRow):
        return result
    sent = {one.intent.column_id: one for one in line}
    cells = (_of_cell(cell.column_id, sent.get(cell.column_id), result.status) for cell in change.cells)
    return replace(result, cells=tuple(cells))


def _of_cell(column_id: int, change: LoggedChange | None, status: Status) -> CellResult:
    if change is None:
        return CellResult(column_id, Status.NOT_SENT, message=NOT_BEGUN)
    return CellResult(column_id, status, _value(change) if status is Status.SAVED else None)


def _value(change: LoggedChange) -> Json:
    """Return the new value of a cell. Return None for a personal value, because only people who can read the sheet can
    see it.
    """
    return None if change.new is None or in_value(change.new) else json.loads(change.new)
