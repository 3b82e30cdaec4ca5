"""What changed in a sheet since it was read, and the history of a cell."""

from __future__ import annotations

from typing import Any

import pytest

from api import cursors
from edits.sheets.sheet import Sheet
from tests.api.caller import Caller
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

DIG = "Dig foundations"


def test_nothing_changed(caller: Caller, plan: SitePlan) -> None:
    cursor = caller.get(f"/sheets/{plan.id}", page_size=1)["cursor"]
    plan.sandbox.forget_requests()
    changes = caller.get(f"/sheets/{plan.id}/changes", since=cursor)
    assert changes == {"cursor": cursor, "is_changed": False, "is_whole": False, "sheet": None, "row_ids": None}
    assert [request["path"] for request in plan.sandbox.requests()] == [f"/2.0/sheets/{plan.id}/version"]


COLUMNS = [{"id": 1, "title": "Task", "primary": True}, {"id": 2, "title": "Notes"}]


@pytest.mark.parametrize(
    ("modified_at", "cell", "column", "is_given"),
    [
        ("2026-11-30T11:54:59Z", {}, {}, False),
        ("2026-11-30T11:55:00Z", {}, {}, True),  # a few minutes more than needed
        ("2026-11-30T13:00:00Z", {}, {}, True),
        ("2026-11-01T00:00:00Z", {"formula": "=1"}, {}, True),
        ("2026-11-01T00:00:00Z", {"linkInFromCell": {"sheetId": 7}}, {}, True),
        ("2026-11-01T00:00:00Z", {}, {"formula": "=1"}, True),
        (None, {}, {}, True),
    ],
)
def test_rows_that_may_have_changed(
    modified_at: str | None, cell: dict[str, Any], column: dict[str, Any], is_given: bool
) -> None:
    row = {"id": 3, "modifiedAt": modified_at, "cells": [{"columnId": 2, "value": "x", **cell}]}
    columns = [COLUMNS[0], {**COLUMNS[1], **column}]
    sheet = Sheet.parse(
        {"id": 4, "version": 5, "modifiedAt": "2026-11-30T12:00:00Z", "columns": columns, "rows": [row]}
    )
    assert cursors.after(sheet).may_not_know(sheet.rows[0], sheet) is is_given


def test_a_row_that_changed_is_given(caller: Caller, plan: SitePlan) -> None:
    cursor = caller.get(f"/sheets/{plan.id}")["cursor"]
    plan.write(DIG, Notes="Rock")
    changes = caller.get(f"/sheets/{plan.id}/changes", since=cursor)
    assert (changes["is_changed"], changes["is_whole"]) == (True, False)
    (row,) = [row for row in changes["sheet"]["rows"] if row[0] == str(plan.rows[DIG])]
    assert "Rock" in row[4]
    assert caller.get(f"/sheets/{plan.id}/changes", since=changes["cursor"])["is_changed"] is False


def test_rows_that_are_gone_are_missing_in_the_order(caller: Caller, plan: SitePlan) -> None:
    last = list(plan.rows)[-1]
    cursor = caller.get(f"/sheets/{plan.id}")["cursor"]
    plan.delete(last)
    row_ids = caller.get(f"/sheets/{plan.id}/changes", since=cursor)["row_ids"]
    assert row_ids == [str(row_id) for row_id in list(plan.rows.values())[:-1]]


def test_other_columns_give_the_whole_sheet(caller: Caller, plan: SitePlan) -> None:
    cursor = caller.get(f"/sheets/{plan.id}")["cursor"]
    column = {"title": "Weather", "type": "TEXT_NUMBER", "index": 1}
    plan.sandbox.call(plan.person, "POST", f"/sheets/{plan.id}/columns", column)
    changes = caller.get(f"/sheets/{plan.id}/changes", since=cursor)
    assert changes["is_whole"]
    assert len(changes["sheet"]["rows"]) == len(plan.rows)


@pytest.mark.parametrize("cursor", ["", "1", "1-2-3", "x-1-0123456789abcdef", "1-1-0123456789ABCDEF"])
def test_cursors_that_are_none(caller: Caller, plan: SitePlan, cursor: str) -> None:
    caller.get(f"/sheets/{plan.id}/changes", since=cursor, status=422)


def test_the_history_of_a_cell(caller: Caller, plan: SitePlan, alice: Person) -> None:
    plan.write(DIG, Notes="Rock")
    plan.write(DIG, Notes="Clay")
    path = f"/sheets/{plan.id}/rows/{plan.rows[DIG]}/columns/{plan.columns['Notes']}/history"
    history = caller.get(path)
    assert [(state["value"], state["email"]) for state in history["states"]][:2] == [
        ("Clay", alice.email), ("Rock", alice.email),
    ]  # fmt: skip
    assert history["has_more"] is False
    caller.get(path.replace(str(plan.rows[DIG]), "17"), status=404)
