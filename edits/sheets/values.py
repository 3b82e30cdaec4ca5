"""Column type ↔ Python value ↔ Smartsheet's JSON: all of it is here, and only here.

A cell has three faces: what the form shows and takes (`shown`, `Shown`), what is sent (`to_send`), and what the log
keeps (`held`). https://developers.smartsheet.com/api/smartsheet/openapi/cells (Cell Reference)
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from edits.sheets.sheet import Access, Cell, Column, Contact, Json, Row, Sheet, parse_time

# Text; whether a box is checked; a day, None for none; the choices of a multi-value cell, contacts by their key.
Shown = str | bool | date | None | tuple[str, ...]

LARGEST_NUMBER = 9_007_199_254_740_992
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EDITABLE = {"TEXT_NUMBER", "CHECKBOX", "DATE", "PICKLIST", "MULTI_PICKLIST", "CONTACT_LIST", "MULTI_CONTACT_LIST"}
ELSEWHERE = {
    "DURATION": "Durations are changed in Smartsheet itself.",
    "PREDECESSOR": "Predecessors are changed in Smartsheet itself.",
    "ABSTRACT_DATETIME": "The dates of a project plan are changed in Smartsheet itself.",
}


def shown(column: Column, cell: Cell) -> Shown:
    """What the form shows of a cell. Text in a date or checkbox column stays text, so that it is not lost."""
    match column.type:
        case "CHECKBOX" if cell.value is None or isinstance(cell.value, bool):
            return bool(cell.value)
        case "DATE" if cell.value is None:
            return None
        case "DATE":
            return _day(cell.value) or text_of(cell.value)
        case "MULTI_PICKLIST" | "MULTI_CONTACT_LIST":
            return tuple(_choices(cell))
        case _:
            return text_of(cell.value)


def to_send(column: Column, typed: Shown, cell: Cell) -> dict[str, Json]:
    """The attributes of a Cell object that make the cell hold what was typed; `cell` is what it holds now.

    Nothing typed clears the cell, for which Smartsheet wants an empty text. https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows
    """
    match typed:
        case bool():
            return {"value": typed}
        case date():
            return {"value": typed.isoformat()}
        case None | "" | ():
            return {"value": ""}
        case tuple() if column.type == "MULTI_CONTACT_LIST":
            known = {contact.key: contact for contact in (*column.contact_options, *contacts(cell))}
            values = [_contact_object(known.get(key) or Contact(email=key)) for key in typed]
            return {"objectValue": {"objectType": "MULTI_CONTACT", "values": values}}
        case tuple():
            return {"objectValue": {"objectType": "MULTI_PICKLIST", "values": list(typed)}}
        case str() if column.type == "TEXT_NUMBER":
            return {"value": number_or_text(typed)}
        case str() if column.type == "CONTACT_LIST":
            return _contact_attributes(column, typed)
        case _:
            return {"value": typed}


def held(cell: Cell) -> Json:
    """What the log keeps of a cell: its value as Smartsheet has it, of a multi-value cell the list; None when empty."""
    values = _listed(cell)
    return cell.value if values is None else [_key(value) for value in values] or None


def as_held(column: Column, typed: Shown, now: Cell) -> Json:
    """What the cell, which holds `now`, would hold, as the log keeps it."""
    return held(Cell.parse({"columnId": column.id, **to_send(column, typed, now)}))


def cell_of(column: Column, value: Json) -> Cell:
    """A cell that holds what `held` gave."""
    if isinstance(value, list):
        return Cell(column_id=column.id, object_value={"values": value})
    return Cell(column_id=column.id, value=value)


def is_same(one: Json, other: Json) -> bool:
    """Whether two values are the same to a reader: the order of choices says nothing, nor does 5 or 5.0."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return set(map(repr, one)) == set(map(repr, other))  # what a browser says was shown may hold anything
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other  # for Python True is 1 as well
    return bool(one == other)


def holds(column: Column, cell: Cell, typed: Shown) -> bool:
    """Whether a cell already holds what was typed: it reads the same, or Smartsheet would make the same of it, as of
    5.0 where the number 5 is. The text 5.0 is not the number 5."""
    if is_same(typed, shown(column, cell)):
        return True
    return is_same(as_held(column, typed, cell), held(cell))


