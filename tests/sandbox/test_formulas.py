import time
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

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
    for formula in (
        "=VLOOKUP(1, Done:Done, 1)",
        "=MAX(Spent:Spent)",
        "={Other sheet} + 1",
        "=2 ^ 3",
        "=SUM([Spent]1:[Spent]@row)",
    ):
        row = plan.put(TASK, {"title": "Notes", "formula": formula}).json()["result"][0]
        assert cell_in(row, plan.column("Notes")) == {"columnId": plan.column("Notes"), "formula": formula}


@pytest.mark.parametrize(
    "formula",
    [
        "=__import__('os')",
        "=[No such column]@row",
        '=IF(1 = 1, "yes", [No such column]@row)',
        "=Budget",
        "=1 +",
        "=2 ** 3",
        "=SUM(",
        "=Budget1 & Budget2",
        '="open',
        "=NOSUCH(1)",
        "=1 \x00",
    ],
)
def test_a_formula_that_is_wrong_is_unparseable(plan: Grid, formula: str) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": formula}).json()["result"][0]
    assert cell_in(row, plan.column("Notes")) == {
        "columnId": plan.column("Notes"), "value": "#UNPARSEABLE", "displayValue": "#UNPARSEABLE", "formula": formula,
    }  # fmt: skip


def test_a_value_replaces_a_formula(plan: Grid) -> None:
    plan.put("Structure", {"title": "Budget", "value": 1})
    now = plan.again()
    assert "formula" not in now.cell("Structure", "Budget")
    assert now.cell("Structure", "Remaining")["value"] == 1


def test_the_same_formula_again_leaves_no_trace(plan: Grid) -> None:
    plan.put("Structure", {"title": "Budget", "formula": "=SUM(CHILDREN())"})
    assert plan.again().body == plan.body


def test_formulas_that_are_not_calculated_are_reported(capfd: pytest.CaptureFixture[str]) -> None:
    with RunningSandbox() as sandbox:
        client = Client(sandbox, sandbox.people()["alice"].token)
        plan = Grid(client, sandbox.sheet(sandbox.people()["alice"], "Site plan")["id"])
        plan.put(TASK, {"title": "Notes", "formula": "=VLOOKUP(1, 2)"})
        plan.put(TASK, {"title": "Notes", "formula": "=SUM(1, MAX(2))"})
        plan.put(TASK, {"title": "Notes", "formula": "=1 + 1"})
        client.close()
    said = capfd.readouterr().err
    assert "NOT CALCULATED" in said
    assert "=VLOOKUP(1, 2)" in said
    assert "can't calculate MAX()" in said
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
    ],
)
def test_a_formula_beyond_measure_is_kept_without_a_value(plan: Grid, formula: str) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": formula}).json()["result"][0]
    assert cell_in(row, plan.column("Notes")) == {"columnId": plan.column("Notes"), "formula": formula}
    assert plan.again().client.get("/search?query=walls").status_code == 200


def test_a_large_result_is_a_fraction(plan: Grid) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": "=9007199254740992 * 9007199254740992"}).json()["result"][0]
    assert cell_in(row, plan.column("Notes"))["value"] == 2.0**106


def test_a_formula_can_use_one_to_its_right(plan: Grid) -> None:
    plan.put(TASK, {"title": "Task", "formula": "=Notes@row + 1"}, {"title": "Notes", "formula": "=Spent@row * 2"})
    row = plan.client.ask(
        "PUT", f"{plan.path}/rows", [{"id": plan.row(TASK), "cells": plan.cells({"title": "Spent", "value": 10})}]
    ).json()["result"][0]
    assert cell_in(row, plan.column("Notes"))["value"] == 20
    assert cell_in(row, plan.column("Task"))["value"] == 21


def test_a_formula_that_uses_itself_is_an_error(plan: Grid) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": "=Notes@row + 1"}).json()["result"][0]
    assert cell_in(row, plan.column("Notes"))["value"] == "#CIRCULAR REFERENCE"
    cells = {"title": "Notes", "formula": "=Drawing@row + 1"}, {"title": "Drawing", "formula": "=Notes@row + 1"}
    row = plan.put(TASK, *cells).json()["result"][0]
    assert {cell_in(row, plan.column(title))["value"] for title in ("Notes", "Drawing")} == {"#CIRCULAR REFERENCE"}


