"""Calls smartsheet-tools, which has functions around the Python SDK. https://pypi.org/project/smartsheet-tools/"""

from __future__ import annotations

from typing import Any

import smartsheet
import smartsheet_tools as tools

from tests.conformance.clients.steps import API, TOKEN, refusal, run_steps, step

client = smartsheet.Smartsheet(TOKEN, api_base=API)
found: dict[str, Any] = {}


@step("safe_grab_sheet_by_name")
def grab_sheet() -> None:
    sheet = found["sheet"] = tools.safe_grab_sheet_by_name(client, "Budget", max_tries=1)
    assert tools.get_col_names_of_date_cols(sheet) == ["Approved on"]
    assert tools.get_col_names_of_bool_cols(sheet) == ["Approved"]
    found["columns"] = tools.title_to_id(sheet)


@step("sheet_exists")
def find_sheets() -> None:
    assert tools.sheet_exists(client, "Budget", max_tries=1).id == found["sheet"].id
    assert tools.sheet_exists(client, "No such sheet", max_tries=1) is None


@step("safe_get_column_by_title")
def get_column() -> None:
    column = tools.safe_get_column_by_title(client, found["sheet"].id, "Amount", max_tries=1)
    assert (column.id, str(column.type)) == (found["columns"]["Amount"], "TEXT_NUMBER")


@step("safe_add_rows")
def add_rows() -> None:
    columns = found["columns"]
    day = tools.correct_date_format(tools.brute_force_date_string("3/31/2026"), columns["Approved on"], found["sheet"])
    cells = [tools.new_cell(columns["Line"], "Landscaping"), tools.new_cell(columns["Amount"], 12000.5)]
    cells += [tools.new_cell(columns["Approved"], True), tools.new_cell(columns["Approved on"], day)]
    result = tools.safe_add_rows(client, found["sheet"].id, [tools.new_row(cells, to_top=True)], max_tries=1)
    (row,) = result.result
    assert [cell.value for cell in row.cells] == ["Landscaping", 12000.5, True, "2026-03-31"]
    found["row_id"] = row.id


@step("safe_update_rows")
def update_rows() -> None:
    cells = [tools.new_cell(found["columns"]["Amount"], formula="=6000 * 2")]
    result = tools.safe_update_rows(client, found["sheet"].id, [tools.new_row(cells, id=found["row_id"])], max_tries=1)
    amount = next(cell for cell in result.result[0].cells if cell.column_id == found["columns"]["Amount"])
    assert (amount.value, tools.disp_or_val(amount), amount.formula) == (12000.0, "12000", "=6000 * 2")


@step("safe_update_rows, which leaves out cells of a column formula")
def update_column_formula() -> None:
    sheet = tools.safe_grab_sheet_by_name(client, "Site plan", max_tries=1)
    columns = tools.title_to_id(sheet)
    assert tools.get_formula_col_ids(sheet) == {columns["Remaining"]}
    row = next(row for row in sheet.rows if row.cells[0].value == "Survey and set out")
    cells = [tools.new_cell(columns["Remaining"], 1), tools.new_cell(columns["Notes"], "Checked")]
    result = tools.safe_update_rows(client, sheet.id, [tools.new_row(cells, id=row.id)], max_tries=1)
    assert result.message == "SUCCESS"


@step("safe_sort_sheet")
def sort_sheet() -> None:
    order = smartsheet.models.SortSpecifier({"sortCriteria": [{"columnId": found["columns"]["Line"]}]})
    sheet = tools.safe_sort_sheet(client, found["sheet"].id, order, max_tries=1)
    names = [row.cells[0].value for row in sheet.rows]
    assert names == sorted(names)


@step("safe_delete_rows")
def delete_rows() -> None:
    result = tools.safe_delete_rows(client, found["sheet"].id, [found["row_id"]], max_tries=1)
    assert result.message == "SUCCESS"
    sheet = tools.safe_grab_sheet_by_name(client, "Budget", max_tries=1)
    assert len(sheet.rows) == len(found["sheet"].rows)
    assert found["row_id"] not in {row.id for row in sheet.rows}


@step("walk_workspace_for_sheets")
def walk_workspace() -> None:
    workspace = client.Workspaces.create_workspace(smartsheet.models.Workspace({"name": "Works"})).result
    folder = client.Workspaces.create_folder_in_workspace(workspace.id, "North").result
    columns = [{"title": "Name", "type": "TEXT_NUMBER", "primary": True}]
    top, deep = (smartsheet.models.Sheet({"name": name, "columns": columns}) for name in ("Top", "Deep"))
    client.Workspaces.create_sheet_in_workspace(workspace.id, top)
    client.Folders.create_sheet_in_folder(folder.id, deep)
    assert sorted(tools.walk_sheet_names_from_workspace(client, workspace.id)) == ["Deep", "Top"]
    assert [each.name for each in tools.walk_workspace_for_folders(client, workspace.id)] == ["North"]


@step("an error after which the call is not repeated")
def refused() -> None:
    error = refusal(RuntimeError, lambda: tools.safe_delete_rows(client, found["sheet"].id, [1], max_tries=3))
    assert "non-retryable" in str(error)


if __name__ == "__main__":
    run_steps()
