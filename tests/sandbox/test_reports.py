"""Reports over the seeded sheets, and the sheet summary, which is always empty."""

from typing import Any

from tests.sandbox.client import Client, Grid, refusal

NAME = "Work and costs"


def report(client: Client, query: str = "level=3&include=objectValue") -> dict[str, Any]:
    (listed,) = client.json("/reports?includeAll=true")["data"]
    body: dict[str, Any] = client.json(f"/reports/{listed['id']}?{query}")
    assert listed.items() <= body.items()
    return body


def cells_of(body: dict[str, Any], row_id: int) -> dict[str, dict[str, Any]]:
    """Return the cells of a row. The keys are the titles of the cells' columns."""
    titles = {column["virtualId"]: column["title"] for column in body["columns"]}
    row = next(row for row in body["rows"] if row["id"] == row_id)
    return {titles[cell.pop("virtualColumnId")]: cell for cell in row["cells"]}


def test_a_report_gathers_rows_of_several_sheets(plan: Grid, budget: Grid, as_alice: Client) -> None:
    body = report(as_alice)
    assert (body["name"], body["accessLevel"]) == (NAME, "OWNER")
    assert (body["readOnly"], body["isSummaryReport"]) == (True, False)
    assert body["totalRowCount"] == len(plan.rows) + len(budget.rows)
    rows = body["rows"]
    assert [row["rowNumber"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["sheetId"] for row in rows] == [plan.id] * len(plan.rows) + [budget.id] * len(budget.rows)
    assert rows[0]["accessLevel"] == "OWNER"


def test_cells_stand_under_virtual_columns(plan: Grid, budget: Grid, as_alice: Client) -> None:
    body = report(as_alice)
    columns = {column["title"]: column for column in body["columns"]}
    assert list(columns) == ["Sheet Name", "Task", "Status", "Equipment", "Budget", "Amount"]
    assert (columns["Sheet Name"]["sheetNameColumn"], columns["Task"]["primary"]) == (True, True)
    assert (columns["Status"]["type"], columns["Equipment"]["type"]) == ("PICKLIST", "MULTI_PICKLIST")
    walls = cells_of(body, plan.row("Core walls"))
    assert walls["Sheet Name"]["value"] == "Site plan"
    assert walls["Equipment"] == plan.cell("Core walls", "Equipment")
    assert walls["Amount"] == {}, "the site plan has no such column"
    structure = cells_of(body, budget.row("Structure"))
    assert structure["Task"]["value"] == "Structure", "the primary column, with any title"
    assert structure["Amount"]["value"] == 310_000


def test_below_level_3_choices_are_text(plan: Grid, as_alice: Client) -> None:
    body = report(as_alice, "level=2&include=objectValue")
    equipment = next(column for column in body["columns"] if column["title"] == "Equipment")
    assert (equipment["type"], equipment["version"]) == ("TEXT_NUMBER", 2)
    cell = cells_of(body, plan.row("Core walls"))["Equipment"]
    assert cell["value"] == cell["objectValue"] == cell["displayValue"] == "Crane, Concrete pump"


def test_people_only_see_rows_of_their_own_sheets(
    as_bob: Client, as_dora: Client, as_alice: Client, plan: Grid, budget: Grid
) -> None:
    assert report(as_bob)["accessLevel"] == "VIEWER"
    assert as_dora.json("/reports")["data"] == []
    assert refusal(as_dora.get(f"/reports/{report(as_alice)['id']}")) == (404, 1006)
    as_alice.ask("DELETE", budget.path)
    assert report(as_bob)["totalRowCount"] == len(plan.rows)


def test_a_report_comes_in_pages(as_alice: Client) -> None:
    whole = report(as_alice, "pageSize=1000")["rows"]
    first, second = (report(as_alice, f"pageSize=20&page={page}")["rows"] for page in (1, 2))
    assert first + second == whole
    assert report(as_alice, "pageSize=0")["rows"] == []


def test_a_report_names_its_sheets(as_alice: Client, as_erika: Client, plan: Grid, budget: Grid) -> None:
    body = report(as_erika, "include=scope,sourceSheets")
    assert body["scope"] == {"sheets": [{"id": plan.id}, {"id": budget.id}], "workspaces": []}
    assert [sheet["name"] for sheet in body["sourceSheets"]] == ["Site plan", "Budget"]
    assert body["sourceSheets"][1]["columns"] == as_erika.json(budget.path)["columns"]
    assert "rows" not in body["sourceSheets"][0]
    assert report(as_alice, "").keys().isdisjoint({"scope", "sourceSheets"})


def test_shares_of_a_report(as_alice: Client) -> None:
    shares = as_alice.json(f"/reports/{report(as_alice)['id']}/shares?includeAll=true")["data"]
    assert [share["accessLevel"] for share in shares] == ["OWNER", "VIEWER", "ADMIN"]


def test_a_hyperlink_leads_to_a_report(plan: Grid, as_alice: Client) -> None:
    target = {"reportId": report(as_alice)["id"]}
    assert plan.put("Roof", {"title": "Drawing", "value": None, "hyperlink": target}).status_code == 200
    assert plan.again().cell("Roof", "Drawing")["value"] == NAME


def test_a_sheet_has_no_summary_fields(plan: Grid, as_alice: Client) -> None:
    body = as_alice.json(f"{plan.path}/summary/fields?includeAll=true")
    assert (body["data"], body["totalCount"]) == ([], 0)
    assert as_alice.json(f"{plan.path}/summary") == {"fields": []}
