"""Compares this log's changes of a cell with Smartsheet's history of the cell, and matches changes with states.

A state is one version of a cell in Smartsheet's history. A state matches a change if it has the same value and the same
person (by e-mail address), and a time between the change's intent and outcome. Smartsheet's clock and ours can differ,
so a time that is up to SKEW earlier or later also matches. A state can match at most one change, and a change can match
at most one state. This module gets the changes and the states from its callers, and writes nothing.

https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.cell_histories import SKEW
from audit.changes import LoggedChange
from audit.models import Entry
from audit.values import ERASED
from audit.vocabulary import ANSWERED, Phase
from edits.conf import settings
from edits.sheets.held_values import held, is_same
from edits.sheets.sheet import Cell, Contact, Json, parse_time

OPEN = {Phase.INTENT, Phase.UNKNOWN, Phase.UNDECIDABLE}  # in these phases, Smartsheet has perhaps made the change


@dataclass(frozen=True, slots=True)
class Version:
    """A state of a cell in Smartsheet's history: who set which value, and when (`at`, UTC). `before` is the cell's
    value before this state.
    """

    at: datetime
    by: Contact
    value: Json
    before: Json


@dataclass(frozen=True, slots=True)
class Ours:
    """A change in this log that perhaps made a state of the cell. `emails` has all known addresses of the person who
    made the change.

    The change isn't comparable if its value or person was erased.
    """

    change: LoggedChange
    value: Json
    emails: frozenset[str]
    is_comparable: bool

    @property
    def intent(self) -> Entry:
        return self.change.intent

    @property
    def is_addition(self) -> bool:
        """Whether the cell was written when its row was added."""
        return self.intent.column_id is None

    @property
    def is_judged(self) -> bool:
        """Whether the comparison gives this change a result of its own. This is so if the change was saved and is
        comparable. The addition of the cell's row gets no result.
        """
        return self.is_comparable and self.change.is_applied and not self.is_addition

    def is_at(self, version: Version) -> bool:
        """Whether the state's time fits the change."""
        outcome = self.change.outcome
        is_answered = outcome is not None and outcome.phase in ANSWERED and outcome.evidence is None
        latest = outcome.at if outcome and is_answered else self.intent.at + timedelta(seconds=settings.SETTLE_AFTER)
        return self.intent.at - SKEW <= version.at <= latest + SKEW

    def is_value(self, version: Version) -> bool:
        """Whether the cell had the written value in this version. If the log's copy of the value was erased, the result
        is True.
        """
        return is_erased(self.value) or is_same(_plain(self.value), _plain(version.value))

    def is_person(self, version: Version) -> bool:
        """Whether the person who made the change also made the state. True if the person was erased from the log."""
        return not self.emails or version.by.email.lower() in self.emails


@dataclass(frozen=True, slots=True)
class Finding:
    """A result of the comparison. If `phase` is CONFIRMED or MISATTRIBUTED, there are a change and a state. If it is
    MISSING, there is only a change. If it is OUTSIDE, there is only a state.
    """

    phase: Phase
    ours: Ours | None
    version: Version | None


def versions(history: Sequence[Mapping[str, Json]], column_id: int) -> list[Version]:
    """Return the states of Smartsheet's history, oldest first. `history` has the newest first. States without a time
    are left out.
    """
    found: list[Version] = []
    before: Json = None
    for item in reversed(history):
        at, value = parse_time(item.get("modifiedAt")), held(Cell.parse({**item, "columnId": column_id}))
        if at is not None:
            found.append(Version(at, Contact.parse(item.get("modifiedBy") or {}), value, before))
        before = value
    return found


def compare(ours: Sequence[Ours], states: Sequence[Version]) -> list[Finding]:
    """Compare each saved, comparable change with Smartsheet's states, and find states that no change explains.

    `ours` and `states` are in order, oldest first. Uncertain changes, incomparable changes and additions of rows can
    explain states, but get no result themselves.
    """
    free = list(states)
    judged = [one for one in ours if one.is_judged]
    others = [one for one in ours if not one.is_judged]
    pairs = list(_paired(judged, free, lambda one, version: one.is_person(version)))
    for _ in _paired(others, free, lambda one, version: one.is_person(version)):
        pass
    confirmed = {one.intent.pk for one, _ in pairs}
    rest = [one for one in judged if one.intent.pk not in confirmed]
    wrong = list(_paired(rest, free, lambda _one, _version: True))
    misattributed = {one.intent.pk for one, _ in wrong}
    return [
        *(Finding(Phase.CONFIRMED, one, version) for one, version in pairs),
        *(Finding(Phase.MISATTRIBUTED, one, version) for one, version in wrong),
        *(Finding(Phase.MISSING, one, None) for one in rest if one.intent.pk not in misattributed),
        *(Finding(Phase.OUTSIDE, None, version) for version in free),
    ]


def is_erased(value: Json) -> bool:
    """Whether the log's value was personal and has been erased."""
    return isinstance(value, dict) and value.get("objectType") == ERASED


def parsed(logged: str | None) -> Json:
    """Parse a value from the log."""
    return None if logged is None else json.loads(logged)


def _paired(
    ours: Sequence[Ours], free: list[Version], is_theirs: Callable[[Ours, Version], bool]
) -> Iterator[tuple[Ours, Version]]:
    """Yield pairs of a change and a state. A change gets the first state in `free` that has a fitting time and value,
    and for which `is_theirs` returns True. The state is then removed from `free`.
    """
    for one in ours:
        found = next((v for v in free if one.is_at(v) and one.is_value(v) and is_theirs(one, v)), None)
        if found is not None:
            free.remove(found)
            yield one, found


def _plain(value: Json) -> Json:
    """Return a value for comparison. An unchecked box and an empty text equal an empty cell."""
    return None if value is False or value == "" else value
