"""If a save is repeated, the caller gets the first save's answer again, even if the sheet can't be read any more. A
save can put a new row next to a row that it deletes. In the answer, the result of each cell has the cell's value.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from audit.models import Entry
from tests.api.caller import Caller
from tests.api.test_editing import DIG, update
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

LINKED = {"value": "Plan", "hyperlink": {"url": "https://example.com/plan"}}


def new_row(plan: SitePlan, **place: str) -> dict[str, Any]:
    cells = [{"column_id": str(plan.columns["Task"]), "value": "Fence"}]
    return {"do": "add", "cells": cells, **({"place": place} if place else {})}


def test_a_repeat_is_answered_though_the_sheet_cannot_be_read(caller: Caller, plan: SitePlan, bob: Person) -> None:
    key = str(uuid4())
    first = caller.save(plan.id, new_row(plan), key=key)
    plan.unshare(bob)
    assert caller.save(plan.id, new_row(plan), key=key) == {**first, "is_repeat": True}
    plan.sandbox.fault(method="GET", path="/sheets", status=503, errorCode=4001, times=0)
    assert caller.save(plan.id, new_row(plan), key=key) == {**first, "is_repeat": True}


@pytest.mark.parametrize("name", ["parent_id", "sibling_id"])
def test_no_row_becomes_a_child_row_of_a_row_that_the_same_save_deletes(
    caller: Caller, plan: SitePlan, name: str
) -> None:
    parent, child = plan.rows["Excavation"], plan.rows[DIG]
    place = {"parent_id": str(parent), "where": "bottom"}
    if name == "sibling_id":
        place = {"sibling_id": str(child), "where": "below"}
    rows = sum(row.get("parentId") == parent for row in plan.sandbox.sheet(plan.person, plan.name)["rows"]) + 1
    delete = {"do": "delete", "row_id": str(parent), "rows": rows}
    problem = caller.save(plan.id, new_row(plan, **place), delete, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/changes/0/place"]
    assert len(plan.labels()) == len(plan.rows)
    assert not Entry.objects.exclude(sheet_id=None).exists()


def test_a_row_goes_next_to_a_row_that_the_same_save_deletes(caller: Caller, plan: SitePlan) -> None:
    row = str(plan.rows[DIG])
    caller.save(plan.id, new_row(plan, sibling_id=row, where="below"), {"do": "delete", "row_id": row})
    assert "Fence" in plan.labels()


@pytest.mark.parametrize(("where", "place"), [("top", 1), ("bottom", -1)])
def test_a_row_becomes_a_child_row_of_another(caller: Caller, plan: SitePlan, where: str, place: int) -> None:
    parent = plan.rows["Excavation"]
    caller.save(plan.id, new_row(plan, parent_id=str(parent), where=where))
    rows = plan.sandbox.sheet(plan.person, plan.name)["rows"]
    family = [row for row in rows if parent in (row["id"], row.get("parentId"))]
    assert family[place]["cells"][0]["value"] == "Fence"


def test_a_cell_with_a_hyperlink_has_a_plain_value(caller: Caller, plan: SitePlan) -> None:
    plan.write(DIG, Notes=LINKED)
    problem = caller.save(plan.id, update(plan, DIG, Notes=("old", "new")), status=409)
    shown = problem["results"][0]["cells"][0]["value"]
    assert shown == "Plan"
    saved = caller.save(plan.id, update(plan, DIG, Notes=(shown, "new")))
    assert saved["results"][0]["cells"][0]["value"] == "new"
    states = caller.get(f"/sheets/{plan.id}/rows/{plan.rows[DIG]}/columns/{plan.columns['Notes']}/history")["states"]
    assert [state["value"] for state in states[:2]] == ["new", "Plan"]


def test_a_cell_that_was_refused_holds_what_it_held(caller: Caller, plan: SitePlan) -> None:
    problem = caller.save(plan.id, update(plan, DIG, Status=("In progress", "No such")), status=422)
    assert problem["results"][0]["cells"][0]["value"] == "In progress"


def test_a_cell_of_a_new_row_holds_what_was_sent(caller: Caller, plan: SitePlan) -> None:
    assert caller.save(plan.id, new_row(plan))["results"][0]["cells"][0]["value"] == "Fence"
