"""Malformed requests are refused, and change nothing. The status of the answer is never 500."""

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.conftest import sheet_id

TASK = "Core walls"
HUGE = 10**20
CONTACT, CONTACTS, CHOICES = "CONTACT", "MULTI_CONTACT", "MULTI_PICKLIST"


def is_unharmed(client: Client, plan: Grid) -> bool:
    """Whether the sheet hasn't changed and can be read in every format."""
    return plan.again().body == plan.body and client.get("/search?query=walls").status_code == 200


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ({"title": "Equipment", "objectValue": {"objectType": CHOICES, "values": [{"name": "Crane"}]}}, 1042),
        ({"title": "Team", "objectValue": {"objectType": CONTACTS, "values": [{"name": 5, "email": "a@b.co"}]}}, 1008),
        ({"title": "Responsible", "objectValue": {"objectType": CONTACT, "email": "a@b.co", "name": ["A"]}}, 1008),
        ({"title": "Responsible", "strict": False, "objectValue": {"objectType": CONTACT, "email": {"a": 1}}}, 1008),
        ({"title": "Notes", "value": "x", "hyperlink": {"sheetId": [1]}}, 1114),
        ({"title": "Notes", "value": None, "linkInFromCell": {"sheetId": {}, "rowId": 1, "columnId": 1}}, 1114),
    ],
)
def test_a_cell_of_odd_types_is_refused(plan: Grid, as_alice: Client, cell: dict[str, Any], code: int) -> None:
    assert refusal(plan.put(TASK, cell)) == (404 if code == 1114 else 400, code)
    assert is_unharmed(as_alice, plan)


@pytest.mark.parametrize("milliseconds", [10**18, -(10**18)])
def test_a_day_that_no_calendar_has_is_refused(plan: Grid, as_alice: Client, milliseconds: int) -> None:
    rows = [{"id": plan.row(TASK), "cells": plan.cells({"title": "Start", "value": milliseconds})}]
    assert refusal(as_alice.ask("PUT", f"{plan.path}/rows?numericDates=true", rows)) == (400, 1042)
    assert is_unharmed(as_alice, plan)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/sheets", "pageSize"),
        ("/sheets/{sheet}", "pageSize"),
        ("/sheets/{sheet}/columns", "page"),
        ("/sheets/{sheet}/rows/{row}/columns/{column}/history", "pageSize"),
    ],
)
def test_a_number_beyond_64_bits_is_none(plan: Grid, as_alice: Client, path: str, name: str) -> None:
    path = path.format(sheet=plan.id, row=plan.row(TASK), column=plan.column("Task"))
    assert as_alice.get(f"{path}?{name}={2**63 - 1}").status_code == 200
    assert refusal(as_alice.get(f"{path}?{name}={HUGE}")) == (400, 1018)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_before_all_times_is_none(plan: Grid, as_alice: Client, time: str) -> None:
    assert refusal(as_alice.get(f"/sheets?modifiedSince={time}")) == (400, 1018)
    assert refusal(as_alice.get(f"{plan.path}?rowsModifiedSince={time}")) == (400, 1018)


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/rows/copy", {"rowIds": [1], "to": {"sheetId": [1]}}, 1006),
        ("POST", "/rows/move", {"rowIds": [1], "to": {"sheetId": {"id": 1}}}, 1006),
        ("POST", "/rows/emails", {"sendTo": [{"email": "a@b.co"}], "rowIds": 5}, 1008),
        ("POST", "/rows/emails", {"sendTo": [{"groupId": [1]}], "rowIds": ["{row}"]}, 1106),
        ("POST", "/rows/emails", {"sendTo": [{"email": "a@b.co"}], "rowIds": ["{row}"], "columnIds": 5}, 1008),
        ("POST", "/shares", [{"userId": [1], "accessLevel": "VIEWER"}], 1020),
        ("POST", "/shares", [{"groupId": {"id": 1}, "accessLevel": "VIEWER"}], 1106),
        ("PUT", "/columns/{column}", {"type": ["DATE"]}, 1008),
        ("PUT", "/columns/{column}", {"type": {"name": "DATE"}}, 1008),
        ("PUT", "/columns/{column}", {"type": "CONTACT_LIST", "contactOptions": [{"email": ["a@b.co"]}]}, 1008),
    ],
)
def test_a_body_of_odd_types_is_refused(
    plan: Grid, as_alice: Client, method: str, path: str, body: Any, code: int
) -> None:
    if isinstance(body, dict) and body.get("rowIds") == ["{row}"]:
        body = body | {"rowIds": [plan.row(TASK)]}
    answer = as_alice.ask(method, plan.path + path.format(column=plan.column("Spent")), body)
    assert refusal(answer) == (404 if code in (1006, 1020, 1106) else 400, code)
    assert is_unharmed(as_alice, plan)


