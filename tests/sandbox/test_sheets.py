import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, cell_in, refusal


def names(client: Client, query: str = "") -> list[str]:
    return [sheet["name"] for sheet in client.json(f"/sheets{query}")["data"]]


def test_everyone_lists_the_sheets_shared_with_them(as_alice: Client, as_bob: Client, as_dora: Client) -> None:
    assert names(as_alice) == ["Budget", "Empty sheet", "Fit-out plan", "Site plan"]
    assert names(as_bob) == ["Budget", "Empty sheet", "Fit-out plan", "Site plan", "Snagging list"]
    assert names(as_dora) == ["Site plan"]


def test_a_listed_sheet_has_the_recorded_attributes(as_alice: Client) -> None:
    listed = as_alice.json("/sheets")
    assert {name: listed[name] for name in ("pageNumber", "pageSize", "totalPages", "totalCount")} == {
        "pageNumber": 1, "pageSize": 100, "totalPages": 1, "totalCount": 4,
    }  # fmt: skip
    assert set(listed["data"][0]) == {"id", "name", "accessLevel", "permalink", "createdAt", "modifiedAt"}


def test_more_is_listed_on_demand(as_alice: Client, alice_id: int) -> None:
    sheet = as_alice.json("/sheets?include=sheetVersion,ownerInfo")["data"][0]
    assert sheet["version"] >= 1
    assert (sheet["owner"], sheet["ownerId"]) == ("alice@example.com", alice_id)


def test_the_list_has_pages_and_the_last_is_returned_for_later_ones(as_alice: Client) -> None:
    page = as_alice.json("/sheets?pageSize=3&page=9")
    assert (page["pageNumber"], page["totalPages"], page["totalCount"]) == (2, 2, 4)
    assert [sheet["name"] for sheet in page["data"]] == ["Site plan"]
    assert names(as_alice, "?includeAll=true&pageSize=1") == ["Budget", "Empty sheet", "Fit-out plan", "Site plan"]


def test_the_list_is_narrowed_by_time(as_alice: Client) -> None:
    assert names(as_alice, "?modifiedSince=2026-01-06T00:00:00Z") == ["Site plan"]
    assert refusal(as_alice.get("/sheets?modifiedSince=yesterday")) == (400, 1018)


@pytest.mark.parametrize(
    ("name", "level"),
    [("alice", "OWNER"), ("bob", "EDITOR"), ("charlie", "VIEWER"), ("dora", "VIEWER"), ("erika", "ADMIN")],
)
def test_the_access_level_is_the_persons_own(sandbox: RunningSandbox, name: str, level: str) -> None:
    assert sandbox.sheet(sandbox.people()[name], "Site plan")["accessLevel"] == level


def test_commenters_show_as_such_on_the_newer_api_level(as_dora: Client, plan: Grid) -> None:
    assert as_dora.json(f"{plan.path}?accessApiLevel=1")["accessLevel"] == "COMMENTER"
    assert as_dora.json("/sheets?accessApiLevel=1")["data"][0]["accessLevel"] == "COMMENTER"


def test_a_sheet_has_the_documented_attributes(plan: Grid) -> None:
    assert set(plan.body) == {
        "id", "name", "version", "totalRowCount", "accessLevel", "effectiveAttachmentOptions", "ganttEnabled",
        "dependenciesEnabled", "resourceManagementEnabled", "resourceManagementType", "cellImageUploadEnabled",
        "userSettings", "userPermissions", "hasSummaryFields", "isMultiPicklistEnabled", "permalink", "createdAt",
        "modifiedAt", "columns", "rows",
    }  # fmt: skip
    assert plan.body["createdAt"] == "2026-01-05T08:00:00Z"


