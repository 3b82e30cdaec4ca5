"""Programs read who is signed in, the list of sheets, a sheet page by page, and some rows of a sheet."""

import gzip
import json

import pytest
from django.test import Client

from tests.api.caller import Caller
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROW = ["id", "number", "parent_id", "is_locked", "cells", "is_expanded", "format", "digest"]


def test_the_caller(caller: Caller, bob: Person) -> None:
    me = caller.get("/me")
    assert (me["id"], me["region"], me["name"], me["email"]) == (str(bob.id), "sandbox", bob.name, bob.email)
    assert me["csrf_token"]


def test_no_one_is_signed_in_yet(client: Client, sandbox: RunningSandbox, db: None) -> None:
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:byline:problem:not-signed-in")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert sandbox.requests() == []


def test_sheets(caller: Caller, plan: SitePlan) -> None:
    found = {sheet["name"]: sheet for sheet in caller.get("/sheets")["sheets"]}
    assert found["Site plan"]["id"] == str(plan.id)
    assert found["Site plan"]["access"] == "EDITOR"


def test_a_sheet(caller: Caller, plan: SitePlan) -> None:
    sheet = caller.get(f"/sheets/{plan.id}")
    assert [column["title"] for column in sheet["columns"]] == list(plan.columns)
    assert sheet["row_fields"] == ROW
    assert [row[0] for row in sheet["rows"]] == [str(row_id) for row_id in plan.rows.values()]
    assert sheet["total_rows"] == len(plan.rows)
    assert sheet["why_not"] == {"change": None, "add": None, "delete": None}
    assert all(len(row[4]) == len(sheet["columns"]) for row in sheet["rows"])


def test_a_sheet_page_by_page(caller: Caller, plan: SitePlan) -> None:
    rows = list(plan.rows.values())
    assert [row[0] for row in caller.get(f"/sheets/{plan.id}", page=2, page_size=3)["rows"]] == [
        str(row_id) for row_id in rows[3:6]
    ]
    assert caller.get(f"/sheets/{plan.id}", page=999, page_size=3)["rows"] == []


def test_some_rows(caller: Caller, plan: SitePlan) -> None:
    first, *_, last = plan.rows.values()
    ids = [str(last), str(first), str(first), "17"]  # the last one doesn't exist
    assert {row[0] for row in caller.get(f"/sheets/{plan.id}/rows", id=ids)["rows"]} == {str(first), str(last)}


def test_a_sheet_of_others(caller: Caller, sandbox: RunningSandbox, plan: SitePlan, bob: Person) -> None:
    plan.unshare(bob)
    problem = caller.get(f"/sheets/{plan.id}", status=404)
    assert problem["type"] == "urn:byline:problem:not-found"
    assert problem["error_code"] == 1006


def test_cells_tell_more_than_their_value_only_if_there_is_more(caller: Caller, plan: SitePlan) -> None:
    sheet = caller.get(f"/sheets/{plan.id}/rows", id=plan.rows["Dig foundations"])
    cells = dict(zip((column["title"] for column in sheet["columns"]), sheet["rows"][0][4], strict=True))
    assert (cells["Status"], cells["Done"], cells["Budget"], cells["Notes"]) == ("In progress", False, 38_000, None)
    assert cells["Equipment"] == ["Excavator", "Lorry"]
    assert cells["Responsible"] == {"value": "bob@example.com", "display": "Bob Baker"}
    assert cells["Remaining"] == {"value": 16_500, "formula": "=[Budget]@row - [Spent]@row"}


@pytest.mark.parametrize("sheet_id", ["0", "x", "-1", "1.5", "9223372036854775808", "01", "１", "1\u0000"])
def test_ids_that_nothing_can_have(caller: Caller, sheet_id: str) -> None:
    problem = caller.get(f"/sheets/{sheet_id}", status=422)
    assert problem["errors"][0]["pointer"] == "sheet_id"


def test_a_large_id_is_not_rounded(caller: Caller, plan: SitePlan) -> None:
    caller.get("/sheets/9223372036854775807", status=404)
    assert plan.sandbox.requests()[-1]["path"].startswith("/2.0/sheets/9223372036854775807")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"page": 0}, "page"),
        ({"page": "x"}, "page"),
        ({"page_size": 5_001}, "page_size"),
        ({"page": "1\x00"}, "page"),
        ({"pages": 2}, "pages"),
    ],
)
def test_wrong_queries(caller: Caller, plan: SitePlan, query: dict[str, object], pointer: str) -> None:
    problem = caller.get(f"/sheets/{plan.id}", status=422, **query)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ({"status": 500, "errorCode": 4000}, 503, "smartsheet-unavailable"),
        ({"status": 403, "errorCode": 1004}, 403, "forbidden"),
        ({"status": 429, "errorCode": 4003, "times": 0}, 429, "smartsheet-rate-limited"),
    ],
)
def test_smartsheets_errors(caller: Caller, plan: SitePlan, fault: dict[str, object], status: int, kind: str) -> None:
    plan.sandbox.fault(method="GET", path="/sheets", **fault)
    assert caller.get("/sheets", status=status)["type"] == f"urn:byline:problem:{kind}"


