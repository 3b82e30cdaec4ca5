"""A cell as this app's log and Smartsheet's own history tell it, side by side.

The log does not know how Smartsheet is asked: the setting AUDIT_CELL_HISTORY names a function that takes the request,
the ids of sheet, row and column (`sheet_id`, `row_id`, `column_id`) and how many `pages` to read, and gives a
CellHistory.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.changes import LoggedChange
from audit.values import is_erased

SKEW = timedelta(minutes=2)  # between the two clocks; Smartsheet's tells whole seconds


@dataclass(frozen=True, slots=True)
class State:
    """What a cell held from `at` (UTC) on, by whom, as Smartsheet has it; `value` as canonical JSON, None: empty."""

    at: datetime
    by: str
    email: str
    value: str | None


@dataclass(frozen=True, slots=True)
class CellHistory:
    """A cell's states, newest first, as many pages as were read; `why_not` is a sentence where none could be."""

    states: Sequence[State] = ()
    has_more: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What stands side by side: a change of ours, a state of Smartsheet's, or both where they are the same event."""

    ours: LoggedChange | None
    theirs: State | None
    was: str | None = None  # what the cell held before a state that is Smartsheet's alone, as far as it is known

    @property
    def at(self) -> datetime:
        """When (UTC), by Smartsheet's clock where it tells."""
        if self.theirs:
            return self.theirs.at
        if self.ours:
            return self.ours.intent.at
        raise ValueError("a line without either side")

    @property
    def is_outside(self) -> bool:
        """Whether Smartsheet tells of it and this app's log does not."""
        return self.ours is None

    @property
    def is_erased(self) -> bool:
        """Whether they belong together by time alone as far as anybody can tell, our value having been erased."""
        return self.theirs is not None and self.ours is not None and is_erased(self.ours.new)

    @property
    def is_missing(self) -> bool:
        """Whether our log says that it was saved and Smartsheet does not tell of it."""
        return self.theirs is None and self.ours is not None and self.ours.is_applied


def side_by_side(
    changes: Sequence[LoggedChange], states: Sequence[State], *, since: datetime | None, until: datetime | None
) -> list[Line]:
    """Both, newest first, each pair of the same event on one line. Without a partner only states from `since` and
    before `until` are shown (None: no bound): the others belong to other stretches of the line."""
    free = list(changes)
    lines: list[Line] = []
    for position, state in enumerate(states):
        partner = next((change for change in free if _is_same(change, state)), None) or _erased(free, state)
        if partner:
            free.remove(partner)
            lines.append(Line(partner, state))
        elif (since is None or state.at >= since) and (until is None or state.at < until):
            before = states[position + 1].value if position + 1 < len(states) else None
            lines.append(Line(None, state, was=before))
    lines += [Line(change, None) for change in free]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _is_same(change: LoggedChange, state: State) -> bool:
    """Whether Smartsheet speaks of this very change: same value, at that time, by the same person, unless erased."""
    return _plain(change.new) == _plain(state.value) and _may_be(change, state)


def _erased(changes: Sequence[LoggedChange], state: State) -> LoggedChange | None:
    """Of the changes whose value was erased the one nearest to the state, if any may be it."""
    near = [change for change in changes if is_erased(change.new) and _may_be(change, state)]
    return min(near, key=lambda change: abs(change.intent.at - state.at), default=None)


def _may_be(change: LoggedChange, state: State) -> bool:
    """Whether person and time allow it. An address that was erased excludes nobody."""
    ours = change.intent.actor_email.casefold()
    if not change.is_applied or (state.email and ours and state.email.casefold() != ours):
        return False
    last = change.outcome.at if change.outcome else change.intent.at
    return change.intent.at - SKEW <= state.at <= last + SKEW


def _plain(canonical: str | None) -> object:
    """A value to compare: the order of choices says nothing, and a box not checked is as good as an empty one."""
    value = None if canonical is None else json.loads(canonical)
    if isinstance(value, list):
        return sorted(map(str, value))
    return None if value is False or value == "" else value
