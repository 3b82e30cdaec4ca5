"""Creating, renaming, copying, moving, publishing and deleting sheets."""

from collections.abc import Mapping

import pytest

from tests.sandbox.client import Client, Grid, cell_in, refusal

PRIMARY = {"title": "Name", "type": "TEXT_NUMBER", "primary": True}


def create(client: Client, *columns: Mapping[str, object], path: str = "/sheets", **more: object) -> dict[str, object]:
    body = {"name": "New", **({"columns": [PRIMARY, *columns]} if "fromId" not in more else {}), **more}
    answer = client.ask("POST", path, body)
    assert answer.status_code == 200, answer.text
    sheet: dict[str, object] = answer.json()["result"]
    return sheet


def test_a_new_sheet_is_there_with_its_columns(as_bob: Client) -> None:
    number = {
        "title": "No.",
        "type": "TEXT_NUMBER",
        "systemColumnType": "AUTO_NUMBER",
        "autoNumberFormat": {"prefix": "A-", "fill": "00", "startingNumber": 7},
    }
    flag = {"title": "Flag", "type": "CHECKBOX", "symbol": "FLAG"}
    choice = {"title": "Trade", "type": "MULTI_PICKLIST", "options": ["Roof", "Wall"]}
    made = create(as_bob, number, flag, choice)
    assert made["accessLevel"] == "OWNER"
    sheet = as_bob.json(f"/sheets/{made['id']}?level=2")
    assert [column["title"] for column in sheet["columns"]] == ["Name", "No.", "Flag", "Trade"]
    assert sheet["columns"] == as_bob.json(f"/sheets/{made['id']}/columns?level=2")["data"]
    assert sheet["columns"][3]["options"] == ["Roof", "Wall"]
    assert (sheet["rows"], sheet["version"], sheet["totalRowCount"]) == ([], 1, 0)
    added = as_bob.ask("POST", f"/sheets/{made['id']}/rows", {"cells": []}).json()["result"]
    assert cell_in(added, sheet["columns"][1]["id"])["value"] == "A-07"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ([], 1054),
        ([{"title": "x", "type": "DATE"}], 1055),
        ([PRIMARY, PRIMARY | {"title": "Other"}], 1055),
        ([PRIMARY, {"title": "Name", "type": "DATE"}], 1056),
        ([{"title": "x", "type": "DATE", "primary": True}], 1057),
        ([PRIMARY, {"title": "x", "type": "DATE", "symbol": "FLAG"}], 1058),
        ([PRIMARY, {"title": "x", "type": "CHECKBOX", "symbol": "RYG"}], 1058),
        ([PRIMARY, {"title": "x", "type": "PICKLIST", "symbol": "RYG", "options": ["a"]}], 1059),
        ([PRIMARY, {"title": "x", "type": "DATE", "options": ["a"]}], 1060),
        ([PRIMARY, {"type": "DATE"}], 1012),
        ([PRIMARY, {"title": "x"}], 1012),
        ([PRIMARY, {"title": "x", "type": "COLOR"}], 1031),
        ([PRIMARY, {"title": "x", "type": "DATETIME"}], 1089),
        ([PRIMARY, {"title": "x", "type": "PREDECESSOR"}], 1142),
        ([PRIMARY, {"title": "x", "type": "DATE", "systemColumnType": "CREATED_BY"}], 1079),
        ([PRIMARY, {"title": "x", "systemColumnType": "WEATHER"}], 1031),
        (
            [
                PRIMARY,
                {"title": "x", "systemColumnType": "CREATED_BY"},
                {"title": "y", "systemColumnType": "CREATED_BY"},
            ],
            1077,
        ),
        ([PRIMARY, {"title": "x", "type": "TEXT_NUMBER", "autoNumberFormat": {"fill": "0"}}], 1083),
        ([PRIMARY, {"title": "x", "systemColumnType": "AUTO_NUMBER", "autoNumberFormat": {"fill": "1"}}], 1084),
        ([PRIMARY, {"title": "x", "systemColumnType": "AUTO_NUMBER", "autoNumberFormat": {"prefix": "x" * 41}}], 1088),
        ([PRIMARY, {"title": "x" * 51, "type": "DATE"}], 1041),
        ([PRIMARY, {"title": "x", "type": "DATE", "color": "red"}], 1008),
        ([PRIMARY, {"title": "x", "type": "DATE", "id": 1}], 1032),
        ({"title": "x"}, 1008),
    ],
)
def test_invalid_sheets(as_alice: Client, columns: object, code: int) -> None:
    assert refusal(as_alice.ask("POST", "/sheets", {"name": "New", "columns": columns})) == (400, code)
    assert "New" not in [sheet["name"] for sheet in as_alice.json("/sheets")["data"]]


