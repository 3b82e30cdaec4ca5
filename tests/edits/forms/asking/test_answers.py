"""The sender of an update request sees who has opened the link, who has answered, and what they have changed."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from audit.models import Entry
from audit.recording import THIS_APP
from audit.retention.erasure import Values, erase
from audit.vocabulary import Origin
from edits.forms.asking import requests, sending
from edits.forms.asking.known_people import accounts_with
from edits.forms.asking.models import RequestedPerson, StoppedReminders, UpdateRequest
from edits.forms.models import FormDefinition
from edits.sheets import openable_sheets
from edits.sheets.personal_columns import PersonalColumn
from identity.models import SmartsheetUser
from tests.conftest import SignIn
from tests.edits.browser import Page
from tests.edits.forms.asking.conftest import actor_of, asked, person, rows_of, text_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.smtp_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
BOB = "bob@example.com"
DIG, RAISE = "Dig foundations", "Raise frames"


@pytest.fixture
def made(bobs: Client, form: FormDefinition, plan: SitePlan, alice: Person) -> UpdateRequest:
    """Alice has asked Bob about two rows. She has also asked Dora, who never signed in, about one row."""
    people = {BOB: rows_of(plan, DIG, RAISE), "dora@example.com": rows_of(plan, "Pour slab")}
    return asked(form, alice, people, text="How far\nis it?")


def change(browser: Client, plan: SitePlan, row: str, **values: str) -> None:
    """Change a row with the ordinary row form instead of the form that the person was asked to fill in."""
    page = Page.open(browser, plan.edit_path(row))
    page.type({plan.columns[title]: value for title, value in values.items()}).send()


def page_of(browser: Client, made: UpdateRequest) -> str:
    return text_of(browser.get(f"/forms/asked/{made.pk}/"))


def know_sheets(plan: SitePlan, *people: Person) -> None:
    """Let the app know, without a call to Smartsheet, that these people can open the site plan."""
    for one in people:
        openable_sheets.note(SmartsheetUser.objects.get(smartsheet_id=one.id).user, [plan.id])


def test_it_shows_what_each_person_has_changed_since(
    alices: Client, bobs: Client, made: UpdateRequest, plan: SitePlan, alice: Person, form: FormDefinition
) -> None:
    know_sheets(plan, alice)
    before = page_of(alices, made)
    assert "0 of 2 answered" in before
    assert "How far is it?" in before
    change(bobs, plan, DIG, Status="Blocked", Notes="Rock")
    plan.sandbox.forget_requests()
    after = page_of(alices, made)
    assert plan.sandbox.requests() == []  # the page gets everything from the log
    assert "0 of 2 answered" in after
    assert "1 of 2 rows answered" in after
    assert "2 cells changed since" in after
    assert "Status of Dig foundations" in after
    assert "In progress" in after
    assert "Blocked" in after
    assert Entry.objects.filter(action="read", actor_id=alice.id).exists()
    change(bobs, plan, RAISE, Status="In progress")
    assert "1 of 2 answered" in page_of(alices, made)
    assert "1 of 2 answered" in text_of(alices.get("/forms/asked/"))


def test_changes_before_the_request_by_others_and_elsewhere_do_not_count(
    alices: Client, bobs: Client, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    change(bobs, plan, DIG, Status="Blocked")
    made = asked(form, alice, {BOB: rows_of(plan, DIG)})
    change(alices, plan, DIG, Status="In progress")
    change(bobs, plan, RAISE, Status="In progress")
    know_sheets(plan, alice)
    shown = page_of(alices, made)
    assert "0 of 1 answered" in shown
    assert "changed since" not in shown


def test_what_smartsheet_refuses_is_no_answer(
    alices: Client, bobs: Client, made: UpdateRequest, plan: SitePlan
) -> None:
    page = Page.open(bobs, plan.edit_path(DIG)).type({plan.columns["Notes"]: "Rock"})
    plan.sandbox.fault(method="PUT", status=400, errorCode=1042, message="No")
    page.save()
    assert "changed since" not in page_of(alices, made)


def test_values_are_only_for_those_who_can_read_the_sheet(
    alices: Client, bobs: Client, made: UpdateRequest, plan: SitePlan, alice: Person, settings: Settings
) -> None:
    settings.ROLES = {}  # in the demo Alice is an auditor, who reads everything
    change(bobs, plan, DIG, Notes="Rock")
    openable_sheets.note(SmartsheetUser.objects.get(smartsheet_id=alice.id).user, [])
    shown = page_of(alices, made)
    assert "1 cell changed since" in shown
    assert "Rock" not in shown


def test_a_personal_value_that_was_erased_is_not_shown(
    alices: Client, bobs: Client, made: UpdateRequest, plan: SitePlan, alice: Person
) -> None:
    PersonalColumn.objects.create(region="sandbox", sheet_id=plan.id, column_id=plan.columns["Notes"])
    know_sheets(plan, alice)
    change(bobs, plan, DIG, Notes="Her mother is ill")
    assert "Her mother is ill" in page_of(alices, made)
    entry = Entry.objects.intents().get(column_id=plan.columns["Notes"])
    erase(Values(entry.pk), by=THIS_APP, reason="Asked for", origin=Origin.COMMAND)
    assert "Her mother is ill" not in page_of(alices, made)


def test_someone_who_signs_in_later_is_known_by_their_address(
    alices: Client, made: UpdateRequest, plan: SitePlan, sign_in: SignIn, form: FormDefinition, alice: Person
) -> None:
    frank = plan.sandbox.people()["frank@example.com"]
    later = asked(form, alice, {"frank@example.com": rows_of(plan, "Roof membrane")})
    assert person("frank@example.com").person_id is None
    browser = Client()
    sign_in(browser, frank)
    change(browser, plan, "Roof membrane", Status="In progress")
    assert "1 of 1 answered" in page_of(alices, later)


def test_the_link_leads_to_the_rows_and_is_noted_once(
    alices: Client, bobs: Client, made: UpdateRequest, form: FormDefinition
) -> None:
    link = f"/forms/asked/answer/{person(BOB).pk}/"
    answer = bobs.get(link)
    assert (answer.status_code, answer["Location"]) == (302, f"/forms/{form.slug}/?asked={person(BOB).pk}")
    opened = person(BOB).opened_at
    bobs.get(link)
    assert person(BOB).opened_at == opened is not None
    assert "opened, not answered" in page_of(alices, made)
    assert "You were asked Report progress on my tasks: 2 rows" in text_of(bobs.get("/forms/asked/"))


def test_the_link_works_only_for_the_person_who_was_asked(
    alices: Client, bobs: Client, made: UpdateRequest, plan: SitePlan
) -> None:
    for key in (person("dora@example.com").pk, uuid4()):
        answer = bobs.get(f"/forms/asked/answer/{key}/")
        assert answer.status_code == 404
        assert "There is no such request for you" in text_of(answer)
        assert bobs.post(f"/forms/asked/answer/{key}/nothing/").status_code == 404
    assert person("dora@example.com").opened_at is None
    assert person("dora@example.com").confirmed_at is None
    signed_out = Client().get(f"/forms/asked/answer/{person(BOB).pk}/")
    assert signed_out.status_code == 302
    assert "next=" in signed_out["Location"]
    assert "dora" not in text_of(bobs.get("/forms/asked/"))


def test_someone_can_say_that_nothing_has_to_be_changed(
    alices: Client, bobs: Client, made: UpdateRequest, plan: SitePlan, alice: Person
) -> None:
    bobs.post(f"/forms/asked/answer/{person(BOB).pk}/nothing/")
    know_sheets(plan, alice)
    shown = page_of(alices, made)
    assert "1 of 2 answered" in shown
    assert "nothing to change" in shown


def test_a_request_is_only_shown_to_its_asker(bobs: Client, made: UpdateRequest) -> None:
    for path in ("", "cancel/", "remind/"):
        address = f"/forms/asked/{made.pk}/{path}"
        answer = bobs.post(address) if path else bobs.get(address)
        assert answer.status_code == 404
    made.refresh_from_db()
    assert made.cancelled_at is None


def test_a_cancelled_request_is_over(
    alices: Client, bobs: Client, made: UpdateRequest, mailbox: MailServer, form: FormDefinition
) -> None:
    assert "The request is cancelled." in text_of(alices.post(f"/forms/asked/{made.pk}/cancel/", follow=True))
    assert "You cancelled the request" in page_of(alices, made)
    assert alices.post(f"/forms/asked/{made.pk}/cancel/").status_code == 302
    assert Entry.objects.filter(action="ask", message="Cancelled the request.").count() == 1
    assert sending.send_due() == 0
    assert mailbox.mails == []
    assert bobs.get(f"/forms/asked/answer/{person(BOB).pk}/")["Location"] == f"/forms/{form.slug}/"
    assert "No one has asked you for an update." in text_of(bobs.get("/forms/asked/"))


def test_empty_lists_say_what_to_do(alices: Client, form: FormDefinition) -> None:
    assert "/forms/asked/" in alices.get("/forms/").content.decode()
    page = text_of(alices.get("/forms/asked/"))
    assert "No one has asked you for an update." in page
    assert "You haven’t asked for an update yet. Open a form" in page


def test_it_shows_who_does_not_want_reminders(alices: Client, made: UpdateRequest, form: FormDefinition) -> None:
    StoppedReminders(form=form, email=BOB).save()
    assert "Doesn’t want reminders of this form." in page_of(alices, made)


def test_reminding_now_reaches_those_who_have_not_answered(
    alices: Client, bobs: Client, made: UpdateRequest, mailbox: MailServer, alice: Person
) -> None:
    sending.send_due()
    bobs.post(f"/forms/asked/answer/{person(BOB).pk}/nothing/")
    again = alices.post(f"/forms/asked/{made.pk}/remind/", follow=True)
    assert "No one was reminded" in text_of(again)  # Dora got her mail just now
    made.people.get(email="dora@example.com").mails.update(created_at="2026-01-01T00:00Z")
    assert "1 reminder will be sent" in text_of(alices.post(f"/forms/asked/{made.pk}/remind/", follow=True))
    assert sending.send_due() == 1
    assert [one.recipient for one in mailbox.mails].count("dora@example.com") == 2
    assert Entry.objects.get(action="ask", message="Reminded 1 person.").actor_id == alice.id
    assert requests.remind_now(made, actor=actor_of(alice)) == 0
    assert RequestedPerson.objects.count() == 2


def test_someone_who_lost_the_sheet_reminds_nobody(
    alices: Client, made: UpdateRequest, alice: Person, mailbox: MailServer
) -> None:
    sending.send_due()
    count = len(mailbox.mails)
    made.people.get(email="dora@example.com").mails.update(created_at="2026-01-01T00:00Z")
    openable_sheets.note(SmartsheetUser.objects.get(smartsheet_id=alice.id).user, [7])
    answer = alices.post(f"/forms/asked/{made.pk}/remind/")
    assert answer.status_code == 403
    assert "You can't open the sheet of this form any more." in text_of(answer)
    assert sending.send_due() == 0
    assert len(mailbox.mails) == count


def test_the_forms_list_shows_only_the_asked_rows_with_the_askers_text(
    bobs: Client, made: UpdateRequest, form: FormDefinition, plan: SitePlan
) -> None:
    shown = text_of(bobs.get(f"/forms/asked/answer/{person(BOB).pk}/", follow=True))
    assert "Alice Archer asks you to update these 2 rows by the end of" in shown
    assert "How far is it?" in shown
    assert "2 rows for you, 2 need you." in shown
    assert "Dig foundations Needs you" in shown
    assert "Reinforcement" not in shown
    change(bobs, plan, DIG, Status="Blocked")
    assert "2 rows for you, 1 needs you." in text_of(bobs.get(f"/forms/{form.slug}/?asked={person(BOB).pk}"))
    assert "Reinforcement" in text_of(bobs.get(f"/forms/{form.slug}/"))


def test_the_forms_rule_still_decides_which_asked_rows_are_shown(
    bobs: Client, made: UpdateRequest, form: FormDefinition, plan: SitePlan
) -> None:
    plan.write(DIG, Responsible="dora@example.com")
    address = f"/forms/{form.slug}/?asked={person(BOB).pk}"
    assert "1 row for you" in text_of(bobs.get(address))
    assert bobs.get(f"/forms/{form.slug}/rows/{plan.rows[DIG]}/").status_code == 403


@pytest.mark.parametrize("asked_key", ["dora", "x", "", "\x00"])
def test_what_others_were_asked_is_not_shown_in_the_list(
    bobs: Client, made: UpdateRequest, form: FormDefinition, asked_key: str
) -> None:
    key = str(person("dora@example.com").pk) if asked_key == "dora" else asked_key
    shown = text_of(bobs.get(f"/forms/{form.slug}/", {"asked": key}))
    assert "asks you" not in shown
    assert "Reinforcement" in shown


def test_editors_find_the_way_to_ask_on_the_list(alices: Client, bobs: Client, form: FormDefinition) -> None:
    assert f"/forms/{form.slug}/ask/" in bobs.get(f"/forms/{form.slug}/").content.decode()


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_of_requests_takes_the_same_few_queries_for_any_number(
    alices: Client, bobs: Client, form: FormDefinition, plan: SitePlan, alice: Person, bob: Person, count: int
) -> None:
    strangers = {f"stranger{n}@example.com": rows_of(plan, RAISE) for n in range(5)}
    made = [asked(form, alice, {BOB: rows_of(plan, DIG, RAISE), **strangers}) for _ in range(count)]
    change(bobs, plan, DIG, Status="Blocked")
    change(bobs, plan, RAISE, Status="In progress")
    alices.get("/forms/asked/")
    with CaptureQueriesContext(connection) as queries:
        shown = text_of(alices.get("/forms/asked/"))
    assert shown.count("1 of 6 answered") == len(made)
    about_requests = [one["sql"] for one in queries if re.search("edits_(updaterequest|requestedperson)", one["sql"])]
    assert len(about_requests) == 4, "two counts (the second list is empty), a page, and its people"
    assert sum("Max(" in one["sql"] or "MAX(" in one["sql"] for one in queries) == 1, "one query of the log"
    assert len(queries) <= 15, [one["sql"][:200] for one in queries]


def test_an_answer_counts_only_for_requests_before_it(
    alices: Client, bobs: Client, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    asked(form, alice, {BOB: rows_of(plan, DIG)}, text="first")
    change(bobs, plan, DIG, Status="Blocked")
    asked(form, alice, {BOB: rows_of(plan, DIG)}, text="second")
    shown = text_of(alices.get("/forms/asked/"))
    assert shown.index("0 of 1 answered") < shown.index("1 of 1 answered")  # the newest is first


def test_both_lists_have_pages(
    alices: Client, bobs: Client, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    for _ in range(21):
        asked(form, alice, {BOB: rows_of(plan, DIG)})
    first, second = text_of(alices.get("/forms/asked/")), text_of(alices.get("/forms/asked/?page=2"))
    assert (first.count("0 of 1 answered"), second.count("0 of 1 answered")) == (20, 1)
    assert "Page 1 of 2 Next page" in first
    assert "Previous page Page 2 of 2" in second
    assert text_of(bobs.get("/forms/asked/?mine=2")).count("Report progress on my tasks: 1 row") == 1
    assert alices.get("/forms/asked/?page=nonsense&mine=-1").status_code == 200


def test_the_preview_asks_once_for_all_addresses(
    alices: Client, bobs: Client, form: FormDefinition, plan: SitePlan
) -> None:
    addresses = [BOB, *(f"stranger{n}@example.com" for n in range(20))]
    with CaptureQueriesContext(connection) as queries:
        found = accounts_with(addresses, region="sandbox")
    assert [*found] == [BOB]
    assert len(queries) == 1
