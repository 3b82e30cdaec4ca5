"""Known answers of the live API, and requests that the sandbox must accept because released clients send them."""

from typing import Any

import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, cell_in, refusal
from tests.sandbox.signing import SECRET, code_for, digest, register, token_request

FRESH = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache", "Expires": "0"}


@pytest.mark.parametrize(
    "path", ["/sheets/", "/users/", "/webhooks/", "/users/me/", "/sheets/{sheet}/", "/sheets/?page=1"]
)
def test_a_slash_at_the_end_of_a_path_makes_no_difference(
    plan: Grid, as_alice: Client, sandbox: RunningSandbox, path: str
) -> None:
    path = path.format(sheet=plan.id)
    assert as_alice.json(path) == as_alice.json(path.replace("/?", "?").rstrip("/"))
    with_slash, without = sandbox.requests()[-2:]
    assert with_slash["operation"] == without["operation"] is not None


def test_a_sheet_is_made_with_a_slash_at_the_end(as_alice: Client) -> None:
    columns = [{"title": "Name", "type": "TEXT_NUMBER", "primary": True}]
    assert as_alice.ask("POST", "/sheets/", {"name": "New", "columns": columns}).json()["message"] == "SUCCESS"


OBJECTS = {"DATE", "CONTACT_LIST", "MULTI_CONTACT_LIST", "MULTI_PICKLIST", "DATETIME"}


def test_an_object_value_is_an_object_only_where_the_value_has_a_type_of_its_own(plan: Grid) -> None:
    types = {column["id"]: column["type"] for column in plan.body["columns"]}
    seen: dict[str, set[type]] = {}
    for row in plan.body["rows"]:
        for cell in row["cells"]:
            if "objectValue" in cell:
                seen.setdefault(types[cell["columnId"]], set()).add(type(cell["objectValue"]))
    assert {kind for kind, values in seen.items() if values == {dict}} == OBJECTS
    assert seen["CHECKBOX"] == {bool}
    assert seen["TEXT_NUMBER"] == {str, float}


