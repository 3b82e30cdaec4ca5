"""Defines the changes that entry points pass to `edits.saving.save`.

`undoes` is the id of the log entry that a change undoes.

An idempotency key can only be used again for a save with the same content (idempotency.digest_of). Attributes with
`repr=False`, such as `shown`, don't count as content. Jobs need this rule: if a job was killed, its next run reads the
sheet again, and perhaps gets other values for `shown`. The run can still repeat the save with the same key.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from audit.vocabulary import Action
from edits.sheets.sheet import Json


@dataclass(frozen=True, slots=True)
class CellChange:
    """The change of one cell. `shown` is the value that the person saw, `typed` is the new value. Both are in the
    notation of edits.sheets.held_values: None for an empty cell, a list for a multi-value cell, otherwise the value
    itself. `column_type(column).parse` makes `typed` from a text.

    Only undo uses `formula` and `format` (Smartsheet's format descriptor), and only for cells of new rows. If there is
    a `formula`, it is sent instead of `typed`.
    """

    column_id: int
    shown: Json = field(repr=False)
    typed: Json
    undoes: int | None = field(default=None, repr=False)
    formula: str = field(default="", repr=False)
    format: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a row. With `parent_id`, the row becomes a child row of the row with this id. With `sibling_id`, the
    row goes directly below the row with this id, or directly above it if `is_above` is true. Without either, the row
    goes to the top level. On the top level or under a parent row, the row goes after the rows that are already there,
    or before them if `is_first` is true.

    https://developers.smartsheet.com/api/smartsheet/openapi/rows/rows-addtosheet (Specify Row Location)
    """

    parent_id: int | None = None
    sibling_id: int | None = None
    is_above: bool = False
    is_first: bool = False

    def attributes(self) -> dict[str, Json]:
        """Return the location attributes of a Row object in the API."""
        if self.sibling_id is not None:
            return {"siblingId": self.sibling_id, **({"above": True} if self.is_above else {})}
        if self.parent_id is not None:  # parentId alone means the first place; Smartsheet doesn't accept toTop with it
            return {"parentId": self.parent_id, **({} if self.is_first else {"toBottom": True})}
        return {"toTop": True} if self.is_first else {"toBottom": True}


@dataclass(frozen=True, slots=True)
class RowAttributes:
    """Attributes of a row besides its place and its cells. `format` is a format descriptor."""

    format: str = ""
    is_locked: bool = False
    is_expanded: bool = True

    def to_send(self) -> dict[str, Json]:
        """Return the attributes of a Row object that differ from those of an ordinary new row."""
        found = {"format": self.format, "locked": self.is_locked}
        return {name: what for name, what in found.items() if what} | ({} if self.is_expanded else {"expanded": False})


ORDINARY = RowAttributes()


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """Changes cells of a row."""

    row_id: int
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True)
class AddRow:
    """Adds a row. The `shown` of its cells is None. `action` is the action that the log records for the new row."""

    cells: tuple[CellChange, ...]
    place: Place = Place()
    action: Action = Action.ADD
    undoes: int | None = field(default=None, repr=False)
    attributes: RowAttributes = field(default=ORDINARY, repr=False)


@dataclass(frozen=True, slots=True)
class DeleteRow:
    """Deletes a row and all its child rows, at every level."""

    row_id: int
    undoes: int | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Moves a row and all its child rows within the sheet."""

    row_id: int
    place: Place
    undoes: int | None = field(default=None, repr=False)


RowChange = UpdateRow | AddRow | DeleteRow | MoveRow

ACTIONS: dict[type[RowChange], Action] = {
    UpdateRow: Action.CHANGE,
    DeleteRow: Action.DELETE,
    MoveRow: Action.MOVE,
}


def action_of(change: RowChange) -> Action:
    """Return the log's action for a change."""
    return change.action if isinstance(change, AddRow) else ACTIONS[type(change)]