@pytest.mark.parametrize(("headers", "seconds"), [({}, "60"), ({"Retry-After": "7"}, "7")])
@pytest.mark.parametrize("address", ["/sheets", "/sheets/{id}", "/sheets/{id}/version", "/sheets/{id}/changes"])
def test_an_answer_429_says_how_long_to_wait(
    caller: Caller, plan: SitePlan, address: str, headers: dict[str, str], seconds: str
) -> None:
    since = caller.get(f"/sheets/{plan.id}")["cursor"]
    plan.sandbox.fault(method="GET", status=429, errorCode=4003, times=0, headers=headers)
    query = {"since": since} if address.endswith("changes") else {}
    caller.get(address.format(id=plan.id), status=429, **query)
    assert caller.answer["Retry-After"] == seconds


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/nothing", "/", "/sheets/", "/me/"])
def test_unknown_addresses(caller: Caller, method: str, address: str) -> None:
    answer = getattr(caller.client, method)(f"/api/v1{address}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert method == "head" or answer.json()["type"] == "urn:byline:problem:not-found"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/me", "/openapi.json", "/docs"])
def test_methods_that_an_address_does_not_have(caller: Caller, method: str, address: str) -> None:
    answer = getattr(caller.client, method)(f"/api/v1{address}")
    assert (answer.status_code, answer["Allow"], answer.json()["type"]) == (
        405, "GET, HEAD", "urn:byline:problem:method-not-allowed",
    )  # fmt: skip


@pytest.mark.parametrize("address", ["/me", "/sheets", "/sheets/{id}", "/log/entries", "/openapi.json", "/docs"])
def test_head_is_get_without_a_body(caller: Caller, plan: SitePlan, address: str) -> None:
    whole, head = (ask("/api/v1" + address.format(id=plan.id)) for ask in (caller.client.get, caller.client.head))
    assert (head.status_code, head["Content-Type"], head.content) == (200, whole["Content-Type"], b"")


def test_head_of_a_write_is_refused(caller: Caller, plan: SitePlan) -> None:
    answer = caller.client.head(f"/api/v1/sheets/{plan.id}/edits")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "gzip"), ("", None), ("br", None), ("gzip;q=0", None), ("br, gzip;q=0.0, zstd", None)],
)
def test_rows_are_compressed_where_the_caller_unpacks_them(
    caller: Caller, plan: SitePlan, accepted: str, encoding: str | None
) -> None:
    answer = caller.client.get(f"/api/v1/sheets/{plan.id}", headers={"Accept-Encoding": accepted})
    assert (answer.get("Content-Encoding"), "Accept-Encoding" in answer["Vary"]) == (encoding, True)
    content = gzip.decompress(answer.content) if encoding else answer.content
    assert len(json.loads(content)["rows"]) == len(plan.rows)
    assert "Content-Encoding" not in caller.client.get("/api/v1/me", headers={"Accept-Encoding": "gzip"})


def test_a_cell_says_where_it_leads_and_how_it_is_formatted(caller: Caller, plan: SitePlan) -> None:
    look = ",,1,,,,,,,18,,,,,,,"
    plan.write(
        "Dig foundations", Notes={"value": "Drawing", "hyperlink": {"url": "https://example.com/a"}, "format": look}
    )
    sheet = caller.get(f"/sheets/{plan.id}/rows", id=plan.rows["Dig foundations"])
    cells = dict(zip((column["title"] for column in sheet["columns"]), sheet["rows"][0][4], strict=True))
    assert cells["Notes"] == {"value": "Drawing", "format": look, "hyperlink": {"url": "https://example.com/a"}}
    columns = {column["title"]: column for column in sheet["columns"]}
    assert (columns["Health"]["width"], columns["Status"]["is_validated"]) == (70, True)


@pytest.mark.parametrize("number", [0.1, 5e-324, 2**53, -0.30000000000000004, 0.1234567890123456789])
def test_numbers_arrive_as_they_are(caller: Caller, plan: SitePlan, number: float) -> None:
    plan.write("Dig foundations", Budget=number)
    sheet = caller.get(f"/sheets/{plan.id}/rows", id=plan.rows["Dig foundations"])
    place = next(place for place, column in enumerate(sheet["columns"]) if column["title"] == "Budget")
    cell = sheet["rows"][0][4][place]
    assert (cell["value"] if isinstance(cell, dict) else cell) == number
