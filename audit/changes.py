"""The log as people read it: what was intended, joined with what came of it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from audit import sentences
from audit.models import Entry, Names, PersonalText, erased, with_names
from audit.proof.commitment_bytes import in_value, within
from audit.values import evidence_in_clear, in_clear
from audit.via import Part, parts
from audit.vocabulary import ANSWERED, Action, Origin, Phase

ABANDONED_AFTER = timedelta(minutes=1)  # an edit takes at most 15 seconds; after this its process has most likely died


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """One intent, and the outcome entries that speak of it in the order they were written, none while it is open; or an
    act that needed no intent, which is one entry by itself.

    `mentions` are later entries that confirm or undo it. `clear` are the texts behind commitments, once they were read.
    """

    intent: Entry
    outcomes: Sequence[Entry] = field(default_factory=tuple)
    mentions: Sequence[Entry] = field(default_factory=tuple)
    clear: Mapping[str, str] | None = None

    @property
    def outcome(self) -> Entry | None:
        """The word that counts on its row, or None: the last of the weightiest.

        Smartsheet's answer outweighs what settling found out, should a process that was taken for dead bring it after
        all, before or after; and either outweighs *not certain yet*.
        """
        if self.intent.phase != Phase.INTENT:
            return self.intent
        return max((entry for entry in self.outcomes if entry.column_id is None), key=_weight, default=None)

    @property
    def phase(self) -> Phase:
        """What came of it; INTENT while nothing is known."""
        return Phase(self.outcome.phase if self.outcome else Phase.INTENT)

    @property
    def is_row(self) -> bool:
        """Whether it is about a row as a whole, not a cell."""
        return self.intent.column_id is None and self.is_on_sheet

    @property
    def is_on_sheet(self) -> bool:
        """Whether it is about cells or rows of a sheet, and not about people, this app or the log itself."""
        return self.intent.sheet_id is not None and (
            self.intent.column_id is not None or bool(self.intent.row_id or self.intent.row_label)
        )

    @property
    def is_applied(self) -> bool:
        """Whether Smartsheet has it."""
        return self.phase == Phase.APPLIED

    @property
    def verb(self) -> str:
        """What the person did, or, unless it was applied, wanted to do."""
        return sentences.verb(self.intent.action, self.phase, message=self.intent.message)

    @property
    def record_kind(self) -> str:
        """What sort of record of this app it is about, as "person"; "" where nobody knows, or its label says so."""
        kind = sentences.kind_of(self.intent.subject) if self.intent.action == Action.RECORD else ""
        return "" if self.intent.row_label.lower().startswith(kind.lower()) else kind

    @property
    def fields(self) -> int:
        """How many fields a record of this app has that was made or deleted as a whole; 0 for any other change."""
        entry, value = self.intent, self.new or self.old
        if entry.action != Action.RECORD or entry.column_title or value is None:
            return 0
        found = json.loads(value)
        return _leaves(found) if isinstance(found, dict) and "objectType" not in found else 0  # or it is erased

    @property
    def is_confirmed(self) -> bool:
        """Whether Smartsheet's own history says the same."""
        return any(entry.phase == Phase.CONFIRMED for entry in self.mentions)

    @property
    def undoing(self) -> Entry | None:
        """The intent of undoing it, the last one; whether that came to pass stands there."""
        return next((entry for entry in reversed(self.mentions) if entry.origin == Origin.UNDO), None)

    @property
    def is_abandoned(self) -> bool:
        """Whether the outcome is so long in coming that the process has probably died."""
        return self.outcome is None and timezone.now() - self.intent.at > ABANDONED_AFTER

    @property
    def stored(self) -> Entry | None:
        """The entry whose `new` is what Smartsheet made of the value, where that is not what was sent."""
        if self.is_row:
            return self.outcome if self.outcome and self.outcome.new is not None else None
        return next((entry for entry in reversed(self.outcomes) if entry.column_id is not None), None)

    @property
    def old(self) -> str | None:
        """The old value as canonical JSON; in clear, if it is personal and was not erased."""
        return self._in_clear(self.intent.old)

    @property
    def new(self) -> str | None:
        """The new value as canonical JSON: what Smartsheet returned, else what was sent."""
        return self._in_clear(self.stored.new) if self.stored else self.sent

    @property
    def sent(self) -> str | None:
        """The new value as it was sent."""
        return self._in_clear(self.intent.new)

    @property
    def evidence(self) -> str | None:
        """What the word that counts rests on, as canonical JSON: what was found out, compared, counted."""
        entry = self.outcome or self.intent
        return entry.evidence if self.clear is None else evidence_in_clear(entry.evidence, self.clear)

    @property
    def came_by(self) -> list[Part]:
        """By which form and version, app token, job or client it came; the parts that can be filtered by first."""
        return parts(self.intent.via) if self.intent.via else []

    @property
    def row_id(self) -> int | None:
        """The row's id, which an added one has only since its outcome."""
        return self.outcome.row_id if self.intent.row_id is None and self.outcome else self.intent.row_id

    @property
    def row_label(self) -> str:
        """The row's label as it was then."""
        is_added = self.intent.action == Action.ADD
        return (self.outcome.row_label if is_added and self.outcome else "") or self.intent.row_label

    def _in_clear(self, value: str | None) -> str | None:
        return value if self.clear is None else in_clear(value, self.clear)


