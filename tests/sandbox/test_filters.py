"""Filters of a sheet can be listed, read and deleted, and rows can be read with a filter."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.model.sheet import Primitive
from sandbox.model.sheet_filter import TESTS
from tests.sandbox.client import Client, Grid, refusal


def filters(client: Client, plan: Grid) -> dict[str, int]:
    return {each["name"]: each["id"] for each in client.json(f"{plan.path}/filters?includeAll=true")["data"]}


def test_filters_are_shared_or_ones_own(plan: Grid, as_alice: Client, as_bob: Client) -> None:
    assert set(filters(as_alice, plan)) == {"Under way"}
    assert set(filters(as_bob, plan)) == {"Under way", "Costly lifting"}
    own = filters(as_bob, plan)["Costly lifting"]
    assert refusal(as_alice.get(f"{plan.path}/filters/{own}")) == (404, 1006)
    assert as_bob.json(f"{plan.path}/filters/{own}") == {
        "id": own,
        "name": "Costly lifting",
        "filterType": "PERSONAL",
        "query": {
            "operator": "AND",
            "criteria": [
                {"columnId": plan.column("Equipment"), "operator": "CONTAINS", "values": ["Crane"]},
                {"columnId": plan.column("Budget"), "operator": "GREATER_THAN", "values": [50_000]},
            ],
        },
    }


def test_rows_say_whether_a_filter_leaves_them_out(plan: Grid, as_alice: Client) -> None:
    chosen = filters(as_alice, plan)["Under way"]
    body = as_alice.json(f"{plan.path}?filterId={chosen}&include=filters")
    assert [each["name"] for each in body["filters"]] == ["Under way"]
    shown = {row["id"] for row in body["rows"] if not row["filteredOut"]}
    under_way = [task for task in plan.tasks() if plan.cell(task, "Status").get("value") in ("In progress", "Blocked")]
    assert shown == {plan.row(task) for task in under_way}
    assert len(body["rows"]) == len(plan.rows)


def test_without_a_chosen_filter_no_row_is_left_out(plan: Grid, as_alice: Client) -> None:
    rows = as_alice.json(f"{plan.path}?include=filters")["rows"]
    assert [row["filteredOut"] for row in rows] == [False] * len(plan.rows)
    assert as_alice.json(f"{plan.path}/rows/{rows[0]['id']}?include=filters")["filteredOut"] is False
    assert "filteredOut" not in as_alice.json(plan.path)["rows"][0]


def test_a_sheet_comes_with_the_definitions_of_its_filters(plan: Grid, as_bob: Client) -> None:
    body = as_bob.json(f"{plan.path}?include=filterDefinitions")
    assert body["filters"] == [as_bob.json(f"{plan.path}/filters/{each['id']}") for each in body["filters"]]
    assert [each["name"] for each in body["filters"]] == ["Under way", "Costly lifting"]
    assert "filteredOut" not in body["rows"][0]


def test_rows_left_out_can_be_kept_away(plan: Grid, as_bob: Client) -> None:
    chosen = filters(as_bob, plan)["Costly lifting"]
    body = as_bob.json(f"{plan.path}?filterId={chosen}&exclude=filteredOutRows&pageSize=2&page=1")
    assert body["filteredRowCount"] == 3
    assert [row["id"] for row in body["rows"]] == [plan.row("Core walls"), plan.row("Deliver frames")]
    assert body["totalRowCount"] == len(plan.rows)
    assert refusal(as_bob.get(f"{plan.path}?filterId=1")) == (404, 1006)


def test_only_admins_delete_a_shared_filter(plan: Grid, as_alice: Client, as_bob: Client) -> None:
    found = filters(as_bob, plan)
    assert refusal(as_bob.ask("DELETE", f"{plan.path}/filters/{found['Under way']}")) == (403, 1004)
    assert as_bob.ask("DELETE", f"{plan.path}/filters/{found['Costly lifting']}").status_code == 200
    assert as_alice.ask("DELETE", f"{plan.path}/filters/{found['Under way']}").status_code == 200
    assert filters(as_bob, plan) == {}


TODAY = datetime.now(UTC).date()
DAY = timedelta(days=1)
MET: list[tuple[str, Primitive, list[Primitive]]] = [
    ("EQUAL", "red", ["Red"]),
    ("EQUAL", 5, [5.0]),
    ("NOT_EQUAL", "5", [5]),
    ("GREATER_THAN", 6, [5]),
    ("GREATER_THAN_OR_EQUAL", 5, [5]),
    ("LESS_THAN", "2026-01-01", ["2026-01-02"]),
    ("LESS_THAN_OR_EQUAL", 5, [5]),
    ("BETWEEN", 5, [1, 5]),
    ("CONTAINS", "Reinforcement", ["FORCE"]),
    ("DOES_NOT_CONTAIN", None, ["x"]),
    ("IS_ONE_OF", "a", ["b", "A"]),
    ("IS_NOT_ONE_OF", None, ["a"]),
    ("IS_BLANK", None, []),
    ("IS_NOT_BLANK", 0, []),
    ("IS_NUMBER", 0.5, []),
    ("IS_CHECKED", True, []),
    ("IS_UNCHECKED", None, []),
]
NOT_MET: list[tuple[str, Primitive, list[Primitive]]] = [
    ("EQUAL", None, [0]),
    ("NOT_EQUAL", "a", ["A"]),
    ("GREATER_THAN", "6", [5]),
    ("LESS_THAN", None, [5]),
    ("BETWEEN", 6, [1, 5]),
    ("CONTAINS", None, ["x"]),
    ("IS_ONE_OF", None, ["b"]),
    ("IS_NUMBER", True, []),
    ("IS_CHECKED", "true", []),
    ("TODAY", None, []),
    ("PAST", 5, []),
]


@pytest.mark.parametrize(("operator", "value", "given"), MET)
def test_values_that_meet_a_criterion(operator: str, value: Primitive, given: list[Primitive]) -> None:
    assert TESTS[operator](value, given)


@pytest.mark.parametrize(("operator", "value", "given"), NOT_MET)
def test_values_that_do_not_meet_a_criterion(operator: str, value: Primitive, given: list[Primitive]) -> None:
    assert not TESTS[operator](value, given)


def test_dates_are_past_present_or_future() -> None:
    days = {"PAST": TODAY - DAY, "TODAY": TODAY, "FUTURE": TODAY + DAY}
    for operator in days:
        assert [name for name, day in days.items() if TESTS[operator](day.isoformat(), [])] == [operator]
