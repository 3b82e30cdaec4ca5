"""Finds out, for the asker's page, what happened to each person's mails and whether the person has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edits.forms.asking.answers import Answer, answers_of
from edits.forms.asking.models import Mail, RequestedPerson, StoppedReminders, UpdateRequest
from edits.forms.outgoing_mail import MailState


@dataclass(frozen=True, slots=True)
class PersonState:
    """A person of a request, with their mails (oldest first), their answer, and the names of their rows."""

    answer: Answer
    mails: Sequence[Mail]
    rows: Sequence[str]
    has_stopped: bool
    is_open: bool

    @property
    def person(self) -> RequestedPerson:
        return self.answer.person

    @property
    def refused(self) -> Mail | None:
        """The person's mail that the mail server refused permanently, or that couldn't be sent; None if there is no
        such mail.
        """
        return next((one for one in self.mails if one.state in {MailState.REFUSED, MailState.GIVEN_UP}), None)

    @property
    def delayed(self) -> Mail | None:
        """The person's mail that the mail server didn't take at the last attempt, and that will be sent again; None if
        there is no such mail.
        """
        return next((one for one in self.mails if one.state == MailState.WAITING and one.reason), None)

    @property
    def word(self) -> str:
        """The person's state in a word or two."""
        answer = self.answer
        if answer.is_complete:
            return "nothing to change" if answer.person.confirmed_at and not answer.changes else "answered"
        if answer.changes:
            return f"{len(answer.changed_rows)} of {len(answer.person.rows)} rows answered"
        if self.refused:
            return "not reached"
        if not self.is_open:
            return "no answer"
        return "opened, not answered" if answer.person.opened_at else "waiting"

    @property
    def color(self) -> str:
        """The colour in which the page shows `word`. The colour is named as in the style sheet."""
        if self.answer.is_complete:
            return "green"
        if self.refused and not self.answer.changes:
            return "red"
        return "blue" if self.answer.changes or self.answer.person.opened_at else "secondary"

    @property
    def can_be_reminded(self) -> bool:
        """Whether a reminder could be sent to this person."""
        is_reachable = bool(self.person.email) and not self.has_stopped and self.refused is None
        return is_reachable and not self.answer.is_complete


def states_of(request: UpdateRequest) -> list[PersonState]:
    """Return the people of a request with their mails and answers. People whose answer isn't complete come first."""
    stopped = StoppedReminders.addresses_of(request.form_id)
    mails: dict[object, list[Mail]] = {}
    for mail in Mail.objects.filter(person__request=request).order_by("pk"):
        mails.setdefault(mail.person_id, []).append(mail)
    is_personal = request.are_names_personal
    found = [
        PersonState(
            answer=one,
            mails=mails.get(one.person.pk, []),
            rows=[row.named(is_personal=is_personal) for row in one.person.asked_rows],
            has_stopped=one.person.email in stopped,
            is_open=request.is_open,
        )
        for one in answers_of(request)
    ]
    return sorted(found, key=lambda one: one.answer.is_complete)
