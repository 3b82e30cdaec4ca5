"""Cross-sheet references are named ranges of another sheet."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid, refusal


def amounts(budget: Grid, **more: Any) -> dict[str, Any]:
    column = budget.column("Amount")
    return {"sourceSheetId": budget.id, "startColumnId": column, "endColumnId": column, **more}


def test_a_range_is_named_listed_and_shown_with_the_sheet(plan: Grid, budget: Grid, as_alice: Client) -> None:
    path = f"{plan.path}/crosssheetreferences"
    made = as_alice.ask("POST", path, amounts(budget, name="Amounts")).json()["result"]
    assert made == amounts(budget, name="Amounts", id=made["id"], status="OK")
    unnamed = as_alice.ask("POST", path, amounts(budget)).json()["result"]
    assert unnamed["name"] == "Budget Range 1"
    assert as_alice.json(path)["data"] == [made, unnamed]
    assert as_alice.json(f"{path}/{made['id']}") == made
    assert as_alice.json(f"{plan.path}?include=crossSheetReferences")["crossSheetReferences"] == [made, unnamed]
    assert refusal(as_alice.ask("POST", path, amounts(budget, name="Amounts"))) == (400, 1129)
    assert refusal(as_alice.get(f"{path}/1")) == (404, 1006)


def test_a_range_whose_column_is_gone_is_broken(plan: Grid, budget: Grid, as_alice: Client) -> None:
    path = f"{plan.path}/crosssheetreferences"
    as_alice.ask("POST", path, amounts(budget))
    as_alice.ask("DELETE", f"{budget.path}/columns/{budget.column('Amount')}")
    assert as_alice.json(path)["data"][0]["status"] == "BROKEN"
    as_alice.ask("DELETE", budget.path)
    assert as_alice.json(path)["data"][0]["status"] == "BROKEN"


REFUSED: list[tuple[dict[str, Any], int, int]] = [
    ({"sourceSheetId": None}, 400, 1012),
    ({"sourceSheetId": 1}, 404, 1114),
    ({"endColumnId": None}, 400, 1012),
    ({"startColumnId": None, "endColumnId": None}, 400, 1012),
    ({"startColumnId": 1}, 400, 1036),
    ({"startRowId": 1, "endRowId": 1}, 400, 1034),
    ({"startRowId": 1}, 400, 1012),
    ({"status": "OK"}, 400, 1032),
]


@pytest.mark.parametrize(("wrong", "status", "code"), REFUSED)
def test_invalid_ranges(
    plan: Grid, budget: Grid, as_alice: Client, wrong: dict[str, Any], status: int, code: int
) -> None:
    answer = as_alice.ask("POST", f"{plan.path}/crosssheetreferences", amounts(budget) | wrong)
    assert refusal(answer) == (status, code)


def test_who_may_refer(plan: Grid, budget: Grid, as_charlie: Client) -> None:
    answer = as_charlie.ask("POST", f"{plan.path}/crosssheetreferences", amounts(budget))
    assert refusal(answer) == (403, 1004)
