"""The API refuses hostile requests: requests without a CSRF token, and requests that are too large, nested too deeply
or of the wrong shape.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from api.failures import NO_VALUE
from audit.models import Entry
from tests.api.caller import Caller
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ID = "4583173393803140"
CELL = {"column_id": ID, "shown": None, "value": "x"}


@pytest.mark.parametrize("token", ["", "x" * 64])
def test_a_session_needs_a_csrf_token(caller: Caller, plan: SitePlan, token: str) -> None:
    caller.token = token
    problem = caller.save(plan.id, {"do": "add", "cells": []}, status=403)
    assert problem["type"] == "urn:byline:problem:csrf-token-missing"
    assert plan.sandbox.requests() == []


def test_a_write_needs_a_key(caller: Caller, plan: SitePlan) -> None:
    problem = caller.save(plan.id, {"do": "add", "cells": []}, status=400, key=None)
    assert problem["type"] == "urn:byline:problem:idempotency-key-missing"
    assert plan.sandbox.requests() == []


@pytest.mark.parametrize("key", ["", '""'])
def test_an_empty_key_is_a_missing_key(caller: Caller, plan: SitePlan, key: str) -> None:
    body = {"changes": [{"do": "add", "cells": []}]}
    problem = caller.post(f"/sheets/{plan.id}/edits", body, status=400, key=None, **{"Idempotency-Key": key})
    assert problem["type"] == "urn:byline:problem:idempotency-key-missing"
    assert plan.sandbox.requests() == []


@pytest.mark.parametrize("key", ["é", "\n", "x" * 201, " " * 3 + "\t", "one,two", '"one","two"', '"one', 'o"n"e', '"'])
def test_keys_that_are_none(caller: Caller, plan: SitePlan, key: str) -> None:
    if "\n" not in key:  # servers refuse a header with a line break
        problem = caller.save(plan.id, {"do": "add", "cells": []}, status=422, key=key)
        assert problem["errors"][0]["pointer"] == "Idempotency-Key"


@pytest.mark.parametrize(("key", "same"), [('"a, b"', '"a, b"'), ('"1-2"', "1-2"), ("a b/c:d", '"a b/c:d"')])
def test_keys_with_and_without_quotes(caller: Caller, plan: SitePlan, key: str, same: str) -> None:
    change = {"do": "add", "cells": [{"column_id": str(plan.columns["Task"]), "value": "Fence"}]}
    assert not caller.save(plan.id, change, key=key)["is_repeat"]
    assert caller.save(plan.id, change, key=same)["is_repeat"]


@pytest.mark.parametrize("path", ["edits", "changes"])
def test_a_body_without_a_length(caller: Caller, plan: SitePlan, path: str) -> None:
    """The request's body is sent in chunks, without a Content-Length. Under WSGI, Django would read the body as empty,
    so the API refuses the request.
    """
    answer = caller.post(f"/sheets/{plan.id}/{path}", {}, status=411, **{"Transfer-Encoding": "chunked"})
    assert answer["type"] == "urn:byline:problem:length-missing"
    assert plan.sandbox.requests() == []


@pytest.mark.parametrize(
    ("path", "status"), [("/edits", 403), ("/edits?page=2", 422), ("/edits?x=1", 422), ("/changes", 403)]
)
def test_a_refusal_names_the_person_of_the_session(
    caller: Caller, plan: SitePlan, bob: Person, path: str, status: int
) -> None:
    caller.token = ""
    caller.post(f"/sheets/{plan.id}{path}", {}, status=status)
    assert caller.answer["Byline-Person"] == f"sandbox {bob.id}"


def test_a_refusal_of_a_token_names_nobody(caller: Caller) -> None:
    answer = caller.client.get("/api/v1/sheets?x=1", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, "Byline-Person" in answer.headers) == (422, False)
    assert "Byline-Person" not in Client().get("/api/v1/sheets?x=1").headers


@pytest.mark.parametrize(
    ("path", "name"), [("/sheets/{}?page=1&page=2", "page"), ("/log/entries?sheet=1&sheet=2", "sheet")]
)
def test_a_parameter_that_is_sent_twice(caller: Caller, plan: SitePlan, path: str, name: str) -> None:
    problem = caller.get(path.format(plan.id), status=422)
    assert problem["errors"] == [{"pointer": name, "detail": "Send this parameter only once."}]
    assert plan.sandbox.requests() == []


def test_a_list_of_ids_is_sent_as_several_parameters(caller: Caller, plan: SitePlan) -> None:
    ids = [str(row_id) for row_id in plan.rows.values()][:2]
    assert [row[0] for row in caller.get(f"/sheets/{plan.id}/rows", id=ids)["rows"]] == ids


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "9999-12-31"])
def test_a_day_outside_of_the_log(caller: Caller, name: str, day: str) -> None:
    (error,) = caller.get("/log/entries", status=422, **{name: day})["errors"]
    assert error == {"pointer": name, "detail": f"“{name}” must be a day from 1970-01-01 to 9998-12-31."}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"[" * 1_000 + b"]" * 1_000,
        b'{"changes": NaN}',
        b'{"changes": ["\\ud800"]}',
        b'{"changes": 1e999}',
    ],
)
def test_bodies_that_are_no_json(caller: Caller, body: bytes) -> None:
    problem = caller.post(f"/sheets/{ID}/edits", body, status=400)
    assert problem["type"] == "urn:byline:problem:unreadable-body"


@pytest.mark.parametrize(
    "body",
    [
        '{"changes": [], "changes": [{"do": "add", "cells": []}]}',
        '{"changes": [{"do": "add", "cells": []}], "\\u0063hanges": []}',
        '{"changes": [{"do": "add", "cells": [{"column_id": "1", "value": "a", "value": "b"}]}]}',
    ],
)
def test_names_that_occur_twice_are_refused(caller: Caller, plan: SitePlan, body: str) -> None:
    """If a name occurs twice in an object, some programs read its first value, and others read its last value. So a
    proxy's log could show another edit than the one that this app makes.
    """
    problem = caller.post(f"/sheets/{plan.id}/edits", body, status=400)
    assert problem["type"] == "urn:byline:problem:unreadable-body"
    assert plan.sandbox.requests() == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 2_000)),
        ("application/x-www-form-urlencoded; charset=utf-16", b"a=b"),
    ],
)
def test_bodies_that_are_forms(caller: Caller, kind: str, body: bytes) -> None:
    problem = caller.post(f"/sheets/{ID}/edits", body, status=400, content_type=kind)
    assert problem["type"] == "urn:byline:problem:unreadable-body"


def test_a_body_that_is_too_large(caller: Caller, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    problem = caller.post(f"/sheets/{ID}/edits", b" " * 2_000, status=413)
    assert problem["type"] == "urn:byline:problem:body-too-large"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", ""),
        (b"null", ""),
        (b"[]", ""),
        ({"changes": []}, "/changes"),
        ({"changes": [{"do": "add", "cells": []}] * 1_001}, "/changes"),
        ({"changes": [{"do": "destroy"}]}, "/changes/0"),
        ({"changes": [{"do": "add", "cells": []}], "other": 1}, "/other"),
        ({"changes": [{"do": "delete", "row_id": 1}]}, "/changes/0/row_id"),
        ({"changes": [{"do": "delete", "row_id": ID, "rows": True}]}, "/changes/0/rows"),
        ({"changes": [{"do": "delete", "row_id": ID, "rows": "1"}]}, "/changes/0/rows"),
        ({"changes": [{"do": "delete", "row_id": ID}], "is_partial": "yes"}, "/is_partial"),
        ({"changes": [{"do": "delete", "row_id": ID}], "is_partial": 1}, "/is_partial"),
        ({"changes": [{"do": "delete", "row_id": ID}], "a~b/c": 1}, "/a~0b~1c"),
        ({"changes": [{"do": "restore", "row_id": 1}]}, "/changes/0/row_id"),
        ({"changes": [{"do": "delete", "row_id": "9223372036854775808"}]}, "/changes/0/row_id"),
        ({"changes": [{"do": "delete", "row_id": ID}] * 2}, ""),
        ({"changes": [{"do": "update", "row_id": ID, "cells": [CELL, CELL]}]}, ""),
        ({"changes": [{"do": "update", "row_id": ID, "cells": []}]}, "/changes/0/cells"),
        ({"changes": [{"do": "move", "row_id": ID, "place": {"where": "above"}}]}, "/changes/0/place"),
        (
            {"changes": [{"do": "move", "row_id": ID, "place": {"parent_id": ID, "sibling_id": ID, "where": "below"}}]},
            "/changes/0/place",
        ),
        (
            {"changes": [{"do": "add", "cells": [{"column_id": ID, "value": {"a": [[[]]]}}]}]},
            "/changes/0/cells/0/value",
        ),
        ({"changes": [{"do": "add", "cells": [{"column_id": 5}] * 400}] * 1_000}, "/changes/0/cells/0/column_id"),
    ],
)
def test_bodies_of_another_shape(caller: Caller, plan: SitePlan, body: Any, pointer: str) -> None:
    problem = caller.post(f"/sheets/{plan.id}/edits", body, status=422)
    assert problem["type"] == "urn:byline:problem:invalid-request"
    assert pointer in {error["pointer"] for error in problem["errors"]}
    assert len(problem["errors"]) < 5
    assert plan.sandbox.requests() == []
    assert not Entry.objects.exclude(sheet_id=None).exists()


@pytest.mark.parametrize("value", [{"a": 1}, [1], [["a"]], [None], [{"a": 1}]])
@pytest.mark.parametrize("name", ["value", "shown"])
def test_a_value_of_no_type_that_cells_have(caller: Caller, plan: SitePlan, name: str, value: Any) -> None:
    change = {"do": "update", "row_id": ID, "cells": [CELL | {name: value}]}
    (error,) = caller.save(plan.id, change, status=422)["errors"]
    assert error == {"pointer": f"/changes/0/cells/0/{name}", "detail": NO_VALUE}


@pytest.mark.parametrize("number", ["0", "x", "9223372036854775808", "1" * 30])
def test_the_refusal_of_an_id_names_the_largest(caller: Caller, plan: SitePlan, number: str) -> None:
    (error,) = caller.save(plan.id, {"do": "delete", "row_id": number}, status=422)["errors"]
    assert "from 1 to 9223372036854775807" in error["detail"]


@pytest.mark.parametrize(
    "url",
    [
        *("http://exa mple.com", "https://exam\u00a0ple.com/plan", "ftp://example.com", "example.com"),
        *(f"https://example.com/{sign}plan" for sign in "\0\t\n\r\x7f\x85\u2028\u202e\u2066\u200f"),
    ],
)
def test_addresses_that_no_browser_opens(caller: Caller, plan: SitePlan, url: str) -> None:
    change = {"do": "update", "row_id": ID, "cells": [CELL | {"hyperlink": {"url": url}}]}
    (error,) = caller.save(plan.id, change, status=422)["errors"]
    assert error["pointer"] == "/changes/0/cells/0/hyperlink"
