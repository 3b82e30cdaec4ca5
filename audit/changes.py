"""Joins intents with their outcomes for the log's pages."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.functional import cached_property

from audit import sentences
from audit.models import Entry, Names, PersonalText, erased, with_names
from audit.proof.commitment_bytes import in_value, within
from audit.values import evidence_in_clear, in_clear
from audit.via import Part, parts
from audit.vocabulary import ANSWERED, Action, Origin, Phase

ABANDONED_AFTER = timedelta(minutes=1)  # if an intent has no outcome after this time, its process has probably died


@dataclass(frozen=True)  # without slots, because cached_property doesn't work with slots
class LoggedChange:
    """One intent with its outcome entries, in the order in which they were written. An act without an intent is a
    single entry, which is also its own outcome.

    `mentions` are later entries that confirm or undo the change. `clear` maps commitments to their texts, or is None if
    the texts weren't read.
    """

    intent: Entry
    outcomes: Sequence[Entry] = field(default_factory=tuple)
    mentions: Sequence[Entry] = field(default_factory=tuple)
    clear: Mapping[str, str] | None = None

    @cached_property
    def outcome(self) -> Entry | None:
        """The outcome entry with the highest rank, or None if there is no outcome. If several entries have this rank,
        the result is the last of them.

        Smartsheet's own answer has the highest rank, even if it was recorded only after settling had recorded another
        outcome. The outcomes that settling found come next. An outcome that isn't certain yet has the lowest rank.
        """
        if self.intent.phase != Phase.INTENT:
            return self.intent
        return max((entry for entry in self.outcomes if entry.column_id is None), key=_weight, default=None)

    @cached_property
    def phase(self) -> Phase:
        """The phase of the outcome; INTENT if there is none yet."""
        return Phase(self.outcome.phase if self.outcome else Phase.INTENT)

    @property
    def is_row(self) -> bool:
        """Whether the change is about a whole row, not a cell."""
        return self.intent.column_id is None and self.is_on_sheet

    @cached_property
    def is_on_sheet(self) -> bool:
        """Whether the change is about cells or rows of a sheet, and not about people, this app or the log itself."""
        return self.intent.sheet_id is not None and (
            self.intent.column_id is not None or bool(self.intent.row_id or self.intent.row_label)
        )

    @property
    def is_applied(self) -> bool:
        """Whether Smartsheet made the change."""
        return self.phase == Phase.APPLIED

    @property
    def verb(self) -> str:
        """The verb for what the person did. If the change wasn't applied, the verb says what they tried to do."""
        is_undo = self.intent.origin == Origin.UNDO
        return sentences.verb(self.intent.action, self.phase, message=self.intent.message, is_undo=is_undo)

    @property
    def record_kind(self) -> str:
        """If a record of this app was changed: the kind of the record, such as "person". It is "" if the kind is
        unknown, or if the record's label already names the kind.
        """
        kind = sentences.kind_of(self.intent.subject) if self.intent.action == Action.RECORD else ""
        return "" if self.intent.row_label.lower().startswith(kind.lower()) else kind

    @property
    def fields(self) -> int:
        """The number of fields in a record of this app that was created or deleted; 0 for other changes."""
        entry, value = self.intent, self.new or self.old
        if entry.action != Action.RECORD or entry.column_title or value is None:
            return 0
        found = json.loads(value)
        # An object with "objectType" is the mark of an erased value.
        return _leaves(found) if isinstance(found, dict) and "objectType" not in found else 0

    @property
    def is_confirmed(self) -> bool:
        """Whether Smartsheet's own history confirms the change."""
        return any(entry.phase == Phase.CONFIRMED for entry in self.mentions)

    @property
    def undoing(self) -> Entry | None:
        """The last intent to undo this change. Only the outcome of that intent says whether the change was undone."""
        return next((entry for entry in reversed(self.mentions) if entry.origin == Origin.UNDO), None)

    @property
    def is_abandoned(self) -> bool:
        """Whether the intent has had no outcome for so long that its process has probably died."""
        return self.outcome is None and timezone.now() - self.intent.at > ABANDONED_AFTER

    @cached_property
    def stored(self) -> Entry | None:
        """The entry whose `new` is the value that Smartsheet stored. None if Smartsheet stored exactly the value that
        was sent.
        """
        if self.is_row:
            return self.outcome if self.outcome and self.outcome.new is not None else None
        return next((entry for entry in reversed(self.outcomes) if entry.column_id is not None), None)

    @cached_property
    def old(self) -> str | None:
        """The old value as canonical JSON. A personal value is in clear text unless it was erased."""
        return self._in_clear(self.intent.old)

    @cached_property
    def new(self) -> str | None:
        """The new value as canonical JSON: what Smartsheet stored, or what was sent if Smartsheet returned no other
        value.
        """
        return self._in_clear(self.stored.new) if self.stored else self.sent

    @cached_property
    def sent(self) -> str | None:
        """The new value that was sent."""
        return self._in_clear(self.intent.new)

    @property
    def symbol(self) -> str:
        """Smartsheet's name for the column's symbols, such as RYG. It is "" if the column has no symbols, or if the log
        doesn't name them.
        """
        evidence = self.intent.evidence
        if not evidence or '"symbol"' not in evidence:
            return ""
        found = json.loads(evidence)
        return str(found.get("symbol") or "") if isinstance(found, dict) else ""

    @property
    def evidence(self) -> str | None:
        """The evidence for the outcome, as canonical JSON."""
        entry = self.outcome or self.intent
        return entry.evidence if self.clear is None else evidence_in_clear(entry.evidence, self.clear)

    @property
    def came_by(self) -> list[Part]:
        """What made the edit: the form and its version, an app token, a job or a client. Parts that a filter of the log
        can search for come first.
        """
        return parts(self.intent.via) if self.intent.via else []

    @property
    def row_id(self) -> int | None:
        """The row's id. The id of an added row is known only from the outcome."""
        return self.outcome.row_id if self.intent.row_id is None and self.outcome else self.intent.row_id

    @property
    def row_label(self) -> str:
        """The row's label at the time of the change."""
        is_added = self.intent.action == Action.ADD
        return (self.outcome.row_label if is_added and self.outcome else "") or self.intent.row_label

    def _in_clear(self, value: str | None) -> str | None:
        return value if self.clear is None else in_clear(value, self.clear)


