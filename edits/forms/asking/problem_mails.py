"""Tells designers by mail when a change of the sheet makes their form, or parts of the form, unusable.

The worker makes these mails when it finds a new problem (watching.py), and sends them like other mails (sending.py). A
mail has the form's title and sentences about columns. It has no values of cells, and it names no person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from edits.conf import settings
from edits.forms.asking.links import design_link, host, stop_problems_link
from edits.forms.asking.message import is_address, one_line, sender, wrapped
from edits.forms.asking.models import StoppedKind, StoppedReminders
from edits.forms.models import FormDefinition, FormState
from edits.forms.outgoing_mail import MailState, OutgoingMail, OutgoingMailQuerySet, message_id
from identity.models import SmartsheetUser

DESIGN = "edits.design_forms"
PAUSE = timedelta(days=1)  # the shortest time between two mails with the same sentence to the same person
KEPT = timedelta(days=180)
LONGEST_SENTENCE = 500


class ProblemMail(OutgoingMail):
    """A mail to a designer of a form. `email` is in lower case. `sentences` says which problems were found, with one
    sentence in each line.
    """

    form = models.ForeignKey(FormDefinition, on_delete=models.CASCADE, related_name="+")
    email = models.TextField(blank=True)
    sentences = models.TextField()

    objects = OutgoingMailQuerySet["ProblemMail"].as_manager()
    related = ("form",)

    class Meta:
        app_label = "edits"
        indexes = [models.Index(fields=["due_at"], name="problem_mails_to_send", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"mail about the form {self.form_id} {self.message_id}: {self.get_state_display()}"


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail about problems says."""

    subject: str
    begin: str
    sentences: Sequence[str]
    link: str
    stop: str
    host: str


def can_send() -> bool:
    """Whether this app can send mails: it has a mail server and a public address."""
    has_server = not type(get_connection()).__module__.endswith(".dummy")
    return has_server and bool(settings.BASE_URL)


def is_set_up() -> bool:
    """Whether designers get mails about problems."""
    return can_send() and bool(settings.FORM_PROBLEM_MAILS)


def tell(form: FormDefinition, sentences: Sequence[str]) -> None:
    """Make a mail with these new sentences for each address of designers_of(form). Addresses whose owners have stopped
    such mails get none. Call this in the transaction that stores the sentences.
    """
    if not sentences or not is_set_up():
        return
    stopped = StoppedReminders.addresses_of(form.pk, StoppedKind.PROBLEMS)
    told = _told_lately(form)
    for email in dict.fromkeys(designers_of(form)):
        new = [one for one in sentences if (email, one) not in told]
        if new and email not in stopped:
            ProblemMail.objects.create(form=form, email=email, sentences="\n".join(new), message_id=message_id(host()))


def designers_of(form: FormDefinition) -> Iterator[str]:
    """Yield the address of the form's designer. Then yield the address of each other person who has changed the form
    and can still design forms.
    """
    numbers = form.history.filter(actor_region=form.region).values_list("history_user_id", flat=True)
    people = SmartsheetUser.objects.filter(region=form.region, is_blocked=False, user__is_active=True)
    found = people.filter(Q(pk=form.designer_id) | Q(smartsheet_id__in=set(numbers) - {None})).select_related("user")
    for person in sorted(found, key=lambda one: (one.pk != form.designer_id, one.pk)):
        email = person.email.strip().lower()
        if is_address(email) and (person.pk == form.designer_id or person.user.has_perm(DESIGN)):
            yield email


def keep_true(mail: ProblemMail) -> list[str]:
    """Keep only those sentences of the mail that are still true, and return them. Return an empty list if the mail
    needn't be sent any more.

    A removed sentence counts as not sent. So designers get a new mail if the sentence becomes true again.
    """
    form = mail.form
    now = f"{form.problem} {form.warning}"
    is_wanted = mail.email and mail.email not in StoppedReminders.addresses_of(form.pk, StoppedKind.PROBLEMS)
    is_needed = is_wanted and form.state == FormState.PUBLISHED and not form.is_over
    found = [one for one in mail.sentences.split("\n") if one in now] if is_needed else []
    if found:
        ProblemMail.objects.filter(pk=mail.pk).update(sentences="\n".join(found))
    return found


def compose(mail: ProblemMail, sentences: Sequence[str]) -> EmailMultiAlternatives:
    """Return the mail, ready to be sent."""
    words = words_of(mail, sentences)
    message = EmailMultiAlternatives(
        subject=words.subject,
        body="\n".join(_lines(words)) + "\n",
        from_email=sender(words.host),
        to=[mail.email],
        headers=mail.headers(words.stop),
    )
    message.attach_alternative(render_to_string("edits/forms_asking/problem_mail.html", {"words": words}), "text/html")
    return message


def words_of(mail: ProblemMail, sentences: Sequence[str]) -> Words:
    """What the mail says."""
    form, title = mail.form, one_line(mail.form.title)
    is_usable = not form.problem
    return Words(
        subject=f"The form “{title}” has a problem" if is_usable else f"The form “{title}” can’t be used",
        begin=f"Your form “{title}” has a problem. People can still use the rest of the form."
        if is_usable
        else f"People can’t use your form “{title}” any more.",
        sentences=[one_line(one, longest=LONGEST_SENTENCE) for one in sentences],
        link=design_link(form.pk),
        stop=stop_problems_link(mail.pk),
        host=host(),
    )


def delete_old() -> int:
    """Delete mails that are older than KEPT. Return how many were deleted. The stop links in these mails then don't
    work any more.
    """
    return ProblemMail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _told_lately(form: FormDefinition) -> set[tuple[str, str]]:
    lately = ProblemMail.objects.filter(form=form, created_at__gt=timezone.now() - PAUSE)
    mails = lately.exclude(state__in=(MailState.DROPPED, MailState.GIVEN_UP)).values_list("email", "sentences")
    return {(email, one) for email, sentences in mails for one in sentences.split("\n")}


def _lines(words: Words) -> Iterator[str]:
    """Yield the lines of the plain text. Each link has a line of its own, so that no mail program breaks the link."""
    yield wrapped(words.begin)
    yield ""
    yield from (wrapped(f"- {one}", hanging="  ") for one in words.sentences)
    yield ""
    yield "Look at the form here:"
    yield words.link
    yield ""
    yield "-- "
    yield wrapped(f"{words.host} sent this mail, because you design this form.")
    yield ""
    yield wrapped("Don't want mails about problems with this form? Stop them here, without signing in:")
    yield words.stop
