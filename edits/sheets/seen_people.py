"""Remembers the names of people in the cells that a person has read. A cell's value has only the address of a contact.
If someone undoes a change or copies a cell, this value is written again. The name would then be lost, unless the
column's contacts include the person.

The names are cached for a while, for each reader and sheet. If a name isn't in the cache, Smartsheet shows the address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edits.gateway.client import Gateway
from edits.sheets.optional_cache import cache
from edits.sheets.people import CONTACT_COLUMNS
from edits.sheets.sheet import Contact, Json, Sheet

KEPT = 24 * 3600  # seconds that the names are cached
MOST = 2_000  # the most people of a sheet whose names are cached


def note(gateway: Gateway, sheet: Sheet, rows: Iterable[Mapping[str, Json]]) -> None:
    """Remember the names in these rows, which are Smartsheet's Row objects. The contacts in a column's options aren't
    remembered.
    """
    offered = {
        column.id: {one.email for one in column.contact_options}
        for column in sheet.columns
        if column.type in CONTACT_COLUMNS
    }
    if not offered:
        return
    seen = {
        email: name
        for row in rows
        for cell in row.get("cells") or ()
        if cell.get("columnId") in offered
        for email, name in _named(cell)
        if email not in offered[cell["columnId"]]
    }
    before: dict[str, str] = cache.get(_key(gateway, sheet.id), {}) if seen else {}
    if seen.items() - before.items():
        older = {email: name for email, name in before.items() if email not in seen}
        cache.set(_key(gateway, sheet.id), dict([*older.items(), *seen.items()][-MOST:]), KEPT)


def known(gateway: Gateway, sheet: Sheet) -> tuple[Contact, ...]:
    """Return the remembered people of a sheet."""
    if not any(column.type in CONTACT_COLUMNS for column in sheet.columns):
        return ()
    found: dict[str, str] = cache.get(_key(gateway, sheet.id), {})
    return tuple(Contact(email, name) for email, name in found.items())


def _named(cell: Mapping[str, Json]) -> Iterable[tuple[str, str]]:
    """Yield the address and the name of each contact in a Cell object, if the contact has both."""
    objects = cell.get("objectValue")
    values = objects.get("values") if isinstance(objects, dict) else None
    if isinstance(values, list):
        pairs = [(one.get("email"), one.get("name")) for one in values if isinstance(one, dict)]
    else:
        pairs = [(cell.get("value"), cell.get("displayValue"))]
    for email, name in pairs:
        if isinstance(email, str) and isinstance(name, str) and "@" in email and name and name != email:
            yield email, name


def _key(gateway: Gateway, sheet_id: int) -> str:
    owner = gateway.owner
    return f"seen_people:{owner.region}:{owner.id}:{sheet_id}"