def with_outcomes(intents: Iterable[Entry]) -> list[LoggedChange]:
    """Return the intents in their order, each with its outcomes. One query reads all the outcomes."""
    intents = with_names(intents)
    lines: defaultdict[UUID, set[int | None]] = defaultdict(set)
    for intent in intents:
        lines[intent.edit_id].add(intent.line)
    outcomes: defaultdict[tuple[UUID, int | None], list[Entry]] = defaultdict(list)
    for entry in Entry.objects.outcomes().on_lines(lines).order_by("id"):
        outcomes[entry.edit_id, entry.line].append(entry)
    return [LoggedChange(intent, about(intent, outcomes[intent.edit_id, intent.line])) for intent in intents]


def about(intent: Entry, outcomes: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the outcomes that apply to an intent: those of its whole row, and those of its cell."""
    return tuple(entry for entry in outcomes if entry.column_id in {None, intent.column_id})


def with_clear_texts(changes: Sequence[LoggedChange]) -> list[LoggedChange]:
    """Return the changes with clear texts in place of commitments. A mark takes the place of an erased text."""
    entries = [entry for change in changes for entry in (change.intent, *change.outcomes)]
    wanted = {entry.actor for entry in entries} | {hmac for entry in entries for hmac in commitments(entry)}
    found = PersonalText.objects.clear().filter(commitment__in=wanted)
    texts: dict[str, str] = dict(found.values_list("commitment", "text")) if wanted else {}
    names = {actor: Names(*json.loads(texts[actor])) for actor in {entry.actor for entry in entries} & texts.keys()}
    for entry in entries:
        entry.names = names.get(entry.actor) or erased(entry)
    return [replace(change, clear=texts) for change in changes]


def commitments(entry: Entry) -> list[str]:
    """The commitments in an entry's values and evidence."""
    values = [hmac for value in (entry.old, entry.new) if (hmac := in_value(value))]
    return values + within(entry.evidence)


def _leaves(value: object) -> int:
    """The number of values in an object. The values of nested objects are counted too."""
    return sum(_leaves(one) if isinstance(one, dict) else 1 for one in value.values()) if isinstance(value, dict) else 0


def _weight(outcome: Entry) -> tuple[int, int]:
    if outcome.phase in ANSWERED and outcome.evidence is None:
        return 3, outcome.pk
    return {Phase.UNKNOWN: 0, Phase.UNDECIDABLE: 1}.get(Phase(outcome.phase), 2), outcome.pk
