"""Reads Smartsheet's own record and our log for the time of one edit. Each part of Smartsheet's record is read when it
is needed, with a person's token.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Protocol

from audit.cell_histories import SKEW
from audit.changes import LoggedChange, with_clear_texts, with_outcomes
from audit.models import Entry, EntryQuerySet
from audit.recording import Change, Evidence, Outcome
from audit.settling import OpenEdit, OpenLine
from audit.vocabulary import Action, Phase
from edits.conf import settings
from edits.gateway.client import Gateway
from edits.gateway.operations import IDS_PER_URL, ROWS_PER_PAGE
from edits.settling.history_pages import History, read_back
from edits.sheets.sheet import Json, Row, Sheet, parse_time

# The most that Smartsheet's clock and the database's clock can differ. If they differ by more, evidence isn't certain.
CLOCKS_APART = timedelta(seconds=5)
MOST_PAGES = 5
ADDITIONS = (Action.ADD, Action.ANCHOR)
UNCHANGED = "The sheet has not been changed since this app read the sheet for this edit."
CANNOT = "Smartsheet's record doesn't show the outcome: "

Spend = Callable[[], None]  # called before a history is read; raises if the limit is reached


class Ask(Protocol):
    """A function that returns a gateway with the person's token, and with enough time for one call."""

    def __call__(self, *, extra_tries: int = ...) -> Gateway: ...


@dataclass(frozen=True, slots=True)
class Added:
    """Added rows with their current values, in the sheet's order. `is_all` says that no added row is missing."""

    sheet: Sheet
    rows: Sequence[Mapping[str, Json]]
    is_all: bool


class Record:
    """What Smartsheet and our log say about an edit's sheet. All methods that read from Smartsheet raise GatewayError,
    and the errors of `spend`.

    `emails` has all known addresses of the person who made the edit. `within` is the longest time after the edit in
    which Smartsheet can carry out a request of the edit.
    """

    def __init__(
        self, edit: OpenEdit, gateway: Ask, *, emails: Collection[str], spend: Spend, within: timedelta
    ) -> None:
        self.edit = edit
        self.emails = emails
        self.start = edit.at.replace(microsecond=0) - CLOCKS_APART
        self.end = edit.at + within + CLOCKS_APART
        self._gateway, self._spend = gateway, spend
        self.outline = cache(self._outline)
        self.added = cache(self._added)

    # Smartsheet's record

    def rows(self, row_ids: Sequence[int]) -> Sheet:
        """Return the sheet with these rows, and with the last writer of each row. Rows that no longer exist are left
        out.
        """
        rows: list[Json] = []
        raw: Json = {}
        for start in range(0, len(row_ids), IDS_PER_URL):
            raw = self._gateway().sheet(self.edit.sheet_id, row_ids=row_ids[start : start + IDS_PER_URL])
            rows += raw["rows"]
        return Sheet.parse(raw | {"rows": rows})

    def _outline(self, column_id: int) -> Sheet:
        """Return all rows of the sheet in their order, with one column. The rows are read only once."""
        return Sheet.parse(self._gateway().sheet(self.edit.sheet_id, column_ids=[column_id]))

    def _added(self) -> Added:
        """Return the rows that this person added at the time of the edit. The rows are read only once."""
        raw = self._gateway().rows_modified_since(self.edit.sheet_id, self.start)
        rows = raw.get("rows", ())
        theirs = [one for one in rows if self._is_by_them(one.get("createdBy"), one.get("createdAt"))]
        return Added(Sheet.parse(raw), theirs, is_all=len(rows) < ROWS_PER_PAGE)

    def history(self, change: Change) -> History:
        """Return the states of a cell, newest first. Read more pages until a state is from before the edit."""

        def page(number: int) -> list[Mapping[str, Json]]:
            self._spend()
            gateway = self._gateway(extra_tries=0)  # a retry would be a read that wasn't counted
            row_id, column_id = change.row_id or 0, change.column_id or 0
            return list(gateway.cell_history(self.edit.sheet_id, row_id, column_id, page=number))

        # Reconciling leaves a fifth of each minute's histories for settling. If settling needed more pages than that
        # for one history, it could reach the limit again and again, and never read the history to the end.
        most = min(MOST_PAGES, settings.SMARTSHEET_HISTORY_CALLS // 5)
        return read_back(page, to=self.start - SKEW, most=max(1, most))

    # Our log

    def others(self, entries: EntryQuerySet) -> list[LoggedChange]:
        """Return the changes among `entries` that this person made with this app in other edits of the sheet."""
        return self.other_edits(entries.filter(actor_id=self.edit.actor_id))

    def other_edits(self, entries: EntryQuerySet) -> list[LoggedChange]:
        """Return the changes among `entries` that anyone made with this app in other edits of the sheet."""
        same = entries.filter(sheet_id=self.edit.sheet_id, region=self.edit.region)
        return with_clear_texts(with_outcomes(same.intents().exclude(edit_id=self.edit.intent.edit_id)))

    def known_additions(self) -> set[int]:
        """Return the ids of the rows that, according to the log, were added since the edit."""
        added = Entry.objects.on_sheet(self.edit.sheet_id).filter(region=self.edit.region, phase=Phase.APPLIED)
        recent = added.filter(action__in=ADDITIONS, column_id=None, at__gte=self.start - SKEW)
        return {row_id for row_id in recent.values_list("row_id", flat=True) if row_id}

    def around(self) -> tuple[datetime, datetime]:
        """Return the start and end of the time in which another edit could have left the same traces as this edit."""
        length = self.end - self.start
        return self.start - length, self.end + length

    # Person and time

    def is_as_it_was(self, sheet: Sheet) -> bool:
        """Whether the sheet still has the version from before the edit."""
        version = sheet.raw.get("version")
        return version is not None and version == self.edit.known.get("version")

    def is_in_time(self, moment: datetime | None) -> bool:
        """Whether Smartsheet can have carried out the edit at the time `moment`."""
        return moment is not None and self.start <= moment <= self.end

    def is_theirs(self, state: Mapping[str, Json]) -> bool:
        """Whether this person made a state of a cell's history."""
        return self._is_them(state.get("modifiedBy"))

    def is_written_by_them(self, row: Row) -> bool:
        """Whether this person was the last to write the row, at a time at which Smartsheet can have carried out the
        edit.
        """
        by = row.modified_by
        return by is not None and by.email.lower() in self.emails and self.is_in_time(row.modified_at)

    def _is_by_them(self, by: Any, at: Any) -> bool:
        return self._is_them(by) and self.is_in_time(parse_time(at))

    def _is_them(self, by: Any) -> bool:
        return str((by or {}).get("email", "")).lower() in self.emails

    # Outcomes

    def say(self, phase: Phase, line: OpenLine, message: str, sheet: Sheet, **found: Evidence) -> Outcome:
        """Return the outcome of a line, with its evidence."""
        evidence: dict[str, Evidence] = {
            "readAt": datetime.now(UTC).isoformat(timespec="seconds"),
            "version": sheet.raw.get("version"),
            "versionBefore": self.edit.known.get("version"),
            "sheetModifiedAt": sheet.raw.get("modifiedAt"),
            **found,
        }
        return Outcome(phase, line.changes[0].row_id, message=message, evidence=evidence)

    def say_of_all(
        self, phase: Phase, lines: Sequence[OpenLine], message: str, sheet: Sheet, **found: Evidence
    ) -> dict[int, Outcome]:
        """Return the same outcome for several lines, by line number."""
        return {line.number: self.say(phase, line, message, sheet, **found) for line in lines}
