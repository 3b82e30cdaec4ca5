"""What our log says of a cell held against Smartsheet's own history of it: which of ours explains which state there.

A state explains, and is explained by, one change at most: the same value, the same person by e-mail address, at a
time between the intent and its outcome, give or take what the two clocks may be apart. Nothing is read or written here.

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

OPEN = {Phase.INTENT, Phase.UNKNOWN, Phase.UNDECIDABLE}  # it may have been made


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a cell, as Smartsheet reports it: its value, the one `before` it, who set it, and when (`at`,
    UTC)."""

    at: datetime
    by: Contact
    value: Json
    before: Json


@dataclass(frozen=True, slots=True)
class Ours:
    """A change of our log that may have made a state of this cell; `emails` are all that the person is known by here.

    Not comparable is one whose value, or whose person, was erased.
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
        """Whether the cell was written as a part of its row, which was added then."""
        return self.intent.column_id is None

    @property
    def is_judged(self) -> bool:
        """Whether Smartsheet's word on it is asked for: it was saved, is of this cell alone, and can be compared."""
        return self.is_comparable and self.change.is_applied and not self.is_addition

    def is_at(self, version: Version) -> bool:
        """Whether the state is from the time in which this was made, if it was."""
        outcome = self.change.outcome
        is_answered = outcome is not None and outcome.phase in ANSWERED and outcome.evidence is None
        latest = outcome.at if outcome and is_answered else self.intent.at + timedelta(seconds=settings.SETTLE_AFTER)
        return self.intent.at - SKEW <= version.at <= latest + SKEW

    def is_value(self, version: Version) -> bool:
        """Whether the state is what was written; also where that cannot be told any more."""
        return is_erased(self.value) or is_same(_plain(self.value), _plain(version.value))

    def is_person(self, version: Version) -> bool:
        """Whether it was this person; also where that cannot be told any more."""
        return not self.emails or version.by.email.casefold() in self.emails


@dataclass(frozen=True, slots=True)
class Finding:
    """CONFIRMED or MISATTRIBUTED: ours and a version; MISSING: ours alone; OUTSIDE: a version alone."""

    phase: Phase
    ours: Ours | None
    version: Version | None


def versions(history: Sequence[Mapping[str, Json]], column_id: int) -> list[Version]:
    """The states of Smartsheet's history (newest first), oldest first, without any that has no time."""
    found: list[Version] = []
    before: Json = None
    for item in reversed(history):
        at, value = parse_time(item.get("modifiedAt")), held(Cell.parse({**item, "columnId": column_id}))
        if at is not None:
            found.append(Version(at, Contact.parse(item.get("modifiedBy") or {}), value, before))
        before = value
    return found


def compare(ours: Sequence[Ours], states: Sequence[Version]) -> list[Finding]:
    """Each applied, comparable change with what Smartsheet says of it, and each state that nothing of ours explains.

    Both oldest first. What is not certain yet, not comparable, or the addition of the row explains states and is not
    judged itself.
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
    """Whether the log's value was kept apart and is gone."""
    return isinstance(value, dict) and value.get("objectType") == ERASED


def parsed(logged: str | None) -> Json:
    """A value of the log."""
    return None if logged is None else json.loads(logged)


def _paired(
    ours: Sequence[Ours], free: list[Version], is_theirs: Callable[[Ours, Version], bool]
) -> Iterator[tuple[Ours, Version]]:
    """Each change with the first state that may be it, which is taken from those that are free."""
    for one in ours:
        found = next((v for v in free if one.is_at(v) and one.is_value(v) and is_theirs(one, v)), None)
        if found is not None:
            free.remove(found)
            yield one, found


def _plain(value: Json) -> Json:
    """A box that is not checked is as good as an empty one."""
    return None if value is False or value == "" else value
