import pytest

from tests.running_sandbox import Person
from tests.sandbox.client import Client, Grid, cell_in, refusal

TASK = "Core walls"
LINE = "Contingency"


def link_to(budget: Grid, line: str, column: str = "Amount") -> dict[str, int]:
    return {"sheetId": budget.id, "rowId": budget.row(line), "columnId": budget.column(column)}


def test_the_seed_has_linked_cells(plan: Grid, budget: Grid) -> None:
    cell = plan.cell("Structure", "Approved")
    assert (cell["value"], cell["displayValue"]) == (310000, "310000")
    assert cell["linkInFromCell"] == {"status": "OK", "sheetName": "Budget"} | link_to(budget, "Structure")
    assert budget.cell("Structure", "Amount")["linksOutToCells"] == [
        {"status": "OK", "sheetId": plan.id, "rowId": plan.row("Structure"), "columnId": plan.column("Approved"),
         "sheetName": "Site plan"}
    ]  # fmt: skip


def test_link_details_can_be_left_out(plan: Grid, budget: Grid, as_alice: Client) -> None:
    body = as_alice.json(f"{plan.path}?exclude=linkInFromCellDetails&columnIds={plan.column('Approved')}")
    assert body["rows"][0]["cells"][0]["linkInFromCell"] == {"sheetId": budget.id, "sheetName": "Budget"}
    body = as_alice.json(f"{budget.path}?exclude=linksOutToCellsDetails&columnIds={budget.column('Amount')}")
    assert body["rows"][0]["cells"][0]["linksOutToCells"] == [{"sheetId": plan.id, "sheetName": "Site plan"}]


def test_a_link_shows_what_its_source_holds_and_keeps_up(plan: Grid, budget: Grid) -> None:
    response = plan.put(TASK, {"title": "Approved", "value": None, "linkInFromCell": link_to(budget, LINE)})
    assert response.status_code == 200, response.text
    assert plan.again().cell(TASK, "Approved")["value"] == 40000
    version = plan.again().body["version"]
    budget.put(LINE, {"title": "Amount", "value": 41000})
    now = plan.again()
    assert now.cell(TASK, "Approved")["value"] == 41000
    assert now.body["version"] == version + 1
    newest = plan.history(TASK, "Approved")[0]
    assert newest["modifiedBy"]["name"] == "Cell Link Update"


def test_a_link_whose_source_is_gone_is_broken(plan: Grid, budget: Grid, as_alice: Client) -> None:
    as_alice.ask("DELETE", f"{budget.path}/rows?ids={budget.row('Structure')}")
    cell = plan.again().cell("Structure", "Approved")
    assert cell["linkInFromCell"]["status"] == "BROKEN"
    assert cell["value"] == 310000


def test_people_do_not_get_the_names_of_sheets_that_they_cannot_see(
    plan: Grid, budget: Grid, as_alice: Client, as_charlie: Client, as_dora: Client, charlie: Person
) -> None:
    """Dora can see the site plan, but not the budget. Later, Charlie can see the budget, but not the site plan. A link
    doesn't show them the name of the sheet that they can't see.
    """
    cell = cell_in(as_dora.json(f"{plan.path}/rows/{plan.row('Structure')}"), plan.column("Approved"))
    hidden = {"status": "INACCESSIBLE", "sheetName": ""}
    assert cell["linkInFromCell"] == hidden | link_to(budget, "Structure")
    assert cell["value"] == 310000
    short = as_dora.json(f"{plan.path}?exclude=linkInFromCellDetails&columnIds={plan.column('Approved')}")
    assert short["rows"][0]["cells"][0]["linkInFromCell"] == {"sheetId": budget.id, "sheetName": ""}
    assert plan.again().cell("Structure", "Approved")["linkInFromCell"]["status"] == "OK"
    share = next(each for each in as_alice.json(f"{plan.path}/shares")["data"] if each.get("userId") == charlie.id)
    as_alice.ask("DELETE", f"{plan.path}/shares/{share['id']}")
    assert refusal(as_charlie.get(plan.path)) == (404, 1006)
    (link,) = budget.again(as_charlie).cell("Structure", "Amount")["linksOutToCells"]
    assert (link["status"], link["sheetName"]) == ("INACCESSIBLE", "")


