"""Calls simple-smartsheet, whose own tests include answers that were recorded from the live API in 2020.

https://pypi.org/project/simple-smartsheet/
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import cattrs

from tests.conformance.clients.steps import API, TOKEN, refusal, run_steps, step

register_class = cattrs.Converter.register_structure_hook


def register_any(converter: cattrs.Converter, kind: Any, hook: Callable[[Any, Any], Any]) -> None:
    """Register a hook for a class, or for another type such as Dict[str, int].

    This function replaces `register_structure_hook` of cattrs. With Python 3.11 and later, that function accepts only
    classes.
    """
    try:
        register_class(converter, kind, hook)
    except TypeError:
        converter.register_structure_hook_func(lambda each: each == kind, hook)


cattrs.Converter.register_structure_hook = register_any

from simple_smartsheet import AsyncSmartsheet, Smartsheet, constants  # noqa: E402 - registers its types
from simple_smartsheet.exceptions import SmartsheetHTTPError  # noqa: E402 # as above
from simple_smartsheet.models import Cell, Column, Row, Sheet  # noqa: E402 # as above
from simple_smartsheet.models.column import ColumnType  # noqa: E402 # as above

constants.API_ROOT = API  # simple-smartsheet has no setting for the address
client = Smartsheet(TOKEN)
found: dict[str, Any] = {}


@step("sheets.list")
def list_sheets() -> None:
    assert {"Site plan", "Budget"} <= {sheet.name for sheet in client.sheets.list()}


@step("sheets.get by name")
def get_sheet() -> None:
    sheet = client.sheets.get("Site plan")
    row = next(row for row in sheet.rows if row.get_cell("Task").value == "Survey and set out")
    assert row.as_dict()["Equipment"] == ["Total station"]
    assert str(row.get_cell("Start").value) == "2026-01-05"
    assert row.get_cell("Budget").value == 4200


@step("sheets.create")
def create_sheet() -> None:
    columns = [
        Column(primary=True, title="Full Name", type=ColumnType.TEXT_NUMBER),
        Column(title="Groups", type=ColumnType.MULTI_PICKLIST, options=["Friends", "Colleagues"]),
    ]
    result = client.sheets.create(Sheet(name="Address book", columns=columns))
    assert (result.message, result.obj.name) == ("SUCCESS", "Address book")
    found["sheet"] = client.sheets.get("Address book")


@step("sheets.add_rows")
def add_rows() -> None:
    sheet = found["sheet"]
    name, groups = (sheet.get_column(title).id for title in ("Full Name", "Groups"))
    cells = [Cell(column_id=name, value="Bob Lee"), Cell.create_multi_picklist(groups, ["Colleagues", "Friends"])]
    rows = [Row(to_bottom=True, cells=cells), Row(to_bottom=True, cells=[Cell(column_id=name, value="Alice Smith")])]
    assert client.sheets.add_rows(sheet.id, rows).message == "SUCCESS"
    found["sheet"] = client.sheets.get(id=sheet.id)
    assert [row.as_dict().get("Groups") for row in found["sheet"].rows] == [["Friends", "Colleagues"], None]


@step("sheets.update_row")
def update_row() -> None:
    sheet = found["sheet"]
    cell = Cell(column_id=sheet.get_column("Full Name").id, value="Robert Lee")
    client.sheets.update_row(sheet.id, Row(id=sheet.rows[0].id, cells=[cell]))
    assert client.sheets.get(id=sheet.id).rows[0].get_cell("Full Name").value == "Robert Lee"


@step("sheets.sort_rows")
def sort_rows() -> None:
    sheet = client.sheets.sort_rows(found["sheet"], [{"column_title": "Full Name"}])
    assert [row.get_cell("Full Name").value for row in sheet.rows] == ["Alice Smith", "Robert Lee"]


@step("sheets.delete_row and sheets.delete")
def delete() -> None:
    sheet = found["sheet"]
    client.sheets.delete_row(sheet.id, sheet.rows[0].id)
    assert len(client.sheets.get(id=sheet.id).rows) == 1
    assert client.sheets.delete(id=sheet.id).message == "SUCCESS"


@step("reports.get by name")
def get_report() -> None:
    report = client.reports.get("Work and costs")
    assert len(report.rows) > 10
    assert "Task" in {column.title for column in report.columns}


@step("AsyncSmartsheet: sheets.get by name")
def get_sheet_asynchronously() -> None:
    async def names() -> list[Any]:
        async with AsyncSmartsheet(TOKEN) as other:
            return [row.get_cell("Line").value for row in (await other.sheets.get("Budget")).rows]

    assert asyncio.run(names())[:2] == ["Groundworks", "Structure"]


@step("an error with its code")
def refused() -> None:
    assert "1006" in str(refusal(SmartsheetHTTPError, lambda: client.sheets.get(id=1)))


if __name__ == "__main__":
    run_steps()
