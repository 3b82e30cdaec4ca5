"""Intents without a conclusive outcome: found along the chain, opened again from their entries, concluded once.

gather(older_than=…)                 # puts them on the list of unsettled edits
held = Unsettled.objects.take(…)     # one of them, for one settler
edit = reopen(held.edit_id)          # what was intended, as far as nothing conclusive is known of it
…                                    # find out what came of it, or of some of its lines
conclude(held, edit, {line: Outcome(…)})
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from audit.changes import with_outcomes
from audit.database.contention import one_at_a_time
from audit.models import Cursor, Entry, Leaf, Names, PersonalText
from audit.proof.commitment_bytes import in_value
from audit.recording import Change, Intent, Json, Outcome, settle
from audit.unsettled import Unsettled
from audit.vocabulary import CONCLUSIVE, Phase

CURSOR = "settled"
GIVEN_UP = {Phase.NOT_APPLIED, Phase.UNDECIDABLE}
AT_ONCE = 500  # links that are looked through in one transaction


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One row of an edit, of which nothing conclusive is known. Not readable where what it held was erased."""

    number: int
    changes: tuple[Change, ...]
    is_readable: bool


@dataclass(frozen=True, slots=True)
class OpenEdit:
    """An edit as it was intended, with the lines that are open; `at` by the database's clock, `names` as of then.

    `known` is what its intents say of that moment; `concluded` has the outcome that counts of each other line.
    """

    intent: Intent
    action: str
    actor_id: int
    region: str
    names: Names
    sheet_id: int
    at: datetime
    known: Mapping[str, Json]
    lines: tuple[OpenLine, ...]
    concluded: Mapping[int, Entry]


def gather(*, older_than: timedelta) -> int:
    """Put all intents of before on the list that have no conclusive outcome; gives how many edits were put there.

    Follows the chain from where it was left off, so what it costs depends on what was written since, not on the size
    of the log. Any number of processes may do so at once.
    """
    found = 0
    while (some := _gather_some(older_than)) is not None:
        found += some
    return found


def _gather_some(older_than: timedelta) -> int | None:
    """The next few; None at the end."""
    with transaction.atomic(durable=True):
        Cursor.objects.get_or_create(name=CURSOR)
        cursor = Cursor.objects.select_for_update().get(name=CURSOR)
        links = dict(Leaf.objects.filter(seq__gt=cursor.seq).order_by("seq").values_list("entry_id", "seq")[:AT_ONCE])
        is_young = Q(at__gt=Now() - older_than)
        entries = Entry.objects.filter(pk__in=links)
        young = [links[pk] for pk in entries.filter(is_young).values_list("pk", flat=True)]
        up_to = min(young, default=max(links.values(), default=0) + 1) - 1
        if up_to <= cursor.seq:
            return None
        intents = entries.intents().filter(pk__in=[pk for pk, seq in links.items() if seq <= up_to])
        edits = {
            change.intent.edit_id: Unsettled(
                edit_id=change.intent.edit_id,
                region=change.intent.region,
                actor_id=change.intent.actor_id,
                at=change.intent.at,
                due_at=change.intent.at,
            )
            for change in with_outcomes(intents)
            if change.phase not in CONCLUSIVE
        }
        Unsettled.objects.bulk_create(edits.values(), ignore_conflicts=True)
        Cursor.objects.filter(name=CURSOR).update(seq=up_to)
    return len(edits)


def reopen(edit_id: UUID) -> OpenEdit | None:
    """The edit with what is open of it; None if all is known by now."""
    return _reopened(edit_id, lambda phase: phase not in CONCLUSIVE)


def reopen_given_up(edit_id: UUID) -> OpenEdit | None:
    """The edit with what was settled as not saved, or as not to be decided, as better evidence may have come since."""
    return _reopened(edit_id, lambda phase: phase in GIVEN_UP)


