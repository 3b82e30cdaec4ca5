"""Sorting a sheet."""

import pytest

from tests.sandbox.client import Client, Grid, refusal


def sort(client: Client, plan: Grid, *criteria: tuple[str, str | None]) -> Grid:
    body = {"sortCriteria": [{"columnId": plan.column(title), "direction": way} for title, way in criteria]}
    answer = client.ask("POST", f"{plan.path}/sort", body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == client.json(plan.path) | {"readOnly": True}
    return plan.again(client)


@pytest.fixture
def numbers(as_alice: Client, plan: Grid) -> Grid:
    """Return a sheet with five rows. One of them is a child row of another."""
    columns = [
        {"title": "Name", "type": "TEXT_NUMBER", "primary": True},
        {"title": "Size", "type": "TEXT_NUMBER"},
        {"title": "Health", "type": "PICKLIST", "symbol": "RYG"},
    ]
    made = as_alice.ask("POST", "/sheets", {"name": "Numbers", "columns": columns}).json()["result"]
    sheet = Grid(as_alice, made["id"])
    for name, size, health in (("b", 10, "Green"), ("A", 9, "Red"), ("c", None, "Yellow"), ("d", "x", "Red")):
        sheet.post(
            {"title": "Name", "value": name}, {"title": "Size", "value": size}, {"title": "Health", "value": health}
        )
    sheet = sheet.again()
    sheet.post({"title": "Name", "value": "child of b"}, parentId=sheet.row("b"))
    return sheet.again()


@pytest.mark.parametrize(
    ("title", "direction", "order"),
    [
        ("Name", None, ["A", "b", "child of b", "c", "d"]),
        ("Name", "DESCENDING", ["d", "c", "b", "child of b", "A"]),
        ("Size", "ASCENDING", ["A", "b", "child of b", "d", "c"]),
        ("Size", "DESCENDING", ["d", "b", "child of b", "A", "c"]),
        ("Health", "ASCENDING", ["A", "d", "c", "b", "child of b"]),
    ],
)
def test_rows_are_sorted_with_what_is_below_them(
    numbers: Grid, title: str, direction: str | None, order: list[str]
) -> None:
    after = sort(numbers.client, numbers, (title, direction))
    assert after.tasks() == order
    assert after.rows["child of b"]["parentId"] == after.row("b")


def test_further_columns_decide_between_equals(numbers: Grid) -> None:
    after = sort(numbers.client, numbers, ("Health", "ASCENDING"), ("Name", "DESCENDING"))
    assert after.tasks() == ["d", "A", "c", "b", "child of b"]


def test_only_what_moves_rows_is_a_change(numbers: Grid) -> None:
    version = numbers.body["version"]
    after = sort(numbers.client, numbers, ("Name", "ASCENDING"))
    assert after.body["version"] == version + 1
    assert sort(numbers.client, numbers, ("Name", "ASCENDING")).body["version"] == version + 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 1012),
        ({"sortCriteria": []}, 1012),
        ({"sortCriteria": "Name"}, 1008),
        ({"sortCriteria": [{"columnId": 1}]}, 1036),
        ({"sortCriteria": [{"column": 1}]}, 1008),
    ],
)
def test_invalid_sort_criteria(as_alice: Client, plan: Grid, body: object, code: int) -> None:
    assert refusal(as_alice.ask("POST", f"{plan.path}/sort", body)) == (400, code)


def test_a_direction_is_up_or_down(as_alice: Client, plan: Grid) -> None:
    body = {"sortCriteria": [{"columnId": plan.column("Task"), "direction": "SIDEWAYS"}]}
    assert refusal(as_alice.ask("POST", f"{plan.path}/sort", body)) == (400, 1031)


def test_viewers_do_not_sort_and_editors_not_over_locked_rows(as_bob: Client, as_charlie: Client, plan: Grid) -> None:
    body = {"sortCriteria": [{"columnId": plan.column("Task")}]}
    assert refusal(as_charlie.ask("POST", f"{plan.path}/sort", body)) == (403, 1004)
    assert refusal(as_bob.ask("POST", f"{plan.path}/sort", body)) == (400, 1223)
