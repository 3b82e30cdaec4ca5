from typing import Any

import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, cell_in, refusal

TASK = "Core walls"


def test_an_update_answers_with_the_whole_row(plan: Grid, bobs_plan: Grid) -> None:
    response = bobs_plan.put(TASK, {"title": "Notes", "value": "Formwork ordered"})
    body = response.json()
    assert (body["message"], body["resultCode"]) == ("SUCCESS", 0)
    assert body["version"] == plan.body["version"] + 1
    (row,) = body["result"]
    assert len(row["cells"]) == len(plan.columns)
    assert row["modifiedAt"] > plan.rows[TASK]["modifiedAt"]
    assert row["createdAt"] == plan.rows[TASK]["createdAt"]
    now = plan.again()
    assert now.cell(TASK, "Notes")["value"] == "Formwork ordered"
    assert now.cell(TASK, "Modified by")["value"] == "bob@example.com"
    assert now.cell(TASK, "Created by")["value"] == "alice@example.com"
    assert now.body["modifiedAt"] == row["modifiedAt"]


def test_a_single_row_may_come_without_a_list(plan: Grid, as_alice: Client) -> None:
    row = {"id": plan.row(TASK), "cells": plan.cells({"title": "Notes", "value": "x"})}
    assert len(as_alice.ask("PUT", f"{plan.path}/rows", row).json()["result"]) == 1


def test_the_same_value_again_leaves_no_trace(plan: Grid, as_bob: Client) -> None:
    response = plan.again(as_bob).put(TASK, {"title": "Budget", "value": 87250})
    assert response.status_code == 200
    assert plan.again().body == plan.body
    assert len(plan.history(TASK, "Budget")) == 1


def test_two_and_two_point_zero_are_the_same_number(plan: Grid) -> None:
    plan.put(TASK, {"title": "Budget", "value": 2})
    written = plan.put(TASK, {"title": "Notes", "value": 2}, {"title": "Budget", "value": 2.0}).text
    assert f'"columnId":{plan.column("Notes")},"value":2.0,"displayValue":"2"' in written
    assert [entry["value"] for entry in plan.history(TASK, "Budget")] == [2, 87250]


def test_rows_are_answered_in_the_sheets_order(plan: Grid, as_alice: Client) -> None:
    tasks = ["Roof", TASK, "Pour slab"]
    rows = [{"id": plan.row(task), "cells": plan.cells({"title": "Notes", "value": "x"})} for task in tasks]
    answered = as_alice.ask("PUT", f"{plan.path}/rows", rows).json()["result"]
    assert [row["id"] for row in answered] == [plan.row(task) for task in reversed(tasks)]
    slab, walls = answered[:2]
    assert (slab["siblingId"], walls["siblingId"]) == (plan.row("Reinforcement"), slab["id"])


def test_choices_are_kept_in_the_order_of_the_options(plan: Grid) -> None:
    chosen = {"objectType": "MULTI_PICKLIST", "values": ["Lorry", "Crane", "Excavator"]}
    row = plan.put(TASK, {"title": "Equipment", "objectValue": chosen}).json()["result"][0]
    options = [option for option in plan.columns["Equipment"]["options"] if option in chosen["values"]]
    assert cell_in(row, plan.column("Equipment")) == {
        "columnId": plan.column("Equipment"), "displayValue": ", ".join(options),
    }  # fmt: skip
    assert plan.again().cell(TASK, "Equipment")["objectValue"]["values"] == options
    chosen["values"] = options
    plan.put(TASK, {"title": "Equipment", "objectValue": chosen})
    assert len(plan.history(TASK, "Equipment")) == 2, "the same choices in another order are no change"


def test_a_number_and_its_text_are_not_the_same(plan: Grid) -> None:
    plan.put(TASK, {"title": "Notes", "value": 1})
    plan.put(TASK, {"title": "Notes", "value": True})
    plan.put(TASK, {"title": "Notes", "value": "1"})
    assert [entry["value"] for entry in plan.history(TASK, "Notes")] == ["1", True, 1]