def with_outcomes(intents: Iterable[Entry]) -> list[LoggedChange]:
    """The intents in their order, each with its outcomes, by one query for all."""
    intents = with_names(intents)
    lines: defaultdict[UUID, set[int | None]] = defaultdict(set)
    for intent in intents:
        lines[intent.edit_id].add(intent.line)
    outcomes: defaultdict[tuple[UUID, int | None], list[Entry]] = defaultdict(list)
    for entry in Entry.objects.outcomes().on_lines(lines).order_by("id"):
        outcomes[entry.edit_id, entry.line].append(entry)
    return [LoggedChange(intent, about(intent, outcomes[intent.edit_id, intent.line])) for intent in intents]


def about(intent: Entry, outcomes: Iterable[Entry]) -> tuple[Entry, ...]:
    """The outcomes of an intent's row that speak of it: of the row as a whole, or of its very cell."""
    return tuple(entry for entry in outcomes if entry.column_id in {None, intent.column_id})


def with_clear_texts(changes: Sequence[LoggedChange]) -> list[LoggedChange]:
    """The changes, their people named and their personal values in clear, or marked as erased."""
    entries = [entry for change in changes for entry in (change.intent, *change.outcomes)]
    wanted = {entry.actor for entry in entries} | {hmac for entry in entries for hmac in commitments(entry)}
    found = PersonalText.objects.clear().filter(commitment__in=wanted)
    texts: dict[str, str] = dict(found.values_list("commitment", "text")) if wanted else {}
    for entry in entries:
        entry.names = Names(*json.loads(texts[entry.actor])) if entry.actor in texts else erased(entry)
    return [replace(change, clear=texts) for change in changes]


def commitments(entry: Entry) -> list[str]:
    """The commitments in an entry's values and evidence."""
    values = [hmac for value in (entry.old, entry.new) if (hmac := in_value(value))]
    return values + within(entry.evidence)


def _leaves(value: object) -> int:
    """How many values are in an object, and in the objects within it."""
    return sum(_leaves(one) if isinstance(one, dict) else 1 for one in value.values()) if isinstance(value, dict) else 0


def _weight(outcome: Entry) -> tuple[int, int]:
    if outcome.phase in ANSWERED and outcome.evidence is None:
        return 3, outcome.pk
    return {Phase.UNKNOWN: 0, Phase.UNDECIDABLE: 1}.get(Phase(outcome.phase), 2), outcome.pk
