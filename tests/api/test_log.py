"""Through the API, people list and export the entries that they can read, with filters and cursors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from audit.models import Entry
from identity.apptokens.models import AppToken
from identity.models import SmartsheetUser
from tests.api.caller import Caller
from tests.api.test_app_tokens import Program
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

DIG = "Dig foundations"
SignIn = Callable[[Client, Person], None]


def note(caller: Caller, plan: SitePlan, *texts: str) -> list[str]:
    """Save each text in turn as the note of the same row. Return the ids of the edits."""
    shown, ids = None, []
    for text in texts:
        cell = {"column_id": str(plan.columns["Notes"]), "shown": shown, "value": text}
        answer = caller.save(plan.id, {"do": "update", "row_id": str(plan.rows[DIG]), "cells": [cell]})
        ids += answer["edit_ids"]
        shown = text
    return ids


def test_an_entry_shows_person_action_and_outcome(caller: Caller, plan: SitePlan, bob: Person) -> None:
    (edit_id,) = note(caller, plan, "Rock")
    (entry,) = caller.get("/log/entries", sheet=plan.id)["entries"]
    assert entry["actor"] == {"id": str(bob.id), "region": "sandbox", "name": bob.name, "email": bob.email}
    assert (entry["edit_id"], entry["action"], entry["outcome"], entry["origin"], entry["old"], entry["new"]) == (
        edit_id, "change", "applied", "api", None, "Rock",
    )  # fmt: skip
    assert (entry["sheet_id"], entry["row_id"], entry["column_title"]) == (str(plan.id), str(plan.rows[DIG]), "Notes")


def test_pages_back_and_forward(caller: Caller, plan: SitePlan) -> None:
    note(caller, plan, "one", "two", "three")
    first = caller.get("/log/entries", sheet=plan.id, limit=2)
    second = caller.get("/log/entries", sheet=plan.id, limit=2, before=first["older"])
    assert [[one["new"] for one in page["entries"]] for page in (first, second)] == [["three", "two"], ["one"]]
    assert second["older"] is None
    nothing = caller.get("/log/entries", sheet=plan.id, after=first["newer"])
    assert (nothing["entries"], nothing["newer"]) == ([], first["newer"])
    cell = {"column_id": str(plan.columns["Notes"]), "shown": "three", "value": "four"}
    caller.save(plan.id, {"do": "update", "row_id": str(plan.rows[DIG]), "cells": [cell]})
    newer = caller.get("/log/entries", sheet=plan.id, after=nothing["newer"])
    assert [one["new"] for one in newer["entries"]] == ["four"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"action": "change"}, True),
        ({"action": "delete"}, False),
        ({"outcome": "applied"}, True),
        ({"outcome": "refused"}, False),
        ({"origin": "api"}, True),
        ({"q": "Rock"}, True),
        ({"q": "Sand"}, False),
        ({"until": "2020-01-01"}, False),
        ({"via": "token:999"}, False),
    ],
)
def test_filters(caller: Caller, plan: SitePlan, query: dict[str, Any], found: bool) -> None:
    note(caller, plan, "Rock")
    assert bool(caller.get("/log/entries", sheet=plan.id, **query)["entries"]) is found


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"colour": "red"}, "colour"),
        ({"action": "destroy"}, "action"),
        ({"since": "yesterday"}, "since"),
        ({"edit": "7"}, "edit"),
        ({"row": "7"}, ""),
        ({"before": "7", "limit": "0"}, "limit"),
        ({"person": "x:\x00"}, "person"),
        ({"sheet": "18446744073709551616"}, "sheet"),
    ],
)
def test_an_invalid_filter_is_reported_and_ignored(caller: Caller, query: dict[str, Any], pointer: str) -> None:
    problem = caller.get("/log/entries", status=422, **query)
    assert pointer in {error["pointer"] for error in problem["errors"]}
    assert not any(label in error["detail"] for error in problem["errors"] for label in ("“From”", "“To”", "“Words”"))


def test_entries_of_others_are_those_of_sheets_that_one_can_open(
    caller: Caller, plan: SitePlan, bob: Person, charlie: Person, sign_in: SignIn
) -> None:
    note(caller, plan, "Rock")
    client = Client()
    sign_in(client, charlie)
    other = Caller(client)
    names = {sheet["name"] for sheet in other.get("/sheets")["sheets"]}
    seen = other.get("/log/entries", person=f"sandbox:{bob.id}")["entries"]
    assert bool([one for one in seen if one["sheet_id"] == str(plan.id)]) == (plan.name in names)
    assert all(one["sheet_id"] for one in seen)  # no sign-ins of other people


def test_reading_entries_of_others_is_an_entry_that_names_the_token(
    caller: Caller, plan: SitePlan, alice: Person, sign_in: SignIn
) -> None:
    note(caller, plan, "Rock")
    sign_in(Client(), alice)
    person = SmartsheetUser.objects.get(smartsheet_id=alice.id)
    token, text = AppToken.objects.make(person=person, name="reader", scopes=["log"], days=7)
    assert Program(text).get("/log/entries", sheet=plan.id)["entries"]
    read = Entry.objects.get(action="read")
    assert (read.actor_id, read.via) == (alice.id, f'{{"token":{token.pk}}}')


def exported(caller: Caller, kind: str, **query: Any) -> StreamingHttpResponse:
    query_string = "&".join(f"{name}={value}" for name, value in {"format": kind, **query}.items())
    posted: Any = caller.client.post(f"/api/v1/log/export?{query_string}", headers={"X-CSRFToken": caller.token})
    assert posted.status_code == 200, posted.content
    answer: StreamingHttpResponse = posted
    return answer


@pytest.mark.django_db(transaction=True)  # on PostgreSQL, exports use a separate connection
def test_an_export_has_the_entries_and_is_one(caller: Caller, plan: SitePlan) -> None:
    note(caller, plan, "Rock")
    answer = exported(caller, "jsonl", sheet=plan.id)
    lines = [orjson.loads(line) for line in answer.getvalue().splitlines()]
    assert [line["entry"]["phase"] for line in lines if line["type"] == "entry"] == ["intent", "applied"]
    assert (answer["Content-Type"], lines[-1]["type"]) == ("application/x-ndjson", "end")
    assert Entry.objects.get(action="export").origin == "api"
    assert exported(caller, "csv", sheet=plan.id)["Content-Type"].startswith("text/csv")


def test_an_export_needs_a_csrf_token_and_a_format(caller: Caller) -> None:
    caller.post("/log/export?format=xlsx", "", status=422)
    caller.token = ""
    caller.post("/log/export?format=csv", "", status=403)
