"""Programs read and write the durations and predecessors of a project plan as texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.models import Entry
from tests.api.caller import Caller
from tests.api.test_editing import update
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

FINISH = "Smartsheet calculates this date. Change the start or the duration instead."
SURVEY, DRAW, APPROVE, DESIGN = "Survey the rooms", "Draw the partitions", "Approve the drawings", "Design"


@pytest.fixture
def project(plan: SitePlan, bob: Person) -> SitePlan:
    return SitePlan(plan.sandbox, bob, "Fit-out plan")


@pytest.mark.parametrize(
    ("row", "title", "shown", "sent", "stored"),
    [
        (SURVEY, "Duration", "3d", "1w2d", "1w 2d"),
        (SURVEY, "Duration", "3d", 4.5, "4.5d"),
        (SURVEY, "Start", "2026-01-12T08:00:00", "2026-01-13", "2026-01-13T08:00:00"),
        (DRAW, "Predecessors", "2", "2fs+1d", "2FS +1d"),
        (DRAW, "Predecessors", "2", None, None),
    ],
)
def test_a_cell_is_saved(
    caller: Caller, project: SitePlan, row: str, title: str, shown: Any, sent: Any, stored: Any
) -> None:
    (result,) = caller.save(project.id, update(project, row, **{title: (shown, sent)}))["results"]
    assert (result["status"], result["cells"][0]["value"]) == ("saved", stored)
    assert project.value(row, title) == stored


@pytest.mark.parametrize(
    ("row", "title", "shown", "sent", "why"),
    [
        (DRAW, "Predecessors", "2", "99", "The sheet has no row 99."),
        (DRAW, "Predecessors", "2", "soon", "“soon” isn't a predecessor such as 3, 3SS or 3FS +2d."),
        (DESIGN, "Duration", "11d", "5d", "Smartsheet calculates this cell from the child rows."),
        (
            SURVEY,
            "Finish",
            None,
            "2026-01-13",
            "Smartsheet calculates this date. Change the start or the duration instead.",
        ),
    ],
)
def test_a_cell_that_cannot_be_written_says_why(
    caller: Caller, project: SitePlan, bob: Person, row: str, title: str, shown: Any, sent: Any, why: str
) -> None:
    (result,) = caller.save(project.id, update(project, row, **{title: (shown, sent)}), status=403)["results"]
    assert (result["status"], result["cells"][0]["detail"]) == ("forbidden", why)
    assert project.writes(bob) == []


def shown_rows(project: SitePlan, *numbers: int) -> dict[str, str]:
    """The ids of the rows that have these numbers now."""
    rows = project.sandbox.sheet(project.person, project.name)["rows"]
    return {str(number): str(rows[number - 1]["id"]) for number in numbers}


def add_above(project: SitePlan) -> None:
    """Someone adds a row at the top, so that all rows get other numbers."""
    project.sandbox.call(project.person, "POST", f"/sheets/{project.id}/rows", [{"toTop": True}])


def test_predecessors_mean_the_rows_that_the_person_saw(caller: Caller, project: SitePlan) -> None:
    seen = shown_rows(project, 2, 3)
    add_above(project)
    change = update(project, APPROVE, Predecessors=("3FS +1d", "2SS +1d, 3"))
    (result,) = caller.save(project.id, change, shown_rows=seen)["results"]
    assert (result["status"], result["cells"][0]["value"]) == ("saved", "3SS +1d, 4")
    assert project.value(APPROVE, "Predecessors") == "3SS +1d, 4"
    intent = Entry.objects.intents().get()
    assert [json.loads(value or "") for value in (intent.old, intent.new)] == ["4FS +1d", "3SS +1d, 4"]


def test_predecessors_of_a_new_row_mean_the_rows_that_the_person_saw(caller: Caller, project: SitePlan) -> None:
    seen = shown_rows(project, 2)
    add_above(project)
    cells = [{"column_id": str(project.columns["Predecessors"]), "value": "2FS +1d"}]
    (result,) = caller.save(project.id, {"do": "add", "cells": cells}, shown_rows=seen)["results"]
    assert result["cells"][0]["value"] == "3FS +1d"


def test_a_repeated_save_has_the_same_result_though_the_rows_have_other_numbers(
    caller: Caller, project: SitePlan, bob: Person
) -> None:
    change, seen = update(project, APPROVE, Predecessors=("3FS +1d", "2")), shown_rows(project, 2, 3)
    first = caller.save(project.id, change, shown_rows=seen, key="once")
    add_above(project)
    again = caller.save(project.id, change, shown_rows=seen, key="once")
    assert again == first | {"is_repeat": True}
    assert [call["method"] for call in project.writes(bob)] == ["PUT", "POST"]  # the POST adds the row


def test_without_shown_rows_the_predecessors_are_the_rows_of_now(caller: Caller, project: SitePlan) -> None:
    add_above(project)
    (result,) = caller.save(project.id, update(project, APPROVE, Predecessors=("4FS +1d", "3")))["results"]
    assert (result["status"], result["cells"][0]["value"]) == ("saved", "3")


def test_a_predecessor_that_was_deleted_meanwhile_is_not_saved(caller: Caller, project: SitePlan, bob: Person) -> None:
    seen = shown_rows(project, 2, 3)
    project.sandbox.call(bob, "DELETE", f"/sheets/{project.id}/rows?ids={seen['2']}")
    change = update(project, APPROVE, Predecessors=("3FS +1d", "2SS, 3"))
    (result,) = caller.save(project.id, change, shown_rows=seen, status=403)["results"]
    assert result["cells"][0]["detail"] == "#REF stands for a row that isn't in the sheet. Remove it from the list."
    assert project.value(APPROVE, "Predecessors") == "2FS +1d"


def test_other_cells_keep_texts_that_look_like_row_numbers(caller: Caller, project: SitePlan) -> None:
    seen = shown_rows(project, 2)
    add_above(project)
    change = update(project, DRAW, Task=(DRAW, "2"))
    (result,) = caller.save(project.id, change, shown_rows=seen)["results"]
    assert result["cells"][0]["value"] == "2"


@pytest.mark.parametrize("shown", [{"0": "1"}, {"x": "1"}, {"1": 1}, {"1": "x"}, [], {"1000000": "1"}])
def test_shown_rows_must_be_ids_by_row_numbers(caller: Caller, project: SitePlan, shown: Any) -> None:
    problem = caller.save(project.id, update(project, DRAW, Predecessors=("2", "5")), shown_rows=shown, status=422)
    assert problem["errors"][0]["pointer"].startswith("/shown_rows")


def test_the_first_row_of_a_plan_has_no_predecessors(caller: Caller, project: SitePlan, bob: Person) -> None:
    rows = project.sandbox.sheet(bob, project.name)["rows"]
    top = ",".join(str(row["id"]) for row in rows if not row.get("parentId"))
    project.sandbox.call(bob, "DELETE", f"/sheets/{project.id}/rows?ids={top}")
    cells = [{"column_id": str(project.columns["Predecessors"]), "value": "1"}]
    (result,) = caller.save(project.id, {"do": "add", "cells": cells}, status=403)["results"]
    assert result["cells"][0]["detail"] == "The sheet has no row 1."


def test_columns_say_whether_parents_are_calculated(caller: Caller, project: SitePlan) -> None:
    columns = caller.get(f"/sheets/{project.id}")["columns"]
    rolled_up = {column["title"] for column in columns if column["is_rolled_up"]}
    assert rolled_up == {"Duration", "Start", "Finish", "% Complete"}
