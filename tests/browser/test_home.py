"""People use the home page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import all_problems, sign_in
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_edit_is_dismissed_by_keyboard(page: Page, plan: SitePlan, sandbox: RunningSandbox, bob: Person) -> None:
    sign_in(page, bob)
    page.goto(plan.edit_path("Dig foundations"))
    page.get_by_label("Notes", exact=True).fill("Rock")
    sandbox.fault(method="PUT", status=403, errorCode=1004)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/")
        assert all_problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
    dismiss = page.get_by_role("button", name="Dismiss the edit of entry")
    for _ in range(40):
        page.keyboard.press("Tab")
        if dismiss.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("The edit is no longer on the list. It stays in the audit log.")).to_be_visible()
    expect(page.get_by_text("Needs your attention")).to_have_count(0)
