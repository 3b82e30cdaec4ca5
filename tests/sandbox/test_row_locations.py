"""One or several rows are put at the location that the request names."""

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid, refusal

BLANK = None


def outline(plan: Grid) -> list[str]:
    """Return the tasks, indented by their levels."""
    levels: dict[int | None, int] = {None: -1}
    lines = []
    for task, row in plan.rows.items():
        levels[row["id"]] = levels[row.get("parentId")] + 1
        lines.append(f"{'.' * levels[row['id']]}{task}")
    return lines


def around(plan: Grid, task: str) -> tuple[str, str, str]:
    """Return the line above a task, the task's own line, and the line below."""
    lines = ["", *outline(plan), ""]
    position = next(index for index, line in enumerate(lines) if line.lstrip(".") == task)
    return lines[position - 1], lines[position], lines[position + 1]


def add(plan: Grid, **location: Any) -> tuple[str, str, str]:
    response = plan.post({"title": "Task", "value": "New"}, **location)
    assert response.status_code == 200, response.text
    return around(plan.again(), "New")


def move(plan: Grid, task: str, **location: Any) -> tuple[str, str, str]:
    response = plan.put(task, **location)
    assert response.status_code == 200, response.text
    return around(plan.again(), task)


def test_new_rows_go_to_their_location(plan: Grid) -> None:
    assert add(plan, toTop=True) == ("", "New", "Groundworks")


def test_the_bottom_is_the_default(plan: Grid) -> None:
    assert add(plan, toTop=False) == ("None", "New", "")


def test_the_first_and_the_last_child(plan: Grid) -> None:
    parent = plan.row("Structure")
    assert add(plan, parentId=parent) == ("Structure", ".New", ".Concrete")
    plan.put("Concrete", toBottom=True)
    assert add(plan.again(), parentId=parent, toBottom=True)[1:] == (".New", ".Timber frame")


def test_the_last_child_follows_all_below_its_sibling(plan: Grid) -> None:
    assert add(plan, parentId=plan.row("Structure"), toBottom=True) == ("..Raise frames", ".New", "Envelope")


def test_above_and_below_a_sibling(plan: Grid) -> None:
    sibling = plan.row("Concrete")
    assert add(plan, siblingId=sibling) == ("..Core walls", ".New", ".Timber frame")
    plan.again().put("New", toBottom=True)
    response = plan.post({"title": "Task", "value": "Above"}, siblingId=sibling, above=True)
    assert response.json()["result"][0]["parentId"] == plan.row("Structure")
    assert around(plan.again(), "Above") == ("Structure", ".Above", ".Concrete")


def test_a_moved_row_takes_its_child_rows_along(plan: Grid) -> None:
    assert move(plan, "Structure", toTop=True) == ("", "Structure", ".Concrete")
    lines = outline(plan.again())
    assert lines[:9] == [
        "Structure", ".Concrete", "..Reinforcement", "..Pour slab", "..Core walls", ".Timber frame",
        "..Deliver frames", "..Raise frames", "Groundworks",
    ]  # fmt: skip


def test_a_moved_row_can_change_its_parent(plan: Grid) -> None:
    assert move(plan, "Concrete", parentId=plan.row("Envelope"), toBottom=True)[0] == "..Gutters & downpipes"
    assert outline(plan.again()).count("..Pour slab") == 1


def test_indent_makes_a_row_the_last_child_of_the_one_above(plan: Grid) -> None:
    assert move(plan, "Timber frame", indent=1) == ("..Core walls", "..Timber frame", "...Deliver frames")
    assert plan.again().rows["Timber frame"]["parentId"] == plan.row("Concrete")


def test_outdent_takes_the_siblings_below_as_children(plan: Grid) -> None:
    assert move(plan, "Pour slab", outdent=1) == ("..Reinforcement", ".Pour slab", "..Core walls")
    assert plan.again().rows["Core walls"]["parentId"] == plan.row("Pour slab")


def test_several_rows_keep_their_order(plan: Grid, as_alice: Client) -> None:
    rows = [{"toTop": True, "cells": plan.cells({"title": "Task", "value": name})} for name in ("A", "B")]
    as_alice.ask("POST", f"{plan.path}/rows", rows)
    assert plan.again().tasks()[:3] == ["A", "B", "Groundworks"]
    moved = [{"id": plan.row(task), "siblingId": plan.row("Excavation")} for task in ("Roof", "Drainage runs")]
    as_alice.ask("PUT", f"{plan.path}/rows", moved)
    lines = outline(plan.again())
    start = lines.index(".Excavation")
    assert lines[start : start + 6] == [
        ".Excavation", "..Dig foundations", ".Roof", "..Roof membrane", "..Gutters & downpipes", ".Drainage runs",
    ]  # fmt: skip