@pytest.mark.parametrize(("name", "code"), [(None, 1012), ("", 1012), (7, 1008), ("x" * 51, 1041)])
def test_a_sheet_needs_a_name(as_alice: Client, name: object, code: int) -> None:
    assert refusal(as_alice.ask("POST", "/sheets", {"name": name, "columns": [PRIMARY]})) == (400, code)


def test_without_a_licence_nobody_makes_sheets(as_charlie: Client) -> None:
    assert refusal(as_charlie.ask("POST", "/sheets", {"name": "New", "columns": [PRIMARY]})) == (403, 1140)


def test_a_sheet_can_be_made_from_a_template(as_alice: Client) -> None:
    templates = {each["globalTemplate"]: each["id"] for each in as_alice.json("/templates/public")["data"]}
    sheet = create(as_alice, fromId=templates["PROJECT_SHEET"])
    days = {"nonWorkingDays": ["2026-12-25"]}
    changed = as_alice.ask("PUT", f"/sheets/{sheet['id']}", {"projectSettings": days}).json()["result"]
    assert changed["projectSettings"]["nonWorkingDays"] == ["2026-12-25"]
    seen = as_alice.json(f"/sheets/{sheet['id']}")
    assert seen["projectSettings"] == {
        "workingDays": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
        "nonWorkingDays": ["2026-12-25"],
        "lengthOfDay": 8,
    }
    assert seen["ganttEnabled"] is True
    again = as_alice.json(f"/sheets/{create(as_alice, fromId=templates['PROJECT_SHEET'])['id']}")
    assert again["projectSettings"]["nonWorkingDays"] == []
    assert refusal(as_alice.ask("POST", "/sheets", {"name": "x", "fromId": 1})) == (404, 1033)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"lengthOfDay": 25}, 1031),
        ({"workingDays": ["FREEDAY"]}, 1031),
        ({"nonWorkingDays": ["Christmas"]}, 1031),
        ({"weather": "fine"}, 1008),
    ],
)
def test_invalid_project_settings(as_alice: Client, plan: Grid, settings: object, code: int) -> None:
    templates = {each["globalTemplate"]: each["id"] for each in as_alice.json("/templates/public")["data"]}
    sheet = create(as_alice, fromId=templates["PROJECT_SHEET"])
    assert refusal(as_alice.ask("PUT", f"/sheets/{sheet['id']}", {"projectSettings": settings})) == (400, code)


def test_a_plain_sheet_has_no_project(as_alice: Client, plan: Grid) -> None:
    answer = as_alice.ask("PUT", plan.path, {"projectSettings": {"lengthOfDay": 7}})
    assert refusal(answer) == (400, 1143)
    assert answer.json()["message"] == "To set projectSettings, you must first enable dependencies on the sheet."


def test_a_sheet_made_from_another_has_its_columns(as_alice: Client, plan: Grid) -> None:
    made = as_alice.json(f"/sheets/{create(as_alice, fromId=plan.id)['id']}?level=2")
    assert [column["title"] for column in made["columns"]] == list(plan.columns)
    assert not {column["id"] for column in made["columns"]} & {plan.column(title) for title in plan.columns}
    assert made["rows"] == []


def test_only_the_owner_renames(as_alice: Client, as_erika: Client, plan: Grid) -> None:
    assert refusal(as_erika.ask("PUT", plan.path, {"name": "Mine"})) == (403, 1004)
    version = plan.body["version"]
    assert as_alice.ask("PUT", plan.path, {"name": "Site plan 2"}).json()["result"]["name"] == "Site plan 2"
    assert (plan.again().body["name"], plan.again().body["version"]) == ("Site plan 2", version)


def test_everyone_sets_their_own_settings(as_charlie: Client, plan: Grid) -> None:
    answer = as_charlie.ask("PUT", plan.path, {"userSettings": {"criticalPathEnabled": True}}).json()
    assert answer["result"]["userSettings"] == {"criticalPathEnabled": True, "displaySummaryTasks": True}
    assert as_charlie.json(plan.path)["userSettings"]["criticalPathEnabled"] is True
    assert plan.again().body["userSettings"]["criticalPathEnabled"] is False