def test_a_text_is_no_number_to_reckon_with(plan: Grid) -> None:
    row = plan.put(TASK, {"title": "Notes", "formula": "=Status@row - 1"}).json()["result"][0]
    assert cell_in(row, plan.column("Notes"))["value"] == "#INVALID OPERATION"


@pytest.fixture
def fruit(as_alice: Client) -> Grid:
    """Return a sheet with a basket, two kinds of fruit as its child rows, and a row that isn't in the basket."""
    columns = [
        {"title": "Name", "type": "TEXT_NUMBER", "primary": True},
        {"title": "Size", "type": "TEXT_NUMBER"},
        {"title": "Ripe", "type": "CHECKBOX"},
        {"title": "Due", "type": "DATE"},
        {"title": "Result of it", "type": "TEXT_NUMBER"},
        {"title": "Eaten", "type": "CHECKBOX"},
    ]
    made = as_alice.ask("POST", "/sheets", {"name": "Fruit", "columns": columns}).json()["result"]
    sheet = Grid(as_alice, made["id"])
    sheet.post({"title": "Name", "value": "Basket"}, {"title": "Size", "value": 100})
    for name, size, is_ripe, due in (("Apple", 5, True, "2026-03-01"), ("Pear", 7, False, "2026-03-05")):
        cells = {"title": "Name", "value": name}, {"title": "Size", "value": size}, {"title": "Ripe", "value": is_ripe}
        parent = sheet.again().row("Basket")
        sheet.post(*cells, {"title": "Due", "value": due}, parentId=parent, toBottom=True)
    sheet.post({"title": "Name", "value": "Apart"})
    return sheet.again()


def result(fruit: Grid, formula: str, *, task: str = "Apple", title: str = "Result of it") -> Any:
    row = fruit.put(task, {"title": title, "formula": formula}).json()["result"][0]
    cell = cell_in(row, fruit.column(title))
    assert cell["formula"] == formula
    return cell.get("value")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(Size:Size)", 112),
        ("=sum(Size2:Size3, 1, [Size]@row)", 18),
        ("=SUM([Size]1:[Size]2)", 105),
        ("=AVG(Size2:Size3)", 6),
        ("=AVG(Name:Name)", "#DIVIDE BY ZERO"),
        ("=COUNT(Size:Size)", 3),
        ("=COUNT(Name:Size)", 7),
        ('=COUNTIF(Name:Name, "Apple")', 1),
        ("=COUNTIF(Size:Size, >6)", 2),
        ("=COUNTIF(Size:Size, @cell < 6)", 1),
        ("=COUNTIF(Ripe:Ripe, 1)", 1),
        ("=COUNTIF(Ripe:Ripe, 0)", 1),
        ("=COUNTIF(Ripe:Ripe, <>0)", 3),
        ('=COUNTIF(Ripe:Ripe, "")', 3),
        ('=IF(Ripe3 = 0, "wait", "eat")', "wait"),
        ('=COUNTIF(Due:Due, <="2026-03-01")', 1),
        ('=SUMIF(Name:Name, <>"Basket", Size:Size)', 12),
        ("=SUMIF(Size:Size, >=7)", 107),
        ('=IF(Ripe@row, "eat", "wait")', "eat"),
        ("=IF(Size@row > 6, 1)", None),
        ('=IF(Size@row = 5, IF(Name@row <> "Pear", Size1 / 2, 0), 1 / 0)', 50),
        ("=PARENT(Size@row) - Size@row", 95),
        ("=PARENT([Name]@row)", "Basket"),
        ("=SUM(CHILDREN(Size1))", 12),
        ("=COUNT(CHILDREN(Name1))", 2),
        ('=JOIN(CHILDREN(Name1), ", ")', "Apple, Pear"),
        ("=JOIN(Size2:Size3)", "57"),
        ('=Name@row + " of " + Size@row', "Apple of 5"),
        ('="2026-03-01" + 3', "2026-03-013"),
        ("=Size$2 + $Size$3 + $[Size]2", 17),
        ("=SUM($Size$2:Size$3)", 12),
        ("=SUM($Size:$Size)", 112),
        ("=IF(1)", "#INCORRECT ARGUMENT SET"),
        ("=SUMIF(Size:Size, 1, Size1:Size2)", "#INCORRECT ARGUMENT SET"),
        ("=Due3 - Due2", 4),
        ("=Size99", "#REF"),
        ('="a ""quoted"" word"', 'a "quoted" word'),
    ],
)
def test_the_common_functions_calculate(fruit: Grid, formula: str, value: Any) -> None:
    assert result(fruit, formula) == value


