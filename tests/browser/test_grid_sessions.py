"""Unsaved changes in the grid are saved only in the name of the person who made them."""

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from tests.browser.conftest import allow, sign_in_by_hand
from tests.browser.grids import DIG, EDITS, KEPT, SAVED, edit, go_to, kind, line, look, open_grid, reaches, value
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_after_the_session_ended_it_is_saved_as_the_same_person(
    page: Page, context: BrowserContext, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    context.clear_cookies()
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(f"Your session ended. 1 cell: {KEPT}")
    line(page).get_by_role("button", name="Sign in and save").click()
    sign_in_again(page, bob)
    expect(line(page)).to_have_text(SAVED)
    assert (plan.value(DIG, "Notes"), plan.last_writer(DIG, "Notes")) == ("Rock", bob.email)


def test_it_is_never_saved_as_another_person(
    page: Page, context: BrowserContext, plan: SitePlan, alice: Person, bob: Person
) -> None:
    open_grid(page, bob)
    context.clear_cookies()
    other = context.new_page()
    sign_in_by_hand(other, alice)  # in the same browser, while Bob's page is open
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text("Someone else is signed in now. 1 cell that you changed: kept in this browser.")
    other.goto(page.url)
    expect(line(other)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") is None
    context.clear_cookies()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    sign_in_again(page, bob)
    expect(line(page)).to_have_text(SAVED)
    assert (plan.value(DIG, "Notes"), plan.last_writer(DIG, "Notes")) == ("Rock", bob.email)


def sign_in_again(page: Page, person: Person) -> None:
    """Sign in again, after the grid has led to this app's sign-in page or to Smartsheet's consent page."""
    sign_in_button = page.get_by_role("button", name="Sign in with Smartsheet")
    sign_in_button.or_(page.get_by_role("radio", name=person.name)).wait_for()
    if sign_in_button.is_visible():
        sign_in_button.click()
    allow(page, person)


def test_signing_out_asks_and_removes_what_is_not_saved(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(KEPT)
    asked: list[str] = []
    answers = iter([Dialog.dismiss, Dialog.accept])

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        next(answers)(dialog)

    page.on("dialog", answer)
    address = page.url
    for times in (1, 2):
        sign_out(page, bob)
        reaches(page, lambda: len(asked), times)
    expect(page.get_by_text("You are signed out")).to_be_visible()
    assert asked == ["1 change of yours isn't saved yet, and will be lost. Sign out?"] * 2
    page.unroute(EDITS)
    sign_in_by_hand(page, bob)
    page.goto(address)
    expect(line(page)).to_have_text(SAVED)
    assert value(page, plan, DIG, "Notes") is None


@pytest.mark.parametrize("status", [None, 503])
def test_a_sign_out_that_fails_keeps_what_is_not_saved(
    page: Page, context: BrowserContext, plan: SitePlan, bob: Person, status: int | None
) -> None:
    open_grid(page, bob)
    context.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(KEPT)
    other = context.new_page()
    other.goto("/")
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    other.on("dialog", accept)
    context.route(
        "**/identity/logout/", lambda route: route.fulfill(status=status, body="Away.") if status else route.abort()
    )
    sign_out(other, bob)
    reaches(page, lambda: len(asked), 2)
    assert asked[1] == "This app can't be reached at the moment, so you may still be signed in. Try again."
    expect(line(page)).to_contain_text(f"1 cell {KEPT}")
    context.unroute(EDITS)
    context.unroute("**/identity/logout/")
    page.evaluate("document.querySelector('[data-grid]').grid.saving.tryNow()")
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Rock"


def test_other_tabs_say_what_signing_out_lost(page: Page, context: BrowserContext, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    context.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(KEPT)
    other = context.new_page()
    other.goto("/")
    other.on("dialog", lambda dialog: dialog.accept())
    sign_out(other, bob)
    expect(other.get_by_text("You are signed out")).to_be_visible()
    expect(line(page)).to_have_text("You signed out. Nothing more is saved here.")
    assert (value(page, plan, DIG, "Notes"), kind(page, plan, DIG, "Notes")) == ("Rock", "refused")
    context.unroute(EDITS)


def sign_out(page: Page, person: Person) -> None:
    menu = page.get_by_role("button", name=f"{person.name}, open the menu")
    expect(menu).to_have_attribute("aria-expanded", "false")  # otherwise the click would close the menu
    menu.click()
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_nothing_is_kept_after_signing_out(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    page.evaluate(
        "async () => { const { tellSignedOut } = await import('/static/byline/js/grid/tabs.js');"
        " tellSignedOut(document.querySelector('[data-grid]').dataset.person); }"
    )
    expect(line(page)).to_have_text("You signed out. Nothing more is saved here.")
    edit(page, plan, DIG, Notes="Rock")
    reaches(page, lambda: kind(page, plan, DIG, "Notes"), "refused")
    assert not page.evaluate(
        "async () => { const { countUnsaved } = await import('/static/byline/js/grid/signing-out.js');"
        " return countUnsaved(document.querySelector('[data-grid]').dataset.person); }"
    )
    assert plan.value(DIG, "Notes") is None


def test_nothing_is_shown_from_the_session_of_another_person(
    page: Page, context: BrowserContext, plan: SitePlan, alice: Person, bob: Person
) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    context.clear_cookies()
    sign_in_by_hand(context.new_page(), alice)
    plan.write(DIG, Notes="Clay")
    look(page)
    expect(line(page)).to_contain_text("Someone else is signed in now.")
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("F4")
    expect(page.get_by_role("dialog")).to_contain_text("Someone else is signed in now. Reload this page")
    assert value(page, plan, DIG, "Notes") is None


def test_nothing_is_lost_by_signing_in_again_if_the_browser_keeps_nothing(
    page: Page, context: BrowserContext, plan: SitePlan, bob: Person
) -> None:
    page.add_init_script("indexedDB.open = () => { throw new Error('switched off'); }")
    open_grid(page, bob)
    context.clear_cookies()
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text("this browser can't keep them")
    with context.expect_page() as opened:
        line(page).get_by_role("button", name="Sign in and save").click()
    sign_in_again(opened.value, bob)
    expect(line(opened.value)).to_have_text(SAVED)
    page.evaluate("dispatchEvent(new Event('focus'))")  # Bob comes back to the first tab
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Rock"
