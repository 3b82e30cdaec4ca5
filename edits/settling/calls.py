"""The requests that an edit was sent as. Its intents say how many rows each had, and what a refused row did to the
others (edits/saving/sending.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from audit.recording import Outcome
from audit.settling import OpenEdit, OpenLine
from audit.vocabulary import Action, Phase


@dataclass(frozen=True, slots=True)
class Call:
    """One request of an edit: the numbers of its lines, and those of them that are open.

    Whole is one that Smartsheet carries out for all of its rows or for none.
    """

    numbers: range
    lines: tuple[OpenLine, ...]
    is_whole: bool

    @property
    def row_ids(self) -> list[int]:
        """The rows of its open lines; of rows that were to be added there are none."""
        return [row_id for line in self.lines if (row_id := line.changes[0].row_id)]

    def was_not_done(self, edit: OpenEdit, found: dict[int, Outcome]) -> bool:
        """Whether it was surely not carried out, by what is known and what was found out now. Saving ends with the
        first request that fails, so none was sent after it."""
        known = {Phase(edit.concluded[number].phase) for number in self.numbers if number in edit.concluded}
        phases = known | {found[number].phase for number in self.numbers if number in found}
        return self.is_whole and Phase.APPLIED not in phases and bool(phases & {Phase.NOT_APPLIED, Phase.REFUSED})


def calls_of(edit: OpenEdit) -> Iterator[Call]:
    """The edit's requests in the order in which they were sent, also those that are concluded.

    An intent from before edits had several requests is one: a row, with those beneath it.
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
