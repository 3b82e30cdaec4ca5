"""Changes by others appear in the grid, and the person decides about conflicts and refused values."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import picture, problems
from tests.browser.grids import (
    DIG,
    EDITS,
    POUR,
    SAVED,
    comes_to_hold,
    edit,
    go_to,
    kind,
    line,
    look,
    note,
    open_grid,
    reaches,
    value,
)
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRID = "document.querySelector('[data-grid]').grid"


@pytest.mark.parametrize(("choice", "result"), [("Keep theirs", "Clay"), ("Use mine", "Rock")])
def test_a_conflict_is_decided_by_the_person(
    page: Page, plan: SitePlan, alice: Person, bob: Person, choice: str, result: str
) -> None:
    open_grid(page, bob)
    plan.write(DIG, Notes="Clay")
    edit(page, plan, DIG, Notes="Rock", Spent="22000")
    expect(line(page)).to_contain_text("1 cell needs you")
    assert (plan.value(DIG, "Notes"), plan.value(DIG, "Spent")) == ("Clay", 22_000)  # only Spent is saved
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()  # the change is kept in the browser
    expect(line(page)).to_contain_text("1 cell needs you")
    assert value(page, plan, DIG, "Notes") == "Rock"
    line(page).get_by_role("button", name="Show").click()
    dialog = page.get_by_role("dialog", name="What needs you")
    expect(dialog).to_contain_text("Notes, Dig foundations")
    moment = r"\d\d/\d\d/\d{4} \d?\d:\d\d( [AP]M)?"  # in Bob's format, as in the rest of the app
    now = re.compile(rf"^Now, by {alice.name}, {moment}$")
    expect(dialog.locator("dt")).to_have_text(["You saw", now, "You typed"])
    expect(dialog.locator("dd")).to_have_text(["empty", "Clay", "Rock"])
    page.set_viewport_size({"width": 1280, "height": 800})
    assert problems(page) == []
    picture(page, "grid-conflict")
    dialog.get_by_role("button", name=choice).click()
    expect(dialog).to_contain_text("Everything is saved.")
    dialog.get_by_role("button", name="Close").click()
    expect(line(page)).to_have_text(SAVED)
    comes_to_hold(page, plan, DIG, "Notes", result)
    assert plan.value(DIG, "Notes") == result


def test_taking_back_a_change_shows_what_is_there_now(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    plan.write(DIG, Notes="Clay")
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text("1 cell needs you")
    plan.write(DIG, Spent=1)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 1)  # when this change has arrived, “Clay” has arrived too
    page.evaluate("document.querySelector('[data-grid]').grid.undo()")
    expect(line(page)).to_have_text(SAVED)
    comes_to_hold(page, plan, DIG, "Notes", "Clay")
    assert plan.value(DIG, "Notes") == "Clay"


def test_discarding_shows_what_others_wrote_meanwhile(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    sandbox.fault(method="PUT", path="/rows", status=400, errorCode=1042, message="No such thing.")
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text("1 cell needs you")
    plan.write(DIG, Notes="Clay", Spent=1)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 1)
    assert value(page, plan, DIG, "Notes") == "Rock"
    line(page).get_by_role("button", name="Show").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    comes_to_hold(page, plan, DIG, "Notes", "Clay")


def test_refused_values_stay_in_the_form(page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    sandbox.fault(method="PUT", path="/rows", status=400, errorCode=1042, message="No such thing.")
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text("1 cell needs you")
    assert value(page, plan, DIG, "Notes") == "Rock"
    line(page).get_by_role("button", name="Show").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("No such thing.")
    dialog.get_by_role("button", name="Try again").click()
    dialog.get_by_role("button", name="Close").click()
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Rock"


def test_two_tabs_of_one_person_do_not_fight(page: Page, context: BrowserContext, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    other = context.new_page()
    other.goto(page.url)
    expect(line(other)).to_have_text(SAVED)
    edit(page, plan, DIG, Notes="Rock")
    edit(other, plan, DIG, Notes="Clay")
    for tab in (page, other):
        expect(line(tab)).to_have_text(SAVED)
    edit(page, plan, DIG, Notes="Sand")
    expect(line(page)).to_have_text(SAVED)
    comes_to_hold(other, plan, DIG, "Notes", "Sand")
    assert plan.value(DIG, "Notes") == "Sand"
    assert [write["method"] for write in plan.writes(bob)] == ["PUT"] * 3


def test_others_changes_appear(page: Page, plan: SitePlan, alice: Person, bob: Person) -> None:
    open_grid(page, bob)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, POUR, Notes="Mine")
    plan.write(DIG, Notes="Clay", Spent=1)
    plan.write(POUR, Notes="Theirs")
    last = list(plan.rows)[-1]
    plan.delete(last)
    look(page)
    comes_to_hold(page, plan, DIG, "Notes", "Clay")
    assert value(page, plan, DIG, "Remaining") == 37_999
    assert value(page, plan, POUR, "Notes") == "Mine"  # the page still shows what was typed
    assert (kind(page, plan, DIG, "Notes"), kind(page, plan, DIG, "Remaining")) == ("changed", None)
    go_to(page, plan, DIG, "Notes")
    expect(page.locator(":focus")).to_have_text(f"Clay, changed in Smartsheet; {alice.name} changed the row last")
    rows = page.evaluate("document.querySelector('[data-grid]').grid.sheet.rows.map(([id]) => id)")
    assert rows == [str(plan.rows[one]) for one in list(plan.rows)[:-1]]


def test_a_change_that_comes_while_one_types_is_not_overwritten(
    page: Page, plan: SitePlan, alice: Person, bob: Person
) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Ro")
    plan.write(DIG, Notes="Clay", Spent=1)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 1)
    page.keyboard.type("ck")
    page.keyboard.press("Enter")
    expect(line(page)).to_contain_text("1 cell needs you")
    line(page).get_by_role("button", name="Show").click()
    expect(page.get_by_role("dialog").locator("dd")).to_have_text(["empty", "Clay", "Rock"])
    assert plan.value(DIG, "Notes") == "Clay"


def test_the_dialog_about_conflicts_keeps_the_focus(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    plan.write(DIG, Notes="Clay")
    plan.write(POUR, Notes="Dry")
    edit(page, plan, DIG, Notes="Rock")
    edit(page, plan, POUR, Notes="Wet")
    expect(line(page)).to_contain_text("2 cells need you")
    line(page).get_by_role("button", name="Show").press("Enter")
    dialog = page.get_by_role("dialog", name="What needs you")
    expect(dialog.get_by_role("button", name="Use mine").first).to_be_focused()
    page.keyboard.press("Tab")
    edit(page, plan, DIG, Spent="22000")  # saved meanwhile
    reaches(page, lambda: plan.value(DIG, "Spent"), 22_000)
    expect(dialog.get_by_role("button", name="Keep theirs").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("heading", name=f"Notes, {POUR}")).to_be_focused()
    page.route(EDITS, lambda route: route.abort())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    expect(dialog).to_contain_text("There is nothing left for you to decide, but not everything is saved yet.")
    page.unroute(EDITS)
    page.evaluate(f"{GRID}.saving.tryNow()")
    expect(dialog).to_contain_text("Everything is saved.")
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator('.grid-body [tabindex="0"]')).to_be_focused()
    assert (plan.value(DIG, "Notes"), plan.value(POUR, "Notes")) == ("Clay", "Wet")


def test_a_conflict_in_a_hidden_column_cannot_be_edited(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    plan.write(DIG, Notes="Clay")
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text("1 cell needs you")
    page.evaluate(f"column => {GRID}.view.set({{ hidden: [column] }})", str(plan.columns["Notes"]))
    line(page).get_by_role("button", name="Show").click()
    page.get_by_role("dialog").get_by_role("button", name="Edit").click()
    expect(note(page)).to_have_text("Your view hides this cell. To edit it, show its row and its column.")


MANY_CHANGES = """([row, column]) => {
  const { sheet } = document.querySelector("[data-grid]").grid;
  const merge = sheet.merge.bind(sheet);
  sheet.merge = (...all) => {
    merge(...all);
    const cells = Array.from({ length: 200_000 }, () => [row, column]);
    sheet.dispatchEvent(new CustomEvent("merged", { detail: { cells, isMoved: false } }));
  };
}"""


def test_very_many_changes_by_others_appear(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    page.evaluate(MANY_CHANGES, [str(plan.rows[DIG]), str(plan.columns["Notes"])])
    plan.write(DIG, Notes="Clay")
    look(page)
    reaches(page, lambda: kind(page, plan, DIG, "Notes"), "changed")
