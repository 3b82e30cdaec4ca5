"""Calls RPA.Smartsheet of the RPA Framework, which uses the Python SDK 3.0.2. https://pypi.org/project/rpaframework/"""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import requests
import RPA.Smartsheet
import smartsheet

from tests.conformance.clients.steps import API, TOKEN, run_steps, step

# RPA.Smartsheet has no setting for the address.
RPA.Smartsheet.SmartSDK = functools.partial(smartsheet.Smartsheet, api_base=API)
client = RPA.Smartsheet.Smartsheet(access_token=TOKEN, max_retry_time=1)
found: dict[str, Any] = {}


@step("Get Current User")
def get_current_user() -> None:
    assert client.get_current_user().email == "alice@example.com"


@step("Get Application Constants")
def get_constants() -> None:
    assert "en_US" in list(client.get_application_constants().supported_locales)


@step("List Sheets")
def list_sheets() -> None:
    assert {"Site plan", "Budget"} <= {sheet.name for sheet in client.list_sheets(use_cache=False)}


@step("Get Sheet as a table")
def get_sheet() -> None:
    table = client.get_sheet(sheet_name="Budget")
    assert table.columns == ["Line", "Amount", "Approved", "Approved on"]
    assert list(table.get_column("Line").values())[:2] == ["Groundworks", "Structure"]
    assert table.get_cell(0, "Amount") == 84000


@step("Set Row")
def set_row() -> None:
    row = found["row"] = client.current_sheet.rows[0]
    written = client.set_row(row.id, {"Amount": 85000, "Approved on": "2026-01-02"})
    assert {85000, "2026-01-02"} <= set(written.values())


@step("Add Rows")
def add_rows() -> None:
    rows = client.add_rows([{"Line": "Landscaping", "Amount": 12000}, {"Line": "Fees", "Approved": False}], native=True)
    assert [row.cells[0].value for row in rows] == ["Landscaping", "Fees"]
    assert len(client.refresh_sheet(native=True).rows) == 8


@step("Get Cell History")
def get_cell_history() -> None:
    newest, oldest = client.get_cell_history(found["row"], "Amount")
    assert [newest.value, oldest.value] == [85000, 84000]
    assert newest.modified_by.email == "alice@example.com"


@step("Add Column and List Columns")
def add_column() -> None:
    (column,) = client.add_column("Kind", column_type="PICKLIST", index=4, options=["Work", "Fee"])
    assert (column.title, list(column.options)) == ("Kind", ["Work", "Fee"])
    assert "Kind" in {each.title for each in client.list_columns(sheet_name="Budget")}


@step("List Sheet Filters, and Get Sheet with a filter")
def use_filter() -> None:
    everything = client.get_sheet(sheet_name="Site plan", native=True)
    (shared,) = client.list_sheet_filters(sheet_name="Site plan")
    filtered = client.get_sheet(sheet_name="Site plan", filter_id=shared.id, native=True)
    assert shared.name == "Under way"
    assert 0 < len(filtered.rows) < len(everything.rows)


@step("Get Sheet Owner")
def get_owner() -> None:
    assert client.get_sheet_owner(sheet_name="Site plan")[0] == "alice@example.com"


@step("Search")
def search() -> None:
    assert "Raise frames" in {result.text for result in client.search("Raise frames")}


@step("List Attachments and Download Attachment")
def download_attachment() -> None:
    sheet = client.current_sheet
    headers = {
        "Authorization": f"Bearer {TOKEN}", "Content-Type": "text/plain",
        "Content-Disposition": 'attachment; filename="survey.txt"',
    }  # fmt: skip
    url = f"{API}/sheets/{sheet.id}/rows/{sheet.rows[0].id}/attachments"
    requests.post(url, data=b"All well", headers=headers, timeout=10).raise_for_status()
    (attachment,) = client.list_attachments()
    with tempfile.TemporaryDirectory() as folder:
        assert Path(client.download_attachment(attachment, folder)).read_text() == "All well"


@step("Create Sheet")
def create_sheet() -> None:
    sheet = client.create_sheet("Register", [{"title": "Name", "type": "TEXT_NUMBER", "primary": True}])
    assert client.get_sheet(sheet_id=sheet.id).columns == ["Name"]


if __name__ == "__main__":
    run_steps()
