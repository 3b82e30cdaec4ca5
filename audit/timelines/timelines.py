"""Timelines. Each has all entries about a person, a sheet, a row, a cell, or a record of this app, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from audit.access import Reader
from audit.changes import LoggedChange, with_clear_texts, with_outcomes
from audit.grouping import Edit, edits_of
from audit.models import Entry, EntryQuerySet
from audit.vocabulary import Action

SIZE = 50


@dataclass(frozen=True, slots=True)
class Timeline:
    """A timeline. `what` is a word for what the timeline is about. `log_query` is the query with which the log page
    shows the same entries. It is "" if the log page can't show these entries. If `is_by_edit` is true, each entry
    represents a whole edit.
    """

    what: str
    entries: EntryQuerySet
    log_query: str = ""
    is_by_edit: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a timeline, newest first. `older` is the id of the last entry of this page: the next page has the
    entries that are older. On the last page, `older` is None.
    """

    edits: list[Edit]
    older: int | None

    @property
    def changes(self) -> list[LoggedChange]:
        """The first change of each edit."""
        return [edit.first for edit in self.edits]


def of_person(region: str, number: int) -> Timeline:
    """All edits and acts of a person. The timeline has one line for each edit."""
    entries = Entry.objects.heads().by_actor(number, region=region)
    return Timeline("Person", entries, urlencode({"person": f"{region}:{number}"}), is_by_edit=True)


def of_sheet(sheet_id: int) -> Timeline:
    """All edits on a sheet. The timeline has one line for each edit."""
    entries = Entry.objects.heads().on_sheet(sheet_id)
    return Timeline("Sheet", entries, urlencode({"sheet": sheet_id}), is_by_edit=True)


def of_row(sheet_id: int, row_id: int) -> Timeline:
    """All changes of a row. The timeline has one line for each changed cell."""
    entries = Entry.objects.told().on_row(sheet_id=sheet_id, row_id=row_id).exclude(action=Action.RECONCILE)
    return Timeline("Row", entries, urlencode({"sheet": sheet_id, "row": row_id}))


def of_cell(sheet_id: int, row_id: int, column_id: int) -> Timeline:
    """Return all changes of a cell, and the addition of its row, which wrote the cell's first value."""
    cell = {"sheet_id": sheet_id, "row_id": row_id, "column_id": column_id}
    entries = Entry.objects.told().on_cell(**cell).exclude(action=Action.RECONCILE)
    return Timeline("Cell", entries, urlencode({"sheet": sheet_id, "row": row_id, "column": column_id}))


def of_record(subject: str) -> Timeline:
    """All changes of a record of this app. There is one line for each field. `subject` is "app.model/key"."""
    return Timeline("Record", Entry.objects.filter(subject=subject, action=Action.RECORD))


def column_title(page: Page, reader: Reader, *, column_id: int) -> str:
    """The title of the column of a cell's timeline. The addition of a row doesn't say which column has which title. So
    if the page has only such an addition, the title comes from an entry about another row. The title is "" if there is
    no such entry.
    """
    titles = [change.intent.column_title for change in page.changes if change.intent.column_id == column_id]
    if page.changes and not titles:
        of_column = Entry.objects.on_sheet(page.changes[0].intent.sheet_id or 0).on_column(column_id)
        titles = [entry.column_title for entry in reader.take(of_column.newest_first(), 1)]
    return titles[0] if titles else ""


def page_of(timeline: Timeline, reader: Reader, *, before: int | None = None, size: int = SIZE) -> Page:
    """The page of entries before the entry `before`, or the newest page if `before` is None. A page has only entries
    that the reader can read.
    """
    entries = timeline.entries.newest_first() if before is None else timeline.entries.before(before)
    found = reader.take(entries, size + 1)
    older = found[size - 1].pk if len(found) > size else None
    if timeline.is_by_edit:
        return Page(edits_of(found[:size], is_whole=True), older)
    return Page([Edit.of([change]) for change in with_clear_texts(with_outcomes(found[:size]))], older)
