"""What a caller wants changed: checked JSON, and the same as `edits.saving` takes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, FailFast, Field, model_validator

from api.cells import CellValue, require_writable
from api.encoding import Id
from api.problems import Kind, Problem
from edits.saving import (
    AddRow,
    Baseline,
    CellChange,
    DeleteRow,
    MoveRow,
    Place,
    RowChange,
    UpdateRow,
    deleted_places,
)
from edits.sheets.sheet import Sheet

MOST_CHANGES = 1_000
MOST_CELLS = 400  # the most columns that a sheet can have
BENEATH_DELETED = "The same save deletes the row that this goes beneath."
TWICE = "A row can be changed once in each way: put its cells into one change."
CELL_TWICE = "A cell can be changed once."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewCell(_Strict):
    """A cell of a new row."""

    column_id: Id
    value: CellValue


class ChangedCell(NewCell):
    """A cell of a row. It is saved only if it still holds `shown`: the value as the API gave it."""

    shown: CellValue


class PlaceInSheet(_Strict):
    """Where a row goes: beneath `parent_id`, next to `sibling_id`, or, with neither, to the top level of the sheet."""

    parent_id: Id | None = None
    sibling_id: Id | None = None
    where: Annotated[
        Literal["top", "bottom", "above", "below"],
        Field(description="With `sibling_id` above or below it, otherwise top or bottom"),
    ]

    @model_validator(mode="after")
    def _require_sense(self) -> Self:
        if self.parent_id is not None and self.sibling_id is not None:
            raise ValueError("Give `parent_id` or `sibling_id`, not both.")
        if (self.where in {"above", "below"}) != (self.sibling_id is not None):
            raise ValueError("“above” and “below” go with `sibling_id`, “top” and “bottom” without.")
        return self

    def place(self) -> Place:
        """The same for a save."""
        return Place(
            parent_id=self.parent_id,
            sibling_id=self.sibling_id,
            is_above=self.where == "above",
            is_first=self.where == "top",
        )


class Update(_Strict):
    """Change cells of a row."""

    do: Literal["update"]
    row_id: Id
    cells: Annotated[list[ChangedCell], FailFast(), Field(min_length=1, max_length=MOST_CELLS)]


class Add(_Strict):
    """Add a row."""

    do: Literal["add"]
    cells: Annotated[list[NewCell], FailFast(), Field(max_length=MOST_CELLS)]
    place: PlaceInSheet = PlaceInSheet(where="bottom")


class Delete(_Strict):
    """Delete a row with all rows beneath it. `rows` is how many that are, the row included."""

    do: Literal["delete"]
    row_id: Id
    rows: Annotated[int, Field(ge=1)] = 1


class Move(_Strict):
    """Move a row, with all rows beneath it, within its sheet."""

    do: Literal["move"]
    row_id: Id
    place: PlaceInSheet


Change = Annotated[Update | Add | Delete | Move, Field(discriminator="do")]


class Edits(_Strict):
    """Changes of one sheet. Each has a result at the same position.

    `unit` says what is saved whole or not at all if one of its cells can't be saved: a row, or only that cell.
    `is_partial` lets the other rows be saved if Smartsheet refuses one; otherwise up to 500 rows are one request to
    Smartsheet, which carries it out whole or not at all, and the first request that fails ends the save.
    """

    changes: Annotated[list[Change], FailFast(), Field(min_length=1, max_length=MOST_CHANGES)]
    unit: Literal["row", "cell"] = "row"
    is_partial: bool = False
    reason: Annotated[str, Field(max_length=1_000, description="For the audit log")] = ""

    @model_validator(mode="after")
    def _require_each_once(self) -> Self:
        rows = Counter((change.do, change.row_id) for change in self.changes if not isinstance(change, Add))
        if any(count > 1 for count in rows.values()):
            raise ValueError(TWICE)
        for change in self.changes:
            cells = [cell.column_id for cell in change.cells] if isinstance(change, Update | Add) else []
            if len(set(cells)) < len(cells):
                raise ValueError(CELL_TWICE)
        return self

    @property
    def row_ids(self) -> list[int]:
        """The existing rows that are changed."""
        return list(dict.fromkeys(change.row_id for change in self.changes if not isinstance(change, Add)))

    @property
    def deleted(self) -> list[int]:
        """The rows that are deleted, without those beneath them."""
        return [change.row_id for change in self.changes if isinstance(change, Delete)]

    @property
    def row_changes(self) -> list[RowChange]:
        """The same for a save."""
        return [_row_change(change) for change in self.changes]

    def require_writable(self, sheet: Sheet) -> None:
        """Raises Problem where a column doesn't take such a value; `errors` names each."""
        errors: list[dict[str, str]] = []
        for number, change in enumerate(self.changes):
            for place, cell in enumerate(change.cells if isinstance(change, Update | Add) else ()):
                try:
                    require_writable(sheet.column(cell.column_id), cell.value)
                except ValueError as error:
                    errors.append({"pointer": f"/changes/{number}/cells/{place}/value", "detail": str(error)})
        if errors:
            raise Problem(Kind.INVALID, errors=errors)


def require_agreed(edits: Edits, baseline: Baseline) -> None:
    """Raises Problem if a deletion takes another number of rows than the caller agreed to."""
    errors = []
    for number, change in enumerate(edits.changes):
        if isinstance(change, Delete) and baseline.sheet.row(change.row_id):
            count = len(baseline.sheet.family(change.row_id))
            if count != change.rows:
                errors.append({"pointer": f"/changes/{number}/rows", "detail": f"It would be {count}."})
    if errors:
        raise Problem(Kind.MORE_ROWS, errors=errors)


def require_sense(edits: Edits, sheet: Sheet) -> None:
    """Raises Problem if a row goes to a place that the same save deletes: it would be deleted without being named."""
    errors = [
        {"pointer": f"/changes/{number}/place", "detail": BENEATH_DELETED}
        for number in deleted_places(sheet, edits.row_changes)
    ]
    if errors:
        raise Problem(Kind.INVALID, errors=errors)


def _row_change(change: Change) -> RowChange:
    match change:
        case Update():
            return UpdateRow(change.row_id, _cells(change.cells))
        case Add():
            return AddRow(_cells(change.cells), change.place.place())
        case Delete():
            return DeleteRow(change.row_id)
        case Move():
            return MoveRow(change.row_id, change.place.place())


def _cells(cells: Sequence[NewCell]) -> tuple[CellChange, ...]:
    return tuple(
        CellChange(cell.column_id, cell.shown if isinstance(cell, ChangedCell) else None, typed=cell.value)
        for cell in cells
    )
