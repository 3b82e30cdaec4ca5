"""The front page says what this app does; the home page has the person's sheets and changes."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

SignIn = Callable[[Client, Person], HttpResponse]
pytestmark = pytest.mark.django_db


def text(client: Client, path: str = "/") -> str:
    return Page.open(client, path).text


def test_fault_37_the_front_page_says_what_this_is_and_what_to_try(client: Client, sandbox: RunningSandbox) -> None:
    page = text(client)
    assert "Byline signs every change with the person who made it" in page
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
    assert "Byline signs every change" in page
    assert "Bob Baker" not in page


def test_fault_37_a_new_person_reads_that_there_is_nothing_yet(
    client: Client, sandbox: RunningSandbox, bob: Person, sign_in: SignIn
) -> None:
    sign_in(client, bob)
    page = text(client)
    assert "Hello Bob Baker" in page
    assert "None since you signed in." in page
    assert "You have not changed anything yet." in page


def test_fault_37_home_has_the_sheets_that_were_opened_and_the_changes_with_their_outcomes(
    client: Client, sandbox: RunningSandbox, alice: Person, bob: Person, sign_in: SignIn
) -> None:
    plan, budget = SitePlan(sandbox, alice), SitePlan(sandbox, alice, "Budget")
    sign_in(client, bob)
    for sheet in (plan, budget, plan):
        client.get(sheet.path)
    form = Page.open(client, plan.edit_path("Dig foundations")).type({plan.columns["Notes"]: "Rock"})
    form.send()
    sandbox.fault(method="PUT", status=403)
    Page.open(client, plan.edit_path("Dig foundations")).type({plan.columns["Notes"]: "Sand"}).save()
    page = text(client)
    assert page.index("Site plan") < page.index("Budget")
    wanted, changed = "Wanted to change Notes in row Dig foundations", "Changed Notes in row Dig foundations"
    assert page.index(wanted) < page.index(changed)
    assert "refused" in page
    assert "saved" in page


def test_fault_37_home_has_nothing_of_other_people(
    client: Client, sandbox: RunningSandbox, alice: Person, bob: Person, sign_in: SignIn
) -> None:
    plan = SitePlan(sandbox, alice)
    sign_in(client, bob)
    client.get(plan.path)
    Page.open(client, plan.edit_path("Dig foundations")).type({plan.columns["Notes"]: "Rock"}).send()
    sign_in(client, alice)
    page = text(client)
    assert "You have not changed anything yet." in page
    assert "None since you signed in." in page
