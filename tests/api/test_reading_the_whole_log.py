"""A program can read every entry of the log that its owner can read: exactly once, newest first, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import paging, search
from audit.models import Entry
from audit.recording import Actor, Intent, Outcome, note, settle
from audit.vocabulary import Phase
from tests.api.caller import Caller
from tests.audit.edits import ALICE, cell, intended
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

QUERIES = 40
ACTIONS = ("change", "add")


def recorded(plan: SitePlan, rows: int, columns: int = 1) -> Intent:
    """Record an edit by Alice in which Smartsheet refused the rows with odd numbers, and saved the other rows."""
    cells = [cell(row=row, column=n + 1, title=f"Column {n + 1}") for row in range(1, rows + 1) for n in range(columns)]
    intent = intended(*cells, sheet=(plan.id, plan.name), actor=ALICE)
    settle(intent, [Outcome(Phase.REFUSED if row % 2 else Phase.APPLIED, row) for row in range(1, rows + 1)])
    return intent


def back(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    """Return the entries of all pages, from the newest page to the oldest."""
    found, page = [], caller.get("/log/entries", **query)
    while True:
        assert len(page["entries"]) <= query.get("limit", 50)
        found += page["entries"]
        if page["older"] is None:
            return found
        page = caller.get("/log/entries", **query, before=page["older"])


def forth(caller: Caller, after: int = 1, **query: Any) -> list[dict[str, Any]]:
    """Return all entries that are newer than the entry `after`, page by page, oldest first."""
    found: list[dict[str, Any]] = []
    for _ in range(1_000):
        page = caller.get("/log/entries", **query, after=after)
        assert len(page["entries"]) <= query.get("limit", 50)
        if int(page["newer"]) == after:
            assert page["entries"] == []
            return found
        found, after = found + page["entries"][::-1], int(page["newer"])
    raise AssertionError("The pages never end.")


def ids(entries: list[dict[str, Any]]) -> list[int]:
    return [int(entry["id"]) for entry in entries]


def expected(plan: SitePlan, **facts: Any) -> list[int]:
    told = Entry.objects.told().filter(sheet_id=plan.id, **facts)
    return list(told.order_by("-id").values_list("pk", flat=True))


@pytest.mark.parametrize("limit", [7, 200])
def test_edits_of_1_and_30_and_501_rows_are_complete(caller: Caller, plan: SitePlan, limit: int) -> None:
    edit_ids = []
    for count in (1, 30, 501):
        rows = [{"column_id": str(plan.columns["Task"]), "value": f"row {number}"} for number in range(count)]
        edit_ids += caller.save(plan.id, *({"do": "add", "cells": [one]} for one in rows))["edit_ids"]
    found = back(caller, sheet=plan.id, limit=limit)
    assert ids(found) == expected(plan)
    counts = {edit_id: sum(entry["edit_id"] == edit_id for entry in found) for edit_id in edit_ids}
    assert list(counts.values()) == [1, 30, 501]
    assert {entry["outcome"] for entry in found} == {"applied"}
    assert ids(back(caller, edit=edit_ids[1], limit=limit)) == expected(plan, edit_id=edit_ids[1])
    assert ids(forth(caller, sheet=plan.id, limit=limit)) == expected(plan)[::-1]


@pytest.mark.parametrize("outcome", ["refused", "applied"])
def test_rows_of_many_cells_with_an_outcome(caller: Caller, plan: SitePlan, outcome: str) -> None:
    for shape in ((1, 1), (4, 60), (30, 2)):
        recorded(plan, *shape)
    found = back(caller, sheet=plan.id, outcome=outcome, limit=50)
    lines = {"refused": 0, "applied": 1}
    assert ids(found) == [
        entry.pk
        for entry in Entry.objects.intents().filter(sheet_id=plan.id).order_by("-id")
        if entry.line is not None and entry.line % 2 == lines[outcome]
    ]
    assert {entry["outcome"] for entry in found} == {outcome}
    assert forth(caller, sheet=plan.id, outcome=outcome, limit=50) == found[::-1]


def test_only_changes_without_an_outcome_are_uncertain(caller: Caller, plan: SitePlan) -> None:
    intent = intended(cell(row=1), cell(row=2), sheet=(plan.id, plan.name), actor=ALICE)
    settle(intent, [Outcome(Phase.APPLIED, 1)])
    assert [entry["row_id"] for entry in back(caller, outcome="uncertain")] == ["2"]


def test_several_cells_in_conflict_are_separate_entries(caller: Caller, plan: SitePlan) -> None:
    cells = [cell(column=column) for column in range(1, 31)]
    facts: dict[str, Any] = {"sheet_id": plan.id, "sheet_name": plan.name, "phase": Phase.CONFLICT}
    note(actor=ALICE, action="change", changes=cells, **facts)
    assert ids(back(caller, outcome="conflict", limit=20)) == expected(plan)


@pytest.mark.parametrize("query", [{}, {"q": "ed"}, {"q": "Archer’s shed"}, {"outcome": "refused"}])
def test_nothing_is_lost_if_the_time_limit_ends_each_page(
    caller: Caller, plan: SitePlan, query: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        intent = intended(*(cell(row=n, new="Archer’s shed") for n in range(1, 8)), sheet=(plan.id, plan.name))
        settle(intent, [Outcome(Phase.REFUSED if number % 2 else Phase.APPLIED, None)])
        note(actor=Actor(id=0, region="", name="", email=""), action="sign_in")
    every = back(caller, sheet=plan.id, **query)
    monkeypatch.setattr(paging, "TIME_LIMIT", 0.0)
    monkeypatch.setattr(search, "SCANNED", 10)
    assert len(every) == (14 if "outcome" in query else 35)
    assert back(caller, sheet=plan.id, limit=4, **query) == every
    # From id 1, there would be thousands of such short pages if other tests ran before.
    assert forth(caller, ids(every)[-1] - 1, sheet=plan.id, limit=4, **query) == every[::-1]


def test_a_short_word_in_many_entries(caller: Caller, plan: SitePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "BATCH", 3)
    recorded(plan, 10)
    assert ids(back(caller, q="do", limit=8)) == expected(plan)
    assert ids(forth(caller, q="do", limit=8)) == expected(plan)[::-1]


def test_a_page_costs_the_same_however_long_the_edits_are(caller: Caller, plan: SitePlan) -> None:
    counts = []
    for rows in (3, 300):
        recorded(plan, rows)
        asked: tuple[dict[str, Any], ...] = ({}, {"outcome": "refused"})
        for query in asked:
            caller.get("/log/entries", limit=200)  # so that the caches of this process are filled
            with CaptureQueriesContext(connection) as queries:
                caller.get("/log/entries", sheet=plan.id, limit=200, **query)
            counts.append(len(queries))
    assert max(counts) <= min(QUERIES, min(counts) + 3)


@pytest.mark.parametrize("name", ["edit", "row"])
def test_the_outcomes_of_an_old_edit_cost_the_same_however_long_the_log_is(
    caller: Caller, plan: SitePlan, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SCANNED", 100)
    old = recorded(plan, 3)
    query = {"edit": old.edit_id} if name == "edit" else {"sheet": plan.id, "row": 3}
    counts = []
    for rows in (0, 500):
        if rows:
            settle(intended(*(cell(row=row) for row in range(4, rows))), [Outcome(Phase.APPLIED, None)])
        caller.get("/log/entries")
        with CaptureQueriesContext(connection) as queries:
            assert caller.get("/log/entries", **query, outcome="refused")["entries"]
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1


def test_before_and_after_together_are_refused(caller: Caller) -> None:
    problem = caller.get("/log/entries", before=5, after=3, status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["after"]


def test_reading_with_the_api_is_recorded_as_made_in_the_api(caller: Caller, plan: SitePlan, bob: Person) -> None:
    recorded(plan, 1)
    assert caller.get("/log/entries", sheet=plan.id)["entries"]
    (read,) = caller.get("/log/entries", action="read", origin="api")["entries"]
    assert read["actor"]["id"] == str(bob.id)
