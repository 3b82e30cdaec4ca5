"""Stores which sheets a person opened last, for the home page. The list is in the session."""

from typing import TypedDict

from django.http import HttpRequest

from edits.sheets.sheet import Sheet

KEY = "edits.opened_sheets"
MOST = 6


class OpenedSheet(TypedDict):
    """A sheet with the name that it had when it was opened."""

    id: int
    name: str


def of(request: HttpRequest) -> list[OpenedSheet]:
    """Return the sheets, last opened first."""
    opened: list[OpenedSheet] = request.session.get(KEY, [])
    return opened


def note(request: HttpRequest, sheet: Sheet) -> None:
    """Store that this sheet was opened. If the list already begins with this sheet, the session isn't written."""
    this = OpenedSheet(id=sheet.id, name=sheet.name)
    opened = of(request)
    if opened[:1] != [this]:
        request.session[KEY] = [this, *(one for one in opened if one["id"] != sheet.id)][:MOST]