def test_a_result_has_the_type_of_its_column(fruit: Grid) -> None:
    assert result(fruit, "=Size@row > 1", title="Eaten") is True
    assert "displayValue" not in fruit.again().cell("Apple", "Eaten")
    result(fruit, "=Due2 + 1", title="Due", task="Apart")
    assert "displayValue" not in fruit.again().cell("Apart", "Due")
    assert result(fruit, "=COUNT(Size1)", title="Eaten", task="Pear") is True
    assert "displayValue" not in fruit.again().cell("Pear", "Eaten")


@pytest.mark.parametrize(
    ("title", "formula"),
    [
        ("Result of it", "=TODAY()"),
        ("Result of it", "=Due@row"),
        ("Result of it", "=1 = 1"),
        ("Result of it", "=Ripe@row"),
        ("Due", "=5"),
        ("Due", "=1 = 1"),
        ("Eaten", "=5"),
        ("Eaten", "=Due@row"),
    ],
)
def test_a_result_that_does_not_fit_its_column_is_an_error(fruit: Grid, title: str, formula: str) -> None:
    assert result(fruit, formula, title=title) == "#INVALID COLUMN VALUE"
    assert fruit.again().cell("Apple", title)["displayValue"] == "#INVALID COLUMN VALUE"


def test_a_restricted_column_accepts_no_text_as_a_result(fruit: Grid, as_alice: Client) -> None:
    for title, error in (("Due", "#DATE EXPECTED"), ("Eaten", "#BOOLEAN EXPECTED")):
        assert result(fruit, '="later"', title=title) == "later"
        as_alice.ask("PUT", f"{fruit.path}/columns/{fruit.column(title)}", {"validation": True})
        assert result(fruit, '="never"', title=title) == error


def test_today_goes_by_the_sandboxs_clock(fruit: Grid, sandbox: RunningSandbox) -> None:
    today = date.fromisoformat(result(fruit, "=TODAY()", title="Due"))
    assert result(fruit, "=TODAY(-2)", title="Due") == (today - timedelta(days=2)).isoformat()
    sandbox.control("POST", "clock", {"ahead": 5 * 86_400})
    fruit.put("Apart", {"title": "Size", "value": 1})
    later = date.fromisoformat(fruit.again().cell("Apple", "Due")["value"])
    assert later - today in (timedelta(days=3), timedelta(days=4))


def test_results_follow_cells_of_other_rows(fruit: Grid) -> None:
    result(fruit, "=SUM(Size1:Size3)", task="Apart")
    result(fruit, "=PARENT(Size@row) * 2")
    result(fruit, "=[Result of it]4 + 1", task="Pear")
    fruit.put("Basket", {"title": "Size", "value": 1})
    now = fruit.again()
    assert now.cell("Apart", "Result of it")["value"] == 13
    assert now.cell("Apple", "Result of it")["value"] == 2
    assert now.cell("Pear", "Result of it")["value"] == 14, "it uses a result below it"


def test_a_chain_through_many_rows_is_calculated(fruit: Grid, as_alice: Client) -> None:
    rows = [
        {"toBottom": True, "cells": fruit.cells({"title": "Size", "formula": f"=Size{number} + 1"})}
        for number in [*range(6, 305), 4]
    ]
    fruit.put("Apart", {"title": "Size", "value": 1000})
    added = as_alice.ask("POST", f"{fruit.path}/rows", rows).json()["result"]
    assert cell_in(added[-1], fruit.column("Size"))["value"] == 1001
    assert cell_in(added[0], fruit.column("Size"))["value"] == 1300, "each but the last uses the row below it"


