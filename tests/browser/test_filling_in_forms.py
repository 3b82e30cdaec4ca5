"""People fill in forms in a real browser: by keyboard alone, on a narrow screen, in both themes, and without
JavaScript.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from edits.forms.definition import NotAllowed, OptionsWhen
from tests.browser.conftest import all_problems, answer_dialogs, picture, sign_in
from tests.edits.forms.progress_form import MINE, THEIRS, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(site: str, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_have_no_problems(page: Page, form: ProgressForm, bob: Person, width: int, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type] # it is light or dark
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, bob)
    found = []
    refused = (form.row_path(THEIRS), f"{form.row_path(MINE)}delete/")
    for path in ("/forms/", form.path, f"{form.path}?q=dig", form.row_path(MINE), form.add_path, *refused):
        page.goto(path)
        found += all_problems(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(form.row_path(MINE))
    if (width, theme) == (1280, "light"):
        picture(page, "form-row")
    page.get_by_label("How is it going?").select_option("Blocked")
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_role("alert")).to_contain_text("Fill in this field.")
    found += all_problems(page)
    page.get_by_label("Why?").fill("The crane is broken")
    page.get_by_role("button", name="Save 2 changes").click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    found += all_problems(page)
    assert found == []


def test_the_keyboard_is_enough(page: Page, form: ProgressForm, bob: Person) -> None:
    sign_in(page, bob)
    page.goto(form.path)
    link = page.get_by_role("link", name=MINE)
    for _ in range(30):
        page.keyboard.press("Tab")
        if link.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_label("How is it going?").wait_for()
    page.wait_for_load_state()  # until the script runs, the field that the choice asks for doesn't appear
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SELECT":
            break
    page.keyboard.type("Blocked")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Why?")).to_be_focused()
    page.keyboard.type("The crane is broken")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Spent")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save 2 changes")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert form.plan.value(MINE, "Notes") == "The crane is broken"


def test_fields_appear_and_disappear_while_someone_types(page: Page, form: ProgressForm, bob: Person) -> None:
    sign_in(page, bob)
    page.goto(form.row_path(MINE))
    status, why = page.get_by_label("How is it going?"), page.get_by_label("Why?")
    expect(why).to_be_hidden()
    status.select_option("Blocked")
    expect(why).to_be_visible()
    expect(why).to_have_attribute("aria-required", "true")
    expect(page.get_by_role("status").filter(has_text="New fields: Why?.")).to_be_attached()
    why.fill("The crane is broken")
    status.select_option("Complete")
    expect(why).to_be_hidden()
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert form.plan.value(MINE, "Notes") is None
    assert form.plan.value(MINE, "Status") == "Complete"


def test_options_and_refusals_depend_on_other_fields(page: Page, form: ProgressForm, bob: Person) -> None:
    is_blocked, is_much = form.when("Status", "equals", "Blocked"), form.when("Spent", "greater", 30_000)
    form.publish(
        fields=(
            form.field("Status"),
            form.field("Trade", options=(OptionsWhen(("Earthworks", "Concrete"), is_blocked),)),
            form.field("Spent", not_allowed=(NotAllowed("Ask Alice before you spend more.", is_much),)),
        )
    )
    sign_in(page, bob)
    page.goto(form.row_path(MINE))
    offered = page.locator(f"[name=col-{form.column('Trade')}] option:not([hidden])")
    assert offered.count() > 3
    page.get_by_label("Status").select_option("Blocked")
    assert offered.all_text_contents() == ["(empty)", "Earthworks", "Concrete"]
    page.get_by_label("Spent", exact=True).fill("30,000.5")
    expect(page.get_by_text("Ask Alice before you spend more.").first).to_be_visible()
    page.get_by_role("button", name="Save 2 changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Ask Alice before you spend more.")
    assert form.plan.value(MINE, "Spent") == 21500


def test_a_draft_is_saved_while_someone_types(page: Page, form: ProgressForm, bob: Person) -> None:
    sign_in(page, bob)
    page.goto(form.row_path(MINE))
    page.get_by_label("Spent", exact=True).fill("1234")
    expect(page.get_by_text(re.compile("Draft saved at"))).to_be_visible()
    page.goto(form.row_path(MINE))  # the browser doesn't ask, because the draft is on the server
    expect(page.get_by_text("This is your draft of just now")).to_be_visible()
    expect(page.get_by_label("Spent", exact=True)).to_have_value("1234")
    assert all_problems(page) == []
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_role("heading", name="Saved")).to_be_visible()
    assert form.plan.value(MINE, "Spent") == 1234


def test_leaving_asks_if_what_was_typed_is_nowhere_else(page: Page, form: ProgressForm, bob: Person) -> None:
    sign_in(page, bob)
    page.goto(form.row_path(MINE))
    page.route("**/rows/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_label("Spent", exact=True).press_sequentially("9")
    expect(page.get_by_text("The draft wasn't saved.")).to_be_visible()
    asked = answer_dialogs(page, accept=True)
    page.get_by_role("link", name="My rows").click()
    expect(page.get_by_text("5 rows for you")).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("width", [320, 1280])
def test_without_javascript(browser: Browser, site: str, form: ProgressForm, bob: Person, width: int) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False, viewport={"width": width, "height": 800})
    try:
        page = context.new_page()
        sign_in(page, bob)
        page.goto(form.path)
        page.get_by_role("link", name=MINE).click()
        expect(page.get_by_label("Why?")).to_be_hidden()
        page.get_by_label("Spent", exact=True).fill("1234")
        page.get_by_role("button", name="Save draft").click()
        expect(page.get_by_text(re.compile("Draft saved at"))).to_be_visible()
        page.get_by_label("How is it going?").select_option("Blocked")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Fill in this field.")
        page.get_by_label("Why?").fill("The crane is broken")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name="Saved")).to_be_visible()
        assert form.plan.value(MINE, "Notes") == "The crane is broken"
        assert form.plan.value(MINE, "Spent") == 1234
    finally:
        context.close()
