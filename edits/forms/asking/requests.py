"""Stores a request with its mails, cancels it, and reminds people on demand. Each of these acts writes an entry in the
log.

The chain has only commitments to the addresses in an entry, so the addresses can be erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from audit.models import Entry
from audit.recording import Actor, Evidence, Personal, note
from audit.vocabulary import Action
from edits.conf import settings
from edits.forms.asking.links import host
from edits.forms.asking.models import Mail, MailKind, RequestedPerson, UpdateRequest
from edits.forms.asking.plan import Plan
from edits.forms.asking.reminders import make_reminders, to_remind
from edits.forms.models import FormDefinition
from edits.forms.outgoing_mail import message_id
from identity.models import SmartsheetUser
from identity.profiles.profile import storable

DAY = timedelta(days=1)
REMINDER_PAUSE = timedelta(hours=1)  # no one gets a reminder within this time after another mail of the same request


class TooManyMails(Exception):
    """The person's requests would send more mails in 24 hours than ASK_MAILS_PER_DAY allows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the asker has entered. `remind_at` is None if the asker wants no reminder."""

    text: str
    due_on: date
    time_zone: str
    remind_at: datetime | None


def ask(
    request_id: UUID, form: FormDefinition, plan: Plan, wanted: Wanted, *, actor: Actor, primary_id: int | None
) -> UpdateRequest:
    """Store a request and its mails, and record the request. If the asker has already made a request with this id,
    return that request.

    Raises TooManyMails and NotRecorded. If one of these is raised, nothing is stored, and no one gets a mail.
    """
    with transaction.atomic():
        asker = _locked(actor)
        if earlier := UpdateRequest.objects.filter(pk=request_id, asker=asker).first():
            return earlier
        if UpdateRequest.objects.filter(pk=request_id).exists():  # the browser sent the id of someone else's request
            request_id = uuid4()
        _require_room(asker, len(plan.asked))
        made = UpdateRequest(
            id=request_id,
            form=form,
            asker=asker,
            asker_name=actor.name,
            asker_email=actor.email,
            text=wanted.text,
            due_on=wanted.due_on,
            time_zone=wanted.time_zone,
            remind_at=wanted.remind_at,
            primary_id=primary_id,
        )
        people = [
            RequestedPerson(
                request=made,
                email=one.email,
                name=storable(one.name),
                person_id=one.account.smartsheet_id if one.account else None,
                rows=[storable(row.to_json()) for row in one.rows],
            )
            for one in plan.asked
        ]
        due = f"due by {wanted.due_on:%Y-%m-%d} ({wanted.time_zone})"
        message = f"Asked {_people(people)} about {_rows(plan.row_count)}, {due}."
        rows = sorted({row for one in people for row in one.row_ids})
        edit_id = _note(made, actor, message, people, {"rows": list[Evidence](rows)})
        made.log_position = Entry.objects.of_edit(edit_id).aggregate(last=Max("id"))["last"]
        made.save(force_insert=True)
        RequestedPerson.objects.bulk_create(people)
        Mail.objects.bulk_create([Mail(person=one, kind=MailKind.ASK, message_id=message_id(host())) for one in people])
    return made


def cancel(request: UpdateRequest, *, actor: Actor) -> bool:
    """Cancel a request: mails that still wait aren't sent, and no one is reminded. Return False if the request was
    already cancelled.

    Raises NotRecorded.
    """
    with transaction.atomic():
        open_ = UpdateRequest.objects.filter(pk=request.pk, cancelled_at=None)
        if not open_.update(cancelled_at=timezone.now()):
            return False
        _note(request, actor, "Cancelled the request.", [])
    return True


def remind_now(request: UpdateRequest, *, actor: Actor) -> int:
    """Make a reminder for each person who hasn't answered. Return how many were made. People who got a mail of this
    request within the last hour are left out. Raises TooManyMails and NotRecorded.
    """
    if not request.is_open:
        return 0
    since = timezone.now() - REMINDER_PAUSE
    with transaction.atomic():
        asker = _locked(actor)
        recent = Mail.objects.filter(person__request=request, created_at__gt=since).values_list("person", flat=True)
        just_now = set(recent)
        people = [one for one in to_remind(request) if one.pk not in just_now]
        if people:
            _require_room(asker, len(people))
            make_reminders(people)
            _note(request, actor, f"Reminded {_people(people)}.", people)
    return len(people)


def _locked(actor: Actor) -> SmartsheetUser:
    """Return the asker's account, and lock its row in the database until the transaction ends. So two update requests
    that the asker makes at the same time can't exceed the limit of mails.
    """
    people = SmartsheetUser.objects.select_for_update()
    return people.get(region=actor.region, smartsheet_id=actor.id)


def _require_room(asker: SmartsheetUser, count: int) -> None:
    most: int = settings.ASK_MAILS_PER_DAY
    sent = Mail.objects.of_asker(asker, since=timezone.now() - DAY).count()
    if sent + count > most:
        raise TooManyMails(
            f"This app sends at most {most} mails for one person in 24 hours. It has sent {sent} for you, and this "
            f"would be {count} more. Nothing was sent. Ask fewer people, or wait until tomorrow."
        )


def _note(
    request: UpdateRequest,
    actor: Actor,
    message: str,
    people: Sequence[RequestedPerson],
    evidence: dict[str, Evidence] | None = None,
) -> UUID:
    form = request.form
    addresses: list[Evidence] = [Personal(one.email, one.email) for one in people]
    known: dict[str, Evidence] = {"people": addresses} if people else {}
    return note(
        actor=actor,
        action=Action.ASK,
        subject=f"{request._meta.label_lower}/{request.pk}",
        sheet_id=form.sheet_id,
        sheet_name=form.sheet_name,
        message=message,
        evidence={**known, **(evidence or {})} or None,
        via=form.via,
    )


def _people(people: Sequence[object]) -> str:
    return "1 person" if len(people) == 1 else f"{len(people)} people"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
