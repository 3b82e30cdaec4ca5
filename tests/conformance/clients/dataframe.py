"""Calls smartsheet-dataframe: sheets and reports for pandas. https://pypi.org/project/smartsheet-dataframe/"""

from __future__ import annotations

from typing import Any

import requests
from smartsheet_dataframe import get_as_df, get_report_as_df, get_sheet_as_df

from tests.conformance.clients.steps import API, TOKEN, run_steps, step

SMARTSHEET = "https://api.smartsheet.com/2.0"
ask_smartsheet = requests.Session.request


def ask_sandbox(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
    """Send the client's request to the sandbox, and not to Smartsheet.

    The client has no setting for the API's address, so this function replaces the address in the request.
    """
    return ask_smartsheet(session, method, url.replace(SMARTSHEET, API), **options)


requests.Session.request = ask_sandbox  # type: ignore[assignment, method-assign] # the program has no setting for the address


def id_of(kind: str, name: str) -> int:
    """Return the id of the sheet or report with this name. `kind` says which list to search."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    listed = requests.get(f"{API}/{kind}?includeAll=true", headers=headers, timeout=10).json()["data"]
    return next(int(each["id"]) for each in listed if each["name"] == name)


@step("get_sheet_as_df")
def get_sheet() -> None:
    frame = get_sheet_as_df(token=TOKEN, sheet_id=id_of("sheets", "Budget"))
    assert list(frame.columns) == ["row_id", "parent_id", "Line", "Amount", "Approved", "Approved on"]
    assert list(frame["Line"][:2]) == ["Groundworks", "Structure"]
    assert frame["Amount"].sum() == 851650.5


@step("get_sheet_as_df, with people and levels")
def get_tree() -> None:
    frame = get_sheet_as_df(token=TOKEN, sheet_id=id_of("sheets", "Site plan"))
    tasks = frame.set_index("Task")
    assert tasks.loc["Preparation", "parent_id"] == tasks.loc["Groundworks", "row_id"]
    assert tasks.loc["Survey and set out", "Responsible"] == "bob@example.com"
    assert "Bob Baker, Alice Archer" in set(frame["Team"])


@step("get_sheet_as_df of a sheet without rows")
def get_empty_sheet() -> None:
    frame = get_sheet_as_df(token=TOKEN, sheet_id=id_of("sheets", "Empty sheet"), include_parent_id=False)
    assert (len(frame), list(frame.columns)) == (0, ["row_id", "Name", "Value"])


@step("get_report_as_df")
def get_report() -> None:
    frame = get_report_as_df(token=TOKEN, report_id=id_of("reports", "Work and costs"))
    assert {"Task", "Status", "Amount"} <= set(frame.columns)
    assert len(frame) > 10


@step("get_as_df")
def get_by_type() -> None:
    frame = get_as_df("sheet", token=TOKEN, id_=id_of("sheets", "Budget"), include_row_id=False)
    assert list(frame["Approved"]) == [True, True, True, False, False, True]


if __name__ == "__main__":
    run_steps()
