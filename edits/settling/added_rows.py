"""Finds the outcome of added rows. A row counts as added by the edit if it has the sent content, and if the edit's
person added it at the time of the edit.

If no row matches, and the sheet wasn't changed after the request was sent, the row wasn't added. If the sheet was
changed, the outcome stays unknown, because a row that was added and then deleted leaves no trace.

https://developers.smartsheet.com/api/smartsheet/openapi/sheets/getsheet (rowsModifiedSince)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from audit.cell_histories import SKEW
from audit.changes import LoggedChange
from audit.models import Entry
from audit.recording import Change, Outcome, canonical
from audit.settling import OpenLine
from audit.vocabulary import Phase
from edits.gateway.errors import NotFound
from edits.settling.calls import Call
from edits.settling.cell_comparison import OPEN
from edits.settling.history_pages import History
from edits.settling.record import ADDITIONS, CANNOT, UNCHANGED, Record
from edits.sheets.held_values import held, is_same
from edits.sheets.personal_columns import row_label
from edits.sheets.sheet import Cell, Json, Row, Sheet, parse_time

MOST_HISTORIES = 5  # the most cell histories that are read for one request
MOST_NAMED = 20  # the most rows that the evidence of an outcome lists
THERE = "The row is there."
WITH_OTHERS = (
    "Other rows of the same request were added. Smartsheet makes all changes of a request or none of them, so this row "
    "was added too."
)
WHICH = f"{WITH_OTHERS} It's no longer possible to tell which of the added rows this entry is about."
NOT_SINCE = "The last change of the sheet was made by an earlier request of the same edit, so this row was not added."
LEAVES_NO_TRACE = f"{CANNOT}the sheet was changed later, and a row that was added and then deleted leaves no trace."

Raw = Mapping[str, Json]


class AddedRows:
    """Finds the outcomes of the rows that an edit tried to add. Call outcomes() for each request, in the order in which
    the requests were sent.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._claimed: dict[int, Raw] = {}  # rows that were found to belong to this edit, by id
        self._histories: dict[tuple[int, int], History | None] = {}
        concluded = record.edit.concluded.values()
        self._ours = {entry.row_id for entry in concluded if entry.phase == Phase.APPLIED and entry.row_id}
        self._known = record.known_additions()

    def outcomes(self, call: Call) -> Iterator[dict[int, Outcome]]:
        """Yield the outcomes of a request's open lines, which are the rows without a certain outcome. The keys are the
        lines' numbers. Raises the errors of `Record`.
        """
        added = self._record.added()
        sheet, lines = added.sheet, call.lines
        if self._record.is_as_it_was(sheet):
            yield self._record.say_of_all(Phase.NOT_APPLIED, lines, UNCHANGED, sheet)
            return
        free = [raw for raw in added.rows if raw["id"] not in self._claimed and raw["id"] not in self._known]
        found = self._matched(lines, free) if added.is_all else {}
        certain = [line for line in lines if (raw := found.get(line.number)) and not self._may_be_of_others(line, raw)]
        if call.is_whole and certain:
            yield {line.number: self._of_whole(line, sheet, found.get(line.number)) for line in lines} | {
                line.number: self._there(line, sheet, found[line.number]) for line in certain
            }
        else:
            outcomes = {line.number: self._there(line, sheet, found[line.number]) for line in certain}
            rest = [line for line in lines if line not in certain]
            yield outcomes | self._not_there(rest, sheet, [raw for raw in free if raw["id"] not in self._claimed])

    def _there(self, line: OpenLine, sheet: Sheet, raw: Raw, message: str = THERE) -> Outcome:
        self._claimed[raw["id"]] = raw
        row = Row.parse(raw)
        label = row_label(sheet, row, region=self._record.edit.region)
        outcome = self._record.say(Phase.APPLIED, line, message, sheet, createdAt=raw.get("createdAt"))
        return replace(outcome, row_id=row.id, row_label=label)

    def _of_whole(self, line: OpenLine, sheet: Sheet, raw: Raw | None) -> Outcome:
        """Return the outcome of a line whose request was certainly carried out, because other rows of the request
        exist. `raw` is the row that was added for this line, or None if that row isn't known.
        """
        if raw is None or self._is_wanted_by_others(line):
            return self._record.say(Phase.APPLIED, line, WHICH, sheet)
        return self._there(line, sheet, raw, WITH_OTHERS)

    def _not_there(self, lines: Sequence[OpenLine], sheet: Sheet, left: Sequence[Raw]) -> dict[int, Outcome]:
        since = self._record.start - SKEW
        if not left and sheet.modified_at and sheet.modified_at < since:
            return self._record.say_of_all(Phase.NOT_APPLIED, lines, UNCHANGED, sheet)
        if not left and self._is_last_change_known(sheet):
            return self._record.say_of_all(Phase.NOT_APPLIED, lines, NOT_SINCE, sheet)
        ids: list[Json] = [raw["id"] for raw in left[:MOST_NAMED]]
        return self._record.say_of_all(Phase.UNDECIDABLE, lines, LEAVES_NO_TRACE, sheet, candidates=ids)

    def _is_last_change_known(self, sheet: Sheet) -> bool:
        """Whether an earlier request of this edit made the last change of the sheet. Smartsheet's times are exact only
        to the second. So this method doesn't notice another row that was added and deleted within the same second.
        """
        earlier = [raw for raw in self._record.added().rows if raw["id"] in self._claimed.keys() | self._ours]
        times = [at for raw in earlier if (at := parse_time(raw.get("createdAt")))]
        return bool(times) and sheet.modified_at is not None and sheet.modified_at <= max(times)

    # Matching rows to lines

    def _matched(self, lines: Sequence[OpenLine], rows: Sequence[Raw]) -> dict[int, Raw]:
        """Find out which row was added for which line of the edit. Return the rows by line number. If several lines
        have the same content, they are matched with the rows that have this content, in their order, but only if there
        are as many rows as lines. Lines whose row isn't certain are left out.

        A matched row can't belong to another line. So after each match, the search is repeated for the remaining lines.
        """
        wanted: dict[str, list[OpenLine]] = {}
        for line in lines:
            if isinstance(line.changes[0].new, dict):
                wanted.setdefault(canonical(line.changes[0].new) or "", []).append(line)
        contents = {raw["id"]: self._content(raw) for raw in rows}
        left = {raw["id"]: raw for raw in rows}
        found: dict[int, Raw] = {}
        is_news = True
        while is_news:
            is_news = False
            for content, alike_lines in list(wanted.items()):
                new = alike_lines[0].changes[0].new
                alike = [raw for row_id, raw in left.items() if _holds(contents[row_id], new)]
                if len(alike) == len(alike_lines):
                    found |= {line.number: raw for line, raw in zip(alike_lines, alike, strict=True)}
                    left = {row_id: raw for row_id, raw in left.items() if raw not in alike}
                    del wanted[content]
                    is_news = True
        return found

    def _content(self, raw: Raw) -> dict[str, Json]:
        row = Row.parse(raw)
        return {column.title: held(row.cell(column)) for column in self._record.added().sheet.columns}

    # Other unsettled edits of the same person

    @cached_property
    def _rivals(self) -> list[LoggedChange]:
        additions = Entry.objects.filter(action__in=ADDITIONS, at__range=self._record.around())
        return [other for other in self._record.others(additions) if other.phase in OPEN]

    def _is_wanted_by_others(self, line: OpenLine) -> bool:
        return any(_holds(_parsed(rival), line.changes[0].new) for rival in self._rivals)

    def _may_be_of_others(self, line: OpenLine, raw: Raw) -> bool:
        """Whether another edit perhaps added the row. The row can have the content that the other edit sent, either now
        or earlier.
        """
        return any(self._may_be_of(rival, line, raw) for rival in self._rivals)

    def _may_be_of(self, rival: LoggedChange, line: OpenLine, raw: Raw) -> bool:
        theirs, ours = _parsed(rival), line.changes[0].new
        for column in self._record.added().sheet.columns:
            value = theirs.get(column.title)
            if value is not None and isinstance(ours, dict) and not is_same(ours.get(column.title), value):
                history = self._history(raw["id"], column.id)
                states = (held(Cell.parse({"columnId": column.id, **state})) for state in history or ())
                return history is None or not history.is_whole or any(is_same(state, value) for state in states)
        return True

    def _history(self, row_id: int, column_id: int) -> History | None:
        """Return a cell's history. Each history is read only once. Return None if the cell has no history, or if
        MOST_HISTORIES histories were already read.
        """
        key = (row_id, column_id)
        if key not in self._histories and len(self._histories) < MOST_HISTORIES:
            try:
                self._histories[key] = self._record.history(Change(row_id, "", column_id, "", None, None))
            except NotFound:
                self._histories[key] = None
        return self._histories.get(key)


def _parsed(rival: LoggedChange) -> dict[str, Json]:
    content = json.loads(rival.sent or "{}")
    return content if isinstance(content, dict) else {}


def _holds(content: Mapping[str, Json], wanted: Json) -> bool:
    return isinstance(wanted, dict) and all(is_same(content.get(title), value) for title, value in wanted.items())
