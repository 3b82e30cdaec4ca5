"""The people of a sheet: the options of its contact columns, and the contacts in a row."""

from __future__ import annotations

from edits.sheets.held_values import contacts
from edits.sheets.sheet import Contact, Row, Sheet

CONTACT_COLUMNS = {"CONTACT_LIST", "MULTI_CONTACT_LIST"}


def people_of(sheet: Sheet, row: Row | None) -> tuple[Contact, ...]:
    """Everybody with a name and an address, once, by name."""
    columns = [column for column in sheet.columns if column.type in CONTACT_COLUMNS]
    offered = [one for column in columns for one in column.contact_options]
    in_row = [one for column in columns for one in (contacts(row.cell(column)) if row else ())]
    found = {one.email.casefold(): one for one in (*in_row, *offered) if one.name and "@" in one.email}
    return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.email)))