def test_a_copy_has_rows_of_its_own(as_alice: Client, plan: Grid) -> None:
    body = {"destinationType": "home", "newName": "Copy"}
    copied = as_alice.ask("POST", f"{plan.path}/copy?include=data", body).json()["result"]
    copy = Grid(as_alice, copied["id"])
    assert copy.tasks() == plan.tasks()
    assert copy.rows["Core walls"]["parentId"] == copy.row("Concrete")
    assert not {row["id"] for row in copy.body["rows"]} & {row["id"] for row in plan.body["rows"]}
    assert copy.cell("Structure", "Budget")["value"] == plan.cell("Structure", "Budget")["value"]
    assert "linkInFromCell" not in copy.cell("Structure", "Approved")
    copy.put("Core walls", {"title": "Budget", "value": 0})
    assert plan.again().cell("Core walls", "Budget")["value"] == 87250
    assert len(copy.history("Dig foundations", "Spent")) == 1


def test_a_copy_says_what_it_was_made_from(as_alice: Client, plan: Grid) -> None:
    folder = as_alice.ask("POST", "/home/folders", {"name": "Works"}).json()["result"]["id"]
    place = {"destinationType": "folder", "destinationId": folder, "newName": "Copy"}
    copied = as_alice.ask("POST", f"{plan.path}/copy", place).json()["result"]["id"]
    source = {"id": plan.id, "type": "sheet"}
    assert as_alice.json(f"/sheets/{copied}?include=source")["source"] == source
    assert "source" not in as_alice.json(f"/sheets/{copied}")
    assert "source" not in as_alice.json(f"{plan.path}?include=source")
    listed = as_alice.json("/sheets?includeAll=true&include=source")["data"]
    assert [sheet["source"] for sheet in listed if "source" in sheet] == [source]
    assert as_alice.json(f"/folders/{folder}?include=source")["sheets"][0]["source"] == source
    template = as_alice.json("/templates/public")["data"][0]["id"]
    made = create(as_alice, fromId=template)["id"]
    assert as_alice.json(f"/sheets/{made}?include=source")["source"] == {"id": template, "type": "template"}


def test_a_copy_without_data_is_empty(as_alice: Client, plan: Grid) -> None:
    copied = as_alice.ask("POST", f"{plan.path}/copy", {"destinationType": "home", "newName": "Copy"}).json()["result"]
    assert as_alice.json(f"/sheets/{copied['id']}")["rows"] == []


def test_a_copy_can_keep_links_and_shares(as_alice: Client, as_charlie: Client, plan: Grid, budget: Grid) -> None:
    body = {"destinationType": "home", "newName": "Copy"}
    copied = as_alice.ask("POST", f"{plan.path}/copy?include=data,cellLinks,shares", body).json()["result"]
    copy = Grid(as_alice, copied["id"])
    line = next(row["id"] for name, row in budget.rows.items() if name == "Structure")
    cells = [{"columnId": budget.column("Amount"), "value": 5}]
    budget.client.ask("PUT", f"{budget.path}/rows", [{"id": line, "cells": cells}])
    assert copy.again().cell("Structure", "Approved")["value"] == 5
    assert as_charlie.json(f"/sheets/{copied['id']}")["accessLevel"] == "VIEWER"


def test_a_sheet_moves_with_its_shares(as_alice: Client, as_charlie: Client, plan: Grid) -> None:
    folder = as_alice.ask("POST", "/home/folders", {"name": "Plans"}).json()["result"]["id"]
    body = {"destinationType": "folder", "destinationId": folder}
    assert as_alice.ask("POST", f"{plan.path}/move", body).json()["result"]["id"] == plan.id
    assert [sheet["id"] for sheet in as_alice.json(f"/folders/{folder}")["sheets"]] == [plan.id]
    assert as_charlie.json(plan.path)["accessLevel"] == "VIEWER"
    assert refusal(as_charlie.get(f"/folders/{folder}")) == (404, 1006)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"destinationType": "folder", "destinationId": 1}, 404, 1006),
        ({"destinationType": "folder"}, 400, 1012),
        ({"destinationType": "moon", "destinationId": 1}, 400, 1031),
        ({"destinationType": "home", "newName": "x"}, 400, 1032),
        ({"destinationType": "home", "color": "red"}, 400, 1008),
    ],
)
def test_where_no_sheet_can_go(as_alice: Client, plan: Grid, body: object, status: int, code: int) -> None:
    assert refusal(as_alice.ask("POST", f"{plan.path}/move", body)) == (status, code)


def test_only_the_owner_deletes(as_bob: Client, as_alice: Client, plan: Grid) -> None:
    assert refusal(as_bob.ask("DELETE", plan.path)) == (403, 1004)
    assert as_alice.ask("DELETE", plan.path).json() == {"message": "SUCCESS", "resultCode": 0}
    assert refusal(as_alice.get(plan.path)) == (404, 1006)


def test_links_to_a_deleted_sheet_are_broken(plan: Grid, budget: Grid) -> None:
    budget.client.ask("DELETE", budget.path)
    link = plan.again().cell("Structure", "Approved")
    assert (link["linkInFromCell"]["status"], link["value"]) == ("BROKEN", 310_000)


