"""What came of an edit without a clear answer, as Smartsheet's own record has it. Never a certainty that is none.

A request is delivered within SETTLE_AFTER or never, so this is asked later than that. Then:

- where the sheet's version is the one that was read before the call, no cell was changed and no row added;
- a change was made if the cell's history names this person with the sent value in that time, and no other edit of ours
  explains it; if the history names them with nothing that could be it, even were the clocks further apart than they
  should be, it was not;
- a row is still there: neither it nor what was beneath it was deleted. It is gone, the sheet was last changed in that
  time, and no other edit of ours, whoever made it, explains it: it was;
- a row was added if one is there with that content, added by this person in that time, of no other edit of ours.

https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from audit.cell_histories import SKEW
from audit.changes import LoggedChange, with_clear_texts, with_outcomes
from audit.models import Entry, EntryQuerySet
from audit.recording import Change, Evidence, Outcome
from audit.settling import OpenEdit, OpenLine
from audit.vocabulary import Action, Phase
from edits.conf import settings
from edits.gateway.client import Gateway
from edits.gateway.errors import NotFound
from edits.gateway.operations import ROWS_PER_PAGE
from edits.settling.cell_comparison import is_erased, parsed
from edits.settling.history_pages import History, read_back
from edits.sheets.held_values import held, is_same
from edits.sheets.personal_columns import row_label
from edits.sheets.sheet import Cell, Json, Row, Sheet, parse_time

CLOCKS_APART = timedelta(seconds=5)  # how far Smartsheet's clock and the database's may be apart, for a certainty
MOST_PAGES = 5
LONG_AGO, SECOND = datetime.min.replace(tzinfo=UTC), timedelta(seconds=1)
NOT_SHOWN = "The cell's history does not show the change."
UNCHANGED = "The sheet has not been changed since it was read for this edit."
CANNOT = "Smartsheet's record does not tell: "
OPEN = {Phase.INTENT, Phase.UNKNOWN, Phase.UNDECIDABLE}

Spend = Callable[[], None]  # asked before each reading of a history; raises if none may be read


def find_out(edit: OpenEdit, gateway: Ask, *, email_now: str, spend: Spend) -> dict[int, Outcome]:
    """An outcome for each open line of the edit, by number. Raises GatewayError, and what `spend` raises."""
    return _Inquiry(edit, gateway, email_now, spend).outcomes()


class Ask(Protocol):
    """Gives a gateway in the person's name, with time for one thing to ask."""

    def __call__(self, *, extra_tries: int = ...) -> Gateway: ...


class _EnoughRead(Exception):
    """As many histories were read for one line as may be in a minute: with more it would never come to an end."""


