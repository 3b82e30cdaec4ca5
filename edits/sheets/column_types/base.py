"""Defines the base class of column types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets import held_values
from edits.sheets.held_values import Value, bare, contacts, held, is_same, target, text_of
from edits.sheets.sheet import Cell, Column, Contact, Json
from identity.profiles.readers import Reader

LONGEST_TEXT = 4000  # the most characters of a text; Smartsheet silently cuts off longer texts


class Doubtful(ValidationError):
    """The typed text can be written as `value`, but the person perhaps means something else. The person must confirm
    the text first.
    """

    def __init__(self, message: str, value: Value) -> None:
        super().__init__(message, code="doubtful")
        self.value = value


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A column, with functions that show, parse and write its cells. This base class is used for columns of unknown
    types. In a contact column, people can be entered by name if they are contacts of the column or of the cell. If the
    column isn't restricted, `people` can be entered by name too. `rows` has the ids of the sheet's rows in their order.
    `rows` is None if the rows weren't read.
    """

    column: Column
    people: tuple[Contact, ...] = ()
    rows: tuple[int, ...] | None = None
    why_not_here: ClassVar[str] = "You can only change cells of this kind in Smartsheet itself."
    takes_several: ClassVar[bool] = False  # whether a cell has a list of values

    def shown(self, cell: Cell, reader: Reader) -> str:
        """Return the cell's text as in the sheet, in the reader's locale. The text is only displayed, and never
        compared or sent.
        """
        return cell.display or text_of(cell.value) or ", ".join(str(contact) for contact in contacts(cell))

    def words(self, value: Json, reader: Reader) -> str:
        """Return a value in words, for messages and conflicts."""
        plain = bare(value)
        is_list = isinstance(plain, list)  # the cell was written when its column had another type
        text = ", ".join(map(str, plain)) if is_list else self.shown(held_values.cell_of(self.column, plain), reader)
        text = text or "empty"
        return f"{text} (link to {where_to(value['hyperlink'])})" if held_values.is_linked(value) else text

    def typed(self, cell: Cell, reader: Reader) -> str:
        """Return the text that a form's control has for this cell. `parse` reads this text as the same value. Each
        choice is on its own line.
        """
        return text_of(bare(held(cell)))

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        """Return the value that the typed text stands for. `typed` is a text, or a list of choices for a multi-value
        column. `cell` is the current cell.

        Raises:
            Doubtful: the value can be written, but the person must confirm it first.
            ValidationError: Smartsheet wouldn't accept the value.
        """
        raise ValidationError(self.why_not_here)

    def to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        """Return the attributes of the Cell object that writes this value, and its hyperlink, into `cell`.

        The value None clears the cell. To clear a cell, Smartsheet needs an empty text and no hyperlink.
        https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows
        """
        after = self.after(value, cell)
        if held_values.is_linked(after):
            return {"value": after["value"], "hyperlink": after["hyperlink"]}
        return self._to_send(after, cell) | ({"hyperlink": None} if cell.hyperlink else {})

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        """Return the attributes that write a value without a hyperlink."""
        return {"value": "" if value is None else value}

    def after(self, value: Json, cell: Cell) -> Json:
        """Return the cell's value after the write. If only a text is written, the cell keeps its hyperlink. None clears
        the text and the hyperlink. In a cell with a hyperlink, a number becomes a text, because Smartsheet accepts only
        texts there. In a column that takes several values, a single text becomes a list. Such a text can be an old
        value, from before the column got this type.
        """
        if self.takes_several:
            plain = held_values.normal(bare(value))
            return [plain] if isinstance(plain, str) else plain
        if cell.hyperlink is None and not isinstance(value, dict):
            return held_values.normal(value)
        hyperlink = value["hyperlink"] if isinstance(value, dict) else target(cell.hyperlink)
        plain = held_values.normal(bare(value))
        if not hyperlink or plain is None or isinstance(plain, list | bool):
            return plain
        return held_values.linked(text_of(plain), hyperlink)

    def to_api(self, cell: Cell) -> Json:
        """Return the cell's value in the notation in which programs get and send values in the API."""
        return bare(held(cell))

    def holds(self, cell: Cell, value: Json) -> bool:
        """Whether writing the value would change nothing."""
        return is_same(held(cell), self.after(value, cell))

    def renumbered(self, value: Json, numbers: Mapping[int, int | None]) -> Json:
        """Return the value with the rows' new numbers. `numbers` has the new numbers by the old ones, or None for rows
        that aren't in the sheet. Only predecessors refer to rows by their numbers.
        """
        return value

    def why_not_written(self, value: Json) -> str:
        """Return a sentence that says why a value can't be sent to Smartsheet; "" if it can."""
        return ""

    def why_not_held(self, value: Json) -> str:
        """Return a sentence that says why a cell can't get this earlier value back, because Smartsheet would refuse it.
        Return "" if Smartsheet would accept the value.
        """
        return ""

    def why_read_only(self, cell: Cell, *, is_row_locked: bool = False) -> str:
        """Return a sentence that says why an editor of the sheet can't change the cell; "" if they can. `is_row_locked`
        says whether the row is locked for this person.
        """
        column = self.column
        if column.system_type or column.type == "DATETIME":
            return "Smartsheet fills in this column."
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
            return "This cell has a picture, which you can only change in Smartsheet itself."
        return ""


def where_to(hyperlink: Mapping[str, Json]) -> str:
    """Return the target of a hyperlink in words."""
    names = {"sheetId": "sheet", "reportId": "report", "sightId": "dashboard"}
    return next((f"{what} {hyperlink[name]}" for name, what in names.items() if name in hyperlink), "") or str(
        hyperlink.get("url", "")
    )


def one_text(typed: str | Sequence[str]) -> str:
    """Return the typed text with \\n as line ends. Raises ValidationError if no cell can have this text."""
    text = text_of(typed if isinstance(typed, str) else ", ".join(typed))
    if "\x00" in text:
        raise ValidationError("Null characters are not allowed.")
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2  # UTF-16 units, never fewer than characters
    if length > LONGEST_TEXT:
        raise ValidationError(f"Use at most {LONGEST_TEXT:,} characters: this has {length:,}.")
    return text
