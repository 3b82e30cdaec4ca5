"""Smartsheet refuses column formulas that it can't read, or that refer to rows by their numbers."""

import pytest

from tests.sandbox.client import Client, Grid, refusal

REFUSED = ["=bad(", "=[Budget]3 * 2", "=SUM(Budget$1:Budget$3)", "=[No such column]@row", "=NOSUCH(1)", "=1 +"]
ACCEPTED = ["=[Budget]@row * 2", "=SUM(Budget:Budget)", '="Budget3"', "=VLOOKUP(1, {Other}, 1)", "=MAX(Budget:Budget)"]


@pytest.mark.parametrize("formula", REFUSED)
def test_a_column_formula_that_smartsheet_cannot_use_is_refused(plan: Grid, as_alice: Client, formula: str) -> None:
    column = {"title": "New", "type": "TEXT_NUMBER", "formula": formula}
    path = f"{plan.path}/columns"
    changed = as_alice.ask("PUT", f"{path}/{plan.column('Notes')}", {"title": "Other", "formula": formula})
    assert refusal(changed) == (400, 1310)
    assert refusal(as_alice.ask("POST", path, column | {"index": 0})) == (400, 1310)
    primary = {"title": "Name", "type": "TEXT_NUMBER", "primary": True}
    assert refusal(as_alice.ask("POST", "/sheets", {"name": "New", "columns": [primary, column]})) == (400, 1310)
    assert plan.again().body == plan.body


@pytest.mark.parametrize("formula", ACCEPTED)
def test_other_column_formulas_are_accepted(plan: Grid, as_alice: Client, formula: str) -> None:
    path = f"{plan.path}/columns/{plan.column('Notes')}"
    assert as_alice.ask("PUT", path, {"formula": formula}).json()["result"]["formula"] == formula


def test_a_column_formula_can_use_columns_that_are_new_too(plan: Grid, as_alice: Client) -> None:
    columns = [
        {"title": "One", "type": "TEXT_NUMBER", "index": 0, "formula": "=Two@row"},
        {"title": "Two", "type": "TEXT_NUMBER", "index": 0},
    ]
    assert as_alice.ask("POST", f"{plan.path}/columns", columns).status_code == 200


def test_a_column_with_a_lost_reference_can_still_be_renamed(plan: Grid, as_alice: Client) -> None:
    as_alice.ask("DELETE", f"{plan.path}/columns/{plan.column('Spent')}")
    path = f"{plan.path}/columns/{plan.column('Remaining')}"
    assert as_alice.ask("PUT", path, {"title": "Left"}).json()["result"]["formula"] == "=[Budget]@row - #REF"
