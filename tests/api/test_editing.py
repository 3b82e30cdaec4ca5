"""Callers send a batch of changes. The answer has a result for each change and for each of its cells, and the log
records all changes. Invalid batches are refused.
"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from audit.models import Entry
from tests.api.caller import Caller
from tests.edits.site_plan import SitePlan
from tests.full_disk import refuse_rows
from tests.running_sandbox import Person

DIG, PLAN = "Dig foundations", "Site plan"


def update(plan: SitePlan, row: str, **cells: Any) -> dict[str, Any]:
    """Return a change of cells in a row, in the API's format. For each column title, `cells` has the shown value and
    the new value.
    """
    return {
        "do": "update",
        "row_id": str(plan.rows[row]),
        "cells": [
            {"column_id": str(plan.columns[title]), "shown": shown, "value": value}
            for title, (shown, value) in cells.items()
        ],
    }


def phases() -> list[str]:
    return [entry.phase for entry in Entry.objects.exclude(sheet_id=None).order_by("id")]


def test_cells_are_saved_in_the_callers_name(caller: Caller, plan: SitePlan, bob: Person) -> None:
    answer = caller.save(plan.id, update(plan, DIG, Notes=(None, "Rock"), Spent=(21_500, 22_000)), reason="Invoice 7")
    (row,) = answer["results"]
    assert (row["status"], row["type"], row["rows"], answer["is_logged"], answer["is_repeat"]) == (
        "saved", None, 1, True, False,
    )  # fmt: skip
    assert [(cell["status"], cell["value"]) for cell in row["cells"]] == [("saved", "Rock"), ("saved", 22_000)]
    assert plan.value(DIG, "Notes") == "Rock"
    assert plan.last_writer(DIG, "Notes") == bob.email
    intent = Entry.objects.intents().order_by("id")[0]
    assert (str(intent.edit_id), intent.origin, intent.reason, intent.actor_id) == (
        answer["edit_ids"][0], "api", "Invoice 7", bob.id,
    )  # fmt: skip
    assert phases() == ["intent", "intent", "applied"]


def test_fault_8_a_hyperlink_is_written_kept_and_taken_away(caller: Caller, plan: SitePlan) -> None:
    url = {"url": "https://example.com/A-101"}

    def save(shown: Any, value: Any, **more: Any) -> Any:
        change = update(plan, DIG, Drawing=(shown, value))
        change["cells"][0] |= more
        assert caller.save(plan.id, change)["results"][0]["status"] == "saved"
        cell = plan.cell(DIG, "Drawing")
        return cell.get("value"), cell.get("hyperlink")

    assert save(None, "A-101", hyperlink=url) == ("A-101", url)
    assert save("A-101", "A-102") == ("A-102", url)
    assert save("A-102", "A-103", hyperlink={"sheet_id": str(plan.id)})[1]["sheetId"] == plan.id
    assert save("A-103", "A-103", hyperlink=None) == ("A-103", None)


@pytest.mark.parametrize(
    ("value", "hyperlink"),
    [
        ("x", {}),
        ("x", {"url": "javascript:alert(1)"}),
        ("x", {"url": "https://example.com", "sheet_id": "1"}),
        ("", {"url": "https://example.com"}),
        (5, {"url": "https://example.com"}),
    ],
)
def test_fault_8_an_unusable_hyperlink_is_refused(
    caller: Caller, plan: SitePlan, bob: Person, value: Any, hyperlink: dict[str, Any]
) -> None:
    change = update(plan, DIG, Drawing=(None, value))
    change["cells"][0]["hyperlink"] = hyperlink
    answer = caller.save(plan.id, change, status=422)
    assert answer["type"] == "urn:byline:problem:invalid-request"
    assert plan.writes(bob) == []


def test_all_kinds_of_changes_at_once(caller: Caller, plan: SitePlan) -> None:
    last = list(plan.rows)[-1]
    answer = caller.save(
        plan.id,
        update(plan, DIG, Notes=(None, "Rock")),
        {"do": "add", "cells": [{"column_id": str(plan.columns["Task"]), "value": "Fence"}],
         "place": {"sibling_id": str(plan.rows[last]), "where": "above"}},
        {"do": "move", "row_id": str(plan.rows[last]), "place": {"where": "top"}},
    )  # fmt: skip
    assert [row["status"] for row in answer["results"]] == ["saved", "saved", "saved"]
    assert len(answer["edit_ids"]) == 3
    assert plan.labels()[:2] == ["Fence", last]  # rows are moved before others are added
    assert answer["results"][1]["row_id"] not in {str(row_id) for row_id in plan.rows.values()}


def test_a_deletion_takes_the_rows_that_were_agreed_to(caller: Caller, plan: SitePlan) -> None:
    parent = next(row["parentId"] for row in plan.sandbox.sheet(plan.person, PLAN)["rows"] if "parentId" in row)
    label = next(label for label, row_id in plan.rows.items() if row_id == parent)
    problem = caller.save(plan.id, {"do": "delete", "row_id": str(parent)}, status=409)
    assert problem["type"] == "urn:byline:problem:more-rows"
    assert problem["errors"][0]["pointer"] == "/changes/0/rows"
    assert label in plan.labels()
    count = int(problem["errors"][0]["detail"].split()[-1].rstrip("."))
    answer = caller.save(plan.id, {"do": "delete", "row_id": str(parent), "rows": count})
    assert [(row["status"], row["rows"]) for row in answer["results"]] == [("saved", count)]
    assert len(plan.labels()) == len(plan.rows) - count


def test_a_conflict_is_reported_per_cell(caller: Caller, plan: SitePlan, alice: Person) -> None:
    plan.write(DIG, Notes="Clay")
    problem = caller.save(plan.id, update(plan, DIG, Notes=(None, "Rock"), Spent=(21_500, 1)), status=409)
    assert problem["type"] == "urn:byline:problem:conflict"
    (row,) = problem["results"]
    assert [(cell["status"], cell["value"], cell["by"]) for cell in row["cells"]] == [
        ("conflict", "Clay", alice.name), ("not sent", None, ""),
    ]  # fmt: skip
    assert row["cells"][0]["type"] == "urn:byline:problem:conflict"
    assert (plan.value(DIG, "Notes"), plan.value(DIG, "Spent")) == ("Clay", 21_500)
    assert phases() == ["conflict"]


def test_cell_by_cell_the_others_are_saved(caller: Caller, plan: SitePlan) -> None:
    plan.write(DIG, Notes="Clay")
    change = update(plan, DIG, Notes=(None, "Rock"), Spent=(21_500, 22_000))
    answer = caller.save(plan.id, change, unit="cell", status=207)
    assert [cell["status"] for cell in answer["results"][0]["cells"]] == ["conflict", "saved"]
    assert plan.value(DIG, "Spent") == 22_000


def test_one_row_is_saved_and_another_is_not(caller: Caller, plan: SitePlan) -> None:
    other = list(plan.rows)[-1]
    plan.delete(other)
    answer = caller.save(
        plan.id, update(plan, DIG, Notes=(None, "x")), update(plan, other, Notes=(None, "y")), status=207
    )
    assert [(row["status"], row["type"]) for row in answer["results"]] == [
        ("saved", None), ("refused", "urn:byline:problem:not-found"),
    ]  # fmt: skip


def test_a_forbidden_change_is_refused_and_logged(caller: Caller, plan: SitePlan, bob: Person) -> None:
    problem = caller.save(plan.id, update(plan, DIG, Remaining=(16_500, 1)), status=403)
    assert problem["type"] == "urn:byline:problem:forbidden"
    assert problem["results"][0]["cells"][0]["status"] == "forbidden"
    entry = Entry.objects.get(phase="forbidden")
    assert (entry.origin, entry.column_title) == ("api", "Remaining")
    assert plan.writes(bob) == []


def test_smartsheets_refusal(caller: Caller, plan: SitePlan) -> None:
    problem = caller.save(plan.id, update(plan, DIG, Status=("In progress", "No such")), status=422)
    assert problem["type"] == "urn:byline:problem:refused"
    assert problem["results"][0]["error_code"] == 1042
    assert phases() == ["intent", "refused"]


@pytest.mark.parametrize(
    ("fault", "status", "kind", "phase"),
    [
        ({"status": 503, "errorCode": 4001}, 503, "smartsheet-unavailable", "failed"),
        ({"status": 500, "errorCode": 4000}, 502, "outcome-unknown", "unknown"),
        ({"status": 429, "errorCode": 4003}, 429, "smartsheet-rate-limited", "refused"),
    ],
)
def test_writes_that_fail(
    caller: Caller, plan: SitePlan, fault: dict[str, Any], status: int, kind: str, phase: str
) -> None:
    plan.sandbox.fault(operation="update-rows", **fault)
    problem = caller.save(plan.id, update(plan, DIG, Notes=(None, "Rock")), status=status)
    assert problem["type"] == problem["results"][0]["type"] == f"urn:byline:problem:{kind}"
    assert caller.answer.headers.get("Retry-After") == ("60" if status == 429 else None)
    assert phases() == ["intent", phase]


VALUES: list[tuple[str, Any, Any]] = [
    ("Notes", "x", "x"),
    ("Notes", 5, 5),
    ("Notes", 5.25, 5.25),
    ("Notes", "5", "5"),  # a text stays a text
    ("Notes", "two\nlines", "two\nlines"),
    ("Budget", "", None),
    ("Budget", None, None),
    ("Done", True, True),
    ("Start", "2026-03-01", "2026-03-01"),
    ("Start", None, None),
    ("Responsible", "alice@example.com", "alice@example.com"),
    ("Team", ["alice@example.com"], ["alice@example.com"]),
    ("Equipment", ["Lorry"], ["Lorry"]),
    ("Equipment", [], None),
]


@pytest.mark.parametrize(("title", "value", "held"), VALUES)
def test_values(caller: Caller, plan: SitePlan, title: str, value: Any, held: Any) -> None:
    """A program reads a cell, and sends the cell's value back in `shown`, which is the value before the change. The API
    accepts this, and saves the new value in Smartsheet.
    """
    sheet = caller.get(f"/sheets/{plan.id}/rows", id=plan.rows[DIG])
    cell = sheet["rows"][0][4][list(plan.columns).index(title)]
    shown = cell["value"] if isinstance(cell, dict) else cell
    answer = caller.save(plan.id, update(plan, DIG, **{title: (shown, value)}))
    assert answer["results"][0]["status"] == "saved"
    assert plan.value(DIG, title) == held


@pytest.mark.parametrize(
    ("title", "value", "detail"),
    [
        ("Notes", ["a"], "one value"),
        ("Notes", 2**53 + 1, "exactly"),
        ("Notes", 1e300, "exactly"),
        ("Notes", -(2.0**54), "exactly"),
        ("Notes", "a\0b", "NUL"),
        ("Notes", "🎉" * 2_001, "4,000"),
        ("Team", ["a\0b"], "NUL"),
    ],
)
def test_values_that_a_column_does_not_take(
    caller: Caller, plan: SitePlan, title: str, value: Any, detail: str
) -> None:
    problem = caller.save(plan.id, update(plan, DIG, **{title: (None, value)}), status=422)
    assert problem["type"] == "urn:byline:problem:invalid-request"
    (error,) = problem["errors"]
    assert (error["pointer"], detail in error["detail"]) == ("/changes/0/cells/0/value", True)
    assert phases() == []


def test_the_log_cannot_be_written(caller: Caller, plan: SitePlan) -> None:
    refuse_rows(Entry._meta.db_table, "NEW.phase = 'intent'")
    problem = caller.save(plan.id, update(plan, DIG, Notes=(None, "Rock")), status=503)
    assert problem["type"] == "urn:byline:problem:log-unavailable"
    assert caller.answer["Retry-After"]
    assert plan.value(DIG, "Notes") is None


@pytest.mark.django_db(transaction=True)
def test_operations_work_where_each_request_is_a_transaction(
    caller: Caller, plan: SitePlan, settings: Settings
) -> None:
    settings.DATABASES["default"]["ATOMIC_REQUESTS"] = True
    try:
        caller.save(plan.id, update(plan, DIG, Notes=(None, "Rock")))
    finally:
        settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False
    assert plan.value(DIG, "Notes") == "Rock"
