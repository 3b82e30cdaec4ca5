"""A form's designer gets a mail about each new problem that keeps people from using the form, or a part of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.recording import THIS_APP
from audit.retention.erasure import Address, erase
from audit.vocabulary import Origin
from edits.forms.asking import problem_mails, sending
from edits.forms.asking.problem_mails import ProblemMail
from edits.forms.models import FormDefinition, FormState
from edits.forms.outgoing_mail import MailState
from edits.forms.watching import check_due, look_at
from identity.models import SmartsheetUser
from tests.edits.forms.asking.conftest import SENDER, SITE, made_form, text_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.smtp_server import MailServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("designers")]
BOB, ALICE = "bob@example.com", "alice@example.com"


@pytest.fixture
def designers(settings: Settings) -> None:
    settings.ROLES = {"form_designer": frozenset({ALICE, BOB})}


@pytest.fixture
def designed(bobs: Client, plan: SitePlan, bob: Person) -> FormDefinition:
    """A form that Bob designs. Its rule reads the column Responsible."""
    form = made_form(plan, rule={"column": str(plan.columns["Responsible"]), "is": "me"})
    form.designer = SmartsheetUser.objects.get(smartsheet_id=bob.id)
    form.save()
    return form


def look(form: FormDefinition) -> None:
    """Check the form's sheet and send the mails that are due, as the worker does."""
    FormDefinition.objects.filter(pk=form.pk).update(checked_at=None)
    check_due()
    sending.send_due()
    form.refresh_from_db()


def lose_column(plan: SitePlan, title: str = "Responsible") -> None:
    plan._call("DELETE", f"/sheets/{plan.id}/columns/{plan.columns[title]}")


def test_one_mail_for_each_new_problem(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer, bob: Person
) -> None:
    look(designed)
    assert mailbox.mails == []
    lose_column(plan)
    look(designed)
    look(designed)
    (mail,) = mailbox.to(BOB)
    assert mail.message["Subject"].strip() == "The form “Report progress on my tasks” can’t be used"
    text = mail.part("plain")
    assert "- The form’s rule reads a column that is no longer in the sheet." in text
    assert f"\n{SITE}/forms/design/{designed.pk}/\n" in text
    html = mail.part("html")
    assert "The form’s rule reads a column" in html
    assert f'href="{SITE}/forms/design/{designed.pk}/"' in html
    assert mail.message["From"] == f'"byline.example.com" <{SENDER.split("<")[1]}'
    assert mail.message["Message-ID"] == ProblemMail.objects.get().message_id
    assert "Drainage runs" not in text + html  # the mail has no values of cells
    plan.unshare(bob)  # another problem
    look(designed)
    assert len(mailbox.to(BOB)) == 2


def test_the_other_designers_who_changed_the_form_are_told_too(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer, alices: Client, alice: Person
) -> None:
    designed.history.create(**history_row(designed, alice))
    lose_column(plan)
    look(designed)
    assert {one.recipient for one in mailbox.mails} == {ALICE, BOB}
    assert len(mailbox.mails) == 2


def test_people_who_changed_the_form_but_are_no_designers_any_more_are_not_told(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer, alices: Client, alice: Person, settings: Settings
) -> None:
    designed.history.create(**history_row(designed, alice))
    settings.ROLES = {"form_designer": frozenset({BOB})}
    lose_column(plan)
    look(designed)
    assert {one.recipient for one in mailbox.mails} == {BOB}


def history_row(form: FormDefinition, person: Person) -> dict[str, object]:
    """Return the values of a new row for the form's history. The row says that this person has changed the form."""
    names = [field.name for field in form.history.model.tracked_fields]
    values = {name: getattr(form, name) for name in names}
    actor = {"history_user_id": person.id, "actor_region": form.region, "actor_name": person.name}
    return {**values, **actor, "history_type": "~", "history_date": timezone.now()}


def test_a_link_stops_the_mails_of_a_form_in_one_click_without_signing_in(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer
) -> None:
    lose_column(plan)
    look(designed)
    headers = mailbox.mails[0].message
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.sub(r"\s", "", headers["List-Unsubscribe"]).strip("<>").removeprefix(SITE)
    stranger = Client(enforce_csrf_checks=True)
    assert "Stop mails about problems?" in text_of(stranger.get(link))
    assert "Done: no more mails about problems" in text_of(stranger.post(link, {"List-Unsubscribe": "One-Click"}))
    plan._call("PUT", f"/sheets/{plan.id}", {"name": "Renamed"})
    FormDefinition.objects.filter(pk=designed.pk).update(problem="")
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        look(designed)
    assert designed.problem
    assert len(mailbox.mails) == 1
    assert "Done: you get mails about problems again" in text_of(stranger.post(link, {"again": "1"}))
    forged = stranger.get(link[:-3] + "xy/")
    assert (forged.status_code, "no longer works" in text_of(forged)) == (404, True)


def test_a_problem_that_comes_and_goes_gives_one_mail_a_day(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer
) -> None:
    lose_column(plan)
    for _ in range(3):
        look(designed)
        FormDefinition.objects.filter(pk=designed.pk).update(problem="")
    assert len(mailbox.mails) == 1
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=True):
        look(designed)
    assert len(mailbox.mails) == 2


