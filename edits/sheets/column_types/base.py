"""What all column types have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets import held_values
from edits.sheets.held_values import Value, bare, contacts, held, is_same, target, text_of
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
    """A column, and what its type makes of its cells. This one is for types that aren't known yet. In contact
    columns, `people` can be entered by name, as can the contacts of the column and the cell."""

    column: Column
    people: tuple[Contact, ...] = ()
    why_not_here: ClassVar[str] = "Cells of this kind are changed in Smartsheet itself."

    def shown(self, cell: Cell, reader: Reader) -> str:
        """The cell as the sheet shows it, in the reader's locale. It is only looked at: never compared or sent."""
        return cell.display or text_of(cell.value) or ", ".join(str(contact) for contact in contacts(cell))

    def words(self, value: Json, reader: Reader) -> str:
        """A value as one reads it aloud: in messages, and beside a conflict."""
        text = self.shown(held_values.cell_of(self.column, bare(value)), reader) or "empty"
        return f"{text} (link to {where_to(value['hyperlink'])})" if held_values.is_linked(value) else text

    def typed(self, cell: Cell, reader: Reader) -> str:
        """What a control holds for the cell: `parse` reads it as the same value. Choices are one to a line."""
        return text_of(bare(held(cell)))

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        """The value that `typed` stands for: a text, or of a multi-value column also its choices one by one. `cell` is
        what the cell holds now.

        Raises:
            Doubtful: it can be written, but the person must be asked first.
            ValidationError: it can't be written.
        """
        raise ValidationError(self.why_not_here)

    def to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        """The attributes of a Cell object that write the value over `cell`, with its hyperlink.

        Nothing clears the cell, for which Smartsheet wants an empty text, and no hyperlink.
        https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows
        """
        after = self.after(value, cell)
        if held_values.is_linked(after):
            return {"value": after["value"], "hyperlink": after["hyperlink"]}
        return self._to_send(after, cell) | ({"hyperlink": None} if cell.hyperlink else {})

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        """The same of a value without a hyperlink."""
        return {"value": "" if value is None else value}

    def after(self, value: Json, cell: Cell) -> Json:
        """What `cell` holds once the value is written. A text alone leaves the hyperlink as it is; nothing clears both.
        Beside a hyperlink, Smartsheet takes texts only."""
        hyperlink = value["hyperlink"] if isinstance(value, dict) else target(cell.hyperlink)
        plain = held_values.normal(bare(value))
        if not hyperlink or plain is None or isinstance(plain, list | bool):
            return plain
        return held_values.linked(text_of(plain), hyperlink)

    def to_api(self, cell: Cell) -> Json:
        """The value as programs get it, and as they give it back to be written."""
        return bare(held(cell))

    def holds(self, cell: Cell, value: Json) -> bool:
        """Whether writing the value would change nothing."""
        return is_same(held(cell), self.after(value, cell))

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


def where_to(hyperlink: Mapping[str, Json]) -> str:
    """Where a hyperlink leads, in words."""
    names = {"sheetId": "sheet", "reportId": "report", "sightId": "dashboard"}
    return next((f"{what} {hyperlink[name]}" for name, what in names.items() if name in hyperlink), "") or str(
        hyperlink.get("url", "")
    )


def one_text(typed: str | Sequence[str]) -> str:
    """What was typed as one text with \\n at the end of its lines. Raises ValidationError where no cell can hold it."""
    text = text_of(typed if isinstance(typed, str) else ", ".join(typed))
    if "\x00" in text:
        raise ValidationError("Null characters are not allowed.")
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2  # the larger of the two ways to count
    if length > LONGEST_TEXT:
        raise ValidationError(f"Use at most {LONGEST_TEXT:,} characters: this has {length:,}.")
    return text
