"""Predecessors refer to rows by their numbers. They mean the rows that the person saw, even if others, or the person
themselves, add, move or delete rows in the meantime.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.grids import (
    EDITS,
    KEPT,
    apply,
    cell,
    comes_to_hold,
    edit,
    line,
    look,
    open_grid,
    saved,
    value,
)
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME, SURVEY, DRAW, APPROVE = "Fit-out plan", "Survey the rooms", "Draw the partitions", "Approve the drawings"
PREDECESSORS = "Predecessors"


@pytest.fixture
def plan(page: Page, sandbox: RunningSandbox, bob: Person) -> SitePlan:
    """The project plan, which is open in the grid."""
    open_grid(page, bob, NAME)
    return SitePlan(sandbox, bob, NAME)


@pytest.fixture
def add_above(plan: SitePlan) -> Callable[[], Any]:
    """A function with which someone else adds a row at the top, so that all rows get other numbers."""
    return lambda: plan.sandbox.call(plan.person, "POST", f"/sheets/{plan.id}/rows", [{"toTop": True}])


def type_into(page: Page, row: int, text: str) -> None:
    cell(page, row, PREDECESSORS).click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def offline(page: Page) -> None:
    page.route(EDITS, lambda route: route.abort())


def online(page: Page) -> None:
    page.unroute(EDITS)
    page.evaluate("dispatchEvent(new Event('online'))")


def test_a_predecessor_is_the_row_that_the_person_saw(page: Page, plan: SitePlan, add_above: Any) -> None:
    add_above()
    type_into(page, 4, "2SS, 3")
    saved(page)
    assert plan.value(APPROVE, PREDECESSORS) == "3SS, 4"
    comes_to_hold(page, plan, APPROVE, PREDECESSORS, "3SS, 4")


def test_an_unsaved_predecessor_moves_with_its_row(page: Page, plan: SitePlan, add_above: Any) -> None:
    offline(page)
    type_into(page, 4, "2, 3FS +1d")
    expect(line(page)).to_contain_text(KEPT)
    add_above()
    look(page)
    comes_to_hold(page, plan, APPROVE, PREDECESSORS, "3, 4FS +1d")
    assert value(page, plan, DRAW, PREDECESSORS) == "3"
    expect(cell(page, 5, PREDECESSORS)).to_have_text("3, 4FS +1d")
    online(page)
    saved(page)
    assert plan.value(APPROVE, PREDECESSORS) == "3, 4FS +1d"


def test_an_unsaved_predecessor_survives_a_reload(page: Page, plan: SitePlan, add_above: Any) -> None:
    offline(page)
    type_into(page, 4, "2")
    expect(line(page)).to_contain_text(KEPT)
    cell(page, 3, "Task").click()
    apply(page, {"do": "add", "place": {"where": "top"}, "cells": []})
    assert value(page, plan, APPROVE, PREDECESSORS) == "3"
    expect(line(page)).to_contain_text(f"2 changes {KEPT}")
    add_above()
    page.reload()
    page.get_by_role("gridcell").first.wait_for()
    comes_to_hold(page, plan, APPROVE, PREDECESSORS, "4")
    online(page)
    saved(page)
    assert plan.value(APPROVE, PREDECESSORS) == "4"


def test_predecessors_get_the_new_numbers_when_the_person_moves_rows(page: Page, plan: SitePlan) -> None:
    edit(page, plan, APPROVE, **{PREDECESSORS: "2"})
    apply(page, {"do": "add", "place": {"where": "top"}, "cells": []})
    assert [value(page, plan, row, PREDECESSORS) for row in (DRAW, APPROVE)] == ["3", "3"]
    edit(page, plan, APPROVE, **{PREDECESSORS: "3SS, 4"})
    saved(page)
    assert [plan.value(row, PREDECESSORS) for row in (DRAW, APPROVE)] == ["3", "3SS, 4"]
    assert [value(page, plan, row, PREDECESSORS) for row in (DRAW, APPROVE)] == ["3", "3SS, 4"]


def test_undo_brings_back_the_row_that_was_a_predecessor(page: Page, plan: SitePlan, add_above: Any) -> None:
    type_into(page, 4, "2")
    saved(page)
    add_above()
    look(page)
    comes_to_hold(page, plan, APPROVE, PREDECESSORS, "3")
    page.keyboard.press("Control+z")
    saved(page)
    assert plan.value(APPROVE, PREDECESSORS) == "4FS +1d"
    page.keyboard.press("Control+y")
    saved(page)
    assert plan.value(APPROVE, PREDECESSORS) == "3"


def test_a_conflict_names_the_rows_by_their_numbers_of_now(page: Page, plan: SitePlan, add_above: Any) -> None:
    plan.sandbox.call(
        plan.person,
        "PUT",
        f"/sheets/{plan.id}/rows",
        [{"id": plan.rows[APPROVE], "cells": [{"columnId": plan.columns[PREDECESSORS], "value": ""}]}],
    )
    type_into(page, 4, "2")
    expect(line(page)).to_contain_text("1 cell needs you")
    add_above()
    look(page)
    comes_to_hold(page, plan, APPROVE, PREDECESSORS, "3")
    line(page).get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Use mine").click()
    saved(page)
    assert plan.value(APPROVE, PREDECESSORS) == "3"


def test_rows_keep_their_numbers_while_someone_types_predecessors(page: Page, plan: SitePlan, add_above: Any) -> None:
    cell(page, 4, PREDECESSORS).click()
    page.keyboard.type("2")
    add_above()
    look(page)
    page.wait_for_timeout(1_000)
    expect(cell(page, 4, "Task")).to_have_text(APPROVE)
    page.keyboard.type("SS")
    page.keyboard.press("Enter")
    saved(page)
    assert plan.value(APPROVE, PREDECESSORS) == "3SS"
    comes_to_hold(page, plan, APPROVE, PREDECESSORS, "3SS")


def test_a_predecessor_whose_row_was_deleted_is_refused(page: Page, plan: SitePlan) -> None:
    offline(page)
    type_into(page, 4, "2, 3")
    expect(line(page)).to_contain_text(KEPT)
    plan.sandbox.call(plan.person, "DELETE", f"/sheets/{plan.id}/rows?ids={plan.rows[SURVEY]}")
    look(page)
    comes_to_hold(page, plan, APPROVE, PREDECESSORS, "#REF, 2")
    online(page)
    expect(line(page)).to_contain_text("1 cell needs you")
    line(page).get_by_role("button", name="Show").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("#REF stands for a row that isn't in the sheet. Remove it from the list.")


def new_row(page: Page, plan: SitePlan, task: str, predecessors: str = "") -> dict[str, Any]:
    """A change that adds a row at the bottom."""
    texts = {"Task": task, PREDECESSORS: predecessors}
    cells = [{"column": str(plan.columns[title]), "text": text} for title, text in texts.items() if text]
    return {"do": "add", "place": {"where": "bottom"}, "cells": cells}


def predecessors_of(plan: SitePlan, number: int) -> Any:
    """What Smartsheet has as predecessors of the row with this number."""
    row = plan.sandbox.sheet(plan.person, NAME)["rows"][number - 1]
    return next((cell.get("value") for cell in row["cells"] if cell["columnId"] == plan.columns[PREDECESSORS]), None)


def count(plan: SitePlan) -> int:
    return len(plan.sandbox.sheet(plan.person, NAME)["rows"])


def test_new_rows_can_be_predecessors_of_each_other(page: Page, plan: SitePlan) -> None:
    last = count(plan)
    apply(page, *(new_row(page, plan, f"Step {one}", str(last + one - 1)) for one in (1, 2, 3)))
    saved(page)
    assert [predecessors_of(plan, last + one) for one in (1, 2, 3)] == [str(last), str(last + 1), str(last + 2)]


def test_a_predecessor_that_is_not_saved_yet_is_saved_first(page: Page, plan: SitePlan) -> None:
    last = count(plan)
    offline(page)
    edit(page, plan, APPROVE, **{PREDECESSORS: "2"})
    apply(page, new_row(page, plan, "Paint"))
    edit(page, plan, DRAW, **{PREDECESSORS: str(last + 1)})
    edit(page, plan, APPROVE, **{PREDECESSORS: str(last + 1)})
    online(page)
    saved(page)
    assert [plan.value(row, PREDECESSORS) for row in (DRAW, APPROVE)] == [str(last + 1)] * 2


def test_the_grid_shows_the_new_numbers_when_the_person_adds_a_row(page: Page, plan: SitePlan) -> None:
    offline(page)
    apply(page, {"do": "add", "place": {"where": "top"}, "cells": []})
    expect(cell(page, 4, PREDECESSORS)).to_have_text("3")
