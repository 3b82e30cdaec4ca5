"""Finds people in the options of a sheet's contact columns, in a row, and among the people that the sheet is shared
with.
"""

from __future__ import annotations

from collections.abc import Iterable

from edits.sheets.held_values import contacts
from edits.sheets.sheet import Contact, Row, Sheet

CONTACT_COLUMNS = {"CONTACT_LIST", "MULTI_CONTACT_LIST"}


def people_of(sheet: Sheet, row: Row | None, shared: Iterable[Contact] = ()) -> tuple[Contact, ...]:
    """Return everyone who has a name and an address, once each, ordered by name. `shared` has the people that the sheet
    is shared with.
    """
    columns = [column for column in sheet.columns if column.type in CONTACT_COLUMNS]
    offered = [one for column in columns for one in column.contact_options]
    in_row = [one for column in columns for one in (contacts(row.cell(column)) if row else ())]
    found = {one.email.lower(): one for one in (*shared, *in_row, *offered) if one.name and "@" in one.email}
    return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.email)))