def test_cells_that_are_linked_to_each_other_are_circular(plan: Grid, budget: Grid) -> None:
    plan.put(TASK, {"title": "Approved", "value": None, "linkInFromCell": link_to(budget, LINE)})
    back = {"sheetId": plan.id, "rowId": plan.row(TASK), "columnId": plan.column("Approved")}
    assert budget.put(LINE, {"title": "Amount", "value": None, "linkInFromCell": back}).status_code == 200
    for cell in (plan.again().cell(TASK, "Approved"), budget.again().cell(LINE, "Amount")):
        assert cell["linkInFromCell"]["status"] == "CIRCULAR"
        assert [link["status"] for link in cell["linksOutToCells"]] == ["CIRCULAR"]
    assert plan.again().cell("Structure", "Approved")["linkInFromCell"]["status"] == "OK"
    budget.put(LINE, {"title": "Amount", "value": 1})
    assert plan.again().cell(TASK, "Approved")["linkInFromCell"]["status"] == "OK"


@pytest.mark.parametrize("cell", [{"value": ""}, {"value": 5}, {"value": "", "linkInFromCell": None}])
def test_a_plain_value_ends_the_link(plan: Grid, budget: Grid, cell: dict[str, object]) -> None:
    plan.put("Structure", {"title": "Approved"} | cell)
    assert "linkInFromCell" not in plan.again().cell("Structure", "Approved")
    assert "linksOutToCells" not in budget.again().cell("Structure", "Amount")
    budget.put("Structure", {"title": "Amount", "value": 1})
    assert plan.again().cell("Structure", "Approved").get("value") == (cell["value"] or None)


def test_a_deleted_row_leaves_no_link_behind(plan: Grid, budget: Grid, as_alice: Client) -> None:
    as_alice.ask("DELETE", f"{plan.path}/rows?ids={plan.row('Structure')}")
    assert "linksOutToCells" not in budget.again().cell("Structure", "Amount")


def test_links_and_values_do_not_mix_in_a_request(plan: Grid, budget: Grid, as_alice: Client) -> None:
    link = {"title": "Approved", "value": None, "linkInFromCell": link_to(budget, LINE)}
    assert refusal(plan.put(TASK, link, {"title": "Notes", "value": "x"})) == (400, 1115)
    assert refusal(plan.put(TASK, link, toTop=True)) == (400, 1115)
    rows = [
        {"id": plan.row(TASK), "cells": plan.cells(link)},
        {"id": plan.row("Roof"), "cells": plan.cells({"title": "Notes", "value": "x"})},
    ]
    assert refusal(as_alice.ask("PUT", f"{plan.path}/rows", rows)) == (400, 1115)


def test_a_new_row_cannot_have_links(plan: Grid, budget: Grid) -> None:
    link = {"title": "Approved", "value": None, "linkInFromCell": link_to(budget, LINE)}
    assert refusal(plan.post(link)) == (400, 1032)


def test_a_link_leads_to_a_cell_of_another_sheet_that_one_can_see(plan: Grid, budget: Grid, as_bob: Client) -> None:
    def attempt(grid: Grid, **target: int) -> tuple[int, int]:
        link = link_to(budget, LINE) | target
        return refusal(grid.put(TASK, {"title": "Approved", "value": None, "linkInFromCell": link}))

    assert attempt(plan, sheetId=plan.id) == (400, 1116)
    assert attempt(plan, sheetId=42) == (404, 1114)
    assert attempt(plan, rowId=42) == (400, 1034)
    assert attempt(plan, columnId=42) == (400, 1036)
    snagging = next(sheet["id"] for sheet in as_bob.json("/sheets")["data"] if sheet["name"] == "Snagging list")
    assert attempt(plan, sheetId=snagging) == (404, 1114)


def test_formulas_use_the_new_value_of_a_link(plan: Grid, budget: Grid) -> None:
    """The cell that a link reads gets a new value. Formulas then use this value, in the link's row and in other rows. A
    second link reads the cell of such a formula, and gets the formula's new result.
    """
    plan.put("Structure", {"title": "Notes", "formula": "=Approved@row / 2"})
    plan.put(TASK, {"title": "Notes", "formula": "=Notes1 + SUM(Approved:Approved)"})
    top = plan.again().tasks()[0]
    plan.put(top, {"title": "Notes", "formula": "=SUM(Approved:Approved)"})
    away = {"sheetId": plan.id, "rowId": plan.row(top), "columnId": plan.column("Notes")}
    assert budget.put(LINE, {"title": "Amount", "value": None, "linkInFromCell": away}).status_code == 200
    before = plan.again().cell(top, "Notes")["value"]
    budget.put("Structure", {"title": "Amount", "value": 310002})
    now = plan.again()
    assert now.cell("Structure", "Notes")["value"] == 155001
    assert now.cell(top, "Notes")["value"] == before + 2
    assert now.cell(TASK, "Notes")["value"] == 2 * (before + 2)
    assert budget.again().cell(LINE, "Amount")["value"] == before + 2
