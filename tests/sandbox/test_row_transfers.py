"""Copying and moving rows to another sheet."""

from typing import Any

import pytest
import requests

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.conftest import sheet_id


@pytest.fixture
def empty(as_alice: Client) -> Grid:
    """Return a sheet of Alice's that has no rows. Bob can edit the sheet."""
    return Grid(as_alice, sheet_id(as_alice, "Empty sheet"))


def transfer(
    source: Grid, target: Grid, *rows: str, how: str = "copy", query: str = "", client: Client | None = None
) -> requests.Response:
    body = {"rowIds": [source.row(row) for row in rows], "to": {"sheetId": target.id}}
    return (client or source.client).ask("POST", f"{source.path}/rows/{how}{query}", body)


def test_rows_are_copied_to_the_bottom(budget: Grid, plan: Grid) -> None:
    answer = transfer(budget, plan, "Services", "Structure").json()
    assert answer["destinationSheetId"] == plan.id
    assert [pair["from"] for pair in answer["rowMappings"]] == [budget.row("Structure"), budget.row("Services")]
    last = plan.again().body["rows"][-2:]
    assert [row["id"] for row in last] == [pair["to"] for pair in answer["rowMappings"]]
    assert [row["cells"][0]["value"] for row in last] == ["Structure", "Services"]
    assert budget.again().body["totalRowCount"] == budget.body["totalRowCount"]


def test_cells_go_where_title_and_type_are_the_same_and_else_get_a_column(budget: Grid, plan: Grid) -> None:
    before = len(plan.columns)
    transfer(budget, plan, "Structure")
    now = plan.again()
    assert [column["title"] for column in now.body["columns"][before:]] == ["Amount", "Approved 1", "Approved on"]
    assert now.cell("Structure", "Approved 1")["value"] is True
    assert now.cell("Structure", "Amount")["value"] == 310_000
    assert "value" not in now.cell("Structure", "Approved")


def test_without_the_right_to_add_columns_cells_are_not_copied(budget: Grid, empty: Grid, as_bob: Client) -> None:
    assert transfer(budget, empty, "Structure", client=as_bob).status_code == 200
    assert set(empty.again().columns) == {"Name", "Value"}
    assert empty.again().tasks() == ["Structure"]


def test_formulas_and_links_become_values(plan: Grid, empty: Grid) -> None:
    source = plan.cell("Drainage runs", "Remaining")
    assert source["formula"]
    transfer(plan, empty, "Drainage runs")
    copy = empty.again().cell("Drainage runs", "Remaining")
    assert copy["value"] == source["value"]
    assert "formula" not in copy


def test_rows_below_are_copied_on_demand_and_stay_below(plan: Grid, empty: Grid) -> None:
    alone = transfer(plan, empty, "Groundworks").json()["rowMappings"]
    assert len(alone) == 1
    family = transfer(plan, empty, "Groundworks", query="?include=children").json()["rowMappings"]
    new = {pair["from"]: pair["to"] for pair in family}
    parents = {row["id"]: row.get("parentId") for row in empty.again().body["rows"]}
    assert len(family) > 1
    for row in plan.body["rows"]:
        if row["id"] in new and row.get("parentId") in new:
            assert parents[new[row["id"]]] == new[row["parentId"]]


def test_rows_move_with_all_below_them(plan: Grid, empty: Grid) -> None:
    answer = transfer(plan, empty, "Groundworks", how="move").json()
    gone = {pair["from"] for pair in answer["rowMappings"]}
    assert gone & {row["id"] for row in plan.again().body["rows"]} == set()
    assert empty.again().body["totalRowCount"] == len(gone) == plan.body["totalRowCount"] - len(plan.again().rows)
    assert empty.again().tasks()[0] == "Groundworks"


