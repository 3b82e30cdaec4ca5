"""Home, folders and workspaces."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, refusal
from tests.sandbox.signing import register, sign_in

EPOCH = "1970-01-01T00:00:00Z"
COLUMNS = [{"title": "Name", "type": "TEXT_NUMBER", "primary": True}]
AnyClient = Callable[[Person | str | None], Client]


def new(client: Client, path: str, name: str) -> int:
    """Create a folder, workspace or sheet. Returns its id."""
    body = {"name": name} | ({"columns": COLUMNS} if path.endswith("sheets") else {})
    answer = client.ask("POST", path, body)
    assert answer.status_code == 200, answer.text
    made: int = answer.json()["result"]["id"]
    return made


def test_folders_nest(as_bob: Client) -> None:
    outer = new(as_bob, "/home/folders", "Outer")
    inner = new(as_bob, f"/folders/{outer}/folders", "Inner")
    sheet = new(as_bob, f"/folders/{inner}/sheets", "Deep")
    whole = as_bob.json(f"/folders/{outer}")
    assert (whole["name"], set(whole)) == ("Outer", {"id", "name", "permalink", "folders"})
    assert whole["folders"][0]["id"] == inner
    assert whole["folders"][0]["sheets"][0]["id"] == sheet
    assert [each["id"] for each in as_bob.json(f"/folders/{outer}/folders")["data"]] == [inner]
    assert [each["id"] for each in as_bob.json("/home/folders")["data"]] == [outer]


def test_home_shows_all_that_one_sees(as_bob: Client) -> None:
    folder = new(as_bob, "/home/folders", "Mine")
    new(as_bob, f"/folders/{folder}/sheets", "In folder")
    workspace = new(as_bob, "/workspaces", "Ours")
    new(as_bob, f"/workspaces/{workspace}/sheets", "In workspace")
    home = as_bob.json("/home")
    assert {sheet["name"] for sheet in home["sheets"]} == {
        *("Budget", "Empty sheet", "Fit-out plan", "Site plan", "Snagging list")
    }
    assert home["folders"][0]["sheets"][0]["name"] == "In folder"
    assert home["workspaces"][0]["sheets"][0]["name"] == "In workspace"
    assert home["workspaces"][0]["accessLevel"] == "OWNER"
    assert set(as_bob.json("/folders/personal")) == {"sheets", "folders"}


def test_a_sheet_from_another_persons_folder_is_at_the_top(as_alice: Client, as_bob: Client) -> None:
    folder = new(as_alice, "/home/folders", "Hers")
    sheet = new(as_alice, f"/folders/{folder}/sheets", "Shared")
    as_alice.ask("POST", f"/sheets/{sheet}/shares", {"email": "bob@example.com", "accessLevel": "VIEWER"})
    assert sheet in [each["id"] for each in as_bob.json("/home")["sheets"]]
    assert sheet not in [each["id"] for each in as_alice.json("/home")["sheets"]]


def test_children_are_listed_by_kind(as_bob: Client) -> None:
    folder = new(as_bob, "/home/folders", "Mine")
    sheet, inner = new(as_bob, f"/folders/{folder}/sheets", "S"), new(as_bob, f"/folders/{folder}/folders", "F")
    listed = as_bob.json(f"/folders/{folder}/children")
    assert [(each["resourceType"], each["id"]) for each in listed["data"]] == [("sheet", sheet), ("folder", inner)]
    assert "lastKey" not in listed
    only = as_bob.json(f"/folders/{folder}/children?childrenResourceTypes=folders")["data"]
    assert [each["id"] for each in only] == [inner]
    assert refusal(as_bob.get(f"/folders/{folder}/children?childrenResourceTypes=cats")) == (400, 1018)
    assert as_bob.json(f"/folders/{folder}/metadata")["name"] == "Mine"


def test_children_come_page_by_page(as_bob: Client) -> None:
    folder = new(as_bob, "/home/folders", "Mine")
    made = {new(as_bob, f"/folders/{folder}/folders", f"Folder {number}") for number in range(101)}
    first = as_bob.json(f"/folders/{folder}/children?maxItems=100")
    second = as_bob.json(f"/folders/{folder}/children?maxItems=100&lastKey={first['lastKey']}")
    assert (len(first["data"]), len(second["data"])) == (100, 1)
    assert {each["id"] for each in first["data"] + second["data"]} == made
    assert "lastKey" not in second
    assert refusal(as_bob.get(f"/folders/{folder}/children?maxItems=99")) == (400, 1018)
    assert refusal(as_bob.get(f"/folders/{folder}/children?lastKey=nonsense")) == (400, 1018)


def test_a_folder_is_renamed_and_moved(as_bob: Client) -> None:
    outer, other = new(as_bob, "/home/folders", "Outer"), new(as_bob, "/home/folders", "Other")
    inner = new(as_bob, f"/folders/{outer}/folders", "Inner")
    assert as_bob.ask("PUT", f"/folders/{inner}", {"name": "Moved"}).json()["result"]["name"] == "Moved"
    body = {"destinationType": "folder", "destinationId": other}
    assert as_bob.ask("POST", f"/folders/{inner}/move", body).status_code == 200
    assert as_bob.json(f"/folders/{other}")["folders"][0]["name"] == "Moved"
    assert refusal(as_bob.ask("POST", f"/folders/{other}/move", body | {"destinationId": inner})) == (400, 1258)


def test_a_deleted_folder_takes_all_along(as_bob: Client) -> None:
    outer = new(as_bob, "/home/folders", "Outer")
    inner = new(as_bob, f"/folders/{outer}/folders", "Inner")
    sheet = new(as_bob, f"/folders/{inner}/sheets", "Deep")
    as_bob.ask("DELETE", f"/folders/{outer}")
    for path in (f"/folders/{outer}", f"/folders/{inner}", f"/sheets/{sheet}"):
        assert refusal(as_bob.get(path)) == (404, 1006)


def test_folders_of_others_are_not_found(as_alice: Client, as_bob: Client) -> None:
    folder = new(as_alice, "/home/folders", "Hers")
    assert refusal(as_bob.get(f"/folders/{folder}")) == (404, 1006)
    assert refusal(as_bob.ask("POST", f"/folders/{folder}/sheets", {"name": "x", "columns": COLUMNS})) == (404, 1006)


@pytest.mark.parametrize(
    ("body", "code"), [({}, 1012), ({"name": "x" * 51}, 1041), ({"name": "x", "id": 1}, 1032), ({"nam": "x"}, 1008)]
)
def test_invalid_folders(as_bob: Client, body: dict[str, object], code: int) -> None:
    assert refusal(as_bob.ask("POST", "/home/folders", body)) == (400, code)


def test_the_scope_is_needed(sandbox: RunningSandbox, client_of: AnyClient, bob: Person) -> None:
    register(sandbox)
    reader = client_of(sign_in(sandbox, bob, scope="READ_SHEETS")["access_token"])
    assert reader.get("/home").status_code == 200
    assert refusal(reader.ask("POST", "/home/folders", {"name": "x"})) == (403, 1004)
    assert refusal(reader.ask("POST", "/sheets", {"name": "x", "columns": COLUMNS})) == (403, 1004)


def test_workspaces_are_listed_in_both_kinds_of_pages(as_bob: Client) -> None:
    made = [new(as_bob, "/workspaces", name) for name in ("A", "B")]
    assert [each["id"] for each in as_bob.json("/workspaces")["data"]] == made
    assert as_bob.json("/workspaces")["totalCount"] == 2
    assert set(as_bob.json("/workspaces?paginationType=token")) == {"data"}


def test_a_workspace_shows_what_is_in_it(as_bob: Client) -> None:
    workspace = new(as_bob, "/workspaces", "Ours")
    folder = new(as_bob, f"/workspaces/{workspace}/folders", "Folder")
    sheet = new(as_bob, f"/folders/{folder}/sheets", "Deep")
    assert "sheets" not in as_bob.json(f"/workspaces/{workspace}")["folders"][0]
    assert as_bob.json(f"/workspaces/{workspace}?loadAll=true")["folders"][0]["sheets"][0]["id"] == sheet
    assert [each["id"] for each in as_bob.json(f"/workspaces/{workspace}/folders")["data"]] == [folder]
    assert [each["id"] for each in as_bob.json(f"/workspaces/{workspace}/children")["data"]] == [folder]
    assert as_bob.json(f"/workspaces/{workspace}/metadata")["createdAt"]
    as_bob.ask("DELETE", f"/workspaces/{workspace}")
    assert refusal(as_bob.get(f"/workspaces/{workspace}")) == (404, 1006)
    assert refusal(as_bob.get(f"/sheets/{sheet}")) == (404, 1006)


def test_access_to_a_workspace_decides(as_bob: Client, as_dora: Client) -> None:
    workspace = new(as_bob, "/workspaces", "Ours")
    path = f"/workspaces/{workspace}"
    assert refusal(as_dora.get(path)) == (404, 1006)
    as_bob.ask("POST", f"{path}/shares", {"email": "dora@example.com", "accessLevel": "EDITOR"})
    assert as_dora.json(path)["accessLevel"] == "EDITOR"
    assert refusal(as_dora.ask("PUT", path, {"name": "Mine"})) == (403, 1004)
    assert as_bob.ask("PUT", path, {"name": "Yours"}).json()["result"]["name"] == "Yours"
    assert as_dora.json(path)["name"] == "Yours"


def test_all_this_survives_a_restart(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path / "state.json"))
    with RunningSandbox(*arguments) as sandbox:
        client = Client(sandbox, sandbox.people()["alice"].token)
        workspace = new(client, "/workspaces", "Ours")
        new(client, f"/folders/{new(client, f'/workspaces/{workspace}/folders', 'Folder')}/sheets", "Deep")
        group = client.ask("POST", "/groups", {"name": "Site", "members": [{"email": "dora@example.com"}]}).json()
        share = {"groupId": group["result"]["id"], "accessLevel": "EDITOR"}
        client.ask("POST", f"/workspaces/{workspace}/shares", share)
        paths = ("/home", "/groups", f"/workspaces/{workspace}/shares", f"/events?since={EPOCH}")
        before = [client.json(path) for path in paths]
        client.close()
    with RunningSandbox(*arguments) as sandbox:
        client, as_dora = (Client(sandbox, sandbox.people()[name].token) for name in ("alice", "dora"))
        assert [client.json(path) for path in paths] == before
        assert as_dora.json(f"/workspaces/{workspace}")["accessLevel"] == "EDITOR"
        for each in (client, as_dora):
            each.close()


def test_a_folder_is_copied_with_all_below_it(as_bob: Client) -> None:
    folder = new(as_bob, "/home/folders", "Works")
    inner = new(as_bob, f"/folders/{folder}/folders", "North")
    sheet = new(as_bob, f"/folders/{inner}/sheets", "Deep")
    column = as_bob.json(f"/sheets/{sheet}")["columns"][0]["id"]
    as_bob.ask("POST", f"/sheets/{sheet}/rows", [{"cells": [{"columnId": column, "value": "a row"}]}])
    body = {"destinationType": "folder", "destinationId": inner, "newName": "Works again"}
    result = as_bob.ask("POST", f"/folders/{folder}/copy?include=data", body).json()["result"]
    assert (result["name"], set(result)) == ("Works again", {"id", "name", "permalink"})
    copied = as_bob.json(f"/folders/{result['id']}")["folders"]
    assert [each["name"] for each in copied] == ["North"]
    assert "folders" not in copied[0], "the copy isn't copied into itself"
    (deep,) = copied[0]["sheets"]
    assert deep["id"] != sheet
    assert as_bob.json(f"/sheets/{deep['id']}")["rows"][0]["cells"][0]["value"] == "a row"
    home = {"destinationType": "home", "newName": "Empty"}
    plain = as_bob.ask("POST", f"/folders/{inner}/copy", home).json()["result"]
    assert as_bob.json(f"/sheets/{as_bob.json('/folders/' + str(plain['id']))['sheets'][0]['id']}")["rows"] == []


def test_home_has_reports(as_bob: Client, as_dora: Client) -> None:
    assert [report["name"] for report in as_bob.json("/home")["reports"]] == ["Work and costs"]
    assert as_dora.json("/home")["reports"] == []
