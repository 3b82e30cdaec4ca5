"""Handles DURATION and PREDECESSOR columns of a project plan. Changing such a cell moves the row's dates, and the dates
of the rows that depend on the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets.column_types.base import ColumnType, Doubtful, one_text
from edits.sheets.durations import LOST, Duration, read_predecessors, renumbered
from edits.sheets.held_values import Value, text_of
from edits.sheets.numbers import is_number
from edits.sheets.sheet import Cell, Json
from edits.sheets.spaces import trimmed
from identity.profiles.readers import Reader

EXAMPLES = "5d, 1w 2d, 4h or e5d"


class DurationType(ColumnType):
    """The type of columns with a duration such as 4d 6h 30m. If the column isn't restricted, Smartsheet also allows
    text.
    """

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = trimmed(one_text(typed))
        if not text:
            return None
        if duration := Duration.read(text, reader.locale.decimal):
            return str(duration)
        no_duration = f"“{text}” isn't a duration such as {EXAMPLES}."
        if self.column.is_validated:
            raise ValidationError(no_duration)
        raise Doubtful(f"{no_duration} It would be saved as text.", text)

    def after(self, value: Json, cell: Cell) -> Json:
        """Return the cell's value after the write. A number without a unit becomes a number of days."""
        after = super().after(value, cell)
        duration = Duration.read(text_of(after)) if isinstance(after, str) or is_number(after) else None
        return str(duration) if duration else after

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        is_text = value is not None and Duration.read(text_of(value)) is None
        return super()._to_send(value, cell) | ({"strict": False} if is_text else {})


class PredecessorType(ColumnType):
    """The type of columns with predecessors, such as 12FS +3d 4h, 14SS. People refer to rows by their numbers.
    Smartsheet's API refers to rows by their ids.
    """

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        try:
            found = read_predecessors(one_text(typed), reader.locale.decimal)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        text = ", ".join(map(str, found)) or None
        if why := self.why_not_written(text):
            raise ValidationError(why)
        return text

    def after(self, value: Json, cell: Cell) -> Json:
        """Return the cell's value after the write, in Smartsheet's own notation of predecessors."""
        after = super().after(value, cell)
        return after if self.why_not_written(after) else ", ".join(map(str, read_predecessors(text_of(after)))) or None

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        if value is None:
            return super()._to_send(value, cell)
        found = [one.to_json(self.rows or ()) for one in read_predecessors(text_of(value))]
        return {"objectValue": {"objectType": "PREDECESSOR_LIST", "predecessors": found}}

    def renumbered(self, value: Json, numbers: Mapping[int, int | None]) -> Json:
        """If a row isn't in the sheet now, its number becomes #REF, as in Smartsheet."""
        return None if value is None else renumbered(text_of(value), numbers)

    def why_not_written(self, value: Json) -> str:
        try:
            found = read_predecessors(text_of(value))
        except ValueError as error:
            return str(error)
        if self.rows is None:
            return ""
        missing = next((one.number for one in found if not 1 <= one.number <= len(self.rows)), None)
        return "" if missing is None else f"The sheet has no row {missing}."

    def why_not_held(self, value: Json) -> str:
        is_lost = LOST in text_of(value)
        return f"{LOST} stands for a row that isn't in the sheet." if is_lost else ""
