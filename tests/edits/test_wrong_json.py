"""Smartsheet's answers are valid JSON but not the requested object, for example because a proxy sent them."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from django.test import Client

from audit.changes import with_outcomes
from audit.models import Entry
from edits.gateway import client, shapes
from edits.gateway.transport import Answer, exchange
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"
WRONG: list[Any] = [
    {"status": "ok"},
    {"id": "4", "columns": []},
    {"id": 4, "columns": None, "rows": [7]},
    {"id": 4, "columns": [], "rows": [{"rowNumber": 1}]},
    {"data": [3, None]},
    {"data": [{"name": "no id"}]},
]
UNSAID: list[Any] = [
    {"resultCode": 0, "message": "SUCCESS"},
    {"resultCode": 0, "result": "done"},
    {"resultCode": 0, "result": [{"rowNumber": 1}]},
    {"resultCode": 0, "result": [None]},
    {"resultCode": 3, "result": [], "failedItems": []},
    {"resultCode": 3, "result": [], "failedItems": [{"index": 0, "rowId": 7, "error": {"errorCode": 1042}}]},
]
ODD_ROWS: list[Any] = [
    {"resultCode": 0, "result": [{"id": 123456, "cells": [None]}]},
    {"resultCode": 0, "result": [{"id": 123456, "cells": [-1]}]},
    {"resultCode": 0, "result": [{"id": 123456, "cells": [{"columnId": []}]}]},
    {"resultCode": 0, "result": [{"id": 123456, "modifiedBy": "Ann"}]},
    {"resultCode": 0, "result": [{"id": 123456, "parentId": [7]}]},
]
OF_ANOTHER: list[Any] = [{"resultCode": 0, "result": [{"id": 999}]}, {"resultCode": 0, "result": {"id": 999}}]
OTHERS: list[Any] = [{"resultCode": 0, "result": [999]}, {"resultCode": 0, "result": []}]


@pytest.mark.parametrize("content", WRONG)
def test_typed_values_are_kept(browser: Client, plan: SitePlan, bob: Person, content: object) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    plan.sandbox.fault(method="GET", person=bob.id, content=content)
    page = page.save()
    assert (page.status, page.value(plan.columns["Notes"])) == (503, "Rock")
    assert "What you typed is still in the form." in page.text
    assert "1 cell changed" in page.save().text


@pytest.mark.parametrize("content", WRONG)
@pytest.mark.parametrize("path", ["", "{id}/", "{id}/rows/add/", "{id}/rows/{row}/edit/", "{id}/rows/{row}/delete/"])
def test_every_page_says_so(browser: Client, plan: SitePlan, bob: Person, path: str, content: object) -> None:
    plan.sandbox.fault(method="GET", person=bob.id, times=0, content=content)
    answer = browser.get("/sheets/" + path.format(id=plan.id, row=plan.rows[ROW]))
    plan.sandbox.control("DELETE", "faults")
    assert answer.status_code == 503
    assert "Smartsheet gave no answer that this app can use." in answer.content.decode()


@pytest.mark.parametrize("content", UNSAID + OF_ANOTHER + ODD_ROWS)
@pytest.mark.parametrize("is_applied", [True, False])
def test_a_change_with_an_unclear_answer_is_read_back(
    browser: Client, plan: SitePlan, bob: Person, content: object, is_applied: bool
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    plan.sandbox.fault(method="PUT", person=bob.id, content=content, apply=is_applied)
    page = page.save()
    assert page.status == (200 if is_applied else 502)
    assert outcomes() == ["applied" if is_applied else "unknown"]


@pytest.mark.parametrize("content", UNSAID + OTHERS)
@pytest.mark.parametrize("is_applied", [True, False])
def test_a_deletion_with_an_unclear_answer_is_read_back(
    browser: Client, plan: SitePlan, bob: Person, content: object, is_applied: bool
) -> None:
    plan.sandbox.fault(method="DELETE", person=bob.id, content=content, apply=is_applied)
    answer = browser.post(plan.delete_path(ROW))
    assert answer.status_code == (302 if is_applied else 502)
    assert outcomes() == ["applied" if is_applied else "unknown"]


@pytest.mark.parametrize("content", UNSAID + ODD_ROWS)
def test_a_new_row_with_an_unclear_answer_is_not_certain(
    browser: Client, plan: SitePlan, bob: Person, content: object
) -> None:
    page = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"})
    plan.sandbox.fault(method="POST", person=bob.id, content=content, apply=True)
    assert page.save().status == 502
    assert outcomes() == ["unknown"]


@pytest.mark.parametrize("levels", [245, 900])
@pytest.mark.parametrize("name", ["hyperlink", "unknown"])
def test_an_answer_to_a_change_that_is_nested_too_deeply(
    browser: Client, plan: SitePlan, bob: Person, name: str, levels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    cell = {"columnId": plan.columns["Notes"], "value": "Rock", name: {"url": "DEEP"}}
    content = {"resultCode": 0, "result": [{"id": plan.rows[ROW], "cells": [cell]}]}
    plan.sandbox.fault(method="PUT", person=bob.id, content=content, apply=True)
    nest(monkeypatch, levels=levels)
    page = page.save()
    assert (page.status, outcomes()) == (200, ["applied"])


@pytest.mark.parametrize("levels", [30, 245, 900])
@pytest.mark.parametrize("path", ["{plan}?view=table", "{edit}", "/api/v1/sheets/{id}/rows?id={row}"])
def test_a_sheet_that_is_nested_too_deeply(
    browser: Client, plan: SitePlan, bob: Person, path: str, levels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.raise_request_exception = False
    row_id = plan.rows[ROW]
    sheet = plan.sandbox.call(bob, "GET", f"/sheets/{plan.id}?level=2&include=objectValue&rowIds={row_id}")
    sheet["rows"][0]["cells"][0]["hyperlink"] = {"url": "DEEP"}
    plan.sandbox.fault(method="GET", person=bob.id, times=0, content=sheet)
    nest(monkeypatch, levels=levels)
    answer = browser.get(path.format(plan=plan.path, edit=plan.edit_path(ROW), id=plan.id, row=row_id))
    plan.sandbox.end_faults()
    assert answer.status_code == (503 if levels == 900 else 200)


def nest(patch: pytest.MonkeyPatch, *, levels: int) -> None:
    """In Smartsheet's answers, replace the text DEEP by objects that are nested `levels` deep."""
    real, deep = exchange, b'{"url":' * levels + b'""' + b"}" * levels

    def exchanged(*args: Any, **more: Any) -> Answer:
        answer = real(*args, **more)
        return replace(answer, body=answer.body.replace(b'"DEEP"', deep))

    patch.setattr(client, "exchange", exchanged)


@pytest.mark.parametrize("code", [True, 10**30, -(2**70), 1e300])
def test_an_error_code_that_is_none(browser: Client, plan: SitePlan, bob: Person, code: object) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    plan.sandbox.fault(method="PUT", person=bob.id, status=400, content={"errorCode": code, "message": "No."})
    page = page.save()
    assert (page.status, page.value(plan.columns["Notes"])) == (422, "Rock")
    assert outcomes() == ["refused"]


def outcomes() -> list[str]:
    return sorted({change.phase for change in with_outcomes(Entry.objects.intents())})


@pytest.mark.parametrize(
    ("body", "is_it"),
    [
        (b"{}", True),
        (b'{"a":[{"b":[]},{}]}', True),
        (b'{"a":"[[[{"}', True),
        (b"[" * 250 + b"]" * 250, True),
        (b"[" * 256 + b"]" * 256, False),
        (b'{"a":' * 256 + b"1" + b"}" * 256, False),
        (b'["]",' * 900 + b"1" + b',"["]' * 900, False),
    ],
)
def test_brackets_in_texts_do_not_count_as_levels(body: bytes, is_it: bool) -> None:
    assert shapes.is_shallow(orjson.loads(body)) == is_it
