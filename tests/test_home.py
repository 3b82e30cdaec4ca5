"""The front page says what this app does. The home page shows the person's sheets and changes."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry
from audit.recording import THIS_APP
from audit.vocabulary import Action, Phase
from config import demo
from config.home import RECENT
from edits.forms.models import FormDefinition
from edits.saving import AddRow, DeleteRow, MoveRow, Place, read, save
from edits.sheets.openable_sheets import Unknown, openable_sheets
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.full_disk import refuse_rows
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

TASK = "Dig foundations"
SignIn = Callable[[Client, Person], HttpResponse]
pytestmark = pytest.mark.django_db


def text(client: Client, path: str = "/") -> str:
    return Page.open(client, path).text


def test_fault_37_the_front_page_says_what_this_is_and_what_to_try(client: Client, sandbox: RunningSandbox) -> None:
    page = text(client)
    assert "Byline records who made every change: in Smartsheet, and in an audit log" in page
    for key in ("alice", "bob", "charlie"):
        assert sandbox.people()[key].name in page
    assert "six practice people" in page
    assert len(sandbox.people()) == 6
    for name in ("Site plan", "Budget"):
        assert sandbox.sheet(sandbox.people()["alice"], name)["name"] in page


def test_fault_37_outside_the_demo_it_names_no_practice_people(client: Client, settings: Settings) -> None:
    settings.SMARTSHEET_REGIONS = {"eu": settings.SMARTSHEET_REGIONS["sandbox"]}
    settings.SMARTSHEET_DEFAULT_REGION = "eu"
    page = text(client)
    assert "Byline records who made every change" in page
    assert "Bob Baker" not in page


def test_fault_37_a_new_person_reads_that_there_is_nothing_yet(
    client: Client, sandbox: RunningSandbox, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    page = text(client)
    assert "Hello Bob Baker" in page
    assert "The sheets that you open appear here." in page
    assert "You have not changed anything yet." in page
    assert "When you have opened a sheet, changes by others appear here." in page
    assert "Needs your attention" not in page


@pytest.fixture
def plan(sandbox: RunningSandbox, alice: Person) -> SitePlan:
    return SitePlan(sandbox, alice)


def learn(client: Client) -> None:
    """Wait until Smartsheet has told the app which sheets the person can open."""
    user = get_user(client)
    until(lambda: not isinstance(openable_sheets(user), Unknown), "the answer")


def change(client: Client, plan: SitePlan, notes: str) -> Page:
    return Page.open(client, plan.edit_path(TASK)).type({plan.columns["Notes"]: notes})


def needs(client: Client) -> list[set[str]]:
    return [{phase for phase, _ in edit.phases} for edit in client.get("/").context["home"].needs]


def test_fault_37_home_has_the_sheets_that_were_opened_and_the_changes_with_their_outcomes(
    client: Client, sandbox: RunningSandbox, alice: Person, bob: Person, plan: SitePlan, sign_in: SignIn
) -> None:
    budget = SitePlan(sandbox, alice, "Budget")
    sign_in(client, bob)
    for sheet in (plan, budget, plan):
        client.get(sheet.path)
    change(client, plan, "Rock").send()
    sandbox.fault(method="PUT", status=403)
    change(client, plan, "Sand").save()
    page = text(client)
    assert page.index("Recent sheets Site plan Budget") > 0
    own = page[page.index("Your latest changes") :]
    wanted, changed = "You wanted to change Notes in row Dig foundations", "You changed Notes in row Dig foundations"
    assert own.index(wanted) < own.index("refused") < own.index(changed) < own.index("saved")


def test_home_has_the_sheets_of_a_person_who_signs_in_again(
    client: Client, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    change(client, plan, "Rock").send()
    other = Client()
    sign_in(other, bob)
    assert "Recent sheets Site plan" in text(other)
    plan.unshare(bob)
    cache.clear()
    learn(other)
    assert "Recent sheets The sheets that you open appear here." in text(other)


def test_a_refusal_needs_the_person_until_the_same_cell_is_saved(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    sandbox.fault(method="PUT", status=403)
    change(client, plan, "Rock").save()
    assert needs(client) == [{Phase.REFUSED}]
    page = client.get("/").content.decode()
    assert f'href="{plan.edit_path(TASK)}"' in page
    assert "Needs your attention" in page
    Page.open(client, plan.edit_path(TASK)).type({plan.columns["Spent"]: "22000"}).send()
    assert needs(client) == [{Phase.REFUSED}], "another cell was saved"
    change(client, plan, "Sand").send()
    assert needs(client) == []


def test_a_conflict_and_what_is_not_certain_need_the_person(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    form = change(client, plan, "Rock")
    plan.write(TASK, Notes="Water")
    assert form.save().status == 409
    assert needs(client) == [{Phase.CONFLICT}]
    form = Page.open(client, plan.edit_path(TASK)).type({plan.columns["Spent"]: "22000"})
    sandbox.fault(method="PUT", drop="before")
    assert form.save().status == 502
    assert needs(client) == [{Phase.UNKNOWN}, {Phase.CONFLICT}]


def test_an_edit_is_dismissed_once_its_outcome_is_known(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, charlie: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    form = change(client, plan, "Rock")
    plan.write(TASK, Notes="Water")
    form.save()
    form = Page.open(client, plan.edit_path(TASK)).type({plan.columns["Spent"]: "22000"})
    sandbox.fault(method="PUT", drop="before")
    form.save()
    page = Page.open(client, "/")
    assert needs(client) == [{Phase.UNKNOWN}, {Phase.CONFLICT}]
    assert page.text.count("Dismiss") == 1, "only the conflict, because the other outcome isn't known"
    conflict = Entry.objects.get(phase=Phase.CONFLICT)
    stranger = Client()
    sign_in(stranger, charlie)
    assert stranger.post(f"/dismiss/{conflict.edit_id}/").status_code == 404
    assert Client().post(f"/dismiss/{conflict.edit_id}/")["Location"] == "/"
    unknown = Entry.objects.get(phase=Phase.UNKNOWN)
    answer = client.post(f"/dismiss/{unknown.edit_id}/", follow=True)
    assert "The outcome of this edit is not certain yet, so the edit stays on the list." in answer.content.decode()
    assert needs(client) == [{Phase.UNKNOWN}, {Phase.CONFLICT}]
    for _ in range(2):  # a second click
        answer = client.post(f"/dismiss/{conflict.edit_id}/", follow=True)
        assert "The edit is no longer on the list. It stays in the audit log." in answer.content.decode()
    assert needs(client) == [{Phase.UNKNOWN}]
    assert conflict in client.get(f"/audit/?edit={conflict.edit_id}").context["page"].entries


def test_a_refused_deletion_or_restoration_needs_the_person_until_it_is_saved(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    Page.open(client, plan.add_path).type({plan.columns["Task"]: "Roof"}).send()
    added = Entry.objects.intents().get()
    for fault in ({"status": 403}, {"drop": "before"}):
        sandbox.fault(method="DELETE", **fault)
        client.post(f"/sheets/undo/{added.pk}/")
    assert needs(client) == [{Phase.UNKNOWN}, {Phase.REFUSED}]
    client.post(f"/sheets/undo/{added.pk}/")
    assert needs(client) == []
    deletion = Entry.objects.intents().latest("id")
    sandbox.fault(method="POST", path="/rows$", status=403)
    client.post(f"/sheets/undo/{deletion.pk}/")
    assert needs(client) == [{Phase.REFUSED}]
    client.post(f"/sheets/undo/{deletion.pk}/")
    assert needs(client) == []


def test_a_refused_addition_needs_the_person_until_the_row_is_added(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    sandbox.fault(method="POST", path="/rows$", status=403)
    Page.open(client, plan.add_path).type({plan.columns["Task"]: "Roof"}).save()
    Page.open(client, plan.add_path).type({plan.columns["Task"]: "Wall"}).send()
    assert needs(client) == [{Phase.REFUSED}], "another row was added"
    Page.open(client, plan.add_path).type({plan.columns["Task"]: "Roof"}).send()
    assert needs(client) == []


def test_a_row_without_values_is_shown_in_words(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    baseline = read(get_user(client), plan.id, row_ids=[])
    sandbox.fault(method="POST", path="/rows$", status=403)
    save(baseline, [AddRow(())])
    save(baseline, [AddRow(())]).raise_error()
    for page in (text(client), text(client, "/audit/")):
        assert "wanted to add a new row to Site plan empty" in page
        assert re.search(r"added row Row \d+ to Site plan empty", page), page
        assert "{}" not in page
    entry = Entry.objects.intents().latest("id")
    for path in (f"/sheets/undo/{entry.pk}/", f"/sheets/undo/edit/{entry.edit_id}/", f"/audit/{entry.pk}/"):
        assert "{}" not in text(client, path).replace("New value as it was sent {}", "")


def test_a_refused_move_or_change_needs_nobody_when_the_row_is_deleted(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    user, row_id = get_user(client), plan.rows[TASK]
    sandbox.fault(method="PUT", status=403, times=3)
    change(client, plan, "Rock").save()
    for _ in range(2):
        save(read(user, plan.id, row_ids=[row_id]), [MoveRow(row_id, Place())])
    assert needs(client) == [{Phase.REFUSED}] * 3
    save(read(user, plan.id, row_ids=[row_id]), [MoveRow(row_id, Place())]).raise_error()
    assert needs(client) == [{Phase.REFUSED}], "the change of the cell is left"
    save(read(user, plan.id, row_ids=[row_id], with_descendants=True), [DeleteRow(row_id)]).raise_error()
    assert needs(client) == []


def test_old_problems_are_not_listed(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    sandbox.fault(method="PUT", status=403)
    change(client, plan, "Rock").save()
    with time_machine.travel(timezone.now() + RECENT + timedelta(minutes=1)):
        sign_in(client, bob)
        assert needs(client) == []


def test_a_change_is_undone_from_home(client: Client, plan: SitePlan, bob: Person, sign_in: SignIn) -> None:
    sign_in(client, bob)
    change(client, plan, "Rock").send()
    entry = Entry.objects.intents().get()
    undo = f"/sheets/undo/{entry.pk}/"
    assert f'href="{undo}"' in client.get("/").content.decode()
    client.post(undo)
    assert plan.value(TASK, "Notes") is None
    page = client.get("/").content.decode()
    assert f'href="{undo}"' not in page
    assert "undone" in page


def test_a_change_whose_undo_was_refused_is_not_called_undone(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    change(client, plan, "Rock").send()
    undo = f"/sheets/undo/{Entry.objects.intents().get().pk}/"
    sandbox.fault(method="PUT", status=403)
    client.post(undo)
    assert plan.value(TASK, "Notes") == "Rock"
    page = client.get("/").content.decode()
    assert f'href="{undo}"' in page
    assert ">undone" not in page


def test_a_change_whose_undo_was_undone_can_be_undone_again(
    client: Client, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    change(client, plan, "Rock").send()
    entry = Entry.objects.intents().get()
    client.post(f"/sheets/undo/{entry.pk}/")
    client.post(f"/sheets/undo/{Entry.objects.intents().latest('id').pk}/")
    assert plan.value(TASK, "Notes") == "Rock"
    for path in ("/", f"/audit/{entry.pk}/"):
        assert f'href="/sheets/undo/{entry.pk}/"' in client.get(path).content.decode()
    assert [own.state for own in client.get("/").context["home"].edits] == ["", "undone", ""]
    client.post(f"/sheets/undo/{entry.pk}/")
    assert plan.value(TASK, "Notes") is None
    assert [own.state for own in client.get("/").context["home"].edits][-1] == "undone"


def test_a_deletion_whose_undo_was_undone_says_so(client: Client, plan: SitePlan, bob: Person, sign_in: SignIn) -> None:
    sign_in(client, bob)
    row_id = plan.rows["Drainage runs"]
    save(read(get_user(client), plan.id, row_ids=[row_id], with_descendants=True), [DeleteRow(row_id)]).raise_error()
    entries = [Entry.objects.intents().latest("id")]
    for _ in range(3):
        client.post(f"/sheets/undo/{entries[-1].pk}/")
        entries.append(Entry.objects.intents().latest("id"))
        if len(entries) == 3:
            states = [own.state for own in client.get("/").context["home"].edits]
            assert states == ["", "undone", "undone, then deleted again"]
            for path in ("/", f"/audit/{entries[0].pk}/"):
                assert f'href="/sheets/undo/{entries[0].pk}/"' not in client.get(path).content.decode()
    states = [own.state for own in client.get("/").context["home"].edits]
    assert states == ["", "undone", "undone, then added again", "undone"]


def test_an_edit_that_was_undone_in_part_says_so(
    client: Client, plan: SitePlan, alice: Person, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    change(client, plan, "Rock").type({plan.columns["Spent"]: "22000"}).send()
    entry = Entry.objects.intents().first()
    assert entry
    by_alice = Client()
    sign_in(by_alice, alice)
    change(by_alice, plan, "Clay").send()
    undo = f"/sheets/undo/edit/{entry.edit_id}/"
    client.post(undo)
    assert (plan.value(TASK, "Notes"), plan.value(TASK, "Spent")) != ("Rock", 22000)
    page = client.get("/").content.decode()
    assert ">undone in part<" in page
    assert f'href="{undo}"' in page


def test_a_deletion_and_a_move_are_undone_from_home(
    client: Client, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    user = get_user(client)
    row_id = plan.rows[TASK]
    save(read(user, plan.id, row_ids=[row_id]), [MoveRow(row_id, Place())]).raise_error()
    save(read(user, plan.id, row_ids=[row_id], with_descendants=True), [DeleteRow(row_id)]).raise_error()
    page = client.get("/").content.decode()
    for entry in Entry.objects.intents():
        assert f'href="/sheets/undo/{entry.pk}/"' in page


def test_an_edit_of_several_cells_is_undone_as_a_whole(
    client: Client, plan: SitePlan, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    change(client, plan, "Rock").type({plan.columns["Spent"]: "22000"}).send()
    entry = Entry.objects.intents().first()
    assert entry
    assert f'href="/sheets/undo/edit/{entry.edit_id}/"' in client.get("/").content.decode()


@pytest.fixture
def by_alice(plan: SitePlan, alice: Person, sign_in: SignIn) -> Entry:
    """The intent of a change that Alice made in the site plan."""
    browser = Client()
    sign_in(browser, alice)
    change(browser, plan, "Rock").send()
    return Entry.objects.intents().get()


def test_home_has_what_others_changed_in_sheets_that_the_person_can_open_and_that_is_an_entry(
    client: Client, plan: SitePlan, bob: Person, by_alice: Entry, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    assert "Alice Archer changed" not in text(client), "Bob has not opened the sheet"
    client.get(plan.path)
    learn(client)
    page = text(client)
    assert "Alice Archer changed Notes in row Dig foundations of Site plan" in page
    assert "You have not changed anything yet." in page
    reading = Entry.objects.get(action=Action.READ)
    assert json.loads(reading.evidence or "") == {"entries": 1, "page": "/", "query": ""}
    plan.unshare(bob)
    cache.clear()
    learn(client)
    assert "Alice Archer" not in text(client)


def test_home_says_if_the_sheets_that_the_person_can_open_are_unknown(
    client: Client, sandbox: RunningSandbox, plan: SitePlan, bob: Person, by_alice: Entry, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    client.get(plan.path)
    user = get_user(client)
    learn(client)
    cache.clear()
    sandbox.fault(method="GET", path="/sheets", status=500, times=0)
    until(lambda: openable_sheets(user) is Unknown.NO_ANSWER, "no answer")
    page = text(client)
    assert "Smartsheet didn't say which sheets you can open" in page
    assert "Recent sheets Site plan" in page
    assert "Alice Archer" not in page


def test_home_shows_nothing_of_others_that_the_log_cannot_record_as_read(
    client: Client, plan: SitePlan, bob: Person, by_alice: Entry, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    client.get(plan.path)
    learn(client)
    refuse_rows("audit_entry")
    page = text(client)
    assert "the audit log can't record that you read them" in page
    assert "Recent sheets Site plan" in page
    assert "Alice Archer" not in page


def test_fault_37_home_has_nothing_of_other_people(
    client: Client, plan: SitePlan, alice: Person, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    client.get(plan.path)
    change(client, plan, "Rock").send()
    sign_in(client, alice)
    page = text(client)
    assert "You have not changed anything yet." in page
    assert "The sheets that you open appear here." in page


def test_it_lists_the_forms_that_the_person_can_fill_in(
    client: Client, sandbox: RunningSandbox, bob: Person, sign_in: SignIn
) -> None:
    demo.create_form()
    listed = FormDefinition.objects.get()
    sign_in(client, bob)
    assert "Report progress on my tasks" in text(client)
    listed.close(seen=0, actor=THIS_APP)
    assert "Report progress on my tasks" not in text(client)


def test_a_form_for_a_sheet_that_the_person_cannot_open_is_not_listed(
    client: Client, sandbox: RunningSandbox, bob: Person, sign_in: SignIn
) -> None:
    form = demo.create_form()
    assert form is not None
    form.sheet_id = 7
    form.save()
    sign_in(client, bob)
    text(client)
    until(lambda: not isinstance(openable_sheets(get_user(client)), Unknown), "the answer")
    assert "Report progress on my tasks" not in text(client)
