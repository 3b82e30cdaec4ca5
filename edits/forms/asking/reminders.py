"""Makes the mails that remind people, and deletes old requests. The worker calls this module."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from edits.forms.asking.answers import answers_of
from edits.forms.asking.links import host
from edits.forms.asking.models import (
    Mail,
    MailKind,
    RequestedPerson,
    StoppedReminders,
    UpdateRequest,
)
from edits.forms.outgoing_mail import MailState, message_id


def remind_due() -> int:
    """Make the reminders that are due. Return how many were made. Each person of a request gets only one of these
    reminders, even if several workers run at the same time.
    """
    count = 0
    for request in UpdateRequest.objects.to_remind(timezone.now()).select_related("form", "asker"):
        people = to_remind(request) if request.is_open else []
        with transaction.atomic():
            mine = UpdateRequest.objects.filter(pk=request.pk, reminded_at=None).update(reminded_at=timezone.now())
            count += len(make_reminders(people)) if mine else 0
    return count


def to_remind(request: UpdateRequest) -> list[RequestedPerson]:
    """The people who can get a reminder. They haven't answered for all their rows, and they haven't stopped reminders.
    The mail server hasn't refused any mail of this request that was addressed to them.
    """
    stopped = StoppedReminders.addresses_of(request.form_id)
    refused_mails = Mail.objects.filter(person__request=request, state=MailState.REFUSED)
    refused = set(refused_mails.values_list("person", flat=True))
    return [
        answer.person
        for answer in answers_of(request)
        if answer.person.email
        and answer.person.email not in stopped
        and answer.person.pk not in refused
        and not answer.is_complete
    ]


def make_reminders(people: Collection[RequestedPerson]) -> list[Mail]:
    """Make a reminder for each of these people. Call this function in a transaction."""
    return Mail.objects.bulk_create(
        [Mail(person=one, kind=MailKind.REMINDER, message_id=message_id(host())) for one in people]
    )


def delete_old() -> int:
    """Delete requests that are no longer needed, with their people and mails. Return how many requests were deleted.
    The requests' entries in the log stay.
    """
    old = list(UpdateRequest.objects.old().values_list("pk", flat=True))
    UpdateRequest.objects.filter(pk__in=old).delete()
    return len(old)
