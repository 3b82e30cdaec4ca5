"""What was wanted and not sent: conflicts, changes that change nothing, attempts at what is not allowed.

Each is in the log before the person is told. Where the log cannot be written, that is what they are told: NotRecorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from audit.recording import Action, Actor, Change, Evidence, Json, Origin, Personal, Phase, note
from edits.sheets.personal_columns import personal_columns, row_label
from edits.sheets.sheet import Cell, Column, Row, Sheet
from edits.sheets.values import Shown, held, to_send

if TYPE_CHECKING:
    from edits.saving.services import CellConflict, CellEdit

CHANGED_MEANWHILE = "The cell no longer held what the person had been shown."
NOTHING_TO_CHANGE = "The cell already held this."
NOTHING_TYPED = "The form was sent without a change."


def note_conflicts(
    *,
    actor: Actor,
    sheet: Sheet,
    row: Row,
    conflicts: Iterable[CellConflict],
    origin: Origin,
    refers_to: int | None = None,
) -> None:
    """One entry per cell: `old` is what it holds now, `new` what was typed; evidence: what was shown, who wrote."""
    for conflict in conflicts:
        edit = conflict.edit
        note(
            actor=actor,
            action=Action.CHANGE,
            phase=Phase.CONFLICT,
            origin=origin,
            sheet_id=sheet.id,
            sheet_name=sheet.name,
            changes=[_change(actor, sheet, row, edit)],
            message=CHANGED_MEANWHILE,
            evidence=_evidence(row, conflict),
            refers_to=refers_to,
        )


def note_unchanged(*, actor: Actor, sheet: Sheet, row: Row, edits: Sequence[CellEdit], origin: Origin) -> None:
    """One entry per cell that already held what was typed; one for the row if nothing was."""
    note(
        actor=actor,
        action=Action.CHANGE,
        phase=Phase.UNCHANGED,
        origin=origin,
        sheet_id=sheet.id,
        sheet_name=sheet.name,
        changes=[_change(actor, sheet, row, edit) for edit in edits]
        or [Change(row.id, row_label(sheet, row, region=actor.region), None, "", None, None)],
        message=NOTHING_TO_CHANGE if edits else NOTHING_TYPED,
    )


def note_forbidden(
    *,
    actor: Actor,
    action: Action,
    sheet_id: int,
    reason: str,
    sheet: Sheet | None = None,
    row: Row | None = None,
    row_id: int | None = None,
    typed: Sequence[tuple[Column, str]] = (),
    origin: Origin = Origin.FORM,
) -> None:
    """What somebody tried that this app knows they may not do: one entry, or one for each cell that was `typed` into.

    `sheet` and `row` are given where they could be read; `reason` is the sentence that the person is shown.
    """
    label = row_label(sheet, row, region=actor.region) if sheet and row else ""
    row_id = row.id if row else row_id
    cells = [
        Change(row_id, label, column.id, column.title, held(row.cell(column)) if row else None, text, is_personal=True)
        for column, text in typed
    ]
    note(
        actor=actor,
        action=action,
        phase=Phase.FORBIDDEN,
        origin=origin,
        sheet_id=sheet_id,
        sheet_name=sheet.name if sheet else "",
        changes=cells or [Change(row_id, label, None, "", None, None)],
        message=reason,
    )


def _change(actor: Actor, sheet: Sheet, row: Row, edit: CellEdit) -> Change:
    column = edit.column
    return Change(
        row.id,
        row_label(sheet, row, region=actor.region),
        column.id,
        column.title,
        held(row.cell(column)),
        _as_held(column, edit.typed, row),
        is_personal=column.id in personal_columns(region=actor.region, sheet_id=sheet.id),
    )


def _evidence(row: Row, conflict: CellConflict) -> Evidence:
    """What the person had been shown, and who wrote the cell since, when, as far as Smartsheet tells."""
    evidence: dict[str, Evidence] = {
        "shown": Personal(_as_held(conflict.edit.column, conflict.edit.shown, row)),
        "changed_by": Personal(conflict.by or None),
        "changed_at": conflict.at.isoformat() if conflict.at else None,
    }
    return evidence


def _as_held(column: Column, value: Shown, row: Row) -> Json:
    """What the cell would hold, as the log keeps it."""
    kept: Json = held(Cell.parse({"columnId": column.id, **to_send(column, value, row.cell(column))}))
    return kept
