"""A row form that was opened before an upgrade of the app can still be saved after the upgrade. If the form can't be
saved, the page says why, and what was typed isn't lost. row_form_0_1_0.html is a form from release 0.1.0.
"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.template import Context, Engine
from playwright.sync_api import Page, Route, expect

from edits.widgets import snapshots
from tests.browser.conftest import sign_in
from tests.browser.test_main_path import open_row
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORM = Path(__file__).with_name("row_form_0_1_0.html")
ROW = "Dig foundations"


@pytest.fixture
def old_form(page: Page, plan: SitePlan, bob: Person) -> Page:
    """A tab with the form from release 0.1.0. The tab sends the form to the current app."""
    sign_in(page, bob)
    open_row(page)
    names = {re.sub(r"\W+", "_", title).strip("_").lower(): number for title, number in plan.columns.items()}
    facts = {
        "csrf": page.locator("#row-form [name=csrfmiddlewaretoken]").input_value(),
        "once": uuid4(),
        "author": f"sandbox:{bob.id}",
        "snapshot": snapshots.take(plan.sandbox.sheet(bob, plan.name)),  # 0.1.0 made snapshots in the same way
    }
    form = Engine().from_string(FORM.read_text()).render(Context(names | facts))

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(body=f"<!doctype html><title>0.1.0</title>{form}", content_type="text/html; charset=utf-8")
        else:
            route.continue_()

    page.route(f"**{plan.edit_path(ROW)}", answer)
    page.reload()
    page.unroute_all()
    return page


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Save")).click()


def test_every_kind_of_cell_is_saved(old_form: Page, plan: SitePlan, bob: Person) -> None:
    page = old_form
    page.get_by_label("Notes").fill("Rock at 2 m")
    page.get_by_label("Status").select_option("Blocked")
    page.get_by_label("Start").fill("2026-03-01")
    page.get_by_label("Done").check()
    page.get_by_label("Lorry").uncheck()
    page.get_by_label("Spent").fill("22000")
    page.get_by_label("Responsible").fill("alice@example.com")
    page.get_by_label("Team").fill("bob@example.com\nerika@example.com")
    save(page)
    expect(page.get_by_text("8 cells changed")).to_be_visible()
    values = {
        "Notes": "Rock at 2 m",
        "Status": "Blocked",
        "Start": "2026-03-01",
        "Done": True,
        "Equipment": ["Excavator"],
        "Spent": 22000,
        "Responsible": "alice@example.com",
        "Team": ["bob@example.com", "erika@example.com"],
    }
    assert {title: plan.value(ROW, title) for title in values} == values
    (write,) = plan.writes(bob)
    assert write["method"] == "PUT"


def test_unchanged_cells_are_not_sent(old_form: Page, plan: SitePlan, bob: Person) -> None:
    save(old_form)
    expect(old_form.get_by_text(re.compile("^Nothing was sent"))).to_be_visible()
    assert not plan.writes(bob)


def test_cells_changed_in_the_meantime_are_conflicts(old_form: Page, plan: SitePlan, bob: Person) -> None:
    page = old_form
    plan.write(ROW, Status="Complete")
    page.get_by_label("Status").select_option("Blocked")
    page.get_by_label("Notes").fill("Rock at 2 m")
    save(page)
    expect(page.get_by_role("alert").first).to_contain_text("Someone else changed")
    expect(page.get_by_label("Notes", exact=True)).to_have_value("Rock at 2 m")
    assert plan.value(ROW, "Status") == "Complete"
    assert not plan.writes(bob)
