"""A write sends the given data, and returns Smartsheet's own result."""

import pytest

from edits.gateway.client import Gateway
from edits.gateway.errors import Refused
from tests.gateway.conftest import Plan
from tests.running_sandbox import RunningSandbox

NO_COLUMN = {"columnId": 3, "value": "x"}


def test_a_change_gives_the_row_as_it_is_now(gateway: Gateway, plan: Plan) -> None:
    result = gateway.update_rows(plan.sheet_id, [plan.change("Größe: 4 µm")])
    assert result["resultCode"] == 0
    assert plan.value(result["result"][0]) == "Größe: 4 µm"
    assert result["version"] == gateway.sheet(plan.sheet_id)["version"]


def test_rows_are_added_and_deleted(gateway: Gateway, plan: Plan) -> None:
    cells = [{"columnId": plan.column_id, "value": "new"}]
    added = gateway.add_rows(plan.sheet_id, [{"toBottom": True, "cells": cells}])["result"]
    assert [plan.value(row) for row in added] == ["new"]
    gone = gateway.delete_rows(plan.sheet_id, [row["id"] for row in added])["result"]
    assert gone == [row["id"] for row in added]


def test_one_bad_row_refuses_them_all(gateway: Gateway, plan: Plan) -> None:
    before = plan.value(gateway.row(plan.sheet_id, plan.row_id))
    with pytest.raises(Refused) as caught:
        gateway.update_rows(plan.sheet_id, [plan.change("good") | {"cells": [NO_COLUMN]}])
    assert caught.value.error_code == 1036
    assert caught.value.detail == {"index": 0, "rowId": plan.row_id}
    assert plan.value(gateway.row(plan.sheet_id, plan.row_id)) == before


def test_partial_success_names_what_failed(gateway: Gateway, plan: Plan) -> None:
    other = next(row["id"] for row in gateway.sheet(plan.sheet_id)["rows"] if row["id"] != plan.row_id)
    rows = [plan.change("good"), {"id": other, "cells": [NO_COLUMN]}]
    result = gateway.update_rows(plan.sheet_id, rows, allow_partial_success=True)
    assert result["message"] == "PARTIAL_SUCCESS"
    assert [row["id"] for row in result["result"]] == [plan.row_id]
    assert [(item["rowId"], item["error"]["errorCode"]) for item in result["failedItems"]] == [(other, 1036)]


@pytest.mark.parametrize("count", [0, 501])
def test_more_rows_than_one_write_takes_are_not_sent(
    server: RunningSandbox, gateway: Gateway, plan: Plan, count: int
) -> None:
    for write in (gateway.add_rows, gateway.update_rows):
        with pytest.raises(ValueError, match="1 to 500 rows"):
            write(plan.sheet_id, [plan.change("x")] * count)
    with pytest.raises(ValueError, match="1 to 440 rows"):
        gateway.delete_rows(plan.sheet_id, [plan.row_id] * count)
    assert server.requests() == []


def test_not_a_number_is_not_sent(server: RunningSandbox, gateway: Gateway, plan: Plan) -> None:
    with pytest.raises(ValueError, match="JSON"):
        gateway.update_rows(plan.sheet_id, [plan.change(float("nan"))])
    assert server.requests() == []


def test_the_models_that_lose_data_cannot_be_had(gateway: Gateway) -> None:
    for name in ("Sheets", "Passthrough", "antigravity"):
        assert not hasattr(gateway, name)
