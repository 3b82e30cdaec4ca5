"""While a person edits a cell, other people change the sheet. The grid also asks the person about doubtful values."""

import pytest
from playwright.sync_api import Locator, Page, expect

from audit.models import Entry
from tests.browser.grids import DIG, FILTER, comes_to_hold, go_to, line, look, note, open_grid, saved
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IS_IN_ITS_CELL = """() => {
  const { painter, selection } = document.querySelector("[data-grid]").grid;
  return painter.cell(selection.at.row, selection.at.column).contains(document.activeElement);
}"""


def test_a_row_that_no_longer_matches_the_filter_stays_while_it_is_edited(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    page.evaluate(FILTER, "Status")
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Ro")
    plan.write(DIG, Status="Complete")
    look(page)
    comes_to_hold(page, plan, DIG, "Status", "Complete")
    editor = page.get_by_role("textbox", name=f"Notes, {DIG}")
    expect(editor).to_be_focused()
    assert page.evaluate(IS_IN_ITS_CELL)
    page.keyboard.type("ck")
    page.keyboard.press("Enter")
    saved(page)
    assert plan.value(DIG, "Notes") == "Rock"


GONE = "This cell no longer exists in your view."


def kept_text(page: Page) -> Locator:
    """Return the field that keeps the text of an editor whose cell is gone."""
    return page.get_by_role("textbox", name="The text of the cell that no longer exists")


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_typing_goes_on_below_the_grid_if_the_row_is_deleted(page: Page, plan: SitePlan, bob: Person, key: str) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock at 2 m")
    plan.delete(DIG)
    look(page)
    expect(note(page)).to_have_text(f"{GONE} Your text is here until you press Enter or choose a cell.")
    expect(page.locator(".grid-editor")).to_have_count(0)
    expect(kept_text(page)).to_be_focused()
    page.keyboard.type(" and water")
    page.keyboard.press("Delete")
    expect(kept_text(page)).to_have_value("Rock at 2 m and water")
    page.keyboard.press(key)
    expect(note(page)).to_have_text(f"{GONE} You typed: “Rock at 2 m and water”")
    expect(kept_text(page)).to_have_count(0)
    expect(page.locator('.grid-body [tabindex="0"]')).to_be_focused()
    assert not Entry.objects.intents().exists()


def test_typing_goes_on_below_the_grid_if_the_column_is_deleted(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person
) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock")
    sandbox.call(alice, "DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}")
    plan.write(DIG, Spent=1)
    look(page)
    expect(kept_text(page)).to_be_focused()
    page.keyboard.type(" at 2 m")
    page.get_by_role("gridcell").nth(1).click()
    expect(note(page)).to_have_text(f"{GONE} You typed: “Rock at 2 m”")
    expect(kept_text(page)).to_have_count(0)
    assert not Entry.objects.intents().exists()


def test_no_key_reaches_another_cell_if_nothing_was_typed_before_the_row_was_deleted(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Status")
    page.keyboard.press("F2")
    plan.delete(DIG)
    look(page)
    expect(kept_text(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(note(page)).to_have_text(GONE)
    assert not Entry.objects.intents().exists()


def test_a_new_name_of_the_sheet_is_shown_with_the_next_change(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person
) -> None:
    open_grid(page, bob)
    sandbox.call(alice, "PUT", f"/sheets/{plan.id}", {"name": "Plan $& <b>"})
    plan.write(DIG, Spent=1)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 1)
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan $& <b>")
    expect(page.get_by_role("treegrid", name="Plan $& <b>")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Plan $& <b>")).to_have_attribute("aria-current", "page")
    expect(page).to_have_title("Plan $& <b> · Byline")


@pytest.mark.parametrize("index", [0, 3])
def test_an_editor_stays_open_when_columns_change(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person, index: int
) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock m")
    page.keyboard.press("ArrowLeft")
    sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}", {"index": index})
    plan.write(DIG, Spent=1)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 1)
    expect(page.get_by_role("columnheader", name="Notes")).to_have_attribute("aria-colindex", str(index + 2))
    expect(page.get_by_role("textbox", name=f"Notes, {DIG}")).to_be_focused()
    page.keyboard.type("at 2 ")
    page.keyboard.press("Enter")
    saved(page)
    assert plan.value(DIG, "Notes") == "Rock at 2 m"


def test_resizing_a_column_keeps_what_is_being_typed(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Ro")
    page.evaluate(
        "column => document.querySelector('[data-grid]').grid.view.set({ widths: { [column]: 300 } })",
        str(plan.columns["Status"]),
    )
    page.keyboard.type("ck")
    page.keyboard.press("Enter")
    saved(page)
    assert plan.value(DIG, "Notes") == "Rock"


def test_a_number_that_would_be_text_is_asked_about(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Budget")
    page.keyboard.type("forty")
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("It would be text, which sums leave out. Correct it, or keep it with Enter.")
    editor = page.get_by_role("textbox", name=f"Budget, {DIG}")
    expect(editor).to_be_focused()
    assert not Entry.objects.intents().exists()
    editor.fill("41000")
    page.keyboard.press("Enter")
    expect(editor).to_have_count(0)
    saved(page)
    assert plan.value(DIG, "Budget") == 41_000


@pytest.mark.parametrize("how", ["Enter", "button"])
def test_a_doubtful_value_can_be_kept(page: Page, plan: SitePlan, bob: Person, how: str) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Budget")
    page.keyboard.type("forty")
    page.keyboard.press("Enter")
    if how == "Enter":
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Keep it").click()
    saved(page)
    assert plan.value(DIG, "Budget") == "forty"
    assert line(page).inner_text() == "All changes saved"


@pytest.mark.parametrize(("choice", "held"), [("Leave them out", 38_000), ("Write them as shown", "n/a")])
def test_doubtful_values_of_a_paste_are_asked_about_once(
    page: Page, plan: SitePlan, bob: Person, choice: str, held: object
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_grid(page, bob)
    before = plan.value("Drainage runs", "Budget")
    go_to(page, plan, DIG, "Budget")
    page.evaluate("navigator.clipboard.writeText('n/a\\t7\\ntbd\\t8')")
    page.keyboard.press("Control+v")
    question = page.get_by_role("dialog", name="2 values may not be what you mean")
    expect(question.get_by_role("listitem").first).to_contain_text("Row 7, Budget: “n/a” isn't a number")
    assert not Entry.objects.intents().exists()
    question.get_by_role("button", name=choice).click()
    expect(note(page)).to_contain_text("2 values left out." if held == 38_000 else "4 cells pasted.")
    saved(page)
    assert (plan.value(DIG, "Budget"), plan.value(DIG, "Spent")) == (held, 7)
    assert plan.value("Drainage runs", "Budget") == (before if held == 38_000 else "tbd")
