"""What all column types have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets import held_values
from edits.sheets.held_values import Value, contacts, held, is_same, text_of
from edits.sheets.sheet import Cell, Column, Contact, Json
from identity.profiles.readers import Reader

LONGEST_TEXT = 4000  # what is beyond it, Smartsheet cuts off without a word


class Doubtful(ValidationError):
    """What was typed can be written as `value`, but may not be what the person means: ask them first."""

    def __init__(self, message: str, value: Value) -> None:
        super().__init__(message, code="doubtful")
        self.value = value


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A column, and what its type makes of its cells. This one is for types that aren't known yet. `people` can be
    told by their names in contact columns, beside those whom the column and the cell know."""

    column: Column
    people: tuple[Contact, ...] = ()
    why_not_here: ClassVar[str] = "Cells of this kind are changed in Smartsheet itself."

    def shown(self, cell: Cell, reader: Reader) -> str:
        """The cell as the sheet shows it, in the reader's locale. It is only looked at: never compared or sent."""
        return cell.display or text_of(cell.value) or ", ".join(str(contact) for contact in contacts(cell))

    def words(self, value: Json, reader: Reader) -> str:
        """A value as one reads it aloud: in messages, and beside a conflict."""
        return self.shown(held_values.cell_of(self.column, value), reader) or "empty"

    def typed(self, cell: Cell, reader: Reader) -> str:
        """What a control holds for the cell: `parse` reads it as the same value. Choices are one to a line."""
        return text_of(held(cell))

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        """The value that `typed` stands for: a text, or of a multi-value column also its choices one by one. `cell` is
        what the cell holds now.

        Raises:
            Doubtful: it can be written, but the person must be asked first.
            ValidationError: it can't be written.
        """
        raise ValidationError(self.why_not_here)

    def to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        """The attributes of a Cell object that write the value over `cell`.

        Nothing clears the cell, for which Smartsheet wants an empty text.
        https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows
        """
        return {"value": "" if value is None else value}

    def to_api(self, cell: Cell) -> Json:
        """The value as programs get it, and as they give it back to be written."""
        return held(cell)

    def holds(self, cell: Cell, value: Json) -> bool:
        """Whether writing the value would change nothing."""
        return is_same(held(cell), held_values.normal(value))

    def why_not_held(self, value: Json) -> str:
        """Why Smartsheet wouldn't take a value, although an earlier cell held it, as a sentence; "" if it would."""
        return ""

    def why_read_only(self, cell: Cell, *, is_row_locked: bool = False) -> str:
        """Why an editor of the sheet can't change the cell, as a sentence; "" if they can. `is_row_locked`: for this
        person."""
        column = self.column
        if column.system_type or column.type == "DATETIME":
            return "Smartsheet fills this in itself."
        if formula := column.formula or cell.formula:
            return f"A formula calculates this cell: {formula}"
        if self.why_not_here:
            return self.why_not_here
        if column.is_locked_for_user:
            return "This column is locked: only admins of the sheet can change it."
        if is_row_locked:
            return "This row is locked: only admins of the sheet can change it."
        if cell.is_link:
            return "This cell gets its value from a cell of another sheet."
        if cell.is_image:
            return "This cell holds a picture, which is changed in Smartsheet itself."
        return ""


def one_text(typed: str | Sequence[str]) -> str:
    """What was typed as one text with \\n at the end of its lines. Raises ValidationError where no cell can hold it."""
    text = text_of(typed if isinstance(typed, str) else ", ".join(typed))
    if "\x00" in text:
        raise ValidationError("Null characters are not allowed.")
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2  # the larger of the two ways to count
    if length > LONGEST_TEXT:
        raise ValidationError(f"Use at most {LONGEST_TEXT:,} characters: this has {length:,}.")
    return text
