"""Finds the outcome of deleted rows, from the rows that still exist. Smartsheet deletes all rows of a request or none.

A row that exists was not deleted. A row that doesn't exist was deleted by this edit if two things are true: the sheet's
last change was at the time at which the request was sent, and no other edit with this app, whoever made it, explains
why the row is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from audit.changes import LoggedChange
from audit.models import Entry
from audit.recording import Outcome
from audit.settling import OpenLine
from audit.vocabulary import Action, Phase
from edits.settling.calls import Call
from edits.settling.cell_comparison import OPEN
from edits.settling.record import CANNOT, Record
from edits.sheets.sheet import Sheet

AT_ONCE = 500  # the most rows per query
THERE = "The row is still there."
OTHER_THERE = "A row that was to be deleted together with this row is still there, so this request deleted no row."
TAKEN = "Another deletion by this app has deleted the row."
OTHER_TAKEN = (
    "Another deletion by this app has deleted a row that was to be deleted together with this row, so this request "
    "deleted no row."
)
GONE = "The row no longer exists, and the sheet was last changed at the time at which this request was sent."
WITH_OTHERS = (
    "Another row of the request was deleted. Smartsheet makes all changes of a request or none of them, so this row "
    "was deleted too."
)
WHO = f"{CANNOT}the row no longer exists, but someone else may have deleted it."


class DeletedRows:
    """Finds the outcomes of the rows that an edit tried to delete."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def outcomes(self, call: Call) -> Iterator[dict[int, Outcome]]:
        """Yield the outcomes of a request's open lines, which are the rows without a certain outcome. The keys are the
        lines' numbers. Raises the errors of `Record`.

        The sheet's version isn't used as evidence, because Smartsheet doesn't document whether a deletion changes the
        version. The rows that still exist are better evidence.
        """
        sheet = self._record.rows(call.row_ids)
        there = {row.id for row in sheet.rows}
        others = self._others(call)
        outcomes = {line.number: self._of_line(line, sheet, there, others) for line in call.lines}
        yield self._together(call, sheet, outcomes)

    def _others(self, call: Call) -> dict[int, list[LoggedChange]]:
        """Return other edits' deletions of the same rows, by row id."""
        found: defaultdict[int, list[LoggedChange]] = defaultdict(list)
        for start in range(0, len(call.row_ids), AT_ONCE):
            some = Entry.objects.filter(row_id__in=call.row_ids[start : start + AT_ONCE], action=Action.DELETE)
            for other in self._record.other_edits(some):
                found[other.intent.row_id or 0].append(other)
        return found

    def _of_line(self, line: OpenLine, sheet: Sheet, there: set[int], others: dict[int, list[LoggedChange]]) -> Outcome:
        row_id = line.changes[0].row_id or 0
        phases = {other.phase for other in others.get(row_id, ())}
        if row_id in there:
            return self._record.say(Phase.NOT_APPLIED, line, THERE, sheet)
        if Phase.APPLIED in phases:
            return self._record.say(Phase.NOT_APPLIED, line, TAKEN, sheet)
        if self._record.is_in_time(sheet.modified_at) and not phases & OPEN:
            return self._record.say(Phase.APPLIED, line, GONE, sheet)
        return self._record.say(Phase.UNDECIDABLE, line, WHO, sheet)

    def _together(self, call: Call, sheet: Sheet, outcomes: dict[int, Outcome]) -> dict[int, Outcome]:
        """Make the outcomes of the request's rows agree with each other, because Smartsheet deletes all rows of a
        request or none. Return the outcomes by line number. The first row is the best evidence, because the request
        certainly named it. The other rows were perhaps only child rows of a named row.
        """
        first = outcomes.get(call.numbers.start)
        if first and first.phase is Phase.NOT_APPLIED:
            message = OTHER_THERE if first.message == THERE else OTHER_TAKEN
            by_first = self._record.say_of_all(Phase.NOT_APPLIED, call.lines, message, sheet)
            return by_first | {n: one for n, one in outcomes.items() if one.phase is Phase.NOT_APPLIED}
        if {one.phase for one in outcomes.values()} == {Phase.APPLIED, Phase.UNDECIDABLE}:
            return {
                number: replace(one, phase=Phase.APPLIED, message=WITH_OTHERS)
                if one.phase is Phase.UNDECIDABLE
                else one
                for number, one in outcomes.items()
            }
        if Phase.NOT_APPLIED in {one.phase for one in outcomes.values()}:
            unclear = self._record.say_of_all(Phase.UNDECIDABLE, call.lines, WHO, sheet)
            return outcomes | {n: unclear[n] for n, one in outcomes.items() if one.phase is not Phase.NOT_APPLIED}
        return outcomes
