"""The worker's job sends mails to a real mail server. The person who sent the update request learns which mails the
server refuses.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from edits.forms.asking import requests, sending
from edits.forms.asking.models import Mail, StoppedReminders, UpdateRequest
from edits.forms.models import FormDefinition, FormState
from edits.forms.outgoing_mail import MailState
from tests.edits.forms.asking.conftest import actor_of, asked, mail_to, rows_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.smtp_server import MailServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alices")]
DORA, FRANK = "dora@example.com", "frank@example.com"


def test_each_person_gets_one_mail(form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer) -> None:
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs"), FRANK: rows_of(plan, "Roof membrane")})
    plan.sandbox.forget_requests()
    assert sending.send_due() == 2
    assert sorted(one.recipient for one in mailbox.mails) == [DORA, FRANK]
    assert {one.message_id for one in Mail.objects.all()} == set(mailbox.ids())
    assert {one.state for one in Mail.objects.all()} == {MailState.SENT}
    assert sending.send_due() == 0
    assert len(mailbox.mails) == 2
    assert plan.sandbox.requests() == []  # sending needs no calls to Smartsheet


@pytest.mark.parametrize("is_closed", [True, False])
def test_no_mail_asks_for_a_form_that_takes_no_answers(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, is_closed: bool
) -> None:
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    form.state = FormState.CLOSED if is_closed else FormState.PUBLISHED
    form.closes_at = None if is_closed else timezone.now() - timedelta(minutes=1)
    form.save()
    assert sending.send_due() == 0
    assert mailbox.mails == []
    assert mail_to(DORA).state == MailState.DROPPED


def test_an_address_that_the_server_refuses_is_not_tried_again(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, alices: Client
) -> None:
    mailbox.answers[DORA] = "550 5.1.1 No such user here\t\x07"
    made = asked(form, alice, {DORA: rows_of(plan, "Drainage runs"), FRANK: rows_of(plan, "Roof membrane")})
    assert sending.send_due() == 1
    assert (mail_to(DORA).state, mail_to(DORA).reason) == (MailState.REFUSED, "550 5.1.1 No such user here")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert sending.send_due() == 0
    page = alices.get(f"/forms/asked/{made.pk}/").content.decode()
    assert "was refused: 550 5.1.1 No such user here" in page
    assert "not reached" in page
    assert requests.remind_now(made, actor=actor_of(alice)) == 0  # Frank just got a mail, and Dora's was refused


def test_a_mail_that_the_server_refuses_after_reading_it_is_not_tried_again(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer
) -> None:
    mailbox.answers["body"] = "554 5.7.1 This looks like an advertisement"
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    assert sending.send_due() == 0
    assert mail_to(DORA).state == MailState.REFUSED
    assert "advertisement" in mail_to(DORA).reason


@pytest.mark.parametrize(
    ("answers", "breaks_off", "reason"),
    [
        ({DORA: "451 4.7.1 Come back in five minutes"}, [], "451 4.7.1 Come back"),
        ({DORA: "421 4.3.2 Shutting down"}, [], "421 4.3.2 Shutting"),
        ({"body": "452 4.3.1 The disk is full"}, [], "452 4.3.1 The disk"),
        ({"MAIL": "530 5.7.0 Sign in first"}, [], "doesn't take mails from this app"),
        ({}, ["EHLO"], "connection to the mail server was lost"),
        ({}, ["RCPT"], "connection to the mail server was lost"),
        ({}, ["body"], "connection to the mail server was lost"),
    ],
)
def test_a_temporary_failure_is_tried_again_with_the_same_id(
    form: FormDefinition,
    alice: Person,
    plan: SitePlan,
    mailbox: MailServer,
    alices: Client,
    answers: dict[str, str],
    breaks_off: list[str],
    reason: str,
) -> None:
    mailbox.answers, mailbox.breaks_off = dict(answers), list(breaks_off)
    made = asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    assert sending.send_due() == 0
    mail = mail_to(DORA)
    assert mail.state == MailState.WAITING
    assert reason in mail.reason
    assert mail.lease_until is None
    page = alices.get(f"/forms/asked/{made.pk}/").content.decode().replace("&#x27;", "'")
    assert "hasn’t accepted the mail yet" in page
    assert reason in page
    mailbox.answers.clear()
    assert sending.send_due() == 0  # the next attempt isn't due yet
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert sending.send_due() == 1
    assert set(mailbox.ids()) == {mail.message_id}
    assert mail_to(DORA).state == MailState.SENT


def test_it_gives_up_in_the_end(form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer) -> None:
    mailbox.answers[DORA] = "450 4.2.1 Mailbox is busy"
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        for _ in range(100):
            sending.send_due()
            mail = mail_to(DORA)
            if mail.state != MailState.WAITING:
                break
            clock.move_to(mail.due_at + timedelta(seconds=1))
        over = timezone.now() - begun
    assert (mail.state, mail.reason) == (MailState.GIVEN_UP, "450 4.2.1 Mailbox is busy")
    assert sending.PATIENCE <= over < sending.PATIENCE + timedelta(hours=5)
    assert mail.attempts < sending.MOST_ATTEMPTS
    assert mailbox.mails == []


def test_if_the_server_is_away_the_other_mails_wait_too(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, settings: Settings
) -> None:
    settings.EMAIL_PORT = 1  # nothing listens there
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs"), FRANK: rows_of(plan, "Roof membrane")})
    assert sending.send_due() == 0
    assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 1]
    settings.EMAIL_PORT = mailbox.port
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert sending.send_due() == 2


def test_a_mail_that_stops_its_worker_each_time_is_given_up(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer
) -> None:
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    Mail.objects.update(attempts=sending.MOST_ATTEMPTS)  # each attempt was counted before it was made
    assert sending.send_due() == 0
    assert mail_to(DORA).state == MailState.GIVEN_UP
    assert mailbox.mails == []


@pytest.mark.parametrize("why", ["cancelled", "over", "asker gone", "asker blocked", "erased"])
def test_a_mail_that_is_not_needed_any_more_is_not_sent(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, why: str
) -> None:
    made = asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    later = timezone.now()
    if why == "cancelled":
        assert requests.cancel(made, actor=actor_of(alice))
    elif why == "over":
        later += timedelta(days=9)
    elif why == "erased":
        made.people.update(email="", name="")
    else:
        assert made.asker is not None
        made.asker.is_blocked = True
        made.asker.save()
        if why == "asker gone":
            UpdateRequest.objects.update(asker=None)
    with time_machine.travel(later):
        assert sending.send_due() == 0
    assert Mail.objects.get().state == MailState.DROPPED
    assert mailbox.mails == []


def test_without_a_mail_server_nothing_is_lost(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer, settings: Settings
) -> None:
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.dummy.EmailBackend"
    assert sending.send_due() == 0
    settings.EMAIL_BACKEND = backend
    assert sending.send_due() == 1


def test_an_error_while_closing_is_no_failure(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer
) -> None:
    mailbox.answers["QUIT"] = "500 never heard of it"
    asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    assert sending.send_due() == 1
    assert mail_to(DORA).state == MailState.SENT


def test_no_reminder_of_a_form_whose_reminders_were_stopped_while_it_waited(
    form: FormDefinition, alice: Person, plan: SitePlan, mailbox: MailServer
) -> None:
    made = asked(form, alice, {DORA: rows_of(plan, "Drainage runs")})
    sending.send_due()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert requests.remind_now(made, actor=actor_of(alice)) == 1
        StoppedReminders.objects.create(form=form, email=DORA)
        assert sending.send_due() == 0
    assert mail_to(DORA).state == MailState.DROPPED
    assert len(mailbox.mails) == 1
