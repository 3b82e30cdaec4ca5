"""What came of an edit without a clear answer, as Smartsheet's own record has it. Never a certainty that is none.

A request is delivered within SETTLE_AFTER or never, so this is asked later than that. Then:

- where the sheet's version is the one that was read before the call, nothing was done;
- a change was made if the cell's history names this person with the sent value in that time, and no other edit of ours
  explains it; if the history names them with nothing that could be it, it was not;
- a row is still there: it was not deleted. It is gone, the sheet was last changed in that time, and no other edit of
  ours, whoever made it, explains it: it was;
- a row was added if one is there with that content, added by this person in that time, of no other edit of ours.

https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from audit.models import Entry, Phase
from audit.reading.changes import LoggedChange, with_outcomes
from audit.recording import Action, Change, Evidence, Outcome
from audit.settling import OpenEdit, OpenLine
from edits.errors import NotFound
from edits.gateway import Gateway
from edits.operations import HISTORY_PER_PAGE
from edits.sheets import Cell, Json, Row, Sheet, parse_time
from edits.values import held, is_same

CLOCKS_APART = timedelta(seconds=5)  # how far Smartsheet's clock and the database's may be apart
MOST_PAGES = 5
UNCHANGED = "The sheet has not been changed since it was read for this edit."
CANNOT = "Smartsheet's record does not tell: "
OPEN = {Phase.INTENT, Phase.UNKNOWN, Phase.UNDECIDABLE}

Spend = Callable[[], None]  # asked before each reading of a history; raises if none may be read


def find_out(edit: OpenEdit, gateway: Gateway, *, email_now: str, spend: Spend) -> dict[int, Outcome]:
    """An outcome for each open line of the edit, by number. Raises GatewayError, and what `spend` raises."""
    return _Inquiry(edit, gateway, email_now, spend).outcomes()


class _Inquiry:
    def __init__(self, edit: OpenEdit, gateway: Gateway, email_now: str, spend: Spend) -> None:
        self.edit, self.gateway, self._spend = edit, gateway, spend
        self.emails = {edit.names.email.casefold(), email_now.casefold()} - {""}
        self.start = edit.at.replace(microsecond=0) - CLOCKS_APART
        self.end = edit.at + timedelta(seconds=settings.SETTLE_AFTER) + CLOCKS_APART

    def outcomes(self) -> dict[int, Outcome]:
        ids = [row_id for line in self.edit.lines if (row_id := line.changes[0].row_id)]
        raw = (
            self.gateway.rows_modified_since(self.edit.sheet_id, self.start)
            if self.edit.action == Action.ADD
            else self.gateway.sheet(self.edit.sheet_id, row_ids=ids)
        )
        self.sheet, self.raw = Sheet.parse(raw), raw
        if raw.get("version") is not None and raw["version"] == self.edit.known.get("version"):
            return {line.number: self._say(Phase.NOT_APPLIED, line, UNCHANGED) for line in self.edit.lines}
        return {line.number: self._of(line) for line in self.edit.lines}

    def _of(self, line: OpenLine) -> Outcome:
        match self.edit.action:
            case Action.ADD:
                return self._of_addition(line)
            case Action.DELETE:
                return self._of_deletion(line)
            case Action.CHANGE if line.is_readable:
                return self._of_change(line)
        return self._say(Phase.UNDECIDABLE, line, f"{CANNOT}what was to be written is not known here any more.")

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
        if len(alike) == 1 and not any(self._may_be_of(rival, line, alike[0]) for rival in rivals):
            row = Row.parse(alike[0])
            outcome = self._say(Phase.APPLIED, line, "The row is there.", createdAt=alike[0].get("createdAt"))
            return Outcome(outcome.phase, row.id, self.sheet.label(row), outcome.message, evidence=outcome.evidence)
        if not added and self.sheet.modified_at and self.sheet.modified_at < self.start:
            return self._say(Phase.NOT_APPLIED, line, UNCHANGED)
        return self._say(
            Phase.UNDECIDABLE,
            line,
            f"{CANNOT}the sheet was changed since, and a row that was added and deleted again leaves no trace.",
            candidates=[raw["id"] for raw in added],
        )

    def _may_be_of(self, rival: LoggedChange, line: OpenLine, raw: Mapping[str, Json]) -> bool:
        """Whether the row may have been added by that edit: as it is now, or as it was before somebody changed it."""
        theirs, ours = json.loads(rival.intent.new or "{}"), line.changes[0].new
        for column in self.sheet.columns:
            value = theirs.get(column.title)
            if value is not None and isinstance(ours, dict) and not is_same(ours.get(column.title), value):
                cell = Change(raw["id"], "", column.id, column.title, None, value)
                return any(is_same(_held(state, cell), value) for state in self._history(cell))
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
        """The cells of a row are written together or not at all, so the first that tells speaks for them all."""
        read: list[Evidence] = []
        for change in line.changes:
            try:
                history = self._history(change)
            except NotFound:
                return self._say(Phase.UNDECIDABLE, line, f"{CANNOT}the row is gone, and its history with it.")
            phase, items = self._weigh(change, history)
            found: list[Evidence] = [
                {"modifiedAt": item.get("modifiedAt"), "byThisPerson": self._is_theirs(item)} for item in items
            ]
            cell: dict[str, Evidence] = {"columnId": change.column_id, "history": found}
            read.append(cell)
            if phase is Phase.APPLIED:
                message = "The cell's history shows the change."
                return self._say(phase, line, message, cells=read, modifiedAt=items[0].get("modifiedAt"))
            if phase is Phase.NOT_APPLIED:
                return self._say(phase, line, "The cell's history does not show the change.", cells=read)
        why = f"{CANNOT}the cell's history can be read in more than one way."
        return self._say(Phase.UNDECIDABLE, line, why, cells=read)

    def _weigh(self, change: Change, history: list[Mapping[str, Json]]) -> tuple[Phase, list[Mapping[str, Json]]]:
        """APPLIED, NOT_APPLIED or UNDECIDABLE by this cell alone, and the states that it rests on."""
        cell = Entry.objects.filter(row_id=change.row_id, column_id=change.column_id, at__range=self._around())
        others = self._others(cell)
        done = [other for other in others if other.phase == Phase.APPLIED]
        rivals = [other for other in others if other.phase in OPEN and _is_value(other.intent.new, change.new)]
        start = min([self.start, *(other.intent.at - CLOCKS_APART for other in done)])
        end = max([self.end, *(other.intent.at + (self.end - self.edit.at) for other in done)])
        items = [item for item in history if _is_between(item, start.replace(microsecond=0), end)]
        same = [item for item in items if is_same(_held(item, change), change.new)]
        mine = [item for item in same if self._is_theirs(item)]
        taken = sum(_is_value(other.new, change.new) for other in done)
        if mine and change.is_personal and any(other.phase in OPEN | {Phase.APPLIED} for other in others):
            return Phase.UNDECIDABLE, mine  # commitments do not tell which of them explains what
        if len(mine) > taken + len(rivals):
            return Phase.APPLIED, mine
        if len(mine) > taken:
            return Phase.UNDECIDABLE, mine
        strange = [
            item
            for item in items
            if item not in mine
            and self._is_theirs(item)
            and self._is_in_time(parse_time(item.get("modifiedAt")))
            and not any(_is_value(other.new, _held(item, change)) for other in done)
        ]
        by_others = [item for item in same if item not in mine and self._is_in_time(parse_time(item["modifiedAt"]))]
        if strange or by_others:
            return Phase.UNDECIDABLE, strange + by_others
        return Phase.NOT_APPLIED, []

    def _history(self, change: Change) -> list[Mapping[str, Json]]:
        """The states of a cell back to before the edit, newest first."""
        states: list[Mapping[str, Json]] = []
        for page in range(1, MOST_PAGES + 1):
            self._spend()
            some = self.gateway.cell_history(self.edit.sheet_id, change.row_id or 0, change.column_id or 0, page=page)
            states += some
            if len(some) < HISTORY_PER_PAGE or not _is_between(some[-1], self.start, datetime.max.replace(tzinfo=UTC)):
                break
        return states

    # Whose, and when

    def _others(self, entries: Any) -> list[LoggedChange]:
        """What this person wanted of the same thing by other edits in this app."""
        return self._other_edits(entries.filter(actor_id=self.edit.actor_id))

    def _other_edits(self, entries: Any) -> list[LoggedChange]:
        """What anybody wanted of the same thing by other edits in this app."""
        same = entries.filter(sheet_id=self.edit.sheet_id, region=self.edit.region)
        return with_outcomes(same.intents().exclude(edit_id=self.edit.intent.edit_id))

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


def _is_value(logged: str | None, value: Json) -> bool:
    """Whether a value of the log is this one."""
    return is_same(None if logged is None else json.loads(logged), value)


def _is_between(item: Mapping[str, Json], start: datetime, end: datetime) -> bool:
    moment = parse_time(item.get("modifiedAt"))
    return moment is not None and start <= moment <= end
