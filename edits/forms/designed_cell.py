"""Defines DesignedCell, a cell of a form that a designer made."""

from __future__ import annotations

from dataclasses import dataclass

from edits.forms.definition import FormField, State
from edits.sheets.sheet import Column
from edits.widgets.row_form import CellBoundField


@dataclass(frozen=True, slots=True)
class DesignedCell:
    """A cell of the form. `bound` is the cell's field. `bound` is None if the person can never write the cell, no
    matter which values the row has. `text` is the cell's value in words. `why` says why the sheet doesn't let this
    person change the cell.
    """

    field: FormField
    column: Column
    state: State
    text: str
    bound: CellBoundField | None = None
    why: str = ""
    symbol: str = ""
    error: str = ""
    is_given: bool = False  # whether the link or the form fills in the cell
    is_suggested: bool = False

    @property
    def is_written(self) -> bool:
        """Whether the person can change the cell now."""
        return self.bound is not None and self.state.is_written and not self.is_given

    @property
    def is_hidden(self) -> bool:
        return self.state is State.HIDDEN

    @property
    def is_always_written(self) -> bool:
        """Whether the person can always change the cell, no matter which values the row has."""
        return self.bound is not None and all(state.is_written for state in self.field.possible_states)
