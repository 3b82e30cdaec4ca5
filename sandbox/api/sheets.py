"""Sheets. https://developers.smartsheet.com/api/smartsheet/openapi/sheets"""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.api.cross_sheet_references import references_json
from sandbox.api.filters import filter_by_id, filters_of
from sandbox.clock import parse
from sandbox.errors import ApiError
from sandbox.http.results import DEFAULT_SIZE, index_result
from sandbox.http.routing import Call, operation
from sandbox.model.cell_json import View, dumps
from sandbox.model.export import MEDIA_TYPES, PAPER, Export, export
from sandbox.model.favorite import favorite_flag
from sandbox.model.remark_json import Remarks
from sandbox.model.sheet import Row, SheetFilter
from sandbox.model.sheet_filter import filter_json, passes
from sandbox.model.sheet_json import Rows, settings_json, sheet_json, sheet_summary, source_json

Json = Any


def view_of(call: Call) -> View:
    """Return the View that the request's parameters ask for: which parts the answer has, and how it writes values."""
    columns = call.numbers("columnIds")
    return View(
        level=call.number("level", 0, most=2),
        include=call.words("include"),
        exclude=call.words("exclude"),
        numeric_dates=call.flag("numericDates"),
        columns=None if columns is None else frozenset(columns),
        reader=call.person.id,
    )


def remarks_of(call: Call, view: View) -> Remarks:
    """Return the sheet's Remarks, which add discussions and attachments to the answer if `include` asks for them."""
    return Remarks(call.state, call.sheet, call.access, include=view.include, api_level=call.api_level)


@operation("list-sheets", "GET", "/sheets", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List the sheets that the caller can see."""
    sheets = call.state.sheets_of(call.person.id)
    if since := time_parameter(call, "modifiedSince"):
        sheets = [sheet for sheet in sheets if sheet.modified_at >= since]
    include = call.words("include")
    summaries = []
    for sheet in sheets:
        access = sheet.access_of(call.person.id)
        if access:
            summary = sheet_summary(sheet, access, api_level=call.api_level, include=include)
            summary |= favorite_flag(call.state, call.person.id, "sheet", sheet.id)
            summary |= source_json(call.state, sheet.id, include)
            summaries.append(summary | _owner(call, sheet.owner_id, include))
    return index_result(call, summaries)


@operation("getSheet", "GET", "/sheets/{sheetId}", scope="READ_SHEETS", media_types=MEDIA_TYPES)
def get(call: Call) -> Json:
    """Get a sheet as JSON, CSV, Excel or PDF, with all its rows or only those that the parameters select.

    The path has the id of the sheet, or the token in its permalink. With `pageSize=0`, the answer has no rows.
    """
    sheet, view = call.sheet, view_of(call)
    if call.media_type in MEDIA_TYPES:
        return _file(call)
    if "ifVersionAfter" in call.query and call.number("ifVersionAfter", 0) == sheet.version:
        return {"version": sheet.version}
    owner = call.state.people.get(sheet.owner_id)
    head = sheet_json(sheet, call.access, view, owner=owner, api_level=call.api_level)
    head |= settings_json(call.state, sheet, call.person.id)
    head |= favorite_flag(call.state, call.person.id, "sheet", sheet.id)
    head |= source_json(call.state, sheet.id, view.include)
    remarks = remarks_of(call, view)
    chosen = _chosen_filter(call)
    if chosen and "filteredOutRows" in view.exclude:
        head["filteredRowCount"] = sum(passes(call.state, sheet, row, chosen) for row in sheet.rows)
    rows = _page(call, _filtered(call, sheet.rows))
    shown = Rows(call.state, sheet, call.access, view, remarks=remarks).list(rows)
    if chosen:
        shown = [
            body | {"filteredOut": not passes(call.state, sheet, row, chosen)}
            for row, body in zip(rows, shown, strict=True)
        ]
    if "crossSheetReferences" in view.include:
        head["crossSheetReferences"] = references_json(call)
    if view.include & {"filters", "filterDefinitions"}:
        with_query = "filterDefinitions" in view.include
        head["filters"] = [filter_json(each, with_query=with_query) for each in filters_of(call)]
    return head | remarks.of_sheet() | {"rows": shown}


def check_parameters(call: Call) -> None:
    """Check the parameters that `get` accepts. Raises ApiError 1006 or 1018 if a parameter isn't valid.

    Operations whose answer is the changed sheet call this function before they change the sheet.
    """
    view_of(call)
    call.number("ifVersionAfter", 0)
    _page(call, _filtered(call, []))


@operation("get-sheetVersion", "GET", "/sheets/{sheetId}/version", scope="READ_SHEETS")
def version(call: Call) -> Json:
    """Get the version of a sheet. Each change of the sheet increases the version."""
    return {"version": call.sheet.version}


def _file(call: Call) -> Export:
    paper = call.query.get("paperSize", "LETTER")
    if paper not in PAPER:
        raise ApiError(1053, paper)
    rows = _page(call, _filtered(call, call.sheet.rows))
    shown = orjson.loads(dumps(Rows(call.state, call.sheet, call.access, View(level=2)).list(rows)))
    return export(call.sheet, shown, media_type=call.media_type, paper=paper)


def _filtered(call: Call, rows: list[Row]) -> list[Row]:
    """Return the rows that the parameters ask for, by filter, id, number or time of change.

    Ids and numbers that no row has are ignored.
    """
    chosen = _chosen_filter(call)
    if chosen and "filteredOutRows" in call.words("exclude"):
        rows = [row for row in rows if passes(call.state, call.sheet, row, chosen)]
    ids, numbers = call.numbers("rowIds"), call.numbers("rowNumbers")
    since = time_parameter(call, "rowsModifiedSince")
    if ids is None and numbers is None and since is None:
        return rows
    all_rows = call.sheet.rows
    wanted = set(ids or []) | {all_rows[number - 1].id for number in numbers or [] if 0 < number <= len(all_rows)}
    named = [row for row in rows if (ids is None and numbers is None) or row.id in wanted]
    return [row for row in named if since is None or row.modified_at >= since]


def _chosen_filter(call: Call) -> SheetFilter | None:
    """Return the filter that the parameters name, if any. Raises ApiError 1006 if the caller can't use the filter."""
    filter_id = call.number("filterId", 0)
    return filter_by_id(call, filter_id) if filter_id else None


def _page(call: Call, rows: list[Row]) -> list[Row]:
    if "page" not in call.query and "pageSize" not in call.query:
        return rows
    size = call.number("pageSize", DEFAULT_SIZE)
    if size == 0:
        return []
    pages = max(1, -(-len(rows) // size))
    page = min(call.number("page", 1, least=1), pages)
    return rows[(page - 1) * size : page * size]


def _owner(call: Call, owner_id: int, include: frozenset[str]) -> dict[str, Json]:
    owner = call.state.people.get(owner_id)
    return {"owner": owner.email, "ownerId": owner.id} if owner and "ownerInfo" in include else {}


def time_parameter(call: Call, name: str) -> Any:
    """Return a parameter as a time; None if it isn't given. Raises ApiError 1018 if the parameter isn't a time."""
    text = call.query.get(name)
    moment = parse(text.replace(" ", "+")) if text else None
    if text and moment is None:
        raise ApiError(1018, text, name)
    return moment