def test_a_circle_through_other_rows_is_found(fruit: Grid) -> None:
    result(fruit, "=Size3", title="Size")
    assert result(fruit, "=Size2 + 1", title="Size", task="Pear") == "#CIRCULAR REFERENCE"
    assert fruit.again().cell("Apple", "Size")["value"] == "#CIRCULAR REFERENCE"
    assert result(fruit, "=SUM(Size:Size)", title="Size") == "#CIRCULAR REFERENCE"


def test_a_formula_with_an_uncalculated_cell_is_not_calculated(fruit: Grid) -> None:
    assert result(fruit, "=MAX(Size:Size)", task="Pear") is None
    assert result(fruit, "=[Result of it]3 + 1") is None
    assert result(fruit, "=SUM([Result of it]3, 1)") is None
    assert result(fruit, "=IF(Size@row > 100, 1)", task="Pear") is None
    assert result(fruit, "=SUM([Result of it]3, 1)") == 1, "a blank result is a value"


@pytest.mark.parametrize(
    ("formula", "task"), [("=SUM([Result of it]2:[Result of it]3)", "Apart"), ("=SUM(CHILDREN())", "Basket")]
)
def test_an_uncalculated_cell_stays_without_a_value_after_another_change(fruit: Grid, formula: str, task: str) -> None:
    assert result(fruit, "=Ripe@row + 1") is None
    assert result(fruit, formula, task=task) is None
    fruit.put("Pear", {"title": "Result of it", "value": 3})
    assert "value" not in fruit.again().cell(task, "Result of it")


def test_ranges_follow_a_column_that_is_renamed(fruit: Grid, as_alice: Client) -> None:
    result(fruit, "=SUM(Size:Size)")
    as_alice.ask("PUT", f"{fruit.path}/columns/{fruit.column('Size')}", {"title": "Weight in g"})
    cell = fruit.again().cell("Apple", "Result of it")
    assert (cell["formula"], cell["value"]) == ("=SUM([Weight in g]:[Weight in g])", 112)


@pytest.mark.parametrize(
    "formula",
    ["=COUNT(Size1:Size4)", "=COUNTIF(Size:Size, 7)", '=JOIN(Size:Size, ", ")', "=SUMIF(Size:Size, 7, Ripe:Ripe)"],
)
def test_an_error_in_a_range_is_the_result(fruit: Grid, formula: str) -> None:
    result(fruit, "=1 / 0", task="Apart", title="Size")
    assert result(fruit, formula) == "#DIVIDE BY ZERO"


def test_a_circle_of_counts_is_found(fruit: Grid) -> None:
    result(fruit, "=COUNT([Result of it]3)")
    assert result(fruit, "=COUNT([Result of it]2)", task="Pear") == "#CIRCULAR REFERENCE"
    assert fruit.again().cell("Apple", "Result of it")["value"] == "#CIRCULAR REFERENCE"


def test_a_text_like_an_error_is_a_text(fruit: Grid) -> None:
    result(fruit, '="#NEW"', title="Name")
    assert result(fruit, '=Name@row + "!"') == "#NEW!"


def add_formulas(fruit: Grid, formulas: dict[int, str]) -> dict[int, Any]:
    """Add a row for each formula, and write the formula into the column Size. The keys of `formulas` are the numbers of
    the new rows, beginning at 5. Returns the calculated sizes.
    """
    rows = [
        {"toBottom": True, "cells": fruit.cells({"title": "Size", "formula": formulas[row]})}
        for row in sorted(formulas)
    ]
    for start in range(0, len(rows), 500):
        assert fruit.client.ask("POST", f"{fruit.path}/rows", rows[start : start + 500]).status_code == 200
    body = fruit.client.json(f"{fruit.path}?columnIds={fruit.column('Size')}")
    return {row["rowNumber"]: row["cells"][0].get("value") for row in body["rows"][4:]}


def test_a_long_chain_can_be_in_any_order(fruit: Grid) -> None:
    order = [5 + (place * 389) % 1000 for place in range(1000)]
    chain = {row: f"=Size{before} + 1" for before, row in pairwise(order)}
    sizes = add_formulas(fruit, chain | {order[0]: "=1"})
    assert [sizes[row] for row in order] == list(range(1, 1001))


def test_a_long_circle_is_found(fruit: Grid) -> None:
    sizes = add_formulas(fruit, {row: f"=Size{row + 1 if row < 304 else 5} + 1" for row in range(5, 305)})
    assert set(sizes.values()) == {"#CIRCULAR REFERENCE"}