def test_each_edit_counts_one_version_however_many_rows(plan: Grid, as_alice: Client) -> None:
    rows = [{"id": plan.row(task), "cells": plan.cells({"title": "Notes", "value": "x"})} for task in (TASK, "Roof")]
    assert as_alice.ask("PUT", f"{plan.path}/rows", rows).json()["version"] == plan.body["version"] + 1


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"cells": []}, (400, 1012)),
        ({"id": 42}, (404, 1006)),
        ({"id": "x"}, (404, 1006)),
        ({"id": 42, "rowNumber": 2}, (400, 1032)),
    ],
)
def test_every_row_is_one_of_the_sheet(
    plan: Grid, as_alice: Client, row: dict[str, Any], expected: tuple[int, int]
) -> None:
    response = as_alice.ask("PUT", f"{plan.path}/rows", [row])
    assert refusal(response) == expected
    detail = {"index": 0} | ({"rowId": 42} if row.get("id") == 42 else {})
    assert response.json()["detail"] == detail


def test_a_row_comes_once_in_a_request(plan: Grid, as_alice: Client) -> None:
    rows = [{"id": plan.row(TASK)}, {"id": plan.row(TASK)}]
    assert refusal(as_alice.ask("PUT", f"{plan.path}/rows", rows)) == (400, 1137)


def test_a_row_that_is_sent_back_whole_has_no_sensible_place(plan: Grid, as_alice: Client) -> None:
    row = next(row for row in plan.body["rows"] if "parentId" in row and "siblingId" in row)
    kept = {name: row[name] for name in ("id", "rowNumber", "parentId", "siblingId")}
    assert refusal(as_alice.ask("PUT", f"{plan.path}/rows", [kept])) == (400, 1062)


def test_one_bad_row_and_nothing_is_changed(plan: Grid, as_alice: Client) -> None:
    good = {"id": plan.row(TASK), "cells": plan.cells({"title": "Notes", "value": "x"})}
    bad = {"id": plan.row("Roof"), "cells": plan.cells({"title": "Done", "value": "x"})}
    response = as_alice.ask("PUT", f"{plan.path}/rows", [good, bad])
    assert refusal(response) == (400, 1042)
    assert response.json()["detail"] == {"index": 1, "rowId": plan.row("Roof")}
    assert plan.again().body == plan.body


def test_partial_success_changes_what_is_good(plan: Grid, as_alice: Client) -> None:
    good = {"id": plan.row(TASK), "cells": plan.cells({"title": "Notes", "value": "x"})}
    bad = {"id": 123, "cells": plan.cells({"title": "Notes", "value": "x"})}
    body = as_alice.ask("PUT", f"{plan.path}/rows?allowPartialSuccess=true", [bad, good]).json()
    assert body["resultCode"] == 3
    assert [row["id"] for row in body["result"]] == [plan.row(TASK)]
    (failed,) = body["failedItems"]
    assert (failed["index"], failed["rowId"], failed["error"]["errorCode"]) == (0, 123, 1006)


@pytest.mark.parametrize("reader", ["charlie", "dora"])
def test_readers_and_commenters_change_nothing(
    plan: Grid, client_of: Any, sandbox: RunningSandbox, reader: str
) -> None:
    theirs = plan.again(client_of(sandbox.people()[reader]))
    assert refusal(theirs.put(TASK, {"title": "Notes", "value": "x"})) == (403, 1004)
    assert plan.again().body == plan.body


def test_a_locked_row_is_for_admins(plan: Grid, bobs_plan: Grid) -> None:
    cell = {"title": "Notes", "value": "x"}
    assert refusal(bobs_plan.put("Final account", cell)) == (403, 1050)
    assert plan.put("Final account", cell).status_code == 200
    assert plan.put("Final account", locked=False).status_code == 200
    assert bobs_plan.put("Final account", cell | {"value": "y"}).status_code == 200


def test_a_row_is_collapsed_and_expanded(plan: Grid) -> None:
    assert plan.put("Structure", expanded=False).json()["result"][0]["expanded"] is False
    assert plan.again().rows["Structure"]["expanded"] is False


def test_one_row_is_read_with_its_surroundings(plan: Grid, as_bob: Client) -> None:
    row = as_bob.json(f"{plan.path}/rows/{plan.row(TASK)}?level=2&include=objectValue,columns,writerInfo")
    assert (row["sheetId"], row["version"], row["accessLevel"]) == (plan.id, plan.body["version"], "EDITOR")
    assert [column["title"] for column in row["columns"]] == list(plan.columns)
    assert row["cells"] == plan.rows[TASK]["cells"]
    assert row["rowNumber"] == plan.rows[TASK]["rowNumber"]
    assert cell_in(row, plan.column("Task"))["value"] == TASK


def test_an_unknown_row_is_not_found(plan: Grid, as_alice: Client) -> None:
    assert refusal(as_alice.get(f"{plan.path}/rows/42")) == (404, 1006)