def test_a_moved_row_begins_a_history_of_its_own(budget: Grid, empty: Grid, as_bob: Client) -> None:
    budget.put("Services", {"title": "Line", "value": "Service"})
    transfer(budget.again(), empty, "Service", how="move")
    (only,) = empty.again().history("Service", "Name")
    assert only["modifiedBy"]["name"] == "Alice Archer"


def test_discussions_and_attachments_are_copied_on_request(budget: Grid, empty: Grid, as_alice: Client) -> None:
    row = f"{budget.path}/rows/{budget.row('Services')}"
    as_alice.ask("POST", f"{row}/discussions", {"comment": {"text": "Too much"}})
    as_alice.ask(
        "POST", f"{row}/attachments", {"name": "Offer", "attachmentType": "LINK", "url": "https://example.com"}
    )
    plain, full = (
        transfer(budget, empty, "Services", query=query).json()["rowMappings"][0]["to"]
        for query in ("", "?include=discussions,attachments")
    )
    counts = {
        row_id: [
            as_alice.json(f"{empty.path}/rows/{row_id}/{kind}")["totalCount"] for kind in ("discussions", "attachments")
        ]
        for row_id in (plain, full)
    }
    assert counts == {plain: [0, 0], full: [1, 1]}


def test_missing_rows_are_refused_or_passed_over(budget: Grid, empty: Grid) -> None:
    body = {"rowIds": [budget.row("Services"), 42], "to": {"sheetId": empty.id}}
    assert refusal(budget.client.ask("POST", f"{budget.path}/rows/copy", body)) == (404, 1006)
    assert empty.again().body["totalRowCount"] == 0
    answer = budget.client.ask("POST", f"{budget.path}/rows/copy?ignoreRowsNotFound=true", body)
    assert len(answer.json()["rowMappings"]) == 1


@pytest.mark.parametrize("how", ["copy", "move"])
def test_a_directive_that_makes_no_sense_is_refused(budget: Grid, how: str) -> None:
    row, path = budget.row("Services"), f"{budget.path}/rows/{how}"
    bodies: dict[int, Any] = {
        1012: {"rowIds": [], "to": {"sheetId": 1}},
        1006: {"rowIds": [row], "to": {"sheetId": 1}},
        1136: {"rowIds": [row], "to": {"sheetId": budget.id}},
        1008: {"rowIds": ["a"], "to": {"sheetId": 1}},
    }
    for code, body in bodies.items():
        assert refusal(budget.client.ask("POST", path, body))[1] == code


def test_the_same_row_twice_is_refused(budget: Grid, empty: Grid) -> None:
    assert refusal(transfer(budget, empty, "Services", "Services")) == (400, 1137)


def test_without_write_access_nothing_is_transferred(budget: Grid, plan: Grid, as_charlie: Client) -> None:
    assert refusal(transfer(budget, plan, "Services", client=as_charlie)) == (403, 1004)


def test_viewers_can_copy_but_not_move(budget: Grid, plan: Grid, as_bob: Client) -> None:
    assert transfer(budget, plan, "Services", client=as_bob).status_code == 200
    assert refusal(transfer(budget, plan, "Services", how="move", client=as_bob)) == (403, 1004)


def test_locked_rows_stay(bobs_plan: Grid, empty: Grid) -> None:
    assert refusal(transfer(bobs_plan, empty, "Final account", how="move")) == (403, 1092)
    assert empty.again().body["totalRowCount"] == 0


def test_a_refused_transfer_leaves_nothing_behind() -> None:
    with RunningSandbox("--cells-per-sheet", "20") as sandbox:
        client = Client(sandbox, sandbox.people()["alice"].token)
        budget, empty = (Grid(client, sheet_id(client, name)) for name in ("Budget", "Empty sheet"))
        assert refusal(transfer(budget, empty, *budget.tasks(), how="move")) == (400, 1061)
        assert set(empty.again().columns) == {"Name", "Value"}
        assert empty.again().body["version"] == empty.body["version"]
        assert budget.again().body["rows"] == budget.body["rows"]
        client.close()


