"""The changes that entry points pass to `edits.saving.save`."""

from __future__ import annotations

from dataclasses import dataclass

from audit.vocabulary import Action
from edits.sheets.sheet import Json


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell. `shown` is what the person saw, `typed` what the cell will hold, both as edits.sheets.held_values has
    them: the value, of a multi-value cell the list, None for an empty cell. `column_type(column).parse` makes `typed`
    of a text."""

    column_id: int
    shown: Json
    typed: Json


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row goes: beneath `parent_id`, or right below (`is_above`: above) `sibling_id`; neither means the top
    level. `is_first` puts it before the other rows there, not after them.

    https://developers.smartsheet.com/api/smartsheet/openapi/rows/rows-addtosheet (Specify Row Location)
    """

    parent_id: int | None = None
    sibling_id: int | None = None
    is_above: bool = False
    is_first: bool = False

    def attributes(self) -> dict[str, Json]:
        """The location attributes of a Row object in the API."""
        if self.sibling_id is not None:
            return {"siblingId": self.sibling_id, **({"above": True} if self.is_above else {})}
        if self.parent_id is not None:  # by itself it means the first place; Smartsheet takes no toTop beside it
            return {"parentId": self.parent_id, **({} if self.is_first else {"toBottom": True})}
        return {"toTop": True} if self.is_first else {"toBottom": True}


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """Changes cells of a row."""

    row_id: int
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class AddRow:
    """Adds a row. `shown` of its cells is None. `action` is the entry's action in the log."""

    cells: tuple[CellChange, ...]
    place: Place = Place()
    action: Action = Action.ADD


@dataclass(frozen=True, slots=True)
class DeleteRow:
    """Deletes a row and all rows below it."""

    row_id: int


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Moves a row and all rows below it within the sheet."""

    row_id: int
    place: Place


RowChange = UpdateRow | AddRow | DeleteRow | MoveRow
