"""Programs read and write the durations and predecessors of a project plan as texts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.caller import Caller
from tests.api.test_editing import update
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

FINISH = "Smartsheet calculates this date. Change the start or the duration instead."
SURVEY, DRAW, DESIGN = "Survey the rooms", "Draw the partitions", "Design"


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