def test_a_multi_select_has_no_value_but_at_level_0(plan: Grid, as_alice: Client) -> None:
    choice = {"title": "Equipment", "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["Lorry", "Crane"]}}
    column = plan.column("Equipment")
    for answer in (plan.put("Roof", choice), plan.post(choice)):
        (row,) = answer.json()["result"] if isinstance(answer.json()["result"], list) else [answer.json()["result"]]
        assert cell_in(row, column) == {"columnId": column, "displayValue": "Crane, Lorry"}
    assert plan.again().cell("Roof", "Equipment") == {
        "columnId": column, "displayValue": "Crane, Lorry",
        "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["Crane", "Lorry"]},
    }  # fmt: skip
    plain = as_alice.json(f"{plan.path}/rows/{plan.row('Roof')}")
    assert cell_in(plain, column)["value"] == "Crane, Lorry"


def test_whole_numbers_have_a_decimal_point(plan: Grid, as_alice: Client) -> None:
    answer = plan.put("Roof", {"title": "Spent", "value": 2})
    for response in (answer, as_alice.get(plan.path), as_alice.get(f"{plan.path}?level=2&include=objectValue")):
        assert '"value":2.0' in response.text
        assert '"displayValue":"2"' in response.text


def test_the_answer_to_a_deletion_has_no_version(plan: Grid, as_alice: Client) -> None:
    answer = as_alice.ask("DELETE", f"{plan.path}/rows?ids={plan.row('Roof')}").json()
    assert set(answer) == {"message", "resultCode", "result"}


def test_a_list_of_all_has_no_page_size(budget: Grid, as_alice: Client) -> None:
    sheets = as_alice.json("/sheets?includeAll=true")
    assert {name: value for name, value in sheets.items() if name != "data"} == {
        "pageNumber": 1, "totalPages": 1, "totalCount": len(sheets["data"]),
    }  # fmt: skip
    assert as_alice.json(f"{budget.path}/discussions?includeAll=true") == {
        "pageNumber": 0, "totalPages": 0, "totalCount": 0, "data": [],
    }  # fmt: skip


def test_a_renamed_sheet_keeps_its_version(plan: Grid, as_alice: Client) -> None:
    answer = as_alice.ask("PUT", plan.path, {"name": "Renamed"}).json()
    assert answer["version"] == plan.body["version"] == plan.again().body["version"]


def test_links_are_among_the_attachment_options(plan: Grid) -> None:
    assert len(plan.body["effectiveAttachmentOptions"]) == 8
    assert "LINK" in plan.body["effectiveAttachmentOptions"]


def test_a_sorted_sheet_is_read_only_and_has_all_options(plan: Grid, as_alice: Client) -> None:
    criteria = {"sortCriteria": [{"columnId": plan.column("Task")}]}
    answer = as_alice.ask("POST", f"{plan.path}/sort", criteria).json()
    assert answer["readOnly"] is True
    equipment = next(column for column in answer["columns"] if column["title"] == "Equipment")
    assert (equipment["type"], equipment["options"]) == ("TEXT_NUMBER", plan.columns["Equipment"]["options"])


def test_answers_are_not_to_be_cached(as_alice: Client, plan: Grid) -> None:
    answer, refused = as_alice.get("/sheets"), as_alice.get("/sheets/1")
    assert FRESH.items() <= answer.headers.items()
    assert not FRESH.keys() & refused.headers.keys()
    assert answer.headers["Vary"] == refused.headers["Vary"] == "Accept-Encoding"


def test_a_page_without_rows_only_has_the_columns(plan: Grid, as_alice: Client) -> None:
    body = as_alice.json(f"{plan.path}?pageSize=0&level=2")
    assert (body["rows"], body["totalRowCount"]) == ([], len(plan.rows))
    assert body["columns"] == plan.body["columns"]


def test_ids_may_be_texts(plan: Grid, budget: Grid, as_alice: Client) -> None:
    text = {"columnId": str(plan.column("Notes")), "value": "12345"}
    answer = as_alice.ask("PUT", f"{plan.path}/rows", [{"id": str(plan.row("Roof")), "cells": [text]}]).json()
    assert cell_in(answer["result"][0], plan.column("Notes"))["value"] == "12345", "a value stays a text"
    move = {"rowIds": [str(plan.row("Roof"))], "to": {"sheetId": str(budget.id)}}
    assert as_alice.ask("POST", f"{plan.path}/rows/copy", move).json()["rowMappings"][0]["from"] == plan.row("Roof")
    child = {"parentId": str(plan.row("Roof")), "cells": plan.cells({"title": "Task", "value": "Tiles"})}
    assert as_alice.ask("POST", f"{plan.path}/rows", [child]).json()["result"][0]["parentId"] == plan.row("Roof")
    hook = {
        "name": "Hook", "callbackUrl": "https://example.com/", "scope": "sheet", "scopeObjectId": str(plan.id),
        "events": ["*.*"], "version": 1,
    }  # fmt: skip
    assert as_alice.ask("POST", "/webhooks", hook).json()["result"]["scopeObjectId"] == plan.id


def test_a_sheet_is_read_by_its_permalink(
    plan: Grid, as_alice: Client, client_of: Any, sandbox: RunningSandbox
) -> None:
    token = plan.body["permalink"].rpartition("/")[2]
    assert as_alice.json(f"/sheets/{token}?level=2&include=objectValue") == plan.body
    assert refusal(as_alice.get(f"/sheets/{token}/version")) == (400, 1018)
    assert refusal(as_alice.get(f"/sheets/{token[:-1]}")) == (400, 1018)
    stranger = client_of(sandbox.people()["dora"])
    snagging = sandbox.sheet(sandbox.people()["bob"], "Snagging list")["permalink"].rpartition("/")[2]
    assert refusal(stranger.get(f"/sheets/{snagging}")) == (404, 1006)


@pytest.mark.parametrize("is_allowed", [False, True])
def test_hash_and_secret_at_once_are_a_question_of_a_flag(is_allowed: bool) -> None:
    with RunningSandbox(*(["--allow-hash-and-secret"] if is_allowed else [])) as sandbox:
        register(sandbox)
        code = code_for(sandbox, sandbox.people()["alice"])
        answer = token_request(sandbox, code=code, client_secret=SECRET, hash=digest(code))
        assert answer.json().get("errorCode") == (None if is_allowed else 1237)
        assert answer.ok is is_allowed