def test_a_move_is_a_change_without_cell_history(plan: Grid, bobs_plan: Grid) -> None:
    bobs_plan.put("Core walls", toBottom=True)
    now = plan.again()
    assert now.body["version"] == plan.body["version"] + 1
    assert now.cell("Core walls", "Modified by")["value"] == "bob@example.com"
    assert len(plan.history("Core walls", "Budget")) == 1


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ({"toTop": True, "toBottom": True}, 1062),
        ({"parentId": "Structure", "siblingId": "Concrete"}, 1062),
        ({"parentId": "Structure", "toTop": True}, 1062),
        ({"siblingId": "Structure", "toBottom": True}, 1062),
        ({"above": True}, 1062),
        ({"indent": 2}, 1062),
        ({"indent": 1, "outdent": 1}, 1062),
        ({"parentId": 42}, 1063),
        ({"siblingId": 42}, 1064),
        ({"parentId": BLANK}, 1185),
        ({"toTop": "yes"}, 1008),
        ({"parentId": "x" * 3}, 1008),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_impossible_places_are_refused(plan: Grid, method: str, location: dict[str, Any], code: int) -> None:
    named = {name: plan.row(value) if value in plan.rows else value for name, value in location.items()}
    response = plan.post(**named) if method == "POST" else plan.put("Core walls", **named)
    assert refusal(response) == (400, code)
    assert plan.again().body == plan.body


@pytest.mark.parametrize(
    ("task", "location", "code"),
    [
        ("Groundworks", {"indent": 1}, 1062),
        ("Groundworks", {"outdent": 1}, 1062),
        ("Structure", {"parentId": "Concrete"}, 1063),
        ("Structure", {"parentId": "Structure"}, 1063),
        ("Structure", {"siblingId": "Structure"}, 1064),
        ("Structure", {"siblingId": "Core walls"}, 1064),
    ],
)
def test_a_row_cannot_go_below_itself(plan: Grid, task: str, location: dict[str, Any], code: int) -> None:
    named = {name: plan.row(value) if isinstance(value, str) else value for name, value in location.items()}
    assert refusal(plan.put(task, **named)) == (400, code)


def test_a_new_row_cannot_be_indented(plan: Grid) -> None:
    assert refusal(plan.post({"title": "Task", "value": "x"}, indent=1)) == (400, 1062)


def test_all_rows_of_a_request_go_to_one_place(plan: Grid, as_alice: Client) -> None:
    rows = [{"toTop": True}, {"toBottom": True}]
    response = as_alice.ask("POST", f"{plan.path}/rows", rows)
    assert refusal(response) == (400, 1123)
    assert response.json()["detail"] == {"index": 1}
    both = [{"id": plan.row(task), "indent": 1} for task in ("Structure", "Envelope")]
    assert refusal(as_alice.ask("PUT", f"{plan.path}/rows", both)) == (400, 1123)


def test_a_row_that_is_moved_out_of_a_moved_one_leaves_its_sisters_there(plan: Grid, as_alice: Client) -> None:
    both = [{"id": plan.row(task), "toTop": True} for task in ("Structure", "Concrete")]
    assert as_alice.ask("PUT", f"{plan.path}/rows", both).status_code == 200
    assert outline(plan.again())[:9] == [
        "Structure", ".Timber frame", "..Deliver frames", "..Raise frames",
        "Concrete", ".Reinforcement", ".Pour slab", ".Core walls", "Groundworks",
    ]  # fmt: skip
    gone = as_alice.ask("DELETE", f"{plan.path}/rows?ids={plan.row('Structure')}").json()["result"]
    assert set(gone) == {plan.row(task) for task in ("Structure", "Timber frame", "Deliver frames", "Raise frames")}


def test_the_inner_row_may_be_named_first(plan: Grid, as_alice: Client) -> None:
    both = [{"id": plan.row(task), "toBottom": True} for task in ("Core walls", "Structure", "Pour slab")]
    assert as_alice.ask("PUT", f"{plan.path}/rows", both).status_code == 200
    assert outline(plan.again())[-8:] == [
        "Core walls", "Structure", ".Concrete", "..Reinforcement", ".Timber frame", "..Deliver frames",
        "..Raise frames", "Pour slab",
    ]  # fmt: skip
