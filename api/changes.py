"""Checks the changes in a request, and converts them for `edits.saving`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, FailFast, Field, StrictBool, model_validator

from api.cells import HYPERLINK_NAMES, CellValue, require_writable
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
from edits.sheets.column_types.base import LONGEST_TEXT
from edits.sheets.held_values import linked
from edits.sheets.sheet import Json, Sheet
from edits.widgets.links import is_web_address

MOST_CHANGES = 1_000
MOST_ROWS = 20_000  # the most rows that a sheet can have
MOST_CELLS = 400  # the most columns that a sheet can have
PARENT_DELETED = "This save also deletes the row's new parent row."
TWICE = "A save can have at most one change of each kind for a row. Put all cells of a row into one change."
CELL_TWICE = "A save can change each cell only once."
RESTORE_ALONE = "Restore rows in a save without other changes."


RowNumber = Annotated[str, Field(pattern="^[1-9][0-9]{0,5}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Hyperlink(_Strict):
    """The target of a link. It is either a web page, or a sheet, report or dashboard of Smartsheet."""

    url: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = None
    sheet_id: Id | None = None
    report_id: Id | None = None
    sight_id: Id | None = None

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if len(self.target) != 1:
            raise ValueError("Give one of `url`, `sheet_id`, `report_id` and `sight_id`.")
        if self.url is not None and not is_web_address(self.url):
            raise ValueError("`url` must be an address such as https://example.com/plan.")
        return self

    @property
    def target(self) -> dict[str, str | int]:
        """The hyperlink as Smartsheet's API expects it."""
        return {HYPERLINK_NAMES[name]: where for name, where in self.model_dump(exclude_none=True).items()}


class NewCell(_Strict):
    """A cell of a new row. With a `hyperlink`, `value` is the text of the link."""

    column_id: Id
    value: CellValue
    hyperlink: Hyperlink | None = None

    @model_validator(mode="after")
    def _require_text(self) -> Self:
        if self.hyperlink and not (isinstance(self.value, str) and self.value):
            raise ValueError("With a hyperlink, `value` must be its text.")
        return self

    @property
    def typed(self) -> Json:
        """The new value of the cell."""
        if "hyperlink" not in self.model_fields_set:
            return self.value
        return linked(self.value, self.hyperlink.target if self.hyperlink else None)


class ChangedCell(NewCell):
    """A new value for a cell of an existing row. `shown` is the value that the API returned when the caller read the
    cell. The new value is saved only if the cell in Smartsheet still has the value `shown`.

    With a `hyperlink`, `value` is the text of the link. If `hyperlink` is null, the cell's link is removed. If
    `hyperlink` is left out, the cell's link stays.
    """

    shown: CellValue


class PlaceInSheet(_Strict):
    """The place where a row goes. With `parent_id`, the row becomes a child row of the row with this id. With
    `sibling_id`, the row goes next to the row with this id. If neither id is given, the row goes to the top level of
    the sheet.
    """

    parent_id: Id | None = None
    sibling_id: Id | None = None
    where: Annotated[
        Literal["top", "bottom", "above", "below"],
        Field(description="`above` or `below` the row `sibling_id`; without `sibling_id`, `top` or `bottom`"),
    ]

    @model_validator(mode="after")
    def _require_sense(self) -> Self:
        if self.parent_id is not None and self.sibling_id is not None:
            raise ValueError("Give `parent_id` or `sibling_id`, not both.")
        if (self.where in {"above", "below"}) != (self.sibling_id is not None):
            raise ValueError("“above” and “below” need `sibling_id`; “top” and “bottom” don't allow it.")
        return self

    def place(self) -> Place:
        """Return the place as `edits.saving` expects it."""
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
    """Delete a row with all its child rows, at every level. `rows` is the number of rows that this deletes, including
    the row itself.
    """

    do: Literal["delete"]
    row_id: Id
    rows: Annotated[int, Field(ge=1, strict=True)] = 1


class Move(_Strict):
    """Move a row, with all its child rows, within its sheet."""

    do: Literal["move"]
    row_id: Id
    place: PlaceInSheet


class Restore(_Strict):
    """Restore a deleted row: add a new row with the deleted row's values, formulas and formats, at the deleted row's
    old place. `row_id` is the id of the deleted row. If the row has already been restored, it isn't added a second
    time. The result then has the id of the row that was added the first time.
    """

    do: Literal["restore"]
    row_id: Id


