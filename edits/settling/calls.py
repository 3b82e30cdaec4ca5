"""Finds the requests of an edit. The edit's intents say how many rows each request had, and whether a refused row
prevented saving the other rows of its request (edits/saving/sending.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from audit.recording import Outcome
from audit.settling import OpenEdit, OpenLine
from audit.vocabulary import Action, Phase


@dataclass(frozen=True, slots=True)
class Call:
    """One request of an edit. `numbers` has the numbers of all its lines. `lines` has its open lines. An open line has
    no certain outcome yet.

    `is_whole` says that Smartsheet carries out the request for all of its rows or none.
    """

    numbers: range
    lines: tuple[OpenLine, ...]
    is_whole: bool

    @property
    def row_ids(self) -> list[int]:
        """The ids of the rows in the open lines. Rows that were to be added have no ids."""
        return [row_id for line in self.lines if (row_id := line.changes[0].row_id)]

    def was_not_done(self, edit: OpenEdit, found: dict[int, Outcome]) -> bool:
        """True if the outcomes in the log, and the outcomes `found` by settling, show that the request wasn't carried
        out. Then the later requests of the edit weren't sent either, because a save stops at the first request that
        fails.
        """
        known = {Phase(edit.concluded[number].phase) for number in self.numbers if number in edit.concluded}
        phases = known | {found[number].phase for number in self.numbers if number in found}
        return self.is_whole and Phase.APPLIED not in phases and bool(phases & {Phase.NOT_APPLIED, Phase.REFUSED})


def calls_of(edit: OpenEdit) -> Iterator[Call]:
    """Yield the edit's requests in the order in which they were sent, including settled ones.

    Old intents don't list requests. Each edit with old intents was a single request, for one row and its child rows.
    """
    lengths = edit.known.get("calls")
    ends = list(accumulate(n for n in lengths if isinstance(n, int))) if isinstance(lengths, list) else []
    last = max(line.number for line in edit.lines)
    if not ends or ends[-1] <= last:
        ends.append(last + 1)
    is_partial = bool(edit.known.get("is_partial")) and edit.action != Action.DELETE  # a deletion is never partial
    for start, end in pairwise([0, *ends]):
        numbers = range(start, end)
        yield Call(numbers, tuple(line for line in edit.lines if line.number in numbers), not is_partial)
