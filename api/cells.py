"""Cells in JSON: as they are read, and what a caller wants them to hold."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr
from typing_extensions import TypedDict  # pydantic needs it before Python 3.12

from edits.sheets.column_types import column_type
from edits.sheets.column_types.base import LONGEST_TEXT
from edits.sheets.held_values import contacts, text_of
from edits.sheets.numbers import LARGEST_NUMBER
from edits.sheets.sheet import Cell, Column, Json

MULTIPLE = {"MULTI_PICKLIST", "MULTI_CONTACT_LIST"}
NOT_EXACT = "Smartsheet can't hold exactly this number: send it as a text, or send one with fewer digits."
ONE_VALUE = "This column takes one value, not a list."
NUL = "A text can't have the character NUL."
TOO_LONG = f"A text can have {LONGEST_TEXT:,} characters."

# What a cell holds. A multi-select or multi-contact cell holds a list of texts; contacts are e-mail addresses.
CellValue = StrictBool | StrictInt | StrictFloat | StrictStr | list[StrictStr] | None


class CellDetails(TypedDict):
    """A cell with more to say than its value."""

    value: CellValue
    display: NotRequired[Annotated[str, Field(description="What Smartsheet shows, if it differs from the value")]]
    formula: NotRequired[str]
    is_link: NotRequired[Annotated[bool, Field(description="The value comes from a cell of another sheet")]]
    is_image: NotRequired[bool]


CellAnswer = CellDetails | CellValue


def cell_answer(column: Column, cell: Cell) -> CellAnswer:
    """The cell's value; with its details, if it has any."""
    value: CellValue = column_type(column).to_api(cell)
    details: CellDetails = {"value": value}
    display = cell.display or (", ".join(map(str, contacts(cell))) if column.type == "MULTI_CONTACT_LIST" else "")
    if display and display != (", ".join(value) if isinstance(value, list) else text_of(value)):
        details["display"] = display
    if cell.formula:
        details["formula"] = cell.formula
    if cell.is_link:
        details["is_link"] = True
    if cell.is_image:
        details["is_image"] = True
    return details if len(details) > 1 else value


def require_writable(column: Column | None, value: CellValue) -> None:
    """Raises ValueError with a sentence where no cell of the column can hold exactly this value.

    A column that is not in the sheet takes any value: the save refuses it, so the attempt is in the log.
    """
    if isinstance(value, list) and column is not None and column.type not in MULTIPLE:
        raise ValueError(ONE_VALUE)
    if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise ValueError(NOT_EXACT)
    for text in value if isinstance(value, list) else [value]:
        _require_text(text)


def _require_text(text: Json) -> None:
    if not isinstance(text, str):
        return
    if "\0" in text:
        raise ValueError(NUL)
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:  # beyond it, Smartsheet cuts off without a word
        raise ValueError(TOO_LONG)
