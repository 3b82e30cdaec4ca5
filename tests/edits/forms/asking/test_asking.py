"""Someone chooses rows and people, looks at the preview, and sends an update request.

Other tests check who can send update requests, and how often.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry, PersonalText
from edits.forms.asking.models import Mail, RequestedPerson, UpdateRequest
from edits.forms.asking.requests import TooManyMails
from edits.forms.definition import Audience
from edits.forms.models import FormDefinition, FormState
from edits.sheets.personal_columns import PersonalColumn
from tests.conftest import SignIn
from tests.edits.forms.asking.conftest import asked, made_form, person, rows_of, text_of
from tests.edits.site_plan import SitePlan
from tests.full_disk import refuse_rows
from tests.running_sandbox import Person
from tests.smtp_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/forms/report-progress/ask/"
TASKS = ("Dig foundations", "Drainage runs", "Pour slab")


def fields(plan: SitePlan, *rows: str, **more: Any) -> dict[str, Any]:
    """The form data that a browser sends to ask people about these rows. The people are those in the column Responsible
    of the rows.
    """
    due = timezone.now().date() + timedelta(days=7)
    return {
        "rows": [str(plan.rows[one]) for one in rows],
        "to": f"column-{plan.columns['Responsible']}",
        "text": "How far is it?",
        "due_on": due.isoformat(),
        "remind": "1",
        **more,
    }


def test_nobody_is_asked_who_could_not_sign_in(
    alices: Client, form: FormDefinition, plan: SitePlan, settings: Settings
) -> None:
    """Alice tries to ask someone who can't sign in, because the settings don't allow the domain of their address. No
    mail is sent. If mails were sent, people could make this app send mails to any address.
    """
    settings.SIGN_IN_DOMAINS = frozenset({"example.com"})
    plan.write("Dig foundations", Responsible="victim@elsewhere.example")
    preview = alices.post(PAGE, fields(plan, "Dig foundations", step="preview"))
    assert "This person can't sign in to this app." in text_of(preview)
    alices.post(PAGE, fields(plan, "Dig foundations", step="send", once=str(uuid4())))
    assert not Mail.objects.exists()


def test_the_people_in_a_column_are_asked_about_their_rows(
    alices: Client, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    page = alices.get(PAGE)
    assert "The people in the column “Responsible” of each row" in text_of(page)
    assert "Created by" not in text_of(page)  # Smartsheet fills that column in
    preview = alices.post(PAGE, fields(plan, *TASKS, step="preview"))
    assert "Send 2 mails?" in text_of(preview)
    assert "Nothing was sent yet." in text_of(preview)
    assert not UpdateRequest.objects.exists()
    plan.sandbox.forget_requests()
    answer = alices.post(PAGE, fields(plan, *TASKS, step="send", once=str(uuid4())))
    made = UpdateRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/forms/asked/{made.pk}/")
    assert len(plan.sandbox.requests()) == 3  # the columns, the rows, and the shares, because Dora never signed in
    assert {one.email: {row["label"] for row in one.rows} for one in RequestedPerson.objects.all()} == {
        "bob@example.com": {"Dig foundations"},
        "dora@example.com": {"Drainage runs", "Pour slab"},
    }
    assert Mail.objects.filter(kind="ask", state="waiting").count() == 2
    assert (made.text, made.asker_name, made.time_zone) == ("How far is it?", alice.name, "US/Pacific")
    assert made.remind_at is not None


def test_a_form_that_is_sent_twice_asks_once(alices: Client, form: FormDefinition, plan: SitePlan) -> None:
    sent = fields(plan, "Pour slab", step="send", once=str(uuid4()))
    first, second = alices.post(PAGE, sent), alices.post(PAGE, sent)
    assert first["Location"] == second["Location"]
    assert (UpdateRequest.objects.count(), Mail.objects.count()) == (1, 1)
    assert Entry.objects.filter(action="ask").count() == 1


def test_it_is_an_entry_with_the_form_and_without_addresses_in_clear(
    alices: Client, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    alices.post(PAGE, fields(plan, *TASKS, step="send"))
    entry = Entry.objects.get(action="ask")
    assert (entry.actor_id, entry.sheet_id, entry.via) == (alice.id, plan.id, '{"form":"report-progress","version":1}')
    assert entry.message.startswith("Asked 2 people about 3 rows, due by ")
    assert str(plan.rows["Pour slab"]) in (entry.evidence or "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_entry")
        assert "dora@example.com" not in str(cursor.fetchall())
    assert PersonalText.objects.filter(email="dora@example.com").count() == 1  # this row can be erased
    assert UpdateRequest.objects.get().log_position == entry.pk
    assert "asked for updates" in text_of(alices.get("/audit/"))


@pytest.mark.django_db  # the test is rolled back, which also removes the trigger of refuse_rows()
def test_if_the_log_cannot_be_written_no_one_is_asked(alices: Client, form: FormDefinition, plan: SitePlan) -> None:
    refuse_rows("audit_entry", "NEW.action = 'ask'")
    answer = alices.post(PAGE, fields(plan, "Pour slab", step="send"))
    assert answer.status_code == 503
    assert "nothing was stored and no one gets a mail" in text_of(answer)
    assert "How far is it?" in answer.content.decode()
    assert not UpdateRequest.objects.exists()
    assert not Mail.objects.exists()


def test_named_people_get_all_rows_that_the_form_shows_them(
    alices: Client, plan: SitePlan, mailbox: MailServer, settings: Settings
) -> None:
    settings.ASK_ANYONE = True
    made_form(plan)
    sent = fields(plan, "Pour slab", to="people", addresses="Eve@Example.com, bob@example.com\nbob@example.com")
    preview = alices.post(PAGE, sent)
    assert "Send 2 mails?" in text_of(preview)
    assert "This person has never signed in here." in text_of(preview)
    assert "eve@example.com: The sheet isn’t shared with this person in Smartsheet." in text_of(preview)
    alices.post(PAGE, sent | {"step": "send"})
    assert {one.email for one in RequestedPerson.objects.all()} == {"eve@example.com", "bob@example.com"}
    assert Mail.objects.count() == 2


def test_people_who_cannot_save_are_named_with_what_to_do(alices: Client, bobs: Client, plan: SitePlan) -> None:
    made_form(plan)
    sent = fields(plan, "Pour slab", to="people", addresses="dora@example.com")
    assert "Ask the owner of the sheet to share the sheet with these people" in text_of(bobs.post(PAGE, sent))
    assert "Share the sheet with these people as editors." in text_of(alices.post(PAGE, sent))


def test_the_forms_rule_limits_who_is_asked_about_a_row(alices: Client, form: FormDefinition, plan: SitePlan) -> None:
    sent = fields(plan, "Pour slab", "Dig foundations", to="people", addresses="bob@example.com charlie@example.com")
    preview = text_of(alices.post(PAGE, sent))
    assert "Send 1 mail?" in preview
    assert "bob@example.com: the form’s rule doesn’t let this person see “Pour slab”." in preview
    alices.post(PAGE, sent | {"step": "send"})
    (one,) = RequestedPerson.objects.all()
    assert (one.email, [row.id for row in one.asked_rows]) == ("bob@example.com", [plan.rows["Dig foundations"]])


def test_a_person_is_known_by_a_further_address(
    bobs: Client, form: FormDefinition, plan: SitePlan, alice: Person
) -> None:
    """Bob asks Alice about one of her rows. He types a further address of hers, not her main address."""
    sent = fields(plan, "Deliver frames", to="people", addresses="Alice.Archer@example.com", step="send")
    bobs.post(PAGE, sent)
    assert person("alice.archer@example.com").person_id == alice.id


def test_people_without_a_way_to_answer_are_left_out(alices: Client, plan: SitePlan, mailbox: MailServer) -> None:
    plan.write("Pour slab", Responsible={"value": "Crew 7", "strict": False})
    made_form(plan, people=("bob@example.com",), audience=Audience.LISTED)
    preview = text_of(alices.post(PAGE, fields(plan, *TASKS)))
    assert "Send 1 mail?" in preview
    assert "The form isn't for this person" in preview
    assert "These rows don’t name anyone with an e-mail address: “Pour slab”." in preview
    nobody = alices.post(PAGE, fields(plan, "Pour slab", step="send"))
    assert "No one would get a mail" in text_of(nobody)
    assert not UpdateRequest.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rows": []}, "Choose at least one row."),
        ({"rows": ["7"]}, "Select a valid choice"),
        ({"to": "people", "addresses": ""}, "Type at least one address."),
        ({"to": "people", "addresses": "bob"}, "This isn't an e-mail address: bob"),
        ({"to": "people", "addresses": "bob@example.com\x00"}, "Null characters are not allowed."),
        ({"to": "people", "addresses": "a@b.example\r\nBcc:c@d.example"}, "This isn't an e-mail address: bcc:c"),
        ({"to": "people", "addresses": " ".join(f"a{n}@b.example" for n in range(51))}, "Name up to 50 people."),
        ({"to": "column-7"}, "Select a valid choice"),
        ({"due_on": ""}, "Choose a due date."),
        ({"due_on": "soon"}, "Choose a day, such as 2026-12-31."),
        ({"due_on": "2020-01-01"}, "Choose today or a later day, at most a year from now."),
        ({"due_on": "9999-12-31"}, "Choose today or a later day, at most a year from now."),
        ({"remind": "7", "due_on": "today"}, "The time of this reminder has passed."),
        ({"text": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_errors_are_shown_at_the_field(
    alices: Client, form: FormDefinition, plan: SitePlan, wrong: dict[str, Any], words: str
) -> None:
    if wrong.get("due_on") == "today":
        wrong = wrong | {"due_on": (timezone.now().date() + timedelta(days=1)).isoformat()}
    answer = alices.post(PAGE, fields(plan, "Pour slab", step="send") | wrong)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "Nothing was sent yet" in text_of(answer)
    assert not UpdateRequest.objects.exists()


def test_changing_it_keeps_what_was_typed(alices: Client, form: FormDefinition, plan: SitePlan) -> None:
    page = alices.post(PAGE, fields(plan, "Pour slab", step="edit")).content.decode()
    assert "How far is it?" in page
    assert f'value="{plan.rows["Pour slab"]}" checked' in page
    assert 'id="problem"' not in page


def test_rows_are_found_by_name_and_by_person(alices: Client, form: FormDefinition, plan: SitePlan) -> None:
    found = text_of(alices.get(f"{PAGE}?q=SLAB&row={plan.rows['Dig foundations']}"))
    assert "Pour slab" in found
    assert "Dig foundations" in found  # ticked rows stay
    assert "Core walls" not in found
    assert "Core walls" in text_of(alices.get(f"{PAGE}?q=dora"))
    assert "No row matches “nothing like it”" in text_of(alices.get(f"{PAGE}?q=nothing like it"))


def test_names_of_rows_that_are_personal_are_not_stored(alices: Client, form: FormDefinition, plan: SitePlan) -> None:
    PersonalColumn.objects.create(region="sandbox", sheet_id=plan.id, column_id=plan.columns["Task"])
    assert "mails show row numbers instead" in text_of(alices.get(PAGE))
    preview = alices.post(PAGE, fields(plan, "Pour slab"))
    assert "Pour slab" not in text_of(preview)
    alices.post(PAGE, fields(plan, "Pour slab", step="send"))
    assert person("dora@example.com").rows[0]["label"] == ""
    assert "Pour slab" not in (Entry.objects.get(action="ask").evidence or "")


@pytest.mark.parametrize(
    ("who", "status"), [("bob", 200), ("frank@example.com", 200), ("erika", 200), ("dora", 403), ("charlie", 403)]
)
def test_editors_of_the_sheet_can_ask_and_others_cannot(
    alices: Client, form: FormDefinition, plan: SitePlan, sign_in: SignIn, who: str, status: int
) -> None:
    browser = Client()
    sign_in(browser, plan.sandbox.people()[who])
    assert browser.get(PAGE).status_code == status
    answer = browser.post(PAGE, fields(plan, "Pour slab", step="send"))
    assert answer.status_code == (302 if status == 200 else 403)
    assert UpdateRequest.objects.count() == (status == 200)


def test_a_form_that_is_not_for_someone_cannot_ask_for_them_but_for_its_designers(
    bobs: Client, alices: Client, plan: SitePlan, settings: Settings
) -> None:
    made_form(plan, people=("dora@example.com",), audience=Audience.LISTED)
    settings.ROLES = {"form_designer": frozenset({"alice@example.com"})}
    assert bobs.post(PAGE, fields(plan, "Pour slab", step="send")).status_code == 403
    assert alices.post(PAGE, fields(plan, "Pour slab", step="send")).status_code == 302


@pytest.mark.parametrize("why", ["draft", "closed", "add only", "no mail server", "no form", "signed out"])
def test_it_says_why_no_one_can_be_asked(
    alices: Client, form: FormDefinition, plan: SitePlan, settings: Settings, why: str
) -> None:
    if why == "draft":
        FormDefinition.objects.filter(pk=form.pk).delete()
        made_form(plan).state = FormState.DRAFT
        draft = FormDefinition.objects.get()
        draft.state, draft.published = FormState.DRAFT, None
        draft.save()
    elif why == "closed":
        form.state = FormState.CLOSED
        form.save()
    elif why == "add only":
        form.published = (form.published or {}) | {"allow": ["add"]}
        form.save()
    elif why == "no mail server":
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    elif why == "no form":
        form.delete()
    else:
        alices.cookies.clear()
    plan.sandbox.forget_requests()
    answer = alices.post(PAGE, fields(plan, "Pour slab", step="send"))
    expected = {"draft": 403, "closed": 409, "add only": 409, "no mail server": 503, "no form": 404, "signed out": 302}
    assert answer.status_code == expected[why]
    assert not UpdateRequest.objects.exists()
    assert plan.sandbox.requests() == []


def test_one_person_can_have_so_many_mails_sent_in_a_day(
    alices: Client, form: FormDefinition, plan: SitePlan, settings: Settings
) -> None:
    settings.ASK_MAILS_PER_DAY = 3
    assert alices.post(PAGE, fields(plan, *TASKS, step="send")).status_code == 302
    answer = alices.post(PAGE, fields(plan, *TASKS, step="send"))
    assert answer.status_code == 429
    assert "This app sends at most 3 mails for one person in 24 hours. It has sent 2 for you" in text_of(answer)
    assert UpdateRequest.objects.count() == 1
    Mail.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert alices.post(PAGE, fields(plan, *TASKS, step="send")).status_code == 302


def test_the_limit_holds_for_requests_at_the_same_moment(
    alices: Client, form: FormDefinition, plan: SitePlan, alice: Person, settings: Settings
) -> None:
    settings.ASK_MAILS_PER_DAY = 3
    together, results = Barrier(4), []

    def ask() -> None:
        together.wait()
        try:
            asked(form, alice, {f"{one}@example.com": rows_of(plan, "Pour slab") for one in "ab"})
            results.append("asked")
        except TooManyMails:
            results.append("too many")
        finally:
            connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["asked", "too many", "too many", "too many"]
    assert Mail.objects.count() == 2


def test_it_says_that_smartsheet_does_not_answer(alices: Client, form: FormDefinition, plan: SitePlan) -> None:
    plan.sandbox.fault(path="/columns", status=500, times=0)
    answer = alices.post(PAGE, fields(plan, "Pour slab", step="send"))
    assert answer.status_code == 503
    assert not UpdateRequest.objects.exists()


def test_the_id_of_someone_elses_request_makes_a_request_of_its_own(
    alices: Client, bobs: Client, form: FormDefinition, plan: SitePlan
) -> None:
    alices.post(PAGE, fields(plan, "Dig foundations", step="send", once=str(uuid4())))
    alices_own = UpdateRequest.objects.get()
    answer = bobs.post(PAGE, fields(plan, "Dig foundations", step="send", once=str(alices_own.pk)))
    assert answer.status_code == 302
    assert UpdateRequest.objects.count() == 2
    assert UpdateRequest.objects.get(pk=alices_own.pk).asker == alices_own.asker


def test_the_designer_has_a_link_to_asking_if_it_leads_somewhere(
    alices: Client, form: FormDefinition, settings: Settings
) -> None:
    link = f'href="/forms/{form.slug}/ask/"'
    design = f"/forms/design/{form.pk}/"
    assert link in alices.get(design).content.decode()
    settings.ASK_MAILS_PER_DAY = 0
    assert link not in alices.get(design).content.decode()


STRANGER = "victim@elsewhere.example"


@pytest.mark.parametrize("how", ["typed", "in a cell"])
def test_an_unknown_address_gets_no_mail(
    alices: Client, bobs: Client, plan: SitePlan, mailbox: MailServer, how: str
) -> None:
    """Bob, who is an editor, can write any address into a cell, or type any address on the page. If the app doesn't
    know the address, it sends no mail to this address.
    """
    made_form(plan)
    plan.write("Pour slab", Responsible=STRANGER)
    to = {} if how == "in a cell" else {"to": "people", "addresses": STRANGER}
    preview = text_of(bobs.post(PAGE, fields(plan, "Pour slab", **to)))
    assert "This app doesn't know this address" in preview
    bobs.post(PAGE, fields(plan, "Pour slab", **to, step="send", once=str(uuid4())))
    assert not Mail.objects.exists()


@pytest.mark.parametrize("known_by", ["share", "option", "sign-in", "list", "setting"])
def test_an_address_that_the_app_knows_gets_a_mail(
    alices: Client, plan: SitePlan, mailbox: MailServer, settings: Settings, known_by: str, bob: Person
) -> None:
    made_form(plan)
    address = {"share": "charlie@example.com", "sign-in": "alice.archer@example.com"}.get(known_by, STRANGER)
    if known_by == "option":
        column = plan.columns["Responsible"]
        options = [{"email": STRANGER, "name": "Victor"}]
        plan._call("PUT", f"/sheets/{plan.id}/columns/{column}", {"type": "CONTACT_LIST", "contactOptions": options})
    elif known_by == "list":
        settings.SIGN_IN_DOMAINS = frozenset({"elsewhere.example", "example.com"})
    elif known_by == "setting":
        settings.ASK_ANYONE = True
    plan.sandbox.forget_requests()
    sent = fields(plan, "Pour slab", to="people", addresses=address, step="send", once=str(uuid4()))
    alices.post(PAGE, sent)
    assert [one.email for one in RequestedPerson.objects.all()] == [address]
    calls = len(plan.sandbox.requests())
    assert calls == (3 if known_by == "share" else 2), "the shares are only read if nothing else knows the address"
