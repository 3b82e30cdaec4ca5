"""Finds edits without a conclusive outcome, reads from their entries what was to be changed, and records each outcome
once.

The worker calls these functions in this order:

    gather(older_than=…)  # adds edits to the list of unsettled ones
    held = Unsettled.objects.take(…)  # leases an edit to one process
    edit = reopen(held.edit_id)  # has the edit's lines without a conclusive outcome
    …  # find out the outcome of some or all lines
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
AT_ONCE = 500  # the most links that are read in one transaction


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One row of an edit. The row has no conclusive outcome. `is_readable` is false if the row's values were erased."""

    number: int
    changes: tuple[Change, ...]
    is_readable: bool


@dataclass(frozen=True, slots=True)
class OpenEdit:
    """An edit, and its lines that have no conclusive outcome. `at` is the time of the intent by the database's clock,
    and `names` are the actor's names at that time.

    `known` is the evidence in the edit's intents. `concluded` has the outcomes of the edit's other lines.
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
    """Add edits to the list of unsettled edits. An edit is added if it has an intent that is older than `older_than`
    and has no conclusive outcome. Returns the number of unsettled edits that this call found.

    Each call reads the chain from the place where the last call stopped, so the cost doesn't grow with the log. Several
    processes can call this function at the same time.
    """
    found = 0
    while (some := _gather_some(older_than)) is not None:
        found += some
    return found


def _gather_some(older_than: timedelta) -> int | None:
    """Read the next links, and add their unsettled edits to the list. Returns the number of these edits, or None if
    there are no more links to read.
    """
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
    """Return the edit with only the lines that have no conclusive outcome; None if all lines have one by now."""
    return _reopened(edit_id, lambda phase: phase not in CONCLUSIVE)


def reopen_given_up(edit_id: UUID) -> OpenEdit | None:
    """Return the edit with only the lines that were settled as not saved or as undecidable. There can be better
    evidence for these lines by now. Return None if the edit has no such lines.
    """
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
    """Record the outcome of each line in `outcomes`. If every line of the edit has an outcome after this, the edit is
    removed from the list. If not, its progress is stored. All of this is one transaction.

    A line that has got a conclusive outcome in the meantime isn't changed. If another process has taken over the edit,
    nothing is recorded, and the result is False. Raises NotRecorded.
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
    """Record that lines were saved, although they were settled earlier as not saved or as undecidable. Returns the
    number of lines that this call recorded. If several processes do this at the same time, only the first one records
    the lines. Raises NotRecorded.
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
    """Build the edit's Intent from its entries. Unlike the Intent that intend() returned for the edit, it lacks the
    data of the request, because the outcome is recorded outside of that request.
    """
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
    """The clear texts behind the commitments in the values of these intents. Erased texts are left out."""
    wanted = {in_value(text) for intent in intents for text in (intent.old, intent.new)} - {""}
    return dict(PersonalText.objects.clear().filter(commitment__in=wanted).values_list("commitment", "text"))


def _value(text: str | None, clear: Mapping[str, str]) -> tuple[Json, bool]:
    """Return a value of the log, and whether the value could be read. A value that was erased can't be read."""
    commitment = in_value(text)
    if commitment:
        text = clear.get(commitment)
        if text is None:
            return None, False
    return (None if text is None else json.loads(text)), True
