"""The sheets that someone opened last, for the home page. Kept in the session: they end with it."""

from typing import TypedDict

from django.http import HttpRequest

from edits.sheets.sheet import Sheet

KEY = "edits.opened_sheets"
MOST = 6


class OpenedSheet(TypedDict):
    """The name is what it was when the sheet was opened."""

    id: int
    name: str


def of(request: HttpRequest) -> list[OpenedSheet]:
    """The last one first."""
    opened: list[OpenedSheet] = request.session.get(KEY, [])
    return opened


def note(request: HttpRequest, sheet: Sheet) -> None:
    """Remember that this sheet was opened. The session is only written if it wasn't the last one."""
    this = OpenedSheet(id=sheet.id, name=sheet.name)
    opened = of(request)
    if opened[:1] != [this]:
        request.session[KEY] = [this, *(one for one in opened if one["id"] != sheet.id)][:MOST]
