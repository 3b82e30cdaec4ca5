"""One module per column type: how its cells are shown, typed, read from what was typed, and written.

    kind = column_type(column)
    kind.shown(cell, reader)          the text that the sheet shows, in the reader's locale
    kind.typed(cell, reader)          the text that a control holds, which `parse` reads back as the same value
    kind.parse(text, cell, reader)    the value to write, for edits.saving.CellChange
    kind.to_send(value, cell)         the attributes of the Cell object that writes it
    kind.to_api(cell)                 the value for programs
    kind.why_read_only(cell)          a sentence, "" where the cell can be changed

Rows, forms, the grid, bulk changes and the API use these alone, so that a cell is the same everywhere.
https://developers.smartsheet.com/api/smartsheet/openapi/columns (Column Types), …/openapi/cells (Cell Reference)
"""

from collections.abc import Iterable

from edits.sheets.column_types.base import ColumnType, Doubtful
from edits.sheets.column_types.checkbox import Checkbox
from edits.sheets.column_types.contact import ContactType
from edits.sheets.column_types.date import DateType
from edits.sheets.column_types.date_time import DateTime, ProjectDate
from edits.sheets.column_types.multi_contact import MultiContact
from edits.sheets.column_types.multi_picklist import MultiPicklist
from edits.sheets.column_types.picklist import Picklist
from edits.sheets.column_types.project import Duration, Predecessor
from edits.sheets.column_types.text_number import TextNumber
from edits.sheets.sheet import Column, Contact

__all__ = ["ColumnType", "Doubtful", "column_type"]

TYPES: dict[str, type[ColumnType]] = {
    "TEXT_NUMBER": TextNumber,
    "CHECKBOX": Checkbox,
    "DATE": DateType,
    "DATETIME": DateTime,
    "ABSTRACT_DATETIME": ProjectDate,
    "PICKLIST": Picklist,
    "MULTI_PICKLIST": MultiPicklist,
    "CONTACT_LIST": ContactType,
    "MULTI_CONTACT_LIST": MultiContact,
    "DURATION": Duration,
    "PREDECESSOR": Predecessor,
}


def column_type(column: Column, people: Iterable[Contact] = ()) -> ColumnType:
    """The type of a column. One that isn't known yet is shown as Smartsheet shows it, and can't be changed. `people`
    can be told by their names where a person is typed."""
    return TYPES.get(column.type, ColumnType)(column, tuple(people))
