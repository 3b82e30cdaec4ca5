"""Sheets, rows, columns and cell histories are returned completely, as Smartsheet has them."""

from urllib.parse import parse_qs

import pytest

from edits.gateway.client import Gateway
from edits.gateway.errors import Forbidden, NotFound
from tests.gateway.conftest import Plan
from tests.running_sandbox import Person, RunningSandbox


def test_it_lists_the_sheets_of_the_person(server: RunningSandbox, gateway: Gateway, people: dict[str, Person]) -> None:
    listed = server.call(people["alice"], "GET", "/sheets?includeAll=true&accessApiLevel=1")["data"]
    assert gateway.sheets() == listed
    assert listed


def test_a_sheet_comes_with_all_types_and_objects(gateway: Gateway, server: RunningSandbox, plan: Plan) -> None:
    sheet = gateway.sheet(plan.sheet_id)
    assert sheet["totalRowCount"] == len(sheet["rows"])
    query = parse_qs(server.requests()[-1]["query"])
    assert query["level"] == ["2"]
    assert query["include"] == ["objectValue,format"]


def test_a_sheet_of_several_pages_is_whole(gateway: Gateway, server: RunningSandbox, plan: Plan) -> None:
    whole = gateway.sheet(plan.sheet_id)
    server.forget_requests()
    size = len(whole["rows"]) // 3 + 1
    assert gateway.sheet(plan.sheet_id, page_size=size) == whole
    assert len(server.requests()) == 3
    second = gateway.sheet(plan.sheet_id, page=2, page_size=size)
    assert second["rows"] == whole["rows"][size : 2 * size]


def test_only_the_rows_and_columns_asked_for(gateway: Gateway, plan: Plan) -> None:
    sheet = gateway.sheet(plan.sheet_id, row_ids=[plan.row_id], column_ids=[plan.column_id])
    assert [row["id"] for row in sheet["rows"]] == [plan.row_id]
    assert [column["id"] for column in sheet["columns"]] == [plan.column_id]
    assert [cell["columnId"] for cell in sheet["rows"][0]["cells"]] == [plan.column_id]
    assert "modifiedBy" in sheet["rows"][0]


def test_long_lists_of_ids_go_in_urls_that_servers_take(gateway: Gateway, server: RunningSandbox, plan: Plan) -> None:
    cells = [{"columnId": plan.column_id, "value": "one of many"}]
    added = gateway.add_rows(plan.sheet_id, [{"toBottom": True, "cells": cells}] * 500)["result"]
    server.forget_requests()
    ids = [row["id"] for row in added]
    sheet = gateway.sheet(plan.sheet_id, row_ids=ids, column_ids=[plan.column_id])
    assert [row["id"] for row in sheet["rows"]] == ids
    arrivals = server.requests()
    assert len(arrivals) == 2
    assert max(len(arrival["query"]) for arrival in arrivals) < 8000


def test_a_row_comes_with_its_last_writer(gateway: Gateway, plan: Plan, people: dict[str, Person]) -> None:
    gateway.update_rows(plan.sheet_id, [plan.change("by Alice")])
    row = gateway.row(plan.sheet_id, plan.row_id)
    assert plan.value(row) == "by Alice"
    assert row["modifiedBy"]["email"] == people["alice"].email


def test_columns_come_in_their_order(gateway: Gateway, plan: Plan) -> None:
    columns = gateway.columns(plan.sheet_id)
    assert columns == gateway.sheet(plan.sheet_id)["columns"]
    assert "MULTI_PICKLIST" in {column["type"] for column in columns}


def test_the_history_of_a_cell_begins_with_the_newest(gateway: Gateway, plan: Plan, people: dict[str, Person]) -> None:
    for value in ("first", "second"):
        gateway.update_rows(plan.sheet_id, [plan.change(value)])
    history = gateway.cell_history(plan.sheet_id, plan.row_id, plan.column_id)
    assert [state["value"] for state in history[:2]] == ["second", "first"]
    assert history[0]["modifiedBy"]["email"] == people["alice"].email


def test_missing_objects_are_not_found(gateway: Gateway, plan: Plan) -> None:
    with pytest.raises(NotFound) as caught:
        gateway.row(plan.sheet_id, 1)
    assert caught.value.error_code == 1006
    with pytest.raises((NotFound, Forbidden)):
        gateway.sheet(1)
