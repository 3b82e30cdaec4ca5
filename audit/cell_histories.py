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
from typing import Protocol

from audit.changes import LoggedChange
from audit.values import is_erased
from audit.vocabulary import Phase

MADE_OR_NOT = {Phase.APPLIED, Phase.INTENT, Phase.UNKNOWN, Phase.UNDECIDABLE, Phase.NOT_APPLIED}  # if late
SKEW = timedelta(minutes=2)  # between the two clocks; Smartsheet's tells whole seconds


@dataclass(frozen=True, slots=True)
class State:
    """What a cell held from `at` (UTC) on, by whom, as Smartsheet has it; `value` as canonical JSON, None: empty."""

    at: datetime
    by: str
    email: str
    value: str | None


class Addresses(Protocol):
    """Gives all e-mail addresses that the actor of an entry is known by, in small letters; none if they were erased."""

    def __call__(self, *, region: str, person_id: int, then: str) -> frozenset[str]: ...


def only_then(*, region: str, person_id: int, then: str) -> frozenset[str]:  # as Addresses has it
    """Only the address of the entry, where no others are known."""
    return frozenset({then.casefold()} - {""})


@dataclass(frozen=True, slots=True)
class CellHistory:
    """A cell's states, newest first, as many pages as were read; `why_not` is a sentence where none could be.

    It was read when the log's newest entry on the cell was `position`, so it need not tell of later ones. `has_more`:
    there are older states. `can_go_on`: they can be asked for.
    """

    states: Sequence[State] = ()
    has_more: bool = False
    can_go_on: bool = False
    why_not: str = ""
    position: int = 0
    addresses: Addresses = only_then

    def is_missing(self, change: LoggedChange) -> bool:
        """Whether the log says that it was saved, and this would tell of it, and doesn't have it."""
        outcome = change.outcome
        if self.why_not or not change.is_applied or outcome is None or outcome.pk > self.position:
            return False
        return not self.has_more or (bool(self.states) and self.states[-1].at < change.intent.at - SKEW)


@dataclass(frozen=True, slots=True)
class Line:
    """What stands side by side: a change of ours, a state of Smartsheet's, or both where they are the same event."""

    ours: LoggedChange | None
    theirs: State | None
    was: str | None = None  # what the cell held before a state that is Smartsheet's alone, as far as it is known
    is_missing: bool = False  # our log says that it was saved and Smartsheet does not tell of it

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


def side_by_side(
    changes: Sequence[LoggedChange], history: CellHistory, *, since: datetime | None, until: datetime | None
) -> list[Line]:
    """Both, newest first, each pair of the same event on one line. Without a partner only states from `since` and
    before `until` are shown (None: no bound): the others belong to other stretches of the line."""
    free = list(changes)
    lines: list[Line] = []
    for position, state in enumerate(history.states):
        partner = _partner(free, state, history.addresses)
        if partner:
            free.remove(partner)
            lines.append(Line(partner, state))
        elif (since is None or state.at >= since) and (until is None or state.at < until):
            before = history.states[position + 1].value if position + 1 < len(history.states) else None
            lines.append(Line(None, state, was=before))
    lines += [Line(change, None, is_missing=history.is_missing(change)) for change in free]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _partner(changes: Sequence[LoggedChange], state: State, addresses: Addresses) -> LoggedChange | None:
    """The change that Smartsheet's state belongs to: a saved one, else one that isn't certain yet, or that Smartsheet
    carried out after it was settled as not saved."""
    near = [change for change in changes if _may_be(change, state, addresses)]
    same = [change for change in near if _plain(change.new) == _plain(state.value)]
    saved = next((change for change in same if change.is_applied), None)
    return saved or _erased(near, state) or next((change for change in same if not change.is_applied), None)


def _erased(near: Sequence[LoggedChange], state: State) -> LoggedChange | None:
    """Of the changes that were saved, and whose value was erased, the one nearest to the state."""
    erased = [change for change in near if change.is_applied and is_erased(change.new)]
    return min(erased, key=lambda change: abs(change.intent.at - state.at), default=None)


def _may_be(change: LoggedChange, state: State, addresses: Addresses) -> bool:
    """Whether person and time allow it. Addresses that were erased exclude nobody."""
    if change.phase not in MADE_OR_NOT:
        return False
    last = change.outcome.at if change.outcome else change.intent.at
    if not change.intent.at - SKEW <= state.at <= last + SKEW:
        return False
    intent = change.intent
    known = addresses(region=intent.region, person_id=intent.actor_id, then=intent.actor_email)
    return not (known and state.email) or state.email.casefold() in known


def _plain(canonical: str | None) -> object:
    """A value to compare: the order of choices says nothing, and a box not checked is as good as an empty one."""
    value = None if canonical is None else json.loads(canonical)
    if isinstance(value, list):
        return sorted(map(str, value))
    return None if value is False or value == "" else value
