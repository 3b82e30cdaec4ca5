"""Designing a form in a real browser: by keyboard alone, on a phone, in both themes, and without JavaScript."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from edits.forms.conditions import Condition
from edits.forms.definition import Definition, FormField, State, StateWhen
from edits.forms.models import FormDefinition
from identity.models import SmartsheetUser
from tests.browser.conftest import all_problems, answer_dialogs, picture, sign_in
from tests.browser.grids import reaches
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def designers(settings: Settings) -> None:
    settings.ROLES = {"form_designer": frozenset({"alice@example.com", "bob@example.com"})}


@pytest.fixture
def form(page: Page, plan: SitePlan, bob: Person) -> FormDefinition:
    """A draft by Bob, who is signed in."""
    sign_in(page, bob)
    ids = plan.columns
    blocked = Condition.parse({"column": str(ids["Status"]), "is": "equals", "value": "Blocked"})
    when_blocked = (StateWhen(State.REQUIRED, blocked),)
    fields = (
        FormField(ids["Task"], "Task", "TEXT_NUMBER", state=State.SHOWN),
        FormField(ids["Status"], "Status", "PICKLIST", label="How far are you?", state=State.REQUIRED),
        FormField(ids["Spent"], "Spent", "TEXT_NUMBER", help="In euros"),
        FormField(ids["Notes"], "Notes", "TEXT_NUMBER", state=State.HIDDEN, states=when_blocked),
    )
    mine = {"any": [{"column": str(ids["Responsible"]), "is": "me"}, {"column": str(ids["Team"]), "is": "me"}]}
    is_begun = {"column": str(ids["Status"]), "is": "one_of", "value": ["In progress", "Blocked"]}
    definition = Definition(
        "Report progress on my tasks", "Say how far you are.", fields, Condition.parse({"all": [mine, is_begun]})
    )
    return FormDefinition.objects.create(
        region="sandbox",
        sheet_id=plan.id,
        sheet_name=plan.name,
        slug="report-progress",
        draft=definition.to_json(),
        designer=SmartsheetUser.objects.get(smartsheet_id=bob.id),
    )


def tab_to(page: Page, name: str) -> None:
    """Move with the Tab key to the control with this id."""
    for _ in range(150):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


def shown_order(page: Page) -> list[str]:
    return page.locator("[data-field] .field-name .fw-medium").all_inner_texts()


def test_a_form_is_designed_by_keyboard_alone(page: Page, plan: SitePlan, bob: Person) -> None:
    sign_in(page, bob)
    page.goto(f"/forms/design/new/{plan.id}/")
    page.keyboard.type("Wie weit?")
    expect(page.get_by_label("Address")).to_have_value("wie-weit")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wie weit?")
    page.wait_for_load_state()  # without its script, the page is loaded again for each field
    for title in ("Status", "Notes"):
        tab_to(page, "new-field")
        page.keyboard.type(title)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#settings-heading")).to_be_focused()
        expect(page.locator("#settings-heading")).to_have_text(f"Field “{title}”")
    notes = str(plan.columns["Notes"])
    page.locator(f"#field-{notes}").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#said")).to_have_text("“Notes” is now field 1 of 2.")
    expect(page.locator(f"#field-{notes}")).to_be_focused()
    assert shown_order(page) == ["Notes", "Status"]
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#said")).to_have_text("“Notes” is now field 2 of 2.")
    tab_to(page, f"up-{notes}")
    page.keyboard.press("Enter")
    expect(page.locator(f"#down-{notes}")).to_be_focused()  # the first field's button “up” is disabled
    assert shown_order(page) == ["Notes", "Status"]
    tab_to(page, "panel-rows")
    page.keyboard.press("Enter")
    tab_to(page, "rule~~line")
    page.keyboard.press("Enter")
    expect(page.locator("[id='rule~0~column']")).to_be_focused()
    page.keyboard.type("Status")
    expect(page.locator("[id='rule~0~value']")).to_have_count(1)
    expect(page.locator("[id='rule~0~value'] option")).to_have_count(5)
    tab_to(page, "rule~0~value")
    page.keyboard.type("Blocked")
    expect(page.get_by_text("Only rows for which Status is “Blocked”")).to_be_visible()
    expect(page.locator("#save-state")).to_have_text("Not saved yet")
    page.keyboard.press("Control+s")
    expect(page.locator("#save-state")).to_have_text("Saved")
    expect(page.locator("#save")).to_be_focused()
    definition = FormDefinition.objects.get().draft_definition
    assert [field.title for field in definition.fields] == ["Notes", "Status"]
    assert definition.rule is not None
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Publish version 1")).to_be_visible()
    page.get_by_role("button", name="Publish version 1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    expect(page.get_by_label("Link", exact=True)).to_have_value(re.compile(r"/forms/wie-weit/$"))
    is_drawn = "document.querySelector('.qr-code').naturalWidth > 0"
    reaches(page, lambda: page.evaluate(is_drawn), True)


def test_the_form_and_the_words_follow_what_is_typed(page: Page, form: FormDefinition, plan: SitePlan) -> None:
    page.goto(f"/forms/design/{form.pk}/?chosen={plan.columns['Spent']}")
    live = page.locator("#live")
    expect(live.get_by_label("Spent")).to_be_visible()
    page.get_by_label("Label", exact=True).fill("Money spent")
    expect(live.get_by_label("Money spent")).to_be_visible()
    expect(page.get_by_label("Label", exact=True)).to_be_focused()
    expect(live.get_by_label("Notes")).to_be_hidden()
    live.get_by_label("How far are you?").select_option("Blocked")
    expect(live.get_by_label("Notes")).to_be_visible()
    picture(page, "form-designer")
    asked = answer_dialogs(page, accept=True)
    page.goto("/forms/design/")
    assert asked == ["beforeunload"]
    assert FormDefinition.objects.get().revision == 0


def test_a_form_that_another_designer_saved_meanwhile_is_told_and_combined(page: Page, form: FormDefinition) -> None:
    page.goto(f"/forms/design/{form.pk}/")
    theirs = replace(form.draft_definition, sentence="Say it briefly.")
    form.save_draft(theirs, seen=0)
    page.locator("#set_title").fill("How far are your tasks?")
    page.get_by_role("button", name="Save draft").click()
    told = page.get_by_role("alert")
    expect(told).to_be_focused()
    expect(told).to_contain_text("saved this form while you were changing it")
    assert not all_problems(page)
    expect(page.locator("#set_title")).to_have_value("How far are your tasks?")
    told.get_by_role("button", name="Show both changes together").click()
    expect(page.locator("#said")).to_contain_text("The form now has the changes of both designers.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#save-state")).to_have_text("Saved")
    stored = FormDefinition.objects.get().draft_definition
    assert (stored.title, stored.sentence) == ("How far are your tasks?", "Say it briefly.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(page: Page, form: FormDefinition, plan: SitePlan, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    below, found = f"/forms/design/{form.pk}/", []
    widths = {"light": (1280, 390), "dark": (320,)}[theme]
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for address in (
            "/forms/design/",
            "/forms/design/new/",
            f"/forms/design/new/{plan.id}/",
            below,
            f"{below}?chosen=rows",
            f"{below}?chosen={plan.columns['Notes']}",
            f"{below}?chosen=people",
            f"{below}preview/?person=frank@example.com",
            f"{below}preview/?q=frames",
            f"{below}publish/",
            f"{below}history/",
        ):
            page.goto(address)
            found += all_problems(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{address} scrolls sideways at {width} px: {wide} px"
    assert not found, found


def test_a_form_is_designed_on_a_phone_without_javascript(
    browser: Browser, page: Page, site: str, form: FormDefinition, plan: SitePlan
) -> None:
    context = browser.new_context(
        base_url=site,
        java_script_enabled=False,
        viewport={"width": 320, "height": 800},
        storage_state=page.context.storage_state(),
    )
    context.set_default_timeout(PATIENCE * 1000)
    phone = context.new_page()
    phone.goto(f"/forms/design/{form.pk}/")
    phone.get_by_role("button", name="Move “Spent” up").click()
    assert shown_order(phone) == ["Task", "Spent", "How far are you?", "Notes"]
    phone.get_by_role("button", name=re.compile("^Spent")).click()
    phone.get_by_label("Label", exact=True).fill("Money spent")
    phone.get_by_label("The field", exact=True).first.select_option("required")
    phone.get_by_role("button", name="Rows", exact=True).click()
    phone.get_by_role("button", name="Only mine, by “Responsible”").click()
    phone.get_by_role("button", name="Publish…").click()
    phone.get_by_role("button", name="Publish version 1").click()
    expect(phone.get_by_text("Version 1 is published.")).to_be_visible()
    context.close()
    published = FormDefinition.objects.get().definition
    assert published is not None
    assert [field.name for field in published.fields] == ["Task", "Money spent", "How far are you?", "Notes"]
    assert published.fields[1].state is State.REQUIRED
