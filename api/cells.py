"""Converts cells to the API's JSON, and checks the values that callers send."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr
from typing_extensions import TypedDict  # before Python 3.12, pydantic doesn't accept typing.TypedDict

from edits.sheets import formula_errors
from edits.sheets.column_types import column_type
from edits.sheets.column_types.base import LONGEST_TEXT
from edits.sheets.held_values import contacts, target, text_of
from edits.sheets.numbers import LARGEST_NUMBER
from edits.sheets.sheet import Cell, Column, Json

MULTIPLE = {"MULTI_PICKLIST", "MULTI_CONTACT_LIST"}
NOT_EXACT = "Smartsheet can't store this number exactly: send it as a text, or send a number with fewer digits."
ONE_VALUE = "This column takes one value, not a list."
NUL = "A text can't contain the character NUL."
TOO_LONG = f"A text can have {LONGEST_TEXT:,} characters."

HYPERLINK_NAMES = {"url": "url", "sheet_id": "sheetId", "report_id": "reportId", "sight_id": "sightId"}

# The value of a cell. In multi-select and multi-contact columns, it is a list of texts. Contacts are e-mail addresses.
CellValue = StrictBool | StrictInt | StrictFloat | StrictStr | list[StrictStr] | None


class CellDetails(TypedDict):
    """A cell that has a value and something else, for example a formula."""

    value: CellValue
    display: NotRequired[Annotated[str, Field(description="What Smartsheet shows, if it differs from the value")]]
    formula: NotRequired[str]
    error: NotRequired[Annotated[str, Field(description="What the formula's error means, as a sentence")]]
    format: NotRequired[Annotated[str, Field(description="The format descriptor, if it differs from the row's")]]
    hyperlink: NotRequired[Annotated[dict[str, str], Field(description="The target of the link: a url, or an id")]]
    is_link: NotRequired[Annotated[bool, Field(description="The value comes from a cell of another sheet")]]
    is_image: NotRequired[bool]


CellAnswer = CellDetails | CellValue


def cell_answer(column: Column, cell: Cell) -> CellAnswer:
    """Return the cell's value. If the cell also has something else, for example a formula or a link, return an object
    that has the value and everything else.
    """
    value: CellValue = column_type(column).to_api(cell)
    details: CellDetails = {"value": value}
    display = cell.display or (", ".join(map(str, contacts(cell))) if column.type == "MULTI_CONTACT_LIST" else "")
    if display and display != (", ".join(value) if isinstance(value, list) else text_of(value)):
        details["display"] = display
    if cell.formula:
        details["formula"] = cell.formula
    if error := formula_errors.meaning(cell):
        details["error"] = error
    if cell.format:
        details["format"] = cell.format
    if cell.hyperlink:
        leads = target(cell.hyperlink)
        details["hyperlink"] = {name: str(leads[theirs]) for name, theirs in HYPERLINK_NAMES.items() if theirs in leads}
    if cell.is_link:
        details["is_link"] = True
    if cell.is_image:
        details["is_image"] = True
    return details if len(details) > 1 else value


def require_writable(column: Column | None, value: CellValue) -> None:
    """Raise ValueError if the column's cells can't store exactly this value. The error's message is a sentence for
    people.

    If the sheet doesn't have the column, `column` is None. This function then checks only the limits of numbers and
    texts. Later, the save refuses the value because the column is missing, and logs the attempt.
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
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:  # Smartsheet would silently cut off a longer text
        raise ValueError(TOO_LONG)
