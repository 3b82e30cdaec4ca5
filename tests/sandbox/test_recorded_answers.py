"""Answers have the same status, error code, keys and kinds of values as Smartsheet's answers."""

from __future__ import annotations

import re

import pytest

from tests.conformance.shapes import shape
from tests.sandbox.client import Client
from tests.sandbox.recorded import FACTS, Fact, Json

Ids = dict[str, int]


@pytest.fixture
def ids(as_alice: Client) -> Ids:
    """Make two sheets with rows.

    Return the ids of the sheets, rows and columns. The keys are names such as "other row".
    """
    sheet, (row, *_), (name, done) = made(as_alice, "Fruit", ["TEXT_NUMBER", "CHECKBOX"], rows=2)
    other_sheet, (other_row,), (other_name,) = made(as_alice, "Other", ["TEXT_NUMBER"], rows=1)
    return {
        "sheet": sheet, "row": row, "name": name, "done": done,
        "other sheet": other_sheet, "other row": other_row, "other name": other_name,
    }  # fmt: skip


def made(client: Client, name: str, kinds: list[str], *, rows: int) -> tuple[int, list[int], list[int]]:
    columns = [{"title": kind, "type": kind, "primary": place == 0} for place, kind in enumerate(kinds)]
    sheet = client.ask("POST", "/sheets", {"name": name, "columns": columns}).json()["result"]
    cells = [{"columnId": sheet["columns"][0]["id"], "value": "Apple"}]
    added = client.ask("POST", f"/sheets/{sheet['id']}/rows", [{"toBottom": True, "cells": cells}] * rows).json()
    return sheet["id"], [row["id"] for row in added["result"]], [column["id"] for column in sheet["columns"]]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: str(fact.about))
def test_an_answer_has_the_known_shape(fact: Fact, ids: Ids, as_alice: Client) -> None:
    answer = as_alice.ask(fact.method, str(filled(fact.path, ids)), filled(fact.body, ids))
    body = answer.json()
    assert (answer.status_code, body.get("errorCode")) == (fact.status, fact.error), body
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert shape(body) == fact.shape


def filled(written: Json, ids: Ids) -> Json:
    """Return a path or body in which each name in braces, such as {row}, is replaced by an id. If a text consists only
    of such a name, the text becomes a number.
    """
    if isinstance(written, dict):
        return {key: filled(value, ids) for key, value in written.items()}
    if isinstance(written, list):
        return [filled(item, ids) for item in written]
    if isinstance(written, str):
        whole = re.fullmatch(r"{([^}]+)}", written)
        return ids[whole[1]] if whole else re.sub(r"{([^}]+)}", lambda name: str(ids[name[1]]), written)
    return written
