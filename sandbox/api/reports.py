"""Reports. https://developers.smartsheet.com/api/smartsheet/openapi/reports

People make reports in Smartsheet's app. The sandbox has one report from the start.
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.http.results import DEFAULT_SIZE, LARGEST_SIZE, index_result
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_json import View
from sandbox.model.favorite import favorite_flag
from sandbox.model.report import MULTI_PICKLIST_LEVEL, ReportView, report_head, report_json, view_level
from sandbox.model.sharing import own_shares
from sandbox.model.state import Report

Json = Any


@operation("getReports", "GET", "/reports", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List the reports that the caller can see."""
    return index_result(call, report_listing(call))


@operation("getReport", "GET", "/reports/{reportId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get a report with one page of its rows. If the caller can't see a sheet, the sheet's rows are left out."""
    report, access = report_in_path(call)
    level = view_level(call.number("level", 0, most=MULTI_PICKLIST_LEVEL))
    include, exclude = call.words("include"), call.words("exclude")
    view = View(level, include, exclude, call.flag("numericDates"), reader=call.person.id)
    shown = ReportView(call.state, report, call.person.id, view)
    size, page = call.number("pageSize", DEFAULT_SIZE, most=LARGEST_SIZE * 5), call.number("page", 1, least=1)
    rows = list(shown.rows())[(page - 1) * size : page * size]
    numbered = enumerate(shown.rows_json(rows), start=(page - 1) * size + 1)
    head = report_json(shown, access, api_level=call.api_level)
    head |= favorite_flag(call.state, call.person.id, "report", report.id)
    if "scope" in view.include:
        head["scope"] = {"sheets": [{"id": sheet.id} for sheet, _access in shown.sheets], "workspaces": []}
    if "sourceSheets" in view.include:
        head["sourceSheets"] = shown.source_sheets(api_level=call.api_level)
    return head | {"rows": [row | {"rowNumber": number} for number, row in numbered]}


@operation("list-report-shares", "GET", "/reports/{reportId}/shares", scope="READ_SHEETS")
def list_shares(call: Call) -> Json:
    """List the people and groups that a report is shared with."""
    return index_result(call, own_shares(call.state, report_in_path(call)[0]))


def report_listing(call: Call) -> list[dict[str, Json]]:
    """Return all reports that the caller can see, sorted by name, without their rows."""
    reports = sorted(call.state.reports_by_id.values(), key=lambda report: report.name.casefold())
    return [
        report_head(report, access, api_level=call.api_level)
        | favorite_flag(call.state, call.person.id, "report", report.id)
        for report in reports
        if (access := report.access_of(call.person.id))
    ]


def report_in_path(call: Call) -> tuple[Report, Access]:
    """Return the report that the path names, and the caller's access to it. Raises ApiError 1006 if the caller can't
    see the report.
    """
    report = call.state.reports_by_id.get(call.path_id("reportId"))
    access = report.access_of(call.person.id) if report else None
    if report is None or access is None:
        raise ApiError(1006)
    return report, access