class _Inquiry:
    def __init__(self, edit: OpenEdit, gateway: Ask, email_now: str, spend: Spend) -> None:
        self.edit, self.gateway, self._spend = edit, gateway, spend
        self.emails = {edit.names.email.casefold(), email_now.casefold()} - {""}
        self.start = edit.at.replace(microsecond=0) - CLOCKS_APART
        self.end = edit.at + timedelta(seconds=settings.SETTLE_AFTER) + CLOCKS_APART
        self.read = 0  # histories, for the line at hand

    def outcomes(self) -> dict[int, Outcome]:
        ids = [row_id for line in self.edit.lines if (row_id := line.changes[0].row_id)]
        raw = (
            self.gateway().rows_modified_since(self.edit.sheet_id, self.start)
            if self.edit.action == Action.ADD
            else self.gateway().sheet(self.edit.sheet_id, row_ids=ids)
        )
        self.sheet, self.raw = Sheet.parse(raw), raw
        return {line.number: self._of(line) for line in self.edit.lines}

    def _of(self, line: OpenLine) -> Outcome:
        self.read = 0
        # Whether deleting rows counts as a change of the sheet is not documented; whether they are there is known.
        if self._is_as_it_was() and self.edit.action != Action.DELETE:
            return self._say(Phase.NOT_APPLIED, line, UNCHANGED)
        match self.edit.action:
            case Action.ADD:
                return self._of_addition(line)
            case Action.DELETE:
                return self._of_deletion(line)
            case Action.CHANGE if line.is_readable:
                return self._of_change(line)
        return self._say(Phase.UNDECIDABLE, line, f"{CANNOT}what was to be written is not known here any more.")

    def _is_as_it_was(self) -> bool:
        version = self.raw.get("version")
        return version is not None and version == self.edit.known.get("version")

    def _say(self, phase: Phase, line: OpenLine, message: str, **found: Evidence) -> Outcome:
        evidence: dict[str, Evidence] = {
            "readAt": datetime.now(UTC).isoformat(timespec="seconds"),
            "version": self.raw.get("version"),
            "versionBefore": self.edit.known.get("version"),
            "sheetModifiedAt": self.raw.get("modifiedAt"),
            **found,
        }
        return Outcome(phase, line.changes[0].row_id, message=message, evidence=evidence)

    # Deletions

    def _of_deletion(self, line: OpenLine) -> Outcome:
        row_id = line.changes[0].row_id or 0
        if self.sheet.row(row_id):
            return self._say(Phase.NOT_APPLIED, line, "The row is still there.")
        first = self.edit.lines[0]  # the row that all others were beneath: they go with it, or not at all
        if first.number == 0 and self.sheet.row(first.changes[0].row_id or 0):
            return self._say(Phase.NOT_APPLIED, line, "The row that it was beneath is still there.")
        others = self._other_edits(Entry.objects.filter(row_id=row_id, action=Action.DELETE))
        if any(other.phase == Phase.APPLIED for other in others):
            return self._say(Phase.NOT_APPLIED, line, "Another deletion of this app has taken the row away.")
        is_quiet = self._is_in_time(self.sheet.modified_at)
        if is_quiet and not any(other.phase in OPEN for other in others):
            return self._say(Phase.APPLIED, line, "The row is gone, and the sheet was last changed when this was sent.")
        return self._say(Phase.UNDECIDABLE, line, f"{CANNOT}the row is gone, and somebody else may have deleted it.")

    # Additions

    def _of_addition(self, line: OpenLine) -> Outcome:
        wanted = line.changes[0].new
        added = [raw for raw in self.raw.get("rows", ()) if self._is_by_person(raw, "created") and self._is_free(raw)]
        alike = [raw for raw in added if isinstance(wanted, dict) and self._holds(raw, wanted)]
        others = self._others(Entry.objects.filter(action=Action.ADD, at__range=self._around()))
        rivals = [other for other in others if other.phase in OPEN]
        is_all = len(self.raw.get("rows", ())) < ROWS_PER_PAGE
        if is_all and len(alike) == 1 and not any(self._may_be_of(rival, line, alike[0]) for rival in rivals):
            row = Row.parse(alike[0])
            outcome = self._say(Phase.APPLIED, line, "The row is there.", createdAt=alike[0].get("createdAt"))
            label = row_label(self.sheet, row, region=self.edit.region)
            return Outcome(outcome.phase, row.id, label, outcome.message, evidence=outcome.evidence)
        if not added and self.sheet.modified_at and self.sheet.modified_at < self.start - SKEW:
            return self._say(Phase.NOT_APPLIED, line, UNCHANGED)
        return self._say(
            Phase.UNDECIDABLE,
            line,
            f"{CANNOT}the sheet was changed since, and a row that was added and deleted again leaves no trace.",
            candidates=[raw["id"] for raw in added],
        )

    def _may_be_of(self, rival: LoggedChange, line: OpenLine, raw: Mapping[str, Json]) -> bool:
        """Whether the row may have been added by that edit: as it is now, or as it was before somebody changed it."""
        theirs, ours = json.loads(rival.sent or "{}"), line.changes[0].new
        for column in self.sheet.columns:
            value = theirs.get(column.title)
            if value is not None and isinstance(ours, dict) and not is_same(ours.get(column.title), value):
                cell = Change(raw["id"], "", column.id, column.title, None, value)
                try:
                    history = self._history(cell)
                except _EnoughRead:
                    return True
                return not history.is_whole or any(is_same(_held(state, cell), value) for state in history)
        return True

    def _is_free(self, raw: Mapping[str, Json]) -> bool:
        ours = Entry.objects.filter(sheet_id=self.edit.sheet_id, row_id=raw["id"], region=self.edit.region)
        return not ours.filter(action=Action.ADD, phase=Phase.APPLIED).exists()

    def _holds(self, raw: Mapping[str, Json], wanted: Mapping[str, Json]) -> bool:
        row = Row.parse(raw)
        now = {column.title: held(row.cell(column)) for column in self.sheet.columns}
        return all(is_same(now.get(title), value) for title, value in wanted.items())

    # Changes

    def _of_change(self, line: OpenLine) -> Outcome:
        """The cells of a row are written together or not at all, so the first that tells speaks for them all.

        A write of what the cell holds already leaves no trace, so what such a cell says counts where no other tells.
        """
        if self.sheet.row(line.changes[0].row_id or 0) is None:
            return self._say(Phase.UNDECIDABLE, line, f"{CANNOT}the row is gone, and its history with it.")
        why = "the columns are gone, and their histories with them."
        read: list[Evidence] = []
        faint = unclear = 0
        for change in line.changes:
            try:
                history = self._history(change)
            except NotFound:  # the column, or by now the row, is gone; another cell may tell
                gone: dict[str, Evidence] = {"columnId": change.column_id, "history": None}
                read.append(gone)
                continue
            except _EnoughRead:
                unclear += 1
                break
            why = "the cell's history can be read in more than one way."
            phase, items, is_faint = self._weigh(change, history)
            found: list[Evidence] = [
                {"modifiedAt": item.get("modifiedAt"), "byThisPerson": self._is_theirs(item)} for item in items
            ]
            cell: dict[str, Evidence] = {"columnId": change.column_id, "history": found}
            read.append(cell)
            if phase is Phase.APPLIED:
                message = "The cell's history shows the change."
                return self._say(phase, line, message, cells=read, modifiedAt=items[0].get("modifiedAt"))
            if phase is Phase.NOT_APPLIED and not is_faint:
                return self._say(phase, line, NOT_SHOWN, cells=read)
            faint, unclear = faint + is_faint, unclear + (not is_faint)
        if faint and not unclear:
            return self._say(Phase.NOT_APPLIED, line, NOT_SHOWN, cells=read)
        return self._say(Phase.UNDECIDABLE, line, CANNOT + why, cells=read)

    def _weigh(self, change: Change, history: History) -> tuple[Phase, list[Mapping[str, Json]], bool]:
        """APPLIED, NOT_APPLIED or UNDECIDABLE by this cell alone, the states that it rests on, and whether it is faint:
        NOT_APPLIED, and the cell held the value for other reasons, so that a write of it would have left no trace."""
        others = self._others(_of_cell(change).filter(at__range=self._around()))
        done = [other for other in others if other.phase == Phase.APPLIED]
        rivals = [other for other in others if _may_be(other, change.new)]
        start = min([self.start, *(other.intent.at - CLOCKS_APART for other in done)]).replace(microsecond=0)
        end = max([self.end, *(other.intent.at + (self.end - self.edit.at) for other in done)])
        items = [item for item in history if _is_between(item, start, end)]
        same = [item for item in items if is_same(_held(item, change), change.new)]
        mine = [item for item in same if self._is_theirs(item)]
        taken = sum(_is_value(other.new, change.new) for other in done)
        if len(mine) > taken + len(rivals):
            return Phase.APPLIED, mine, False
        if len(mine) > taken:
            return Phase.UNDECIDABLE, mine, False
        strange = [
            item
            for item in items
            if item not in mine
            and self._is_theirs(item)
            and self._is_in_time(parse_time(item.get("modifiedAt")))
            and not any(_is_value(other.new, _held(item, change)) for other in done)
        ]
        by_others = [item for item in same if item not in mine and self._is_in_time(parse_time(item["modifiedAt"]))]
        doubts = strange + by_others or self._unexplained_nearby(change, history)
        if doubts or not history.is_whole:
            return Phase.UNDECIDABLE, doubts, False
        before = next((item for item in history if _is_between(item, LONG_AGO, start - SECOND)), {})
        return Phase.NOT_APPLIED, [], bool(same) or is_same(_held(before, change), change.new)

    def _unexplained_nearby(self, change: Change, history: History) -> list[Mapping[str, Json]]:
        """States that could be it if the clocks were further apart than they should be; none if others explain them."""
        since, until = self.start - SKEW, self.end + SKEW
        near = [item for item in history if _is_between(item, since, until) and self._is_theirs(item)]
        same = [item for item in near if is_same(_held(item, change), change.new)]
        others = self._others(_of_cell(change).filter(at__range=(since - (self.end - self.start), until)))
        explained = sum(other.phase == Phase.APPLIED and _is_value(other.new, change.new) for other in others)
        return same if len(same) > explained else []

    def _history(self, change: Change) -> History:
        """The states of a cell back to before the edit, newest first."""

        def page(number: int) -> list[Mapping[str, Json]]:
            if self.read >= settings.SMARTSHEET_HISTORY_CALLS:
                raise _EnoughRead
            self.read += 1
            self._spend()
            row_id, column_id = change.row_id or 0, change.column_id or 0
            gateway = self.gateway(extra_tries=0)  # each would be one more than was counted
            return list(gateway.cell_history(self.edit.sheet_id, row_id, column_id, page=number))

        return read_back(page, to=self.start - SKEW, most=MOST_PAGES)

    # Whose, and when

    def _others(self, entries: Any) -> list[LoggedChange]:
        """What this person wanted of the same thing by other edits in this app."""
        return self._other_edits(entries.filter(actor_id=self.edit.actor_id))

    def _other_edits(self, entries: Any) -> list[LoggedChange]:
        """What anybody wanted of the same thing by other edits in this app."""
        same = entries.filter(sheet_id=self.edit.sheet_id, region=self.edit.region)
        return with_clear_texts(with_outcomes(same.intents().exclude(edit_id=self.edit.intent.edit_id)))

    def _around(self) -> tuple[datetime, datetime]:
        """The time in which another edit could leave the same traces."""
        length = self.end - self.start
        return self.start - length, self.end + length

    def _is_in_time(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment <= self.end

    def _is_theirs(self, item: Mapping[str, Json]) -> bool:
        return str((item.get("modifiedBy") or {}).get("email", "")).casefold() in self.emails

    def _is_by_person(self, raw: Mapping[str, Json], what: str) -> bool:
        email = str((raw.get(f"{what}By") or {}).get("email", "")).casefold()
        return email in self.emails and self._is_in_time(parse_time(raw.get(f"{what}At")))


def _held(item: Mapping[str, Json], change: Change) -> Json:
    return held(Cell.parse({"columnId": change.column_id, **item}))


def _may_be(other: LoggedChange, value: Json) -> bool:
    """Whether another edit may have made this of the cell, as far as nobody knows what came of it, or what it wrote."""
    is_unknown = other.phase in OPEN | {Phase.APPLIED} and is_erased(parsed(other.sent))
    return is_unknown or (other.phase in OPEN and _is_value(other.sent, value))


def _of_cell(change: Change) -> EntryQuerySet:
    return Entry.objects.filter(row_id=change.row_id, column_id=change.column_id)


def _is_value(logged: str | None, value: Json) -> bool:
    """Whether a value of the log is this one."""
    return is_same(parsed(logged), value)


def _is_between(item: Mapping[str, Json], start: datetime, end: datetime) -> bool:
    moment = parse_time(item.get("modifiedAt"))
    return moment is not None and start <= moment <= end
