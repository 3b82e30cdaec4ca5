"""Many people fill in one form at the same time, in four processes. Nothing is lost, saved twice or missing in the log.

`make test-kills` sets FILLERS=50 in the environment for 50 people.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from audit.recording import THIS_APP
from audit.unsettled import Unsettled
from edits.forms.conditions import Condition
from edits.forms.definition import Audience, Definition, FormField
from edits.forms.models import FormDefinition
from edits.sheets.sheet import Sheet
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.signin.oauth import Grant
from tests.edits.browser import Page
from tests.running_sandbox import Person, RunningSandbox

FILLERS = int(os.environ.get("FILLERS", "4"))
PROCESSES, ROWS_EACH = 4, 2
COLUMNS: list[dict[str, Any]] = [
    {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
    {"title": "Owner", "type": "CONTACT_LIST"},
    {"title": "Notes", "type": "TEXT_NUMBER"},
]


class Crowd:
    """Alice's sheet with two rows for each person of the crowd, and the form for these people."""

    def __init__(self, sandbox: RunningSandbox, alice: Person) -> None:
        self.sandbox, self.alice = sandbox, alice
        self.emails = [f"filler-{number}@example.com" for number in range(FILLERS)]
        for number, email in enumerate(self.emails):
            self.call(
                "POST", "/users", {"email": email, "firstName": "Filler", "lastName": str(number), "admin": False}
            )
        people = sandbox.control("GET", "people")
        self.people = {one["email"]: one for one in people if one["email"] in self.emails}
        sheet = self.call("POST", "/sheets", {"name": "Many tasks", "columns": COLUMNS})["result"]
        self.id: int = sheet["id"]
        self.task, self.owner, self.notes = (column["id"] for column in sheet["columns"])
        self.call("POST", f"/sheets/{self.id}/shares", [{"email": one, "accessLevel": "EDITOR"} for one in self.emails])
        rows = [
            {
                "toBottom": True,
                "cells": [
                    {"columnId": self.task, "value": f"Task {number} of {email}"},
                    {"columnId": self.owner, "value": email},
                ],
            }
            for number in range(ROWS_EACH)
            for email in self.emails
        ]
        self.row_ids = [row["id"] for row in self.call("POST", f"/sheets/{self.id}/rows", rows)["result"]]
        self._publish()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.sandbox.call(self.alice, method, path, body)

    def rows_of(self, number: int) -> list[int]:
        """The rows of the person with this number."""
        return self.row_ids[number :: len(self.emails)]

    def client(self, number: int) -> Client:
        """A browser in which this person is signed in."""
        raw = self.people[self.emails[number]]
        data = {"id": raw["id"], "email": raw["email"], "firstName": "Filler", "lastName": str(number)}
        scope = "READ_SHEETS WRITE_SHEETS"
        grant = Grant(access_token=raw["token"], refresh_token="", expires_at=None, scope=scope)
        client = Client()
        user = SmartsheetUser.objects.signed_in(Profile.parse("sandbox", data), grant).user
        client.force_login(user, backend="identity.backends.SmartsheetBackend")
        return client

    def _publish(self) -> None:
        sheet = Sheet.parse(self.call("GET", f"/sheets/{self.id}?level=2"))
        notes = next(column for column in sheet.columns if column.id == self.notes)
        definition = Definition(
            title="Note something",
            fields=(FormField.of(notes),),
            rule=Condition.parse({"column": str(self.owner), "is": "me"}),
            audience=Audience.EVERYONE,
        )
        form = FormDefinition(region="sandbox", sheet_id=self.id, slug="notes", draft=definition.to_json())
        form.save()
        form.publish(seen=0, actor=THIS_APP)


@pytest.mark.django_db(transaction=True)
def test_everything_is_saved_once_and_logged(sandbox: RunningSandbox, alice: Person, settings: Settings) -> None:
    settings.SMARTSHEET_DEADLINE = 60.0
    crowd = Crowd(sandbox, alice)
    clients = [crowd.client(number) for number in range(FILLERS)]
    sandbox.forget_requests()
    connections.close_all()
    children = [_fork(crowd, clients, process) for process in range(PROCESSES)]
    endings = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert endings == [0] * PROCESSES
    asked = Counter(one["method"] for one in sandbox.requests(path="/sheets/"))
    assert not Unsettled.objects.exists()

    wanted = Counter(
        (row_id, f'"note {number}"', email)
        for number, email in enumerate(crowd.emails)
        for row_id in crowd.rows_of(number)
    )
    emails = {one["id"]: email for email, one in crowd.people.items()}
    entries = Entry.objects.intents().on_sheet(crowd.id).exclude(action__startswith="form_")
    changes = with_outcomes(entries)
    assert {change.intent.via for change in changes} == {'{"form":"notes","version":1}'}
    assert Counter((c.intent.row_id, c.new, emails[c.intent.actor_id]) for c in changes if c.is_applied) == wanted
    assert _histories(crowd) == wanted

    saves = FILLERS * ROWS_EACH
    print(f"{FILLERS} people, {saves} saves: {dict(asked)}")  # noqa: T201 # the figures of make test-kills
    assert asked["PUT"] == saves
    # Each process reads the primary column once. Each person reads the list once at first. Each save needs up to four
    # reads: one to show the row, one or two to save it because it is sent twice, and one for the list after the save.
    assert asked["GET"] <= PROCESSES + FILLERS + saves * 4


def _histories(crowd: Crowd) -> Counter[tuple[int | None, str | None, str]]:
    """Read Smartsheet's history of each note. Return how often each person wrote each value into each row."""
    seen: Counter[tuple[int | None, str | None, str]] = Counter()
    for row_id in crowd.row_ids:
        path = f"/sheets/{crowd.id}/rows/{row_id}/columns/{crowd.notes}/history?pageSize=100"
        for state in crowd.call("GET", path)["data"]:
            if state.get("value"):
                seen[row_id, f'"{state["value"]}"', state["modifiedBy"]["email"]] += 1
    return seen


def _fork(crowd: Crowd, clients: list[Client], process: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        for number in range(process, FILLERS, PROCESSES):
            _fill_in(crowd, clients[number], number)
        code = 0
    finally:
        os._exit(code)


def _fill_in(crowd: Crowd, client: Client, number: int) -> None:
    """Open the list and each row, and press Save twice."""
    assert Page.open(client, "/forms/notes/").text.count("Task ") == ROWS_EACH
    for row_id in crowd.rows_of(number):
        page = Page.open(client, f"/forms/notes/rows/{row_id}/").type({crowd.notes: f"note {number}"})
        page.send()
        page.send()
