"""Each person who hasn't answered gets one reminder. Anyone can stop their reminders without signing in."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from edits.forms.asking import links, reminders, sending
from edits.forms.asking.models import KEPT, Mail, RequestedPerson, StoppedReminders, UpdateRequest
from edits.forms.models import FormDefinition
from tests.edits.forms.asking.conftest import SITE, asked, made_form, person, rows_of, text_of
from tests.edits.forms.asking.test_answers import change
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.smtp_server import MailServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alices")]
BOB, DORA = "bob@example.com", "dora@example.com"
SOON = timedelta(hours=2)


@pytest.fixture
def made(form: FormDefinition, plan: SitePlan, alice: Person, mailbox: MailServer, bobs: Client) -> UpdateRequest:
    """Alice has asked Bob and Dora, and both have got their mails. The reminder is due in an hour."""
    people = {BOB: rows_of(plan, "Dig foundations", "Raise frames"), DORA: rows_of(plan, "Pour slab")}
    found = asked(form, alice, people, remind_in=timedelta(hours=1))
    assert sending.send_due() == 2
    mailbox.mails.clear()
    return found


def stop_path(address: str) -> str:
    return links.stop_link(person(address).pk).removeprefix(SITE)


def test_they_are_sent_when_they_are_due_and_once(made: UpdateRequest, mailbox: MailServer, plan: SitePlan) -> None:
    assert reminders.remind_due() == 0
    with time_machine.travel(timezone.now() + SOON):
        plan.sandbox.forget_requests()
        assert reminders.remind_due() == 2
        assert reminders.remind_due() == 0
        assert sending.send_due() == 2
        assert plan.sandbox.requests() == []
    assert {one.recipient for one in mailbox.mails} == {BOB, DORA}


def test_they_name_only_rows_without_answer(
    made: UpdateRequest, mailbox: MailServer, plan: SitePlan, bobs: Client
) -> None:
    change(bobs, plan, "Dig foundations", Status="Blocked")
    with time_machine.travel(timezone.now() + SOON):
        assert reminders.remind_due() == 2
        sending.send_due()
    (mail,) = mailbox.to(BOB)
    assert "Raise frames" in mail.part("plain")
    assert "Dig foundations" not in mail.part("plain")


@pytest.mark.parametrize("when", ["before", "while the mail waits"])
def test_people_who_have_answered_get_none(
    made: UpdateRequest, mailbox: MailServer, plan: SitePlan, bobs: Client, when: str
) -> None:
    later = timezone.now() + SOON
    if when == "before":
        change(bobs, plan, "Dig foundations", Status="Blocked")
        change(bobs, plan, "Raise frames", Status="In progress")
    with time_machine.travel(later):
        assert reminders.remind_due() == (1 if when == "before" else 2)
        if when != "before":
            RequestedPerson.objects.filter(email=BOB).update(confirmed_at=timezone.now())
        sending.send_due()
    assert [one.recipient for one in mailbox.mails] == [DORA]


@pytest.mark.parametrize("why", ["cancelled", "asker gone", "over", "stopped", "refused"])
def test_who_gets_no_reminder(made: UpdateRequest, form: FormDefinition, mailbox: MailServer, why: str) -> None:
    when = timezone.now() + SOON
    if why == "cancelled":
        UpdateRequest.objects.update(cancelled_at=timezone.now())
    elif why == "asker gone":
        UpdateRequest.objects.update(asker=None)
    elif why == "over":
        when += timedelta(days=10)
    elif why == "stopped":
        for one in (BOB, DORA):
            StoppedReminders(form=form, email=one).save()
    else:
        Mail.objects.update(state="refused")
    with time_machine.travel(when):
        assert reminders.remind_due() == 0
        assert sending.send_due() == 0
    assert mailbox.mails == []


def test_two_workers_make_each_reminder_once(made: UpdateRequest) -> None:
    together, counts = Barrier(2), []

    def work() -> None:
        together.wait()
        try:
            counts.append(reminders.remind_due())
        finally:
            connection.close()

    UpdateRequest.objects.update(remind_at=timezone.now() - SOON)
    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 2
    assert Mail.objects.filter(kind="reminder").count() == 2


def test_a_link_stops_them_after_a_question(made: UpdateRequest, form: FormDefinition) -> None:
    browser = Client(enforce_csrf_checks=True)  # nobody is signed in
    page = browser.get(stop_path(BOB))
    assert page.status_code == 200
    assert "Stop reminders?" in text_of(page)
    assert not StoppedReminders.addresses_of(form.pk)  # opening the link changes nothing
    assert "Done: no more reminders" in text_of(browser.post(stop_path(BOB), {"stop": "1"}))
    assert StoppedReminders.addresses_of(form.pk) == {BOB}
    assert "Reminders are stopped" in text_of(browser.get(stop_path(BOB)))
    assert "Done: you get reminders again" in text_of(browser.post(stop_path(BOB), {"again": "1"}))
    assert not StoppedReminders.addresses_of(form.pk)


def test_mail_programs_stop_them_with_one_post(made: UpdateRequest, form: FormDefinition, mailbox: MailServer) -> None:
    """As RFC 8058 says, a mail program sends a POST without cookies to the address in the mail's header."""
    with time_machine.travel(timezone.now() + SOON):
        reminders.remind_due()
        sending.send_due()
    header = str(mailbox.to(DORA)[0].message["List-Unsubscribe"]).strip()  # the header's line is folded after its name
    assert header.startswith(f"<{SITE}/forms/asked/stop/")
    path = header.strip("<>").removeprefix(SITE)
    for _ in range(2):
        answer = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert StoppedReminders.addresses_of(form.pk) == {DORA}


def test_stopping_is_for_one_form_and_one_person(
    made: UpdateRequest, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    other = made_form(plan, slug="other")
    asked(other, alice, {"eve@example.com": rows_of(plan, "Pour slab")}, remind_in=timedelta(hours=1))
    Client().post(stop_path(BOB), {"stop": "1"})
    with time_machine.travel(timezone.now() + SOON):
        assert reminders.remind_due() == 2  # to Dora and to Eve
    assert StoppedReminders.addresses_of(other.pk) == frozenset()


@pytest.mark.parametrize("spoiled", ["", "x", "0" * 32, "\u00e4"])
def test_a_link_that_was_not_in_a_mail_stops_nothing(made: UpdateRequest, form: FormDefinition, spoiled: str) -> None:
    key = person(BOB).pk.hex
    for signed in (f"{key}:{spoiled}", f"{spoiled}{links.stop_link(person(BOB).pk).split('/')[-2]}x", spoiled or key):
        answer = Client().post(f"/forms/asked/stop/{signed}/")
        assert answer.status_code == 404
        assert "This link no longer works" in text_of(answer)
    assert not StoppedReminders.addresses_of(form.pk)


def test_old_requests_are_deleted_and_the_log_stays(made: UpdateRequest, plan: SitePlan) -> None:
    path = stop_path(BOB)
    with time_machine.travel(timezone.now() + KEPT + timedelta(days=6)):
        assert reminders.delete_old() == 0
    with time_machine.travel(timezone.now() + KEPT + timedelta(days=9)):
        assert reminders.delete_old() == 1
    assert not RequestedPerson.objects.exists()
    assert not Mail.objects.exists()
    assert Client().post(path).status_code == 404