def number_or_text(text: str) -> int | float | str:
    """A number where Smartsheet can hold exactly the one that was typed, else the text.

    So "007" and "1,5" stay text, and so does what is out of range or has more digits than a number there can hold.
    """
    if not NUMBER.fullmatch(text) or abs(Decimal(text)) > LARGEST_NUMBER:
        return text
    number = float(text)
    if Decimal(repr(number)) != Decimal(text):
        return text
    return int(number) if number.is_integer() else number


def text_of(value: Json) -> str:
    """A value as text to edit. Line ends are \\n, as browsers make \\r\\n of either."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return "\n".join(str(value).replace("\r\n", "\n").split("\r"))


def words(value: Shown) -> str:
    """A value as one reads it aloud: in messages, and beside a conflict."""
    match value:
        case bool():
            return "checked" if value else "not checked"
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(value) or "empty"
        case _:
            return value or "empty"


def display(column: Column, cell: Cell) -> str:
    """A cell as the table shows it: Smartsheet's own words where it gives any."""
    if column.type == "CHECKBOX" and isinstance(cell.value, bool):
        return "✓" if cell.value else ""
    if column.type == "DATETIME" and (moment := parse_time(cell.value)):
        return f"{moment:%Y-%m-%d %H:%M} UTC"
    return cell.display or text_of(cell.value) or ", ".join(str(contact) for contact in contacts(cell))


def contacts(cell: Cell) -> list[Contact]:
    """The people in a contact cell, with their names."""
    values = _listed(cell)
    if values is not None:
        return [Contact.parse(contact) for contact in values if isinstance(contact, dict)]
    return [Contact(email=str(cell.value), name=cell.display)] if cell.value else []


def why_read_only(sheet: Sheet, column: Column, row: Row | None = None) -> str:
    """Why this person cannot change the cell here, as a sentence; "" if they can. No row: one that is to be added."""
    cell = row.cell(column) if row else Cell(column_id=column.id)
    formula = column.formula or cell.formula
    if reason := why_no_edits(sheet.access):
        return reason
    if column.system_type or column.type == "DATETIME":
        return "Smartsheet fills this in itself."
    if formula:
        return f"A formula works this out: {formula}"
    if column.type not in EDITABLE:
        return ELSEWHERE.get(column.type, "Cells of this kind are changed in Smartsheet itself.")
    if column.is_locked_for_user:
        return "This column is locked: only admins of the sheet can change it."
    if row and row.is_locked_for_user:
        return "This row is locked: only admins of the sheet can change it."
    if cell.is_link:
        return "This cell gets its value from a cell of another sheet."
    if cell.is_image:
        return "This cell holds a picture, which is changed in Smartsheet itself."
    return ""


def why_no_edits(access: Access) -> str:
    """Why this person cannot change anything on the sheet, as a sentence; "" if they can."""
    if access.is_editor:
        return ""
    may = "look and comment" if access is Access.COMMENTER else "only look"
    return f"You can {may}: ask the owner of the sheet to share it with you as an editor."


def why_not_deleted(sheet: Sheet, row: Row) -> str:
    """Why this person cannot delete the row with those beneath it, as a sentence; "" if they can."""
    if any(one.is_locked_for_user for one in sheet.family(row.id)):
        return "It or a row beneath it is locked: only admins of the sheet can delete it."
    return why_no_edits(sheet.access)


def _day(value: Json) -> date | None:
    try:
        return date.fromisoformat(value) if ISO_DAY.fullmatch(str(value)) else None
    except ValueError:
        return None


def _choices(cell: Cell) -> list[str]:
    values = _listed(cell)
    if values is None:
        return [text_of(cell.value)] if cell.value is not None else []
    return [_key(value) for value in values]


def _listed(cell: Cell) -> list[Json] | None:
    values = cell.object_value.get("values") if isinstance(cell.object_value, dict) else None
    return values if isinstance(values, list) else None


def _key(value: Json) -> str:
    return Contact.parse(value).key if isinstance(value, dict) else str(value)


def _contact_attributes(column: Column, email: str) -> dict[str, Json]:
    name = next((contact.name for contact in column.contact_options if contact.email == email), "")
    return {"value": email, "displayValue": name} if name else {"value": email}


def _contact_object(contact: Contact) -> dict[str, Json]:
    parts = {"objectType": "CONTACT", "email": contact.email, "name": contact.name}
    return {name: value for name, value in parts.items() if value}
