"""Rows that are added in Smartsheet's app or by a form get the formula of the rows next to them."""

from typing import Any

import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid


@pytest.fixture
def sheet(as_alice: Client) -> Grid:
    """Return a sheet with two rows, which have the same formulas and different numbers."""
    columns = [{"title": "Name", "type": "TEXT_NUMBER", "primary": True}]
    columns += [{"title": title, "type": "TEXT_NUMBER"} for title in ("N", "Twice", "Sum")]
    grid = Grid(
        as_alice, as_alice.ask("POST", "/sheets", {"name": "Filled", "columns": columns}).json()["result"]["id"]
    )
    for number, name in enumerate("ab", start=1):
        twice, total = {"title": "Twice", "formula": "=N@row * 2"}, {"title": "Sum", "formula": f"=N{number} + N$1"}
        grid.post({"title": "Name", "value": name}, {"title": "N", "value": number}, twice, total)
    return grid.again()


def add(sandbox: RunningSandbox, sheet: Grid, by: str, *names: str, **place: Any) -> None:
    rows = [{"cells": sheet.cells({"title": "Name", "value": name}, {"title": "N", "value": 10})} for name in names]
    description: dict[str, Any] = {"by": by, "sheetId": sheet.id, "add": [row | place for row in rows]}
    if by == "person":
        description["person"] = sandbox.people()["alice"].id
    sandbox.control("POST", "changes", description)


def filled(sheet: Grid, name: str) -> list[Any]:
    cells = [sheet.again().cell(name, title) for title in ("Twice", "Sum")]
    return [(cell.get("formula"), cell.get("value")) for cell in cells]


def test_a_form_gets_the_formulas_of_the_rows_above(sandbox: RunningSandbox, sheet: Grid) -> None:
    add(sandbox, sheet, "form", "c")
    assert filled(sheet, "c") == [("=N@row * 2", 20), ("=N3 + N$1", 11)]
    (entry,) = sheet.again().history("c", "Sum")
    assert (entry["value"], entry["modifiedBy"]["name"]) == (11, "Smartsheet Forms")


def test_rows_of_a_person_get_the_formulas_of_their_neighbors(sandbox: RunningSandbox, sheet: Grid) -> None:
    add(sandbox, sheet, "person", "top", toTop=True)
    assert filled(sheet, "top") == [("=N@row * 2", 20), ("=N1 + N$1", 20)]
    add(sandbox, sheet, "person", "c", "d", siblingId=sheet.row("a"))
    assert filled(sheet, "c") == [("=N@row * 2", 20), ("=N3 + N$2", 11)]
    assert filled(sheet, "d") == [("=N@row * 2", 20), ("=N4 + N$2", 11)]


def test_a_given_value_stays(sandbox: RunningSandbox, sheet: Grid) -> None:
    cells = sheet.cells({"title": "Name", "value": "c"}, {"title": "Twice", "value": "none"})
    sandbox.control("POST", "changes", {"by": "form", "sheetId": sheet.id, "add": [{"cells": cells}]})
    assert filled(sheet, "c")[0] == (None, "none")


def test_rows_below_child_rows_or_other_formulas_get_nothing(sandbox: RunningSandbox, sheet: Grid) -> None:
    sheet.put("b", {"title": "Sum", "formula": "=N2 + 1"})
    add(sandbox, sheet, "form", "c")
    assert filled(sheet, "c") == [("=N@row * 2", 20), (None, None)]
    sheet.again().put("c", indent=1)
    add(sandbox, sheet, "form", "d")
    assert filled(sheet, "d") == [(None, None)] * 2


def test_rows_of_the_api_and_automations_get_nothing(sandbox: RunningSandbox, sheet: Grid) -> None:
    sheet.post({"title": "Name", "value": "c"})
    assert filled(sheet, "c") == [(None, None)] * 2
    sheet.client.ask("DELETE", f"{sheet.path}/rows?ids={sheet.again().row('c')}")
    add(sandbox, sheet, "automation", "d")
    assert filled(sheet, "d") == [(None, None)] * 2