def test_rows_know_their_place(plan: Grid) -> None:
    top, group, task, next_task = (
        plan.rows[name] for name in ("Groundworks", "Preparation", "Survey and set out", "Site fence and cabins")
    )
    assert [row["rowNumber"] for row in (top, group, task, next_task)] == [1, 2, 3, 4]
    assert "parentId" not in top
    assert group["parentId"] == top["id"]
    assert task["parentId"] == next_task["parentId"] == group["id"]
    assert next_task["siblingId"] == task["id"]
    assert "siblingId" not in task
    assert plan.rows["Structure"]["siblingId"] == top["id"]


def test_an_empty_cell_has_no_value_and_can_be_left_out(plan: Grid, as_alice: Client) -> None:
    assert plan.cell("Groundworks", "Notes") == {"columnId": plan.column("Notes")}
    cells = as_alice.json(f"{plan.path}?exclude=nonexistentCells")["rows"][0]["cells"]
    assert all(len(cell) > 1 for cell in cells)


def test_all_rows_come_unless_a_page_is_asked_for(plan: Grid, as_alice: Client) -> None:
    total = plan.body["totalRowCount"]
    assert len(plan.body["rows"]) == total > 20
    last = as_alice.json(f"{plan.path}?pageSize=10&page=99")
    assert last["totalRowCount"] == total
    assert [row["rowNumber"] for row in last["rows"]] == list(range(21, total + 1))


def test_rows_are_chosen_by_id_number_and_time(plan: Grid, as_alice: Client) -> None:
    def numbers(query: str) -> list[int]:
        return [row["rowNumber"] for row in as_alice.json(f"{plan.path}?{query}")["rows"]]

    assert numbers(f"rowIds={plan.row('Structure')},{plan.row('Groundworks')},1") == [1, 9]
    assert numbers("rowNumbers=3,999,5") == [3, 5]
    changed = {"Dig foundations", "Drainage runs", "Temporary power"}
    since = as_alice.json(f"{plan.path}?rowsModifiedSince=2026-01-07T00:00:00Z")["rows"]
    assert {row["id"] for row in since} == {plan.row(task) for task in changed}


def test_only_the_wanted_columns_come(plan: Grid, as_alice: Client) -> None:
    wanted = [plan.column("Spent"), plan.column("Task")]
    body = as_alice.json(f"{plan.path}?columnIds={wanted[0]},{wanted[1]}")
    assert [column["title"] for column in body["columns"]] == ["Task", "Spent"]
    assert all({cell["columnId"] for cell in row["cells"]} == set(wanted) for row in body["rows"])


def test_an_unchanged_sheet_only_returns_its_version(plan: Grid, as_alice: Client) -> None:
    version = as_alice.json(f"{plan.path}/version")
    assert version == {"version": plan.body["version"]}
    assert as_alice.json(f"{plan.path}?ifVersionAfter={version['version']}") == version
    assert "rows" in as_alice.json(f"{plan.path}?ifVersionAfter={version['version'] - 1}")


@pytest.mark.parametrize(
    ("level", "team", "equipment"),
    [(0, "TEXT_NUMBER", "TEXT_NUMBER"), (1, "MULTI_CONTACT_LIST", "TEXT_NUMBER"),
     (2, "MULTI_CONTACT_LIST", "MULTI_PICKLIST")],
)  # fmt: skip
def test_older_levels_show_multi_value_columns_as_text(
    plan: Grid, as_alice: Client, level: int, team: str, equipment: str
) -> None:
    body = as_alice.json(f"{plan.path}?level={level}&include=objectValue,columnType")
    columns = {column["title"]: column for column in body["columns"]}
    assert (columns["Team"]["type"], columns["Equipment"]["type"]) == (team, equipment)
    assert (columns["Team"]["version"], columns["Equipment"]["version"]) == (1, 2)
    row = next(row for row in body["rows"] if row["id"] == plan.row("Dig foundations"))
    cell = cell_in(row, plan.column("Equipment"))
    assert cell["displayValue"] == "Excavator, Lorry"
    assert cell.get("value") == (None if level == 2 else "Excavator, Lorry")
    assert cell["columnType"] == equipment
    object_value = {"objectType": "MULTI_PICKLIST", "values": ["Excavator", "Lorry"]}
    assert cell["objectValue"] == (object_value if level == 2 else "Excavator, Lorry")


