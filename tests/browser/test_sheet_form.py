"""A SheetForm on its default page in a real browser: by keyboard, on a narrow screen, in both themes, and without
JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.http import HttpResponse
from django.urls import include, path
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from edits.forms import SheetForm, SheetFormView, mine
from tests.browser.conftest import picture, sign_in
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROW = "Dig foundations"
sheet_ids: list[int] = []


class ProgressForm(SheetForm):
    class Meta:
        sheet_id = staticmethod(lambda: sheet_ids[-1])
        fields = ["Status", "Health", "Done", "Finish", "Responsible", "Team", "Equipment", "Notes", "Remaining"]
        required = ["Status", "Notes", "Health"]
        help_texts = {"Notes": "What the others should know"}
        row_rule = mine("Responsible")


view = SheetFormView.as_view(form_class=ProgressForm, success_url="/saved/", title="Report your progress")
urlpatterns = [
    path("progress/<int:row_id>/", view),
    path("saved/", lambda _request: HttpResponse("<!doctype html><title>Saved</title>Thank you")),
    path("", include("config.urls")),
]


@pytest.fixture(autouse=True)
def form_page(settings: Settings, plan: SitePlan) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    sheet_ids.append(plan.id)
    yield
    sheet_ids.pop()


def require_accessible(page: Page) -> None:
    """Assert that the page has no accessibility problems, and doesn't scroll sideways at a width of 320 px."""
    page.wait_for_load_state()
    assert [(one["id"], one["nodes"]) for one in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_filled_in_by_keyboard(page: Page, plan: SitePlan, bob: Person, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    sign_in(page, bob)
    page.goto(f"/progress/{plan.rows[ROW]}/")
    if theme == "light":
        picture(page, "sheet-form")
    expect(page.get_by_text(ROW)).to_be_visible()
    require_accessible(page)
    page.get_by_label("Status (required)").focus()
    page.keyboard.type("Bl")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("link", name="Notes")).to_be_visible()
    expect(page.locator("#problem")).to_be_focused()
    require_accessible(page)
    page.get_by_role("link", name="Notes").press("Enter")
    expect(page.get_by_role("textbox", name="Notes (required)")).to_be_focused()
    page.keyboard.type("Pumps are late")
    plan.write(ROW, Status="Complete")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Keep theirs")).to_be_visible()
    require_accessible(page)
    page.get_by_label("Use mine").press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Thank you")).to_be_visible()
    assert (plan.value(ROW, "Status"), plan.value(ROW, "Notes")) == ("Blocked", "Pumps are late")


def test_it_works_without_javascript(browser: Browser, site: str, plan: SitePlan, bob: Person) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, bob)
    page.goto(f"/progress/{plan.rows[ROW]}/")
    page.get_by_role("textbox", name="Notes (required)").fill("Rock")
    page.get_by_label("Done").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Thank you")).to_be_visible()
    assert (plan.value(ROW, "Notes"), plan.value(ROW, "Done")) == ("Rock", True)
    context.close()
