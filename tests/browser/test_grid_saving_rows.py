"""Added and deleted rows of the grid are saved in order, and rows that could not be deleted come back."""

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings

from edits.settling.settle import settle_due
from tests.browser.grids import DIG, EDITS, KEPT, NOT_CLEAR, POUR, SAVED, apply, comes_to_hold, line, open_grid, reaches
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_new_rows_and_what_is_typed_into_them(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    task, notes, dig = str(plan.columns["Task"]), str(plan.columns["Notes"]), str(plan.rows[DIG])
    apply(
        page,
        {"do": "add", "place": {"sibling_id": dig, "where": "below"}, "cells": [{"column": task, "text": "One"}]},
        {"do": "add", "place": {"sibling_id": "new-1", "where": "below"}, "cells": [{"column": task, "text": "Two"}]},
        {"do": "update", "row": "new-2", "column": notes, "text": "Typed"},
        {"do": "delete", "row": str(plan.rows[POUR])},
    )
    expect(line(page)).to_have_text("Saving 3 changes…")
    expect(line(page)).to_have_text(SAVED)
    labels = plan.labels()
    place = labels.index(DIG)
    assert labels[place : place + 3] == [DIG, "One", "Two"]
    assert POUR not in labels
    assert [write["method"] for write in plan.writes(bob)] == ["POST", "DELETE"]
    shown = page.evaluate(
        "() => { const { sheet } = document.querySelector('[data-grid]').grid; "
        "return sheet.rows.map((row, position) => sheet.label(position)); }"
    )
    assert shown[place : place + 3] == [DIG, "One", "Two"]


def test_a_row_that_cannot_be_deleted_comes_back(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    sandbox.fault(method="DELETE", path="/rows", status=403, errorCode=1004)
    apply(page, {"do": "delete", "row": str(plan.rows[DIG])})
    expect(line(page)).to_contain_text("1 change needs you")
    line(page).get_by_role("button", name="Show").click()
    expect(page.get_by_role("dialog")).to_contain_text("A row was not deleted.")
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(line(page)).to_have_text(SAVED)
    comes_to_hold(page, plan, DIG, "Task", DIG)


def test_a_row_that_cannot_be_deleted_comes_back_after_others(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    columns = [{"title": "Task", "type": "TEXT_NUMBER", "primary": True}]  # rows with formulas are always read again
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Plain", "columns": columns})["result"]
    (column,) = [one["id"] for one in sheet["columns"]]
    row = {"toBottom": True, "cells": [{"columnId": column, "value": "Here"}]}
    ids = [one["id"] for one in sandbox.call(bob, "POST", f"/sheets/{sheet['id']}/rows", [row, row])["result"]]
    open_grid(page, bob, "Plain")
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="DELETE", path="/rows", status=403, errorCode=1004)
    routes: list[Route] = []

    def hold(route: Route) -> None:
        if not routes:
            route.continue_()
        routes.append(route)

    page.route(EDITS, hold)
    page.route("**/changes", lambda route: route.abort())  # so only reading all rows brings the row back
    apply(page, {"do": "delete", "row": str(ids[0])}, {"do": "add", "place": {"where": "bottom"}, "cells": []})
    expect(line(page)).to_contain_text("1 change needs you")
    page.wait_for_timeout(1_000)  # the other row is still being added
    routes[1].continue_()
    reaches(page, lambda: page.evaluate("document.querySelector('[data-grid]').grid.sheet.rows.length"), 3)
    assert page.evaluate("document.querySelector('[data-grid]').grid.sheet.rows.map(([id]) => id)")[:2] == [
        str(one) for one in ids
    ]


def test_rows_are_read_again_with_their_columns(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person
) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}", {"index": 0})
    sandbox.fault(method="DELETE", path="/rows", status=403, errorCode=1004)
    apply(page, {"do": "delete", "row": str(plan.rows[DIG])})
    expect(line(page)).to_contain_text("1 change needs you")
    comes_to_hold(page, plan, DIG, "Task", DIG)
    titles = page.evaluate("document.querySelector('[data-grid]').grid.sheet.columns.map(({ title }) => title)")
    assert titles[0] == "Notes"


def test_many_rows_are_saved_in_writes_of_500(
    page: Page, sandbox: RunningSandbox, bob: Person, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = 120.0  # a busy machine is slow
    columns = [{"title": title, "type": "TEXT_NUMBER", "primary": title == "A"} for title in "ABCDE"]
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Long", "columns": columns})["result"]
    ids = [column["id"] for column in sheet["columns"]]
    for _ in range(2):
        rows = [{"toBottom": True, "cells": [{"columnId": ids[0], "value": "was"}]} for _ in range(500)]
        sandbox.call(bob, "POST", f"/sheets/{sheet['id']}/rows", rows)
    open_grid(page, bob, "Long")
    expect(line(page)).to_have_text(SAVED)
    sandbox.forget_requests()
    page.evaluate(
        "() => { const { sheet } = document.querySelector('[data-grid]').grid; "
        "sheet.apply(sheet.rows.flatMap(([row]) => sheet.columns.map(({ id }) => "
        "({ do: 'update', row, column: id, text: `row ${row}` }))), 'paste'); }"
    )
    expect(line(page)).to_contain_text("Saving 5,000 cells…")
    expect(line(page)).to_have_text(SAVED)
    assert len(sandbox.requests(method="PUT")) == 2
    held = sandbox.call(bob, "GET", f"/sheets/{sheet['id']}")["rows"]
    assert all(cell["value"] == f"row {row['id']}" for row in held for cell in row["cells"])


def test_an_addition_of_unknown_outcome_blocks_no_other_changes(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, settings: Settings
) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="POST", path="/rows", drop="after")
    task, notes = str(plan.columns["Task"]), str(plan.columns["Notes"])
    apply(page, {"do": "add", "place": {"where": "bottom"}, "cells": [{"column": task, "text": "One"}]})
    reaches(page, lambda: page.evaluate(UNCERTAIN), 1)
    apply(
        page,
        {"do": "update", "row": "new-1", "column": notes, "text": "Typed"},
        {"do": "add", "place": {"sibling_id": "new-1", "where": "below"}, "cells": [{"column": task, "text": "Two"}]},
        {"do": "update", "row": str(plan.rows[DIG]), "column": notes, "text": "Rock"},
    )
    reaches(page, lambda: plan.value(DIG, "Notes"), "Rock")
    expect(line(page)).to_have_text(f"Saving 3 changes… {NOT_CLEAR}")
    settings.SETTLE_AFTER = 0
    settle_due()
    page.evaluate("document.querySelector('[data-grid]').grid.saving.tryNow()")
    expect(line(page)).to_have_text(SAVED)
    assert plan.labels()[-2:] == ["One", "Two"]
    added = sandbox.sheet(bob, "Site plan")["rows"][-2]
    assert "Typed" in [one.get("value") for one in added["cells"]]


UNCERTAIN = "document.querySelector('[data-grid]').grid.saving.sending.uncertain.length"


def test_what_is_typed_into_a_refused_row_is_kept_with_it(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    sandbox.fault(method="POST", path="/rows", status=403, errorCode=1004)
    apply(page, {"do": "add", "place": {"where": "bottom"}, "cells": []})
    expect(line(page)).to_contain_text("1 change needs you")
    notes = str(plan.columns["Notes"])
    apply(page, {"do": "update", "row": "new-1", "column": notes, "text": "Typed"})
    apply(page, {"do": "update", "row": str(plan.rows[DIG]), "column": notes, "text": "Rock"})
    reaches(page, lambda: plan.value(DIG, "Notes"), "Rock")
    line(page).get_by_role("button", name="Show").click()
    expect(page.get_by_role("dialog").locator("dd")).to_have_text(["Typed"])
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(line(page)).to_have_text(SAVED)


ORDER = "document.querySelector('[data-grid]').grid.sheet.rows.map((row, place) => row[4][0]?.value ?? row[4][0])"


@pytest.fixture
def letters(sandbox: RunningSandbox, bob: Person) -> dict[str, str]:
    """Make a sheet with the rows A to F. Return a dictionary from each row's text to its id."""
    columns = [{"title": "Task", "type": "TEXT_NUMBER", "primary": True}]
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Letters", "columns": columns})["result"]
    (column,) = [one["id"] for one in sheet["columns"]]
    rows = [{"toBottom": True, "cells": [{"columnId": column, "value": letter}]} for letter in "ABCDEF"]
    added = sandbox.call(bob, "POST", f"/sheets/{sheet['id']}/rows", rows)["result"]
    return {letter: str(row["id"]) for letter, row in zip("ABCDEF", added, strict=True)}


def held(sandbox: RunningSandbox, bob: Person) -> str:
    """Return the texts of all rows of the sheet Letters in Smartsheet, joined in the order of the rows."""
    return "".join(row["cells"][0]["value"] for row in sandbox.sheet(bob, "Letters")["rows"])


@pytest.mark.parametrize(
    ("moves", "order"),
    [
        ([("A", "F", "below"), ("B", "F", "below")], "CDEFBA"),
        ([("F", "A", "above"), ("E", "A", "above")], "FEABCD"),
        ([("B", None, "bottom"), ("C", None, "bottom"), ("D", "B", "below")], "AEFBDC"),
        ([("F", None, "top"), ("E", "F", "above"), ("D", None, "top")], "DEFABC"),
    ],
)
def test_rows_that_move_to_one_place_are_one_call(
    page: Page,
    sandbox: RunningSandbox,
    bob: Person,
    letters: dict[str, str],
    moves: list[tuple[str, str | None, str]],
    order: str,
) -> None:
    open_grid(page, bob, "Letters")
    expect(line(page)).to_have_text(SAVED)
    sandbox.forget_requests()
    places = [{"sibling_id": letters[near], "where": where} if near else {"where": where} for _, near, where in moves]
    apply(
        page,
        *({"do": "move", "row": letters[move[0]], "place": place} for move, place in zip(moves, places, strict=True)),
    )
    assert "".join(page.evaluate(ORDER)) == order
    expect(line(page)).to_have_text(SAVED)
    assert held(sandbox, bob) == order
    assert len(sandbox.requests(method="PUT")) == 1


def test_only_the_last_of_several_moves_is_sent(
    page: Page, sandbox: RunningSandbox, bob: Person, letters: dict[str, str]
) -> None:
    open_grid(page, bob, "Letters")
    expect(line(page)).to_have_text(SAVED)
    sandbox.forget_requests()
    for near in "CDE":  # as Alt+Shift+↓ does
        apply(
            page,
            *(
                {"do": "move", "row": letters[row], "place": {"sibling_id": letters[near], "where": "below"}}
                for row in "BA"
            ),
        )
    expect(line(page)).to_have_text(SAVED)
    assert held(sandbox, bob) == "CDEABF" == "".join(page.evaluate(ORDER))
    assert len(sandbox.requests(method="PUT")) == 1


def test_deleted_rows_are_one_call(page: Page, sandbox: RunningSandbox, bob: Person, letters: dict[str, str]) -> None:
    open_grid(page, bob, "Letters")
    expect(line(page)).to_have_text(SAVED)
    sandbox.forget_requests()
    apply(page, *({"do": "delete", "row": letters[row]} for row in "ACF"))
    expect(line(page)).to_have_text("Saving 3 changes…")
    expect(line(page)).to_have_text(SAVED)
    assert held(sandbox, bob) == "BDE"
    assert len(sandbox.requests(method="DELETE")) == 1


def test_a_deletion_includes_rows_that_were_deleted_before_a_reload(
    page: Page, sandbox: RunningSandbox, bob: Person, letters: dict[str, str]
) -> None:
    sheet = sandbox.sheet(bob, "Letters")["id"]
    rows = [{"id": int(letters[row]), "parentId": int(letters["A"])} for row in "BC"]
    sandbox.call(bob, "PUT", f"/sheets/{sheet}/rows", rows)
    open_grid(page, bob, "Letters")
    expect(line(page)).to_have_text(SAVED)
    page.route(EDITS, lambda route: route.abort())
    apply(
        page, {"do": "update", "row": letters["F"], "column": "0", "text": "F"}, {"do": "delete", "row": letters["D"]}
    )
    expect(line(page)).to_contain_text(KEPT)  # the first deletion is being sent, and the next one waits
    apply(page, {"do": "delete", "row": letters["B"]})
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(line(page)).to_contain_text(f"2 changes {KEPT}")
    apply(page, {"do": "delete", "row": letters["A"]})
    page.unroute(EDITS)
    sandbox.forget_requests()
    line(page).get_by_role("button", name="Try now").click()
    expect(line(page)).to_have_text(SAVED)
    assert held(sandbox, bob) == "EF"
    assert len(sandbox.requests(method="DELETE")) == 2


def test_a_row_that_is_gone_prevents_no_deletion_of_others(
    page: Page, sandbox: RunningSandbox, bob: Person, letters: dict[str, str]
) -> None:
    open_grid(page, bob, "Letters")
    expect(line(page)).to_have_text(SAVED)
    sheet = sandbox.sheet(bob, "Letters")["id"]
    sandbox.call(bob, "DELETE", f"/sheets/{sheet}/rows?ids={letters['B']}")
    apply(page, *({"do": "delete", "row": letters[row]} for row in "ABC"))
    expect(line(page)).to_have_text("1 change needs you" + "Show")
    assert held(sandbox, bob) == "DEF"


def test_a_row_that_is_added_while_the_sheet_loads_is_there_once(
    page: Page, sandbox: RunningSandbox, bob: Person
) -> None:
    columns = [{"title": "Task", "type": "TEXT_NUMBER", "primary": True}]
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Long", "columns": columns})["result"]
    task = sheet["columns"][0]["id"]
    rows = [{"toBottom": True, "cells": [{"columnId": task, "value": f"Row {one}"}]} for one in range(250)]
    sandbox.call(bob, "POST", f"/sheets/{sheet['id']}/rows", rows)
    pages: list[Route] = []
    saves: list[Route] = []

    def hold(route: Route) -> None:
        (saves if route.request.method == "POST" else pages).append(route)

    page.route(PAGES, hold)
    page.route(EDITS, hold)
    open_grid(page, bob, "Long")
    apply(page, {"do": "add", "place": {"where": "bottom"}, "cells": [{"column": str(task), "text": "Mine"}]})
    reaches(page, lambda: len(saves), 1)
    answer = saves[0].fetch()  # the row is added, but the page doesn't know that yet
    reaches(page, lambda: len(pages), 1)
    pages[0].continue_()  # this page of the sheet is read after the row was added
    page.wait_for_timeout(1_000)
    page.unroute(PAGES)
    for late in pages[1:]:
        late.continue_()
    page.wait_for_timeout(500)
    saves[0].fulfill(response=answer)
    expect(line(page)).to_have_text(SAVED)
    reaches(page, lambda: page.evaluate(LABELS).count("Mine"), 1)
    assert len(page.evaluate(LABELS)) == 251


PAGES = "**/sheets/*?page=1&page_size=5000"
LABELS = """() => {
  const { sheet } = document.querySelector("[data-grid]").grid;
  return sheet.rows.map((row, position) => sheet.label(position));
}"""