def test_links_from_a_deleted_sheet_are_forgotten(plan: Grid, budget: Grid) -> None:
    assert "linksOutToCells" in str(budget.body)
    plan.client.ask("DELETE", plan.path)
    assert "linksOutToCells" not in str(budget.again().body)


def test_a_sheet_can_be_published(as_alice: Client, as_bob: Client, plan: Grid) -> None:
    path = f"{plan.path}/publish"
    off = {
        "readOnlyLiteEnabled": False,
        "readOnlyFullEnabled": False,
        "readWriteEnabled": False,
        "icalEnabled": False,
    }
    assert as_bob.json(path) == off
    assert refusal(as_bob.ask("PUT", path, {"icalEnabled": True})) == (403, 1004)
    wanted = {"readWriteEnabled": True, "readWriteAccessibleBy": "ORG"}
    result = as_alice.ask("PUT", path, wanted).json()["result"]
    assert (result["readWriteEnabled"], result["readWriteAccessibleBy"]) == (True, "ORG")
    assert result["readWriteUrl"].startswith("https://")
    assert as_bob.json(path) == result
    assert as_alice.ask("PUT", path, {"readWriteEnabled": False}).json()["result"] == off
    assert refusal(as_alice.ask("PUT", path, {"readWriteAccessibleBy": "EVERYBODY"})) == (400, 1031)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"sendTo": {"email": "x@example.com"}}, None),
        ({"sendTo": []}, 1012),
        ({"sendTo": [{"email": "x"}]}, 1156),
        ({"sendTo": [{"email": "x@example.com", "groupId": 1}]}, 1219),
        ({"sendTo": [{"email": "x@example.com"}] * 1001}, 1061),
        ({"format": "WORD"}, 1031),
        ({"format": None}, 1012),
        ({"formatDetails": {"paperSize": "A9"}}, 1031),
        ({"ccMe": "yes"}, 1008),
        ({"row": 1}, 1008),
    ],
)
def test_a_sheet_can_be_sent(as_alice: Client, plan: Grid, changes: dict[str, object], code: int | None) -> None:
    body = {
        "sendTo": [{"email": "x@example.com"}],
        "subject": "Plan",
        "message": "Here",
        "ccMe": False,
        "format": "PDF",
        "formatDetails": {"paperSize": "A4"},
    }
    answer = as_alice.ask("POST", f"{plan.path}/emails", body | changes)
    if code is None:
        assert answer.json() == {"message": "SUCCESS", "resultCode": 0}
    else:
        assert refusal(answer) == (400, code)


def test_rows_can_be_sent(as_alice: Client, plan: Grid) -> None:
    body = {
        "sendTo": [{"email": "x@example.com"}],
        "rowIds": [plan.row("Core walls")],
        "columnIds": [plan.column("Task")],
    }
    path = f"{plan.path}/rows/emails"
    assert as_alice.ask("POST", path, body).json() == {"message": "SUCCESS", "resultCode": 0}
    assert refusal(as_alice.ask("POST", path, body | {"rowIds": []})) == (400, 1012)
    assert refusal(as_alice.ask("POST", path, body | {"rowIds": [1]})) == (404, 1006)
    assert refusal(as_alice.ask("POST", path, body | {"columnIds": [1]})) == (400, 1036)


def test_anyone_can_read_the_server_information(as_nobody: Client) -> None:
    info = as_nobody.json("/serverinfo")
    assert {"en_US", "de_DE"} < set(info["supportedLocales"])
    assert info["formats"]["bold"] == ["none", "on"]


def test_format_tables_are_in_the_order_of_the_guide(as_nobody: Client) -> None:
    """The tables in /serverinfo have the same order as in Smartsheet's guide.

    https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/cell-formatting
    """
    tables = as_nobody.json("/serverinfo")["formats"]
    codes = [each["code"] for each in tables["currency"]]
    assert (codes[1], codes[6], codes[13], codes[14], codes[-1]) == ("ARS", "EUR", "USD", "ZAR", "SGD")
    assert len(codes) == 24
    assert tables["color"][:5] == ["none", "#000000", "#FFFFFF", "transparent", "#FFEBEE"]
    assert (tables["color"][8], tables["color"][9], tables["color"][35]) == ("#E2F2FE", "#F4E4F5", "#991310")
    assert [each["name"] for each in tables["fontFamily"]][:2] == ["Arial", "Tahoma"]
    size, bold, italic = tables["defaults"].split(",")[1:4]
    assert (tables["fontSize"][int(size)], bold, italic) == ("10", "0", "0")
