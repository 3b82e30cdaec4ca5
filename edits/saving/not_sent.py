"""Records changes that weren't sent because of conflicts, unchanged cells, missing permissions or missing rows.

The entries are written before the person sees the result. If the entries can't be written, NotRecorded is raised and
the person sees no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

from audit.origins import origin_of
from audit.recording import Change, Evidence, NotRecorded, Personal, note
from audit.via import canonical_via
from audit.vocabulary import Origin, Phase
from edits.saving.baseline import Baseline
from edits.saving.changes import CellChange, action_of
from edits.saving.checks import CheckedRow
from edits.saving.results import CellResult, Status
from edits.sheets.column_types import column_type
from edits.sheets.held_values import bare, held, text_of
from edits.sheets.personal_columns import row_label
from edits.sheets.sheet import Row

CHANGED_MEANWHILE = "The cell had changed since the person saw it."
NOTHING_TO_CHANGE = "The cell already had this value."
NOTHING_TYPED = "The form was sent without changes."
NO_CELLS = "The change had no cells."


def facts_of(*, origin: Origin | str | None, reason: str, via: Mapping[str, str | int] | None) -> dict[str, Any]:
    """Return what all entries of a save have in common, as arguments for audit.recording. If `origin` is None, this
    function finds out the origin. Raises ValueError if `origin` or `via` can't be recorded.
    """
    canonical_via(via)  # so that a wrong `via` is found before anything is written
    return {"origin": origin_of(origin), "reason": reason, "via": via}


@dataclass(frozen=True, slots=True)
class NotSent:
    """Records changes that weren't sent. `facts` is what facts_of() returns."""

    baseline: Baseline
    facts: dict[str, Any]

    def record(self, rows: Iterable[CheckedRow]) -> None:
        """Write an entry for each cell that has a conflict, or that the person isn't allowed to change. Unchanged cells
        get entries only if the whole row is unchanged. A row that no longer exists gets one entry, and so does a change
        without cells. If one of the entries can't be written, none is written, and NotRecorded is raised.
        """
        found = [row for row in rows if row.result or row.decided]
        if found:
            try:
                with transaction.atomic():
                    for row in found:
                        self._record_row(row)
            except DatabaseError as error:  # the transaction couldn't be started or committed
                raise NotRecorded("The log could not record which changes weren't sent.") from error

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
        assert checked.result  # noqa: S101 # _record_row has checked it
        if checked.result.status is Status.FORBIDDEN:
            self._note_typed(checked, cells, checked.result.message)
        else:
            self._note(checked, Phase.REFUSED, [self._row_change(checked)], checked.result.message)

    def _note_typed(self, checked: CheckedRow, cells: Iterable[CellChange], reason: str) -> None:
        """Record what someone typed into cells that they aren't allowed to change. The typed text can be anything, so
        the log stores it as a personal value, which can be erased.
        """
        changes = [
            Change(
                checked.row.id if checked.row else getattr(checked.change, "row_id", None),
                self._label(checked.row),
                cell.column_id,
                column.title if column else "",
                held(checked.row.cell(column)) if checked.row and column else None,
                text_of(bare(cell.typed)),
                is_personal=True,
                refers_to=cell.undoes,
            )
            for cell in cells
            for column in [self.baseline.sheet.column(cell.column_id)]
        ]
        self._note(checked, Phase.FORBIDDEN, changes or [self._row_change(checked)], reason)

    def _note_conflict(self, checked: CheckedRow, cell: CellChange, result: CellResult) -> None:
        """Record a conflict. In the entry, `old` is the cell's value now, and `new` is what was typed. The evidence has
        the value that the person was shown, who changed the cell since, and when."""
        evidence: dict[str, Evidence] = {
            "shown": Personal(cell.shown),
            "changed_by": Personal(result.by or None),
            "changed_at": result.at.isoformat() if result.at else None,
        }
        self._note(checked, Phase.CONFLICT, self._cell_changes(checked, [cell]), CHANGED_MEANWHILE, evidence=evidence)

    def _note_unchanged(self, checked: CheckedRow, cells: list[CellChange]) -> None:
        changes = self._cell_changes(checked, cells) or [self._row_change(checked)]
        self._note(checked, Phase.UNCHANGED, changes, NOTHING_TO_CHANGE if cells else self._nothing)

    @property
    def _nothing(self) -> str:
        return NOTHING_TYPED if self.facts["origin"] == Origin.FORM else NO_CELLS

    def _cell_changes(self, checked: CheckedRow, cells: Iterable[CellChange]) -> list[Change]:
        assert checked.row  # noqa: S101 # a row that is added has no conflicts and no unchanged cells
        return [
            Change(
                checked.row.id,
                self._label(checked.row),
                column.id,
                column.title,
                held(checked.row.cell(column)),
                column_type(column).after(cell.typed, checked.row.cell(column)),
                is_personal=column.id in self.baseline.personal,
                refers_to=cell.undoes,
            )
            for cell in cells
            if (column := self.baseline.sheet.column(cell.column_id))
        ]

    def _row_change(self, checked: CheckedRow) -> Change:
        row_id = checked.row.id if checked.row else getattr(checked.change, "row_id", None)
        undoes = getattr(checked.change, "undoes", None)
        return Change(row_id, self._label(checked.row), None, "", None, None, refers_to=undoes)

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