def test_a_mail_is_dropped_if_the_problem_is_gone_before_it_is_sent(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer
) -> None:
    lose_column(plan)
    FormDefinition.objects.filter(pk=designed.pk).update(checked_at=None)
    check_due()
    FormDefinition.objects.filter(pk=designed.pk).update(problem="")
    assert sending.send_due() == 0
    assert ProblemMail.objects.get().state == MailState.DROPPED


def test_a_problem_that_comes_back_after_its_mail_was_dropped_is_told(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer
) -> None:
    lose_column(plan)
    FormDefinition.objects.filter(pk=designed.pk).update(checked_at=None)
    check_due()
    FormDefinition.objects.filter(pk=designed.pk).update(problem="")
    assert sending.send_due() == 0
    look(designed)
    (mail,) = mailbox.to(BOB)
    assert "The form’s rule reads a column" in mail.part("plain")


def test_a_sentence_that_was_left_out_of_a_mail_is_told_when_it_is_true_again(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer
) -> None:
    first, second = "The form has no title.", "The form has no fields."
    for sentences, warning in [((first, second), second), ((first,), f"{first} {second}")]:
        problem_mails.tell(designed, sentences)
        FormDefinition.objects.filter(pk=designed.pk).update(warning=warning)
        assert sending.send_due() == 1
    texts = [one.part("plain") for one in mailbox.to(BOB)]
    assert [(first in text, second in text) for text in texts] == [(False, True), (True, False)]


def test_a_problem_whose_mail_could_not_be_sent_is_told_when_it_comes_back(
    designed: FormDefinition, mailbox: MailServer
) -> None:
    problem_mails.tell(designed, ["The form has no title."])
    ProblemMail.objects.update(state=MailState.GIVEN_UP)
    problem_mails.tell(designed, ["The form has no title."])
    assert ProblemMail.objects.filter(state=MailState.WAITING).count() == 1


def test_of_two_workers_that_look_at_the_same_time_one_tells(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer
) -> None:
    lose_column(plan)
    first, second = (FormDefinition.objects.select_related("designer__user").get(pk=designed.pk) for _ in range(2))
    look_at(first)
    ProblemMail.objects.update(created_at=timezone.now() - timedelta(days=2))  # the designer got no mail lately
    look_at(second)
    assert ProblemMail.objects.count() == 1


def test_a_mail_that_the_server_does_not_take_yet_is_sent_again_with_the_same_id(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer
) -> None:
    mailbox.breaks_off.append("body")
    lose_column(plan)
    look(designed)
    assert ProblemMail.objects.get().state == MailState.WAITING
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        sending.send_due()
    assert ProblemMail.objects.get().state == MailState.SENT
    assert len(set(mailbox.ids())) == 1


@pytest.mark.parametrize("wrong", [{"FORM_PROBLEM_MAILS": False}, {"BASE_URL": ""}])
def test_no_mails_if_they_are_turned_off_or_cannot_be_sent(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer, settings: Settings, wrong: dict[str, object]
) -> None:
    for name, value in wrong.items():
        setattr(settings, name, value)
    lose_column(plan)
    look(designed)
    assert designed.problem
    assert not ProblemMail.objects.exists()


def test_mails_about_problems_need_nobody_who_asks(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer, settings: Settings
) -> None:
    settings.ASK_MAILS_PER_DAY = 0
    lose_column(plan)
    look(designed)
    assert len(mailbox.mails) == 1


def test_a_designer_who_is_gone_still_gets_the_mail_that_says_so(
    designed: FormDefinition, plan: SitePlan, mailbox: MailServer
) -> None:
    assert designed.designer
    designed.designer.token.delete()
    look(designed)
    (mail,) = mailbox.mails
    assert mail.message["Subject"].strip() == "The form “Report progress on my tasks” has a problem"
    assert "The form’s designer isn’t connected any more." in mail.part("plain")
    designed.refresh_from_db()
    # A name in these texts couldn't be erased.
    assert "Bob" not in mail.part("plain") + mail.part("html") + designed.warning


def test_a_closed_form_has_no_mails(designed: FormDefinition, plan: SitePlan, mailbox: MailServer) -> None:
    lose_column(plan)
    FormDefinition.objects.filter(pk=designed.pk).update(checked_at=None)
    check_due()
    designed.refresh_from_db()
    designed.state = FormState.CLOSED
    designed.save()
    assert sending.send_due() == 0


def test_erasing_an_address_blanks_it(designed: FormDefinition, plan: SitePlan, mailbox: MailServer) -> None:
    lose_column(plan)
    look(designed)
    erase(Address(BOB), by=THIS_APP, reason="Asked for", origin=Origin.COMMAND)
    assert ProblemMail.objects.get().email == ""
    link = re.sub(r"\s", "", mailbox.mails[0].message["List-Unsubscribe"]).strip("<>").removeprefix(SITE)
    assert Client().get(link).status_code == 404


def test_old_mails_are_deleted(designed: FormDefinition, plan: SitePlan, mailbox: MailServer) -> None:
    lose_column(plan)
    look(designed)
    assert problem_mails.delete_old() == 0
    with time_machine.travel(timezone.now() + timedelta(days=181), tick=True):
        assert problem_mails.delete_old() == 1
