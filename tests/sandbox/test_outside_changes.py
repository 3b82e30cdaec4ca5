"""Changes from outside the API: by forms, automations, cell links, and people in Smartsheet's own app."""

from typing import Any

import pytest
import requests

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, cell_in
from tests.sandbox.test_event_reporting import reported

TASK = "Core walls"
FORM, AUTOMATION, CELL_LINK = 7881304550205316, 3940654876256132, 3377704922834820


def change(sandbox: RunningSandbox, plan: Grid, by: str, **description: Any) -> dict[str, Any]:
    made: dict[str, Any] = sandbox.control("POST", "changes", {"by": by, "sheetId": plan.id, **description})
    return made


def row(plan: Grid, task: str, title: str, value: Any) -> dict[str, Any]:
    return {"id": plan.row(task), "cells": plan.cells({"title": title, "value": value})}


def test_a_form_adds_a_row(sandbox: RunningSandbox, plan: Grid, as_alice: Client) -> None:
    cells = plan.cells({"title": "Task", "value": "Leaking tap"}, {"title": "Start", "value": "3/1/26"})
    made = change(sandbox, plan, "form", add=[{"cells": cells}])
    assert (made["userId"], made["version"]) == (FORM, plan.body["version"] + 1)
    now = plan.again()
    assert now.tasks()[-1] == "Leaking tap"
    assert now.cell("Leaking tap", "Start")["value"] == "2026-03-01"
    assert now.cell("Leaking tap", "Created by")["displayValue"] == "Smartsheet Forms"
    (entry,) = now.history("Leaking tap", "Task")
    assert entry["modifiedBy"] == {"name": "Smartsheet Forms", "email": "web-form@smartsheet.com"}
    (event,) = reported(as_alice)
    assert (event["userId"], event["requestUserId"], event["source"]) == (FORM, FORM, "WEB_APP")


def test_an_automation_changes_cells(sandbox: RunningSandbox, plan: Grid, as_alice: Client) -> None:
    change(sandbox, plan, "automation", update=[row(plan, TASK, "Status", "Complete")])
    latest, *_before = plan.history(TASK, "Status")
    assert (latest["value"], latest["modifiedBy"]["email"]) == ("Complete", "automation@smartsheet.com")
    assert [event["userId"] for event in reported(as_alice)] == [AUTOMATION]
    body = as_alice.json(f"{plan.path}/rows/{plan.row(TASK)}?include=writerInfo")
    assert body["modifiedBy"]["name"] == "Smartsheet Automation"


def test_a_cell_link_brings_a_value_and_stays(sandbox: RunningSandbox, plan: Grid) -> None:
    before = plan.cell("Structure", "Approved")
    change(sandbox, plan, "cellLink", update=[row(plan, "Structure", "Approved", 12)])
    now = plan.again().cell("Structure", "Approved")
    assert (now["value"], now["linkInFromCell"]) == (12, before["linkInFromCell"])
    assert plan.history("Structure", "Approved")[0]["modifiedBy"]["name"] == "Cell Link Update"


def test_a_person_works_in_smartsheets_own_app(
    sandbox: RunningSandbox, plan: Grid, as_alice: Client, bob: Person
) -> None:
    made = change(
        sandbox,
        plan,
        "person",
        person=bob.id,
        update=[row(plan, TASK, "Notes", "50%")],
        add=[{"cells": plan.cells({"title": "Task", "value": "Bob's"}), "toTop": True}],
        delete=[plan.row("Roof")],
    )
    now = plan.again()
    assert now.cell(TASK, "Notes")["value"] == 0.5
    assert now.tasks()[0] == "Bob's"
    assert "Roof" not in now.tasks()
    assert plan.row("Roof") in made["deleted"]
    assert [cell_in(each, plan.column("Task"))["value"] for each in made["rows"]] == [TASK, "Bob's"]
    assert now.history(TASK, "Notes")[0]["modifiedBy"]["email"] == bob.email
    assert {(event["userId"], event["source"]) for event in reported(as_alice)} == {(bob.id, "WEB_APP")}


REFUSED: list[tuple[dict[str, Any], int, str | int]] = [
    ({"by": "nobody"}, 400, "form, automation, cellLink, person"),
    ({"by": ["form"]}, 400, "form, automation, cellLink, person"),
    ({"by": "form", "update": [{}]}, 400, "a list of rows to add"),
    ({"by": "form", "add": {}}, 400, "a list of rows to add"),
    ({"by": "form", "add": "x"}, 400, "a list of rows to add"),
    ({"by": "form", "rows": []}, 400, "unknown keys: rows"),
    ({"by": "form", "add": [{}], "sheetId": 1}, 400, "no sheet has the id"),
    ({"by": "person", "add": [{}]}, 400, "no person has the id"),
    ({"by": "person", "person": "charlie", "add": [{}]}, 403, 1004),
    ({"by": "automation", "update": [{"id": 1}]}, 404, 1006),
    ({"by": "automation", "update": ["x"]}, 400, 1008),
    ({"by": "person", "person": "bob", "delete": [1]}, 404, 1006),
    ({"by": "person", "person": "bob", "delete": [["x"]]}, 404, 1006),
    ({"by": "cellLink", "update": "unlinked"}, 400, "has no link"),
]


@pytest.mark.parametrize(("description", "status", "why"), REFUSED)
def test_a_senseless_change_changes_nothing(
    sandbox: RunningSandbox, plan: Grid, description: dict[str, Any], status: int, why: str | int
) -> None:
    people = sandbox.people()
    if description.get("person") in people:
        description = description | {"person": people[description["person"]].id}
    if description.get("update") == "unlinked":
        description = description | {"update": [row(plan, TASK, "Notes", "x")]}
    answer = requests.post(f"{sandbox.url}/_sandbox/changes", json={"sheetId": plan.id} | description, timeout=5)
    assert answer.status_code == status
    if isinstance(why, int):
        assert answer.json()["errorCode"] == why
    else:
        assert why in answer.json()["message"]
    assert plan.again().body == plan.body


def test_only_an_object_is_a_change(sandbox: RunningSandbox) -> None:
    for body in (b"[]", b"{", b""):
        assert requests.post(f"{sandbox.url}/_sandbox/changes", data=body, timeout=5).status_code == 400


def test_system_users_are_in_no_list_of_people(as_alice: Client) -> None:
    assert not {FORM, AUTOMATION, CELL_LINK} & {person["id"] for person in as_alice.json("/users")["data"]}


@pytest.mark.parametrize(("place", "code"), [("parentId", 1063), ("siblingId", 1064)])
@pytest.mark.parametrize("gone", ["Concrete", TASK])
def test_no_row_goes_next_to_a_row_that_the_same_change_deletes(
    sandbox: RunningSandbox, plan: Grid, bob: Person, place: str, code: int, gone: str
) -> None:
    for kind, moved in (("add", {"cells": []}), ("update", {"id": plan.row("Roof")})):
        description: dict[str, Any] = {"by": "person", "person": bob.id, "sheetId": plan.id, "delete": [plan.row(gone)]}
        description[kind] = [{**moved, place: plan.row(TASK)}]
        answer = requests.post(f"{sandbox.url}/_sandbox/changes", json=description, timeout=5)
        assert (answer.status_code, answer.json()["errorCode"]) == (400, code)
    assert plan.again().body == plan.body
