"""Records changes that weren't sent: conflicts, unchanged cells, forbidden attempts, missing rows.

The log has each of them before the person reads it. If the log can't be written, NotRecorded is raised instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

from audit.recording import Change, Evidence, NotRecorded, Personal, note
from audit.vocabulary import Phase
from edits.saving.baseline import Baseline
from edits.saving.changes import CellChange
from edits.saving.checks import CheckedRow, action_of
from edits.saving.results import CellResult, Status
from edits.sheets.column_types import column_type
from edits.sheets.held_values import bare, held, text_of
from edits.sheets.personal_columns import row_label
from edits.sheets.sheet import Row

CHANGED_MEANWHILE = "The cell had changed since the person saw it."
NOTHING_TO_CHANGE = "The cell already had this value."
NOTHING_TYPED = "The form was sent without changes."


@dataclass(frozen=True, slots=True)
class NotSent:
    """Records what wasn't sent. `facts` are origin, reason, via and refers_to, as audit.recording.note takes them."""

    baseline: Baseline
    facts: dict[str, Any]

    def record(self, rows: Iterable[CheckedRow]) -> None:
        """Write an entry for each cell that isn't sent, or one for the row: all of them or none. Raises NotRecorded."""
        found = [row for row in rows if row.result or row.decided]
        if found:
            try:
                with transaction.atomic():
                    for row in found:
                        self._record_row(row)
            except DatabaseError as error:  # at the beginning, or at the commit
                raise NotRecorded("What was not sent could not be recorded.") from error

    def _record_row(self, checked: CheckedRow) -> None:
        cells = {cell.column_id: cell for cell in getattr(checked.change, "cells", ())}
        is_whole_row_forbidden = bool(checked.result and not checked.decided)
        if checked.result and is_whole_row_forbidden and checked.result.status is not Status.UNCHANGED:
            self._note_row(checked, cells.values())
            return
        by_status = {
            status: [result for result in checked.decided if result.status is status]
            for status in (Status.FORBIDDEN, Status.CONFLICT, Status.UNCHANGED)
        }
        if by_status[Status.FORBIDDEN]:
            forbidden = by_status[Status.FORBIDDEN]
            self._note_typed(checked, [cells[result.column_id] for result in forbidden], forbidden[0].message)
        for result in by_status[Status.CONFLICT]:
            self._note_conflict(checked, cells[result.column_id], result)
        if checked.result and checked.result.status is Status.UNCHANGED:
            self._note_unchanged(checked, [cells[result.column_id] for result in by_status[Status.UNCHANGED]])

    def _note_row(self, checked: CheckedRow, cells: Iterable[CellChange]) -> None:
        assert checked.result  # noqa: S101 # _record_row asked
        if checked.result.status is Status.FORBIDDEN:
            self._note_typed(checked, cells, checked.result.message)
        else:
            self._note(checked, Phase.REFUSED, [self._row_change(checked)], checked.result.message)

    def _note_typed(self, checked: CheckedRow, cells: Iterable[CellChange], reason: str) -> None:
        """Record what someone typed where they aren't allowed to. It may be anything, so it can be erased."""
        changes = [
            Change(
                checked.row.id if checked.row else getattr(checked.change, "row_id", None),
                self._label(checked.row),
                cell.column_id,
                column.title if column else "",
                held(checked.row.cell(column)) if checked.row and column else None,
                text_of(bare(cell.typed)),
                is_personal=True,
            )
            for cell in cells
            for column in [self.baseline.sheet.column(cell.column_id)]
        ]
        self._note(checked, Phase.FORBIDDEN, changes or [self._row_change(checked)], reason)

    def _note_conflict(self, checked: CheckedRow, cell: CellChange, result: CellResult) -> None:
        """Record a conflict: `old` is the value now, `new` what was typed. The evidence is what was shown, and who
        changed it since, and when."""
        evidence: dict[str, Evidence] = {
            "shown": Personal(cell.shown),
            "changed_by": Personal(result.by or None),
            "changed_at": result.at.isoformat() if result.at else None,
        }
        self._note(checked, Phase.CONFLICT, self._cell_changes(checked, [cell]), CHANGED_MEANWHILE, evidence=evidence)

    def _note_unchanged(self, checked: CheckedRow, cells: list[CellChange]) -> None:
        changes = self._cell_changes(checked, cells) or [self._row_change(checked)]
        self._note(checked, Phase.UNCHANGED, changes, NOTHING_TO_CHANGE if cells else NOTHING_TYPED)

    def _cell_changes(self, checked: CheckedRow, cells: Iterable[CellChange]) -> list[Change]:
        assert checked.row  # noqa: S101 # a row that is added has no conflicts and holds nothing
        return [
            Change(
                checked.row.id,
                self._label(checked.row),
                column.id,
                column.title,
                held(checked.row.cell(column)),
                column_type(column).after(cell.typed, checked.row.cell(column)),
                is_personal=column.id in self.baseline.personal,
            )
            for cell in cells
            if (column := self.baseline.sheet.column(cell.column_id))
        ]

    def _row_change(self, checked: CheckedRow) -> Change:
        row_id = checked.row.id if checked.row else getattr(checked.change, "row_id", None)
        return Change(row_id, self._label(checked.row), None, "", None, None)

    def _label(self, row: Row | None) -> str:
        return row_label(self.baseline.sheet, row, region=self.baseline.actor.region) if row else ""

    def _note(self, checked: CheckedRow, phase: Phase, changes: list[Change], message: str, **more: Any) -> None:
        note(
            actor=self.baseline.actor,
            action=action_of(checked.change),
            phase=phase,
            sheet_id=self.baseline.sheet.id,
            sheet_name=self.baseline.sheet.name,
            changes=changes,
            message=message,
            **self.facts,
            **more,
        )
