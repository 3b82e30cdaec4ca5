"""The log as people read it: what was intended, joined with what came of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from audit.models import Action, Entry, Phase, with_names

PATIENCE = timedelta(minutes=1)  # an edit takes at most 15 seconds; after this its process has most likely died

VERBS = {  # what was done, and what was only wanted, as far as is known
    Action.CHANGE: ("changed", "wanted to change"),
    Action.ADD: ("added", "wanted to add"),
    Action.DELETE: ("deleted", "wanted to delete"),
}


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """One intent, and the outcome entries that speak of it in the order they were written; none while it is open."""

    intent: Entry
    outcomes: Sequence[Entry] = field(default_factory=tuple)

    @property
    def outcome(self) -> Entry | None:
        """The last word on its row, or None."""
        return next((entry for entry in reversed(self.outcomes) if entry.column_id is None), None)

    @property
    def phase(self) -> Phase:
        """What came of it; INTENT while nothing is known."""
        return Phase(self.outcome.phase if self.outcome else Phase.INTENT)

    @property
    def is_row(self) -> bool:
        """Whether it is about a row as a whole, not a cell."""
        return self.intent.column_id is None

    @property
    def is_applied(self) -> bool:
        """Whether Smartsheet has it."""
        return self.phase == Phase.APPLIED

    @property
    def verb(self) -> str:
        """What the person did, or, unless it was applied, wanted to do."""
        done, wanted = VERBS[Action(self.intent.action)]
        return done if self.is_applied else wanted

    @property
    def is_abandoned(self) -> bool:
        """Whether the outcome is so long in coming that the process has probably died."""
        return self.outcome is None and timezone.now() - self.intent.at > PATIENCE

    @property
    def stored(self) -> Entry | None:
        """The entry whose `new` is what Smartsheet made of the value, where that is not what was sent."""
        if self.is_row:
            return self.outcome if self.outcome and self.outcome.new is not None else None
        return next((entry for entry in reversed(self.outcomes) if entry.column_id is not None), None)

    @property
    def new(self) -> str | None:
        """The new value as canonical JSON: what Smartsheet returned, else what was sent."""
        return self.stored.new if self.stored else self.intent.new

    @property
    def row_id(self) -> int | None:
        """The row's id, which an added one has only since its outcome."""
        return self.outcome.row_id if self.intent.row_id is None and self.outcome else self.intent.row_id

    @property
    def row_label(self) -> str:
        """The row's label as it was then."""
        is_added = self.intent.action == Action.ADD
        return (self.outcome.row_label if is_added and self.outcome else "") or self.intent.row_label


def with_outcomes(intents: Iterable[Entry]) -> list[LoggedChange]:
    """The intents in their order, each with its outcomes, by one query for all."""
    intents = with_names(intents)
    lines: defaultdict[UUID, set[int | None]] = defaultdict(set)
    for intent in intents:
        lines[intent.edit_id].add(intent.line)
    outcomes: defaultdict[tuple[UUID, int | None], list[Entry]] = defaultdict(list)
    for entry in Entry.objects.outcomes().on_lines(lines).order_by("id"):
        outcomes[entry.edit_id, entry.line].append(entry)
    return [LoggedChange(intent, _about(intent, outcomes[intent.edit_id, intent.line])) for intent in intents]


def _about(intent: Entry, outcomes: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(entry for entry in outcomes if entry.column_id in {None, intent.column_id})
