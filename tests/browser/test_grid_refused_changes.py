"""If a change was refused, the grid doesn't say that the change was made, and undoing skips this change."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.grids import DIG, POUR, SAVED, apply, line, note, open_grid, reaches
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRID = "document.querySelector('[data-grid]').grid"
IDS = f"{GRID}.sheet.rows.map(([id]) => id)"
ONE_NEEDS, NOTHING_LEFT = "1 change needs you", "Nothing to undo."


def refuse(sandbox: RunningSandbox, method: str) -> None:
    sandbox.fault(method=method, path="/rows", status=403, errorCode=1004)


def run(page: Page, changes: list[dict[str, Any]], why: str) -> None:
    """Change rows and cells, and show a message about this below the grid, as the grid's commands do."""
    page.evaluate(f"([changes, why]) => {GRID}.apply(changes, why)", [changes, why])


def discard(page: Page) -> None:
    line(page).get_by_role("button", name="Show").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(line(page)).to_have_text(SAVED)


def undo(page: Page) -> None:
    page.evaluate(f"{GRID}.undo()")


@pytest.mark.parametrize("kind", ["delete", "move", "add", "update"])
def test_a_refused_change_is_neither_claimed_nor_undone(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, kind: str
) -> None:
    row, notes = str(plan.rows[DIG]), str(plan.columns["Notes"])
    changes: dict[str, tuple[str, dict[str, Any]]] = {
        "delete": ("DELETE", {"row": row}),
        "move": ("PUT", {"row": row, "place": {"where": "bottom"}}),
        "add": ("POST", {"place": {"where": "bottom"}, "cells": [{"column": notes, "text": "Rock"}]}),
        "update": ("PUT", {"row": row, "column": notes, "text": "Rock"}),
    }
    method, change = changes[kind]
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    ids = page.evaluate(IDS)
    refuse(sandbox, method)
    run(page, [{"do": kind, **change}], "paste")
    expect(line(page)).to_contain_text("1 cell needs you" if kind == "update" else ONE_NEEDS)
    expect(note(page)).to_have_text("")
    discard(page)
    expect(note(page)).to_have_text("")
    reaches(page, lambda: page.evaluate(IDS), ids)
    undo(page)
    expect(note(page)).to_have_text(NOTHING_LEFT)
    expect(line(page)).to_have_text(SAVED)
    assert [str(one["id"]) for one in sandbox.sheet(bob, "Site plan")["rows"]] == ids


def test_a_note_on_refused_values_stays(page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="PUT", path="/rows", status=400, errorCode=1042, message="No such thing.")
    texts = {"Notes": "Rock", "Remaining": "1"}  # a formula calculates Remaining
    row = str(plan.rows[DIG])
    cells = [{"do": "update", "row": row, "column": str(plan.columns[one]), "text": texts[one]} for one in texts]
    run(page, cells, "paste")
    expect(line(page)).to_contain_text("1 cell needs you")
    expect(note(page)).to_contain_text("1 cell refused: A formula calculates this cell")
    expect(note(page)).not_to_contain_text("pasted")


def add_refused(page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person) -> None:
    """Add a row below Dig foundations. Smartsheet refuses the new row."""
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    refuse(sandbox, "POST")
    apply(page, {"do": "add", "place": {"sibling_id": str(plan.rows[DIG]), "where": "below"}, "cells": []})
    expect(line(page)).to_contain_text(ONE_NEEDS)


@pytest.mark.parametrize("is_undone", [False, True])
def test_deleting_a_row_that_could_not_be_added_discards_it(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, is_undone: bool
) -> None:
    add_refused(page, sandbox, plan, bob)
    apply(page, {"do": "update", "row": "new-1", "column": str(plan.columns["Notes"]), "text": "Typed"})
    if is_undone:
        undo(page)
        undo(page)
    else:
        apply(page, {"do": "delete", "row": "new-1"})
    expect(line(page)).to_have_text(SAVED)
    assert "new-1" not in page.evaluate(IDS)
    assert len(sandbox.sheet(bob, "Site plan")["rows"]) == len(plan.rows)


def test_a_deletion_leaves_out_rows_that_could_not_be_added(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    add_refused(page, sandbox, plan, bob)
    apply(page, {"do": "delete", "row": str(plan.rows["Excavation"])})  # the new row is its child row
    expect(line(page)).to_have_text(SAVED)
    assert DIG not in plan.labels()


def test_a_row_that_is_deleted_while_it_is_being_added_needs_nobody(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="POST", path="/rows", status=403, errorCode=1004, delay=2)
    apply(page, {"do": "add", "place": {"where": "bottom"}, "cells": []})
    reaches(page, lambda: page.evaluate(f"{GRID}.saving.sending.calls.length"), 1)
    apply(page, {"do": "delete", "row": "new-1"})
    expect(line(page)).to_have_text(SAVED)


def test_rows_beside_a_row_that_could_not_be_added_go_beside_another(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    add_refused(page, sandbox, plan, bob)
    task = str(plan.columns["Task"])
    for where, text in (("below", "Second"), ("above", "First")):
        place = {"sibling_id": "new-1", "where": where}
        apply(page, {"do": "add", "place": place, "cells": [{"column": task, "text": text}]})
    expect(line(page)).to_have_text(ONE_NEEDS + "Show")
    apply(page, {"do": "move", "row": str(plan.rows[POUR]), "place": {"sibling_id": "new-1", "where": "below"}})
    expect(line(page)).to_have_text(ONE_NEEDS + "Show")
    discard(page)
    labels = plan.labels()
    first = labels.index(DIG) + 1
    assert labels[first : first + 3] == ["First", POUR, "Second"]
    shown = page.evaluate(f"(({{ sheet }}) => sheet.rows.map((row, place) => sheet.label(place)))({GRID})")
    assert shown[first : first + 3] == ["First", POUR, "Second"]