KINDS_OF_CHANGES = frozenset({"update", "add", "delete", "move", "restore"})  # the values of `do`
Change = Annotated[Update | Add | Delete | Move | Restore, Field(discriminator="do")]


class Edits(_Strict):
    """Changes of one sheet. The answer has a result for each change, in the same order.

    `unit` says what happens to a row if one of its cells can't be saved. With `row`, none of its cells is saved. With
    `cell`, its other cells are saved. The save sends requests with up to 500 rows to Smartsheet. Smartsheet makes
    either all changes of a request or none. If a request fails, the save sends no further requests. With `is_partial`,
    Smartsheet can refuse some rows of a request and save the others.

    Predecessors refer to rows by their numbers, as in "3FS +2d". `shown_rows` has the ids of rows, by the numbers that
    these rows had when the caller read the sheet: {"3": "4583173393803140"}. If such a row has another number now, the
    save corrects this number in `shown` and in `value`. If the row isn't in the sheet any more, the cell isn't saved.
    Without `shown_rows`, a number means the row that has this number now.

    A save that restores rows can't have other changes. `unit` and `is_partial` don't apply to such a save, because each
    row and each cell is restored separately.
    """

    changes: Annotated[list[Change], FailFast(), Field(min_length=1, max_length=MOST_CHANGES)]
    unit: Literal["row", "cell"] = "row"
    is_partial: StrictBool = False
    reason: Annotated[str, Field(max_length=1_000, description="For the audit log")] = ""
    shown_rows: Annotated[dict[RowNumber, Id | None], Field(max_length=MOST_ROWS)] = {}

    @model_validator(mode="after")
    def _require_each_once(self) -> Self:
        rows = Counter((change.do, change.row_id) for change in self.changes if not isinstance(change, Add))
        if any(count > 1 for count in rows.values()):
            raise ValueError(TWICE)
        for change in self.changes:
            cells = [cell.column_id for cell in change.cells] if isinstance(change, Update | Add) else []
            if len(set(cells)) < len(cells):
                raise ValueError(CELL_TWICE)
        if len({isinstance(change, Restore) for change in self.changes}) > 1:
            raise ValueError(RESTORE_ALONE)
        return self

    @property
    def restored(self) -> list[int]:
        """The old ids of the rows to restore."""
        return [change.row_id for change in self.changes if isinstance(change, Restore)]

    @property
    def row_ids(self) -> list[int]:
        """The ids of existing rows that are changed."""
        return list(dict.fromkeys(change.row_id for change in self.changes if not isinstance(change, Add)))

    @property
    def deleted(self) -> list[int]:
        """The ids of rows to delete, without the child rows of these rows."""
        return [change.row_id for change in self.changes if isinstance(change, Delete)]

    @property
    def row_changes(self) -> list[RowChange]:
        """The changes as `edits.saving` expects them. Rows to restore are left out."""
        return [_row_change(change) for change in self.changes if not isinstance(change, Restore)]

    @property
    def row_ids_shown(self) -> dict[int, int | None]:
        """The ids of rows, by the numbers under which the caller saw them."""
        return {int(number): row_id for number, row_id in self.shown_rows.items()}

    def require_writable(self, sheet: Sheet) -> None:
        """Raise Problem if a column doesn't accept one of the values. `errors` lists all such values."""
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
    """Raise Problem if a deletion would delete more or fewer rows than the caller agreed to."""
    errors = []
    for number, change in enumerate(edits.changes):
        if isinstance(change, Delete) and baseline.sheet.row(change.row_id):
            count = len(baseline.sheet.family(change.row_id))
            if count != change.rows:
                errors.append({"pointer": f"/changes/{number}/rows", "detail": f"The number of rows is now {count}."})
    if errors:
        raise Problem(Kind.MORE_ROWS, errors=errors)


def require_sense(edits: Edits, sheet: Sheet) -> None:
    """Raise Problem if the save adds or moves a row to a parent row, and also deletes this parent row. Smartsheet would
    delete the added or moved row together with its parent row.
    """
    errors = [
        {"pointer": f"/changes/{number}/place", "detail": PARENT_DELETED}
        for number in deleted_places(sheet, edits.row_changes)
    ]
    if errors:
        raise Problem(Kind.INVALID, errors=errors)


def _row_change(change: Update | Add | Delete | Move) -> RowChange:
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
        CellChange(cell.column_id, cell.shown if isinstance(cell, ChangedCell) else None, typed=cell.typed)
        for cell in cells
    )