def test_formulas_beyond_measure_do_not_stop_the_others(fruit: Grid) -> None:
    long = "=1" + "+1" * 1900
    assert add_formulas(fruit, {5: long, 6: "=Size1 + 1", 7: long, 8: "=SUM(Size6, 1)"}) == {
        5: None,
        6: 101,
        7: None,
        8: 102,
    }


def test_rows_share_what_is_the_same_for_all(fruit: Grid, as_alice: Client) -> None:
    """Some of the calculation is the same for all rows, and the sandbox does this part only once. Each row still has
    its own result.
    """
    formulas = {
        "Total": "=SUM(Size:Size)",
        "Same name": "=COUNTIF(Name:Name, Name@row)",
        "Sum of them": "=SUMIF(Name:Name, =Name@row, Size:Size)",
        "Larger": "=COUNTIF(Size:Size, @cell > Size@row)",
        "Small": "=COUNTIF(Size:Size, @cell < 6)",
        "Parts": "=COUNT(CHILDREN(Name@row))",
        "Unripe": "=COUNTIF(Ripe:Ripe, 0)",
    }
    columns = [{"title": title, "type": "TEXT_NUMBER", "index": 6, "formula": one} for title, one in formulas.items()]
    assert as_alice.ask("POST", f"{fruit.path}/columns", columns).status_code == 200
    fruit.post({"title": "Name", "value": "Pear"}, {"title": "Size", "value": 3})
    now = fruit.again().body
    names = {column["id"]: column["title"] for column in now["columns"]}
    found = [{names[cell["columnId"]]: cell.get("value") for cell in row["cells"]} for row in now["rows"]]
    assert [[row[title] for title in formulas] for row in found] == [
        [115, 1, 100, 0, 2, 2, 1],
        [115, 1, 5, 2, 2, 0, 1],
        [115, 2, 10, 1, 2, 0, 1],
        [115, 1, 0, 0, 2, 0, 1],
        [115, 2, 10, 3, 2, 0, 1],
    ]


def test_column_formulas_of_a_large_sheet_are_quick() -> None:
    """The sandbox calculates only once what is the same for all rows of a column formula. If it did this for each row,
    these formulas would take many times as long as a formula that only reads one cell.
    """
    formulas = {
        "Copy": "={1}@row",
        "Children": "=SUM(CHILDREN({1}@row))",
        "Sum": "=SUM({1}:{1}) + {1}@row",
        "Same": "=COUNTIF({0}:{0}, {0}@row)",
        "Sum of them": "=SUMIF({0}:{0}, {0}@row, {1}:{1})",
    }
    with RunningSandbox("--rows", "6000", "--columns", "3") as sandbox:
        alice = sandbox.people()["alice"]
        client = Client(sandbox, alice.token)
        path = f"/sheets/{sandbox.sheet(alice, 'Large sheet')['id']}/columns"
        titles = [f"[{column['title']}]" for column in client.json(path)["data"]]
        times = []
        for title, formula in formulas.items():
            column = {"title": title, "type": "TEXT_NUMBER", "index": 3, "formula": formula.format(*titles)}
            start = time.monotonic()
            made = client.ask("POST", path, column)
            times.append(time.monotonic() - start)
            assert made.status_code == 200, made.text
            client.ask("DELETE", f"{path}/{made.json()['result']['id']}")
        client.close()
    assert max(times[1:]) < 6 * times[0]


def test_dates_are_calculated_once_a_day(fruit: Grid, sandbox: RunningSandbox) -> None:
    """If a row is changed, `TODAY()` in other rows is calculated again only if a new day has begun."""
    result(fruit, '="it is " + TODAY()', task="Apart")
    before = fruit.again().cell("Apart", "Result of it")["value"]
    fruit.put("Apple", {"title": "Size", "value": 8})
    assert fruit.again().cell("Apart", "Result of it")["value"] == before
    for days in (2, 4):
        sandbox.control("POST", "clock", {"ahead": days * 86_400})
        fruit.put("Apple", {"title": "Size", "value": days})
        assert fruit.again().cell("Apart", "Result of it")["value"] != before
        before = fruit.again().cell("Apart", "Result of it")["value"]
