"""Shows, parses and writes cells. Each column type has a module.

    kind = column_type(column)
    kind.shown(cell, reader)          returns the text that the sheet shows, in the reader's locale
    kind.typed(cell, reader)          returns the text in a control, which `parse` reads back as the same value
    kind.parse(text, cell, reader)    returns the value to write, for edits.saving.CellChange
    kind.to_send(value, cell)         returns the attributes of the Cell object that writes the value
    kind.to_api(cell)                 returns the value for programs
    kind.why_read_only(cell)          returns a sentence, or "" if the cell can be changed

Rows, forms, the grid, bulk changes and the API use only these functions, so that they all show and parse a cell in the
same way.
https://developers.smartsheet.com/api/smartsheet/openapi/columns (Column Types), …/openapi/cells (Cell Reference)
"""

from collections.abc import Iterable, Sequence

from edits.sheets.column_types.base import ColumnType, Doubtful
from edits.sheets.column_types.checkbox import Checkbox
from edits.sheets.column_types.contact import ContactType
from edits.sheets.column_types.date import DateType
from edits.sheets.column_types.date_time import DateTime, ProjectDate
from edits.sheets.column_types.multi_contact import MultiContact
from edits.sheets.column_types.multi_picklist import MultiPicklist
from edits.sheets.column_types.picklist import Picklist
from edits.sheets.column_types.project import DurationType, PredecessorType
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
    "DURATION": DurationType,
    "PREDECESSOR": PredecessorType,
}


def column_type(column: Column, people: Iterable[Contact] = (), rows: Sequence[int] | None = None) -> ColumnType:
    """Return the type of a column. Cells of unknown types are shown as in Smartsheet and can't be changed. In contact
    columns, `people` can be entered by name. `rows` has the ids of the sheet's rows in their order. These ids are
    needed to write predecessors.
    """
    return TYPES.get(column.type, ColumnType)(column, tuple(people), None if rows is None else tuple(rows))
