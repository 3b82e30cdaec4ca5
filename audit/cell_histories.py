"""Compares a cell's changes in this app's log with Smartsheet's own history of the cell.

The log doesn't call Smartsheet. The setting AUDIT_CELL_HISTORY names a function that calls Smartsheet and returns a
CellHistory. This function's arguments are the request, the ids of sheet, row and column (`sheet_id`, `row_id`,
`column_id`), and the number of `pages` of Smartsheet's history to read.
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

# The phases of a change that Smartsheet has made or could have made.
MADE_OR_NOT = {Phase.APPLIED, Phase.INTENT, Phase.UNKNOWN, Phase.UNDECIDABLE, Phase.NOT_APPLIED}
SKEW = timedelta(minutes=2)  # how far our clock and Smartsheet's can differ; Smartsheet's times are whole seconds


@dataclass(frozen=True, slots=True)
class State:
    """One value in Smartsheet's history of a cell. The cell had this value from the time `at` (UTC) on. `by` and
    `email` say who set it. `value` is canonical JSON, or None if the cell was empty.
    """

    at: datetime
    by: str
    email: str
    value: str | None


class Addresses(Protocol):
    """The type of a function that returns all known e-mail addresses of an entry's actor, in lower case. If this
    person's addresses were erased, the set is empty. The argument `then` is the e-mail address that is recorded in the
    entry.
    """

    def __call__(self, *, region: str, person_id: int, then: str) -> frozenset[str]: ...


def only_then(*, region: str, person_id: int, then: str) -> frozenset[str]:  # the parameters are those of Addresses
    """The e-mail address that is recorded in the entry (`then`), and no other. CellHistory uses this function by
    default.
    """
    return frozenset({then.lower()} - {""})


@dataclass(frozen=True, slots=True)
class CellHistory:
    """What was read from Smartsheet's history of a cell. `states` are the cell's states, newest first. If nothing could
    be read, `why_not` is a sentence that says why.

    `position` is the id of the newest entry about the cell that the log had when the history was read. If a change was
    logged later, `states` can lack its state. `has_more` says whether Smartsheet has older states. `can_go_on` says
    whether this app's page offers to read these older states.
    """

    states: Sequence[State] = ()
    has_more: bool = False
    can_go_on: bool = False
    why_not: str = ""
    position: int = 0
    addresses: Addresses = only_then

    def is_missing(self, change: LoggedChange) -> bool:
        """Whether the log says that the change was saved, but Smartsheet's history lacks it. Pass a change that matches
        no state.

        The result is False if the change can be in a part of the history that wasn't read. It is also False for the
        addition of the cell's row, because the cell may have been empty in the new row.
        """
        outcome = change.outcome
        if change.is_row or self.why_not or not change.is_applied or outcome is None or outcome.pk > self.position:
            return False
        return not self.has_more or (bool(self.states) and self.states[-1].at < change.intent.at - SKEW)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison. It has a change in our log (`ours`), a state in Smartsheet's history (`theirs`), or
    both if they are the same event.
    """

    ours: LoggedChange | None
    theirs: State | None
    was: str | None = None  # for a state that only Smartsheet has: the cell's value before it, if known
    is_missing: bool = False  # whether the log says that the change was saved, but Smartsheet's history lacks it

    @property
    def at(self) -> datetime:
        """The time of the event (UTC). If Smartsheet has the event, this is Smartsheet's time."""
        if self.theirs:
            return self.theirs.at
        if self.ours:
            return self.ours.intent.at
        raise ValueError("a line without either side")

    @property
    def is_outside(self) -> bool:
        """Whether only Smartsheet's history has this event."""
        return self.ours is None

    @property
    def is_erased(self) -> bool:
        """Whether the value in our log was erased. If so, only the times show that the change and the state are the
        same event.
        """
        return self.theirs is not None and self.ours is not None and is_erased(self.ours.new)


def side_by_side(
    changes: Sequence[LoggedChange], history: CellHistory, *, since: datetime | None, until: datetime | None
) -> list[Line]:
    """Return the changes in the log and the states in Smartsheet's history as one list of lines, newest first. A change
    and a state that are the same event share a line.

    `changes` are the changes on one page of the timeline. This page covers the time span from `since` up to but not
    including `until`. None means no limit. A state without a matching change gets a line only if it began within this
    time span. Earlier and later states are on other pages of the timeline.
    """
    free = list(changes)
    lines: list[Line] = []
    for position, state in enumerate(history.states):
        is_first = position + 1 == len(history.states) and not history.has_more
        partner = _partner(free, state, history.addresses, is_first=is_first)
        if partner:
            free.remove(partner)
            lines.append(Line(partner, state))
        elif (since is None or state.at >= since) and (until is None or state.at < until):
            before = history.states[position + 1].value if position + 1 < len(history.states) else None
            lines.append(Line(None, state, was=before))
    lines += [Line(change, None, is_missing=history.is_missing(change)) for change in free]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _partner(
    changes: Sequence[LoggedChange], state: State, addresses: Addresses, *, is_first: bool
) -> LoggedChange | None:
    """Return the change in the log that led to this state, or None. The first choice is a saved change to the same
    value. The second choice is a saved change whose value was erased. The last choice is a change to the same value
    that is uncertain or was settled as not saved: Smartsheet can have saved it after it was settled.

    The addition of the cell's row can match only the cell's first state. `is_first` says whether `state` is the first.
    """
    near = [change for change in changes if (is_first or not change.is_row) and _may_be(change, state, addresses)]
    same = [change for change in near if _has_written(change, state)]
    saved = next((change for change in same if change.is_applied), None)
    return saved or _erased(near, state) or next((change for change in same if not change.is_applied), None)


def _erased(near: Sequence[LoggedChange], state: State) -> LoggedChange | None:
    """Of the saved changes whose value was erased, the one that is nearest in time to the state."""
    erased = [change for change in near if change.is_applied and is_erased(change.new)]
    return min(erased, key=lambda change: abs(change.intent.at - state.at), default=None)


def _may_be(change: LoggedChange, state: State, addresses: Addresses) -> bool:
    """Whether it is possible that the change led to the state. The change's outcome, time and person must fit. If the
    log or Smartsheet has no e-mail address, every person fits.
    """
    if change.phase not in MADE_OR_NOT:
        return False
    last = change.outcome.at if change.outcome else change.intent.at
    if not change.intent.at - SKEW <= state.at <= last + SKEW:
        return False
    intent = change.intent
    known = addresses(region=intent.region, person_id=intent.actor_id, then=intent.actor_email)
    return not (known and state.email) or state.email.lower() in known


def _has_written(change: LoggedChange, state: State) -> bool:
    """Whether the change wrote the value of the state. The addition of a row wrote a value into each of its cells. The
    log has these values with the titles that the columns had then. A column can have another title now, so the title
    isn't compared.
    """
    value = _plain(state.value)
    if not change.is_row:
        return _plain(change.new) == value
    row = json.loads(change.new or "{}")
    return value is not None and isinstance(row, dict) and any(_comparable(one) == value for one in row.values())


def _plain(canonical: str | None) -> object:
    """The value of a canonical JSON text, in a form that can be compared."""
    return _comparable(None if canonical is None else json.loads(canonical))


def _comparable(value: object) -> object:
    """Return the value so that it can be compared with others. The choices of a multi-select cell are sorted, and an
    unchecked box equals an empty cell.
    """
    if isinstance(value, list):
        return sorted(map(str, value))
    return None if value is False or value == "" else value