def test_the_formula_of_a_column_there_stands(budget: Grid, plan: Grid, as_alice: Client) -> None:
    twice = {"title": "Remaining", "type": "TEXT_NUMBER", "index": 1, "formula": "=Amount@row * 2"}
    as_alice.ask("POST", f"{budget.path}/columns", twice)
    transfer(plan, budget, "Pour slab")
    copy = budget.again()
    assert copy.cell("Pour slab", "Remaining") == {
        "columnId": copy.column("Remaining"), "value": 0, "objectValue": 0, "displayValue": "0",
        "formula": "=Amount@row * 2",
    }  # fmt: skip
    assert "Remaining 1" not in copy.columns


def test_system_columns_tell_of_the_copy(plan: Grid, budget: Grid, as_erika: Client) -> None:
    transfer(budget, plan, "Services", client=as_erika)
    copy = plan.again()
    assert copy.cell("Services", "No.")["value"] == f"SP-{len(plan.body['rows']) + 1:03}"
    assert copy.cell("Services", "Created by")["displayValue"].startswith("Erika")
    assert copy.cell("Services", "Created")["value"] == copy.rows["Services"]["createdAt"]


def test_both_sheets_of_a_move_have_a_new_version(budget: Grid, empty: Grid) -> None:
    transfer(budget, empty, "Services")
    assert budget.again().body["version"] == budget.body["version"]
    assert empty.again().body["version"] == empty.body["version"] + 1
    transfer(budget, empty, "Finishes", how="move")
    assert budget.again().body["version"] == budget.body["version"] + 1
    assert empty.again().body["version"] == empty.body["version"] + 2


def test_links_to_a_moved_row_are_broken(budget: Grid, plan: Grid, empty: Grid) -> None:
    transfer(budget, empty, "Structure", how="move")
    assert plan.again().cell("Structure", "Approved")["linkInFromCell"]["status"] == "BROKEN"
    assert plan.again().cell("Envelope", "Approved")["linkInFromCell"]["status"] == "OK"


def test_nothing_to_transfer_is_no_change(budget: Grid, empty: Grid) -> None:
    body = {"rowIds": [42], "to": {"sheetId": empty.id}}
    answer = budget.client.ask("POST", f"{budget.path}/rows/move?ignoreRowsNotFound=true", body)
    assert answer.json() == {"destinationSheetId": empty.id, "rowMappings": []}
    assert empty.again().body == empty.body
    assert budget.again().body == budget.body


def test_a_child_without_its_parent_is_at_the_top_level(plan: Grid, empty: Grid) -> None:
    transfer(plan, empty, "Pour slab", how="move")
    assert "parentId" not in empty.again().rows["Pour slab"]
    assert "Pour slab" not in plan.again().rows
    assert plan.again().cell("Concrete", "Budget")["value"] == 41_000 + 87_250


def test_choices_and_contacts_go_along_as_they_are(plan: Grid, empty: Grid) -> None:
    transfer(plan, empty, "Dig foundations")
    for title in ("Equipment", "Team", "Responsible", "Status"):
        source, copy = plan.cell("Dig foundations", title), empty.again().cell("Dig foundations", title)
        assert source | {"columnId": 0} == copy | {"columnId": 0}
    assert empty.again().columns["Status"]["options"] == plan.columns["Status"]["options"]


def test_a_copied_row_is_below_the_nearest_copied_one(plan: Grid, empty: Grid) -> None:
    transfer(plan, empty, "Structure", "Core walls", "Timber frame")
    now = empty.again()
    top = now.row("Structure")
    assert now.tasks() == ["Structure", "Core walls", "Timber frame"]
    assert [now.rows[task].get("parentId") for task in now.tasks()] == [None, top, top]
    gone = now.client.ask("DELETE", f"{now.path}/rows?ids={top}").json()["result"]
    assert len(gone) == 3
