import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, cell_in

TASK = "Core walls"


def test_a_column_formula_follows_its_row(plan: Grid) -> None:
    assert plan.cell(TASK, "Remaining") == {
        "columnId": plan.column("Remaining"), "value": 87250, "objectValue": 87250, "displayValue": "87250",
        "formula": "=[Budget]@row - [Spent]@row",
    }  # fmt: skip
    row = plan.put(TASK, {"title": "Spent", "value": 250.5}).json()["result"][0]
    assert cell_in(row, plan.column("Remaining"))["value"] == 86999.5


def test_a_new_row_has_the_column_formula(plan: Grid) -> None:
    row = plan.post({"title": "Budget", "value": 5}).json()["result"][0]
    assert cell_in(row, plan.column("Remaining"))["value"] == 5


def test_sums_of_children_reach_the_top(plan: Grid) -> None:
    before = {task: plan.cell(task, "Spent")["value"] for task in ("Structure", "Concrete")}
    plan.put(TASK, {"title": "Spent", "value": 100})
    now = plan.again()
    for task, value in before.items():
        assert now.cell(task, "Spent")["value"] == value + 100
    assert now.cell("Structure", "Remaining")["value"] == now.cell("Structure", "Budget")["value"] - 100


def test_sums_follow_deleted_rows(plan: Grid) -> None:
    plan.client.ask("DELETE", f"{plan.path}/rows?ids={plan.row(TASK)}")
    assert plan.again().cell("Concrete", "Budget")["value"] == 41000 + 66500


def test_sums_follow_moved_rows(plan: Grid) -> None:
    plan.put(TASK, parentId=plan.row("Roof"))
    now = plan.again()
    assert now.cell("Concrete", "Budget")["value"] == 41000 + 66500
    assert now.cell("Roof", "Budget")["value"] == 52300 + 11200 + 87250


def test_a_written_formula_is_worked_out_if_it_is_simple(plan: Grid) -> None:
    formula = "=(Budget@row + 50) * 2 / 100 - -1"
    row = plan.put(TASK, {"title": "Notes", "formula": formula}).json()["result"][0]
    assert cell_in(row, plan.column("Notes")) == {
        "columnId": plan.column("Notes"), "value": 1747, "displayValue": "1747", "formula": formula,
    }  # fmt: skip
    row = plan.put(TASK, {"title": "Notes", "formula": "=1 / Spent@row"}).json()["result"][0]
    assert cell_in(row, plan.column("Notes"))["value"] == "#DIVIDE BY ZERO"


def test_any_other_formula_is_kept_without_a_value(plan: Grid) -> None:
    for formula in ("=COUNTIF(Done:Done, 1)", "=__import__('os')", "=[No such column]@row", "=1 +", "=2 ** 3"):
        row = plan.put(TASK, {"title": "Notes", "formula": formula}).json()["result"][0]
        assert cell_in(row, plan.column("Notes")) == {"columnId": plan.column("Notes"), "formula": formula}


def test_a_value_replaces_a_formula(plan: Grid) -> None:
    plan.put("Structure", {"title": "Budget", "value": 1})
    now = plan.again()
    assert "formula" not in now.cell("Structure", "Budget")
    assert now.cell("Structure", "Remaining")["value"] == 1


def test_the_same_formula_again_leaves_no_trace(plan: Grid) -> None:
    plan.put("Structure", {"title": "Budget", "formula": "=SUM(CHILDREN())"})
    assert plan.again().body == plan.body


def test_what_cannot_be_worked_out_is_said_aloud(capfd: pytest.CaptureFixture[str]) -> None:
    with RunningSandbox() as sandbox:
        client = Client(sandbox, sandbox.people()["alice"].token)
        plan = Grid(client, sandbox.sheet(sandbox.people()["alice"], "Site plan")["id"])
        plan.put(TASK, {"title": "Notes", "formula": "=VLOOKUP(1, 2)"})
        plan.put(TASK, {"title": "Notes", "formula": "=1 + 1"})
        client.close()
    said = capfd.readouterr().err
    assert "NOT CALCULATED" in said
    assert "=VLOOKUP(1, 2)" in said
    assert "1 + 1" not in said


@pytest.mark.parametrize(
    "formula",
    [
        "=1e300 * 1e300",
        "=" + " * ".join(["99999999999999999999"] * 40),
        "=" + "9" * 3999,
        "=" + "9" * 9999,
        "=1e400 - 1e400",
        "=" + "-" * 3000 + "1",
        "=" + "(" * 300 + "1" + ")" * 300,
        "=1" + "+1" * 1900,
        "=1 \x00",
    ],
)
def test_a_formula_beyond_measure_is_kept_without_a_value(plan: Grid, formula: str) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": formula}).json()["result"][0]
    assert cell_in(row, plan.column("Notes")) == {"columnId": plan.column("Notes"), "formula": formula}
    assert plan.again().client.get("/search?query=walls").status_code == 200


def test_a_large_result_is_a_fraction(plan: Grid) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": "=9007199254740992 * 9007199254740992"}).json()["result"][0]
    assert cell_in(row, plan.column("Notes"))["value"] == 2.0**106


def test_a_formula_follows_one_that_stands_to_its_right(plan: Grid) -> None:
    plan.put(TASK, {"title": "Task", "formula": "=Notes@row + 1"}, {"title": "Notes", "formula": "=Spent@row * 2"})
    row = plan.client.ask(
        "PUT", f"{plan.path}/rows", [{"id": plan.row(TASK), "cells": plan.cells({"title": "Spent", "value": 10})}]
    ).json()["result"][0]
    assert cell_in(row, plan.column("Notes"))["value"] == 20
    assert cell_in(row, plan.column("Task"))["value"] == 21


def test_a_formula_that_uses_itself_says_so(plan: Grid) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": "=Notes@row + 1"}).json()["result"][0]
    assert cell_in(row, plan.column("Notes"))["value"] == "#CIRCULAR REFERENCE"
    cells = {"title": "Notes", "formula": "=Drawing@row + 1"}, {"title": "Drawing", "formula": "=Notes@row + 1"}
    row = plan.put(TASK, *cells).json()["result"][0]
    assert {cell_in(row, plan.column(title))["value"] for title in ("Notes", "Drawing")} == {"#CIRCULAR REFERENCE"}


def test_a_text_is_no_number_to_reckon_with(plan: Grid) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": "=Status@row + 1"}).json()["result"][0]
    assert cell_in(row, plan.column("Notes")) == {"columnId": plan.column("Notes"), "formula": "=Status@row + 1"}
