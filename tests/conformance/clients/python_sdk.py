"""Calls Smartsheet's Python SDK with its typed models. https://pypi.org/project/smartsheet-python-sdk/"""

from __future__ import annotations

from typing import Any

import smartsheet

from tests.conformance.clients.steps import API, TOKEN, refusal, run_steps, step

client = smartsheet.Smartsheet(TOKEN, api_base=API)
client.errors_as_exceptions()
found: dict[str, Any] = {}

# The expected cells of the first task: the class of the object value, and the value.
TYPED = {
    "Task": ("StringObjectValue", "Survey and set out"),
    "Status": ("StringObjectValue", "Complete"),
    "Done": ("BooleanObjectValue", True),
    "Budget": ("NumberObjectValue", 4200.0),
    "Start": ("DateObjectValue", "2026-01-05"),
    "Created": ("DatetimeObjectValue", "2026-01-05T08:02:00Z"),
    "Responsible": ("ContactObjectValue", "bob@example.com"),
    "Equipment": ("MultiPicklistObjectValue", None),
}


@step("Sheets.list_sheets")
def list_sheets() -> None:
    sheets = client.Sheets.list_sheets(include_all=True).data
    found["sheet_id"] = next(sheet.id for sheet in sheets if sheet.name == "Site plan")
    assert {"Budget", "Empty sheet"} <= {sheet.name for sheet in sheets}


@step('Sheets.get_sheet(include="objectValue")')
def get_typed_sheet() -> None:
    sheet = client.Sheets.get_sheet(found["sheet_id"], include="objectValue")
    assert len(sheet.rows) == sheet.total_row_count > 0
    typed = {kind for kind, _ in TYPED.values()} - {
        "MultiPicklistObjectValue"
    }  # at level 0, multi-select cells have no object value
    assert typed <= {type(cell.object_value).__name__ for row in sheet.rows for cell in row.cells}


@step('Sheets.get_sheet(include="objectValue", level=2)')
def get_typed_sheet_with_lists() -> None:
    sheet = client.Sheets.get_sheet(found["sheet_id"], include="objectValue", level=2)
    titles = {column.id: column.title for column in sheet.columns}
    row = next(row for row in sheet.rows if row.cells[0].value == TYPED["Task"][1])
    cells = {titles[cell.column_id]: cell for cell in row.cells}
    assert {title: (type(cells[title].object_value).__name__, cells[title].value) for title in TYPED} == TYPED
    assert list(cells["Equipment"].object_value.values) == ["Total station"]
    team = next(cell for row in sheet.rows for cell in row.cells if titles[cell.column_id] == "Team" and cell.value)
    assert type(team.object_value).__name__ == "MultiContactObjectValue"
    assert [contact.email for contact in team.object_value.values] == ["bob@example.com", "alice@example.com"]
    found["row_id"] = row.id
    found["columns"] = {title: column_id for column_id, title in titles.items()}


@step("Sheets.update_rows, with a list of options")
def update_rows() -> None:
    cell = smartsheet.models.Cell()
    cell.column_id = found["columns"]["Equipment"]
    options = smartsheet.models.MultiPicklistObjectValue()
    options.values = ["Lorry", "Crane"]
    cell.object_value = options
    row = smartsheet.models.Row()
    row.id = found["row_id"]
    row.cells.append(cell)
    result = client.Sheets.update_rows(found["sheet_id"], [row])
    assert result.message == "SUCCESS"
    read = client.Sheets.get_row(found["sheet_id"], found["row_id"], include="objectValue", level=2)
    written = next(cell for cell in read.cells if cell.column_id == found["columns"]["Equipment"])
    assert list(written.object_value.values) == ["Crane", "Lorry"], "in the order of the column's options"


@step("Cells.get_cell_history")
def cell_history() -> None:
    column_id = found["columns"]["Equipment"]
    history = client.Cells.get_cell_history(found["sheet_id"], found["row_id"], column_id, include_all=True)
    newest = history.data[0]
    assert (newest.display_value, newest.modified_by.email) == ("Crane, Lorry", "alice@example.com")


@step("Reports.get_report")
def get_report() -> None:
    (report,) = client.Reports.list_reports(include_all=True).data
    read = client.Reports.get_report(report.id, page_size=10)
    assert (read.name, len(read.rows)) == ("Work and costs", 10)


@step("an error with its code")
def refused() -> None:
    error = refusal(smartsheet.exceptions.ApiError, lambda: client.Sheets.get_sheet(1))
    assert (error.error.result.status_code, error.error.result.error_code) == (404, 1006)


if __name__ == "__main__":
    run_steps()