def test_object_values_are_only_returned_on_request(plan: Grid, as_alice: Client) -> None:
    contact = plan.cell("Dig foundations", "Responsible")
    assert contact["objectValue"] == {"objectType": "CONTACT", "email": "bob@example.com", "name": "Bob Baker"}
    assert plan.cell("Dig foundations", "Start")["objectValue"] == {"objectType": "DATE", "value": "2026-01-12"}
    assert plan.cell("Dig foundations", "Task")["objectValue"] == "Dig foundations"
    assert plan.cell("Dig foundations", "Spent")["objectValue"] == 21500
    assert plan.cell("Temporary power", "Done")["objectValue"] is True
    assert "objectValue" not in plan.cell("Temporary power", "Drawing")
    plain = as_alice.json(f"{plan.path}?level=2")["rows"][6]
    assert not any("objectValue" in cell for cell in plain["cells"])


def test_writers_owners_and_links_come_on_demand(plan: Grid, as_alice: Client) -> None:
    body = as_alice.json(f"{plan.path}?include=writerInfo,ownerInfo,rowPermalink&rowIds={plan.row('Drainage runs')}")
    (row,) = body["rows"]
    assert row["createdBy"] == {"name": "Alice Archer", "email": "alice@example.com"}
    assert row["modifiedBy"] == {"name": "Bob Baker", "email": "bob@example.com"}
    assert row["permalink"].startswith("https://")
    assert body["owner"] == "alice@example.com"
    assert "createdBy" not in plan.rows["Drainage runs"]


def test_times_are_numbers_on_demand(plan: Grid, as_alice: Client) -> None:
    body = as_alice.json(f"{plan.path}?numericDates=true&rowIds={plan.row('Dig foundations')}")
    assert body["createdAt"] == 1767600000000
    (row,) = body["rows"]
    assert row["createdAt"] == 1767600360000
    assert cell_in(row, plan.column("Start"))["value"] == 1768176000000


def test_system_columns_are_filled_in(plan: Grid) -> None:
    assert plan.cell("Drainage runs", "No.")["value"] == "SP-008"
    assert plan.cell("Drainage runs", "Created")["value"] == "2026-01-05T08:07:00Z"
    modified_by = plan.cell("Drainage runs", "Modified by")
    assert (modified_by["value"], modified_by["displayValue"]) == ("bob@example.com", "Bob Baker")


def test_locks_are_shown_to_people_who_are_not_admins(plan: Grid, bobs_plan: Grid) -> None:
    assert plan.rows["Final account"]["locked"] is True
    assert "lockedForUser" not in plan.rows["Final account"]
    assert bobs_plan.rows["Final account"]["lockedForUser"] is True
    assert "lockedForUser" not in plan.columns["Permit no."]
    assert bobs_plan.columns["Permit no."]["lockedForUser"] is True


def test_an_empty_sheet_has_no_rows(sandbox: RunningSandbox) -> None:
    sheet = sandbox.sheet(sandbox.people()["alice"], "Empty sheet")
    assert (sheet["rows"], sheet["totalRowCount"]) == ([], 0)


@pytest.mark.parametrize("query", ["level=3", "level=x", "page=0", "pageSize=-1", "rowIds=a", "numericDates=maybe"])
def test_a_bad_parameter_is_named(plan: Grid, as_alice: Client, query: str) -> None:
    response = as_alice.get(f"{plan.path}?{query}")
    assert refusal(response) == (400, 1018)
    assert query.split("=")[0] in response.json()["message"]


@pytest.fixture
def alice_id(sandbox: RunningSandbox) -> int:
    return sandbox.people()["alice"].id