@pytest.mark.parametrize("form", [{"fill": 5}, {"prefix": ["A"]}, {"startingNumber": HUGE}])
def test_an_auto_number_of_odd_types_is_refused(as_alice: Client, form: dict[str, Any]) -> None:
    empty = f"/sheets/{sheet_id(as_alice, 'Empty sheet')}"
    column = {"title": "X", "systemColumnType": "AUTO_NUMBER", "index": 0, "autoNumberFormat": form}
    assert as_alice.ask("POST", f"{empty}/columns", column).status_code == 400
    assert [each["title"] for each in as_alice.json(empty)["columns"]] == ["Name", "Value"]


def test_a_sheet_made_from_nothing_sensible_is_refused(as_alice: Client) -> None:
    for wrong in ([1], {"id": 1}, "x"):
        assert refusal(as_alice.ask("POST", "/sheets", {"name": "X", "fromId": wrong})) == (404, 1033)


def test_a_group_cannot_be_given_to_a_list(as_alice: Client) -> None:
    group = as_alice.json("/groups")["data"][0]
    path = f"/groups/{group['id']}"
    assert refusal(as_alice.ask("PUT", path, {"ownerId": [1]})) == (400, 1107)
    assert refusal(as_alice.ask("PUT", path, {"description": {"a": 1}})) == (400, 1008)
    assert as_alice.json("/groups")["data"] == [group]


def test_headers_may_be_of_any_alphabet(sandbox: RunningSandbox, plan: Grid, as_alice: Client) -> None:
    """Headers can be in Latin-1, the encoding that Python's library requests uses. File names keep all their
    letters.
    """
    headers = {"Content-Disposition": 'attachment; filename="Größe.txt"', "Content-Type": "text/pläin"}
    answer = as_alice.http.post(
        f"{as_alice.api}{plan.path}/attachments", data=b"x", headers=_latin(headers), timeout=30
    )
    assert answer.status_code == 200, answer.text
    (listed,) = as_alice.json(f"{plan.path}/attachments?includeAll=true")["data"][-1:]
    assert (listed["name"], listed["mimeType"]) == ("Größe.txt", "text/pläin")
    wrong = _latin({"Content-Type": "multipart/form-data; boundary=; é"})
    answer = as_alice.http.post(f"{as_alice.api}{plan.path}/attachments", data=b"x", headers=wrong, timeout=30)
    assert refusal(answer) == (400, 1091)


def test_a_file_whose_name_is_numbered_wrongly_has_none(plan: Grid, as_alice: Client) -> None:
    headers = {"Content-Disposition": "attachment; filename*=a; filename*0=b", "Content-Type": "text/plain"}
    answer = as_alice.http.post(f"{as_alice.api}{plan.path}/attachments", data=b"x", headers=headers, timeout=30)
    assert refusal(answer) == (400, 1011)


def _latin(headers: dict[str, str]) -> dict[str, bytes]:
    return {name: value.encode("latin-1") for name, value in headers.items()}


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"client_id=%ff%fe&response_type=code&state=%ff",
        b"a=" + b"%ED%A0%80" * 3,
        b"\x00=\x00&decision=allow",
    ],
)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=none-such",
        "application/x-www-form-urlencoded; charset=idna",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/plain",
    ],
)
def test_a_senseless_form_is_no_crash_of_the_sign_in_page(
    sandbox: RunningSandbox, content_type: str, body: bytes
) -> None:
    url = f"{sandbox.url}/b/authorize"
    answer = requests.post(url, data=body, headers={"Content-Type": content_type}, allow_redirects=False, timeout=30)
    assert answer.status_code == 400
    assert "Client ID" in answer.text


@pytest.mark.parametrize(
    "target", ["/2.0/%ff", "/2.0/sheets/%ED%A0%80", "/2.0/sheets/%00", "/2.0/sheets?x=%ff%ED%A0%80"]
)
def test_an_address_that_is_no_text_is_no_crash(sandbox: RunningSandbox, as_alice: Client, target: str) -> None:
    status = _status(sandbox.url, target, as_alice.http.headers["Authorization"])
    assert status in (200, 400, 404)
    assert sandbox.requests()


def _status(url: str, target: str, authorization: str | bytes) -> int:
    """Send a request with this target and Authorization, which can be values that HTTP libraries refuse. Return the
    answer's status.
    """
    host = urlsplit(url).netloc
    head = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization!s}\r\nConnection: close\r\n\r\n"
    address, port = host.split(":")
    with socket.create_connection((address, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        return int(connection.makefile("rb").readline().split()[1])
