from collections.abc import Callable
from typing import Any

import pytest

from tests.running_sandbox import Person
from tests.sandbox.client import Client, Grid, cell_in, refusal


def test_a_row_is_added_at_the_bottom(plan: Grid) -> None:
    response = plan.post({"title": "Task", "value": "Snow clearing"}, {"title": "Budget", "value": 900})
    body = response.json()
    assert (body["message"], body["resultCode"]) == ("SUCCESS", 0)
    assert body["version"] == plan.body["version"] + 1
    (row,) = body["result"]
    assert row["sheetId"] == plan.id
    assert row["rowNumber"] == plan.body["totalRowCount"] + 1
    assert row["expanded"] is True
    assert row["createdAt"] == row["modifiedAt"]
    assert [cell["columnId"] for cell in row["cells"]] == [column["id"] for column in plan.columns.values()]
    now = plan.again()
    assert now.tasks()[-1] == "Snow clearing"
    assert {name: value for name, value in row.items() if name in now.rows["Snow clearing"]}


def test_the_answer_has_the_form_of_the_question(plan: Grid, as_alice: Client) -> None:
    row = {"cells": plan.cells({"title": "Task", "value": "One"})}
    assert as_alice.ask("POST", f"{plan.path}/rows", row).json()["result"]["rowNumber"]
    assert len(as_alice.ask("POST", f"{plan.path}/rows", [row, row]).json()["result"]) == 2


def test_system_columns_of_a_new_row_are_filled_in(plan: Grid, bobs_plan: Grid) -> None:
    row = bobs_plan.post({"title": "Task", "value": "Bob's"}).json()["result"][0]
    cells = {title: cell_in(row, column["id"]) for title, column in plan.columns.items()}
    assert cells["Created by"]["value"] == cells["Modified by"]["value"] == "bob@example.com"
    assert cells["Created"]["value"] == row["createdAt"]
    next_row = bobs_plan.post({"title": "Task", "value": "Next"}).json()["result"][0]
    numbers = [cell_in(each, plan.column("No."))["value"] for each in (row, next_row)]
    total = plan.body["totalRowCount"]
    assert numbers == [f"SP-{total + 1:03}", f"SP-{total + 2:03}"]


def test_a_row_may_be_blank(plan: Grid, as_alice: Client) -> None:
    assert as_alice.ask("POST", f"{plan.path}/rows", [{}]).status_code == 200


def test_writers_are_named_on_demand(plan: Grid, as_bob: Client) -> None:
    row = {"cells": plan.cells({"title": "Task", "value": "Bob's"})}
    result = as_bob.ask("POST", f"{plan.path}/rows?include=writerInfo", row).json()["result"]
    assert result["createdBy"] == {"name": "Bob Baker", "email": "bob@example.com"}


@pytest.mark.parametrize("reader", ["charlie", "dora"])
def test_readers_and_commenters_add_nothing(
    plan: Grid, client_of: Callable[[Person], Client], sandbox: Any, reader: str
) -> None:
    theirs = plan.again(client_of(sandbox.people()[reader]))
    assert refusal(theirs.post({"title": "Task", "value": "x"})) == (403, 1004)
    assert plan.again().body == plan.body


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"id": 1}, 1032),
        ({"rowNumber": 1}, 1032),
        ({"createdAt": "2026-01-05T08:00:00Z"}, 1032),
        ({"sheetId": 1, "version": 2}, 1032),
        ({"colour": "red"}, 1008),
        ({"expanded": "yes"}, 1008),
        ({"cells": "none"}, 1008),
        ("text", 1008),
        (None, 1008),
    ],
)
def test_attributes_that_cannot_be_written_are_refused(plan: Grid, as_alice: Client, row: Any, code: int) -> None:
    response = as_alice.ask("POST", f"{plan.path}/rows", [row])
    assert refusal(response) == (400, code)
    assert response.json()["detail"] == {"index": 0}


def test_the_unwanted_attributes_are_named(plan: Grid, as_alice: Client) -> None:
    response = as_alice.ask("POST", f"{plan.path}/rows", [{"createdAt": "x", "rowNumber": 1}])
    assert response.json()["message"] == (
        "The attribute(s) row.createdAt, row.rowNumber are not allowed for this operation."
    )


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"", "application/json", (400, 1024)),
        (b"{", "application/json", (400, 1008)),
        (b'{"cells": [], "format": NaN}', "application/json", (400, 1008)),
        (b"[]", "text/plain", (415, 1124)),
    ],
)
def test_a_body_that_is_no_json_is_refused(
    plan: Grid, as_alice: Client, content: bytes, kind: str, expected: tuple[int, int]
) -> None:
    url = f"{as_alice.api}{plan.path}/rows"
    response = as_alice.http.post(url, data=content, headers={"Content-Type": kind}, timeout=10)
    assert refusal(response) == expected


def test_one_bad_row_and_nothing_is_added(plan: Grid, as_alice: Client) -> None:
    good = {"cells": plan.cells({"title": "Task", "value": "Good"})}
    bad = {"cells": plan.cells({"title": "Start", "value": "tomorrow"})}
    response = as_alice.ask("POST", f"{plan.path}/rows", [good, bad])
    assert refusal(response) == (400, 1042)
    assert response.json()["detail"] == {"index": 1}
    assert plan.again().body == plan.body


def test_partial_success_adds_what_is_good(plan: Grid, as_alice: Client) -> None:
    good = {"cells": plan.cells({"title": "Task", "value": "Good"})}
    bad = {"cells": [{"columnId": 3, "value": "x"}]}
    body = as_alice.ask("POST", f"{plan.path}/rows?allowPartialSuccess=true", [good, bad]).json()
    assert (body["message"], body["resultCode"]) == ("PARTIAL_SUCCESS", 3)
    assert len(body["result"]) == 1
    (failed,) = body["failedItems"]
    assert failed["index"] == 1
    assert "rowId" not in failed
    assert (failed["error"]["errorCode"], failed["error"]["message"]) == (1036, "The columnId 3 is invalid.")
    assert failed["error"]["refId"]
    assert plan.again().tasks()[-1] == "Good"


def test_only_admins_lock_rows(plan: Grid, bobs_plan: Grid) -> None:
    assert refusal(bobs_plan.post({"title": "Task", "value": "x"}, locked=True)) == (403, 1004)
    assert plan.post({"title": "Task", "value": "x"}, locked=True).json()["result"][0]["locked"] is True