def _reopened(edit_id: UUID, is_open: Callable[[Phase], bool]) -> OpenEdit | None:
    changes = with_outcomes(Entry.objects.of_edit(edit_id).intents().order_by("id"))
    open_changes = [change for change in changes if is_open(change.phase)]
    if not open_changes:
        return None
    first = changes[0].intent
    clear = _clear_values(change.intent for change in open_changes)
    by_line: dict[int, list[Entry]] = {}
    for change in open_changes:
        by_line.setdefault(change.intent.line or 0, []).append(change.intent)
    lines = tuple(_line(number, intents, clear) for number, intents in sorted(by_line.items()))
    return OpenEdit(
        intent=_intent(first, lines),
        action=first.action,
        actor_id=first.actor_id,
        region=first.region,
        names=first.names,
        sheet_id=first.sheet_id or 0,
        at=first.at,
        known=json.loads(first.evidence) if first.evidence else {},
        lines=lines,
        concluded={
            change.intent.line or 0: change.outcome
            for change in changes
            if change.outcome and change.phase in CONCLUSIVE and not is_open(change.phase)
        },
    )


def conclude(held: Unsettled, edit: OpenEdit, outcomes: Mapping[int, Outcome]) -> bool:
    """Record what was found out about open lines, by number; where it is all of them, take the edit off the list, else
    keep its progress: both or neither.

    What has become conclusive meanwhile is left as it is. False, and nothing is recorded, if somebody else holds the
    edit by now. Raises NotRecorded.
    """
    is_all = all(line.number in outcomes for line in edit.lines)
    with transaction.atomic(durable=True):
        if not (held.let_go() if is_all else held.keep_progress()):
            return False
        now = reopen(held.edit_id)
        still_open = {line.number for line in now.lines} if now else set()
        wanted = {number: outcome for number, outcome in outcomes.items() if number in still_open}
        if wanted:
            settle(edit.intent, wanted, alone=False)
    return True


def correct(edit: OpenEdit, outcomes: Mapping[int, Outcome]) -> int:
    """Record that lines that were given up were saved after all; gives how many. Of several at once the first says it.

    Raises NotRecorded.
    """
    with transaction.atomic(durable=True):
        one_at_a_time(f"correct {edit.intent.edit_id}")
        now = reopen_given_up(edit.intent.edit_id)
        given_up = {line.number for line in now.lines} if now else set()
        wanted = {number: outcome for number, outcome in outcomes.items() if number in given_up}
        if wanted:
            settle(edit.intent, wanted, alone=False)
    return len(wanted)


def _line(number: int, intents: Sequence[Entry], clear: Mapping[str, str]) -> OpenLine:
    values = [(_value(intent.old, clear), _value(intent.new, clear)) for intent in intents]
    return OpenLine(
        number=number,
        is_readable=all(is_clear for pair in values for _, is_clear in pair),
        changes=tuple(
            Change(
                row_id=intent.row_id,
                row_label=intent.row_label,
                column_id=intent.column_id,
                column_title=intent.column_title,
                old=old,
                new=new,
                is_personal=bool(in_value(intent.old) or in_value(intent.new)),
            )
            for intent, ((old, _), (new, _)) in zip(intents, values, strict=True)
        ),
    )


def _intent(first: Entry, lines: Iterable[OpenLine]) -> Intent:
    """As audit.recording made it, but that what is recorded now is no part of that request."""
    by_number = {line.number: line.changes for line in lines}
    return Intent(
        edit_id=first.edit_id,
        lines=tuple(by_number.get(number, ()) for number in range(max(by_number) + 1)),
        common={
            "edit_id": first.edit_id.hex,
            "request_id": "",
            "ip": None,
            "user_agent": "",
            "actor_id": first.actor_id,
            "region": first.region,
            "actor": first.actor,
            "action": first.action,
            "subject": "",
            "origin": first.origin,
            "reason": first.reason,
            "error_code": None,
            "ref_id": "",
            "message": "",
            "evidence": None,
            "sheet_id": first.sheet_id,
            "sheet_name": first.sheet_name,
            "refers_to": first.pk,
            "via": first.via,
        },
    )


def _clear_values(intents: Iterable[Entry]) -> dict[str, str]:
    """The clear texts behind the commitments that stand in place of values, as far as they are not erased."""
    wanted = {in_value(text) for intent in intents for text in (intent.old, intent.new)} - {""}
    return dict(PersonalText.objects.clear().filter(commitment__in=wanted).values_list("commitment", "text"))


def _value(text: str | None, clear: Mapping[str, str]) -> tuple[Json, bool]:
    """A value of the log, and whether it could be read."""
    commitment = in_value(text)
    if commitment:
        text = clear.get(commitment)
        if text is None:
            return None, False
    return (None if text is None else json.loads(text)), True
