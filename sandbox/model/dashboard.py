"""Makes JSON from dashboards, which the API calls sights.
https://developers.smartsheet.com/api/smartsheet/openapi/dashboards

Metric and chart widgets store only references to cells. The values of the cells are read for each answer.
"""

from __future__ import annotations

from typing import Any

from sandbox.model.access import Access
from sandbox.model.cell_json import View, cell_json, cell_of, columns_json, permalink
from sandbox.model.sheet import Column, Row, Sheet
from sandbox.model.state import Sight, State

Json = Any

FORMAT = ",2,,,,,,,1,,,,,,,1,"
COLORS = ("#1061C3", "#EA352E")
VIEW = View(level=2, include=frozenset({"objectValue"}))


def sight_head(sight: Sight, access: Access, *, api_level: int) -> dict[str, Json]:
    """Return the JSON of a dashboard, as it appears in the answer to a change."""
    return {
        "id": sight.id,
        "name": sight.name,
        "accessLevel": access.shown(api_level=api_level),
        "permalink": permalink("dashboards", sight.id),
    }


def sight_listing(sight: Sight, access: Access, *, api_level: int) -> dict[str, Json]:
    """Return the JSON of a dashboard, as it appears in a list."""
    times = {"createdAt": sight.created_at, "modifiedAt": sight.modified_at}
    return sight_head(sight, access, api_level=api_level) | times


def sight_json(state: State, sight: Sight, access: Access, *, view: View, api_level: int) -> dict[str, Json]:
    """Return the JSON of a dashboard with its widgets."""
    return sight_listing(sight, access, api_level=api_level) | {
        "backgroundColor": "#E2E2E2",
        "columnCount": 6,
        "widgets": [widget | {"contents": _contents(state, widget["contents"], view)} for widget in sight.widgets],
    }


def _contents(state: State, contents: dict[str, Json], view: View) -> dict[str, Json]:
    """Return the contents of a widget, with the current values of the cells that it shows."""
    sheet = state.sheets.get(contents.get("sheetId") or 0)
    if sheet is None or contents["type"] not in ("METRIC", "CHART"):
        return contents
    columns = [column for column_id in contents["columnIds"] if (column := sheet.column(column_id))]
    plain = {name: value for name, value in contents.items() if name not in ("columnIds", "rowIds")}
    rows = [row for row_id in contents["rowIds"] if (row := sheet.row(row_id))]
    if contents["type"] == "METRIC":
        return plain | _metric(state, sheet, rows, columns, view)
    return plain | _chart(sheet, rows, columns)


def _metric(state: State, sheet: Sheet, rows: list[Row], columns: list[Column], view: View) -> dict[str, Json]:
    data = []
    for row in rows:
        for order, column in enumerate(columns):
            cell = cell_json(state, sheet, column, cell_of(state, row, column), view) | {"rowId": row.id}
            shown = {"columnId": column.id, "label": column.title, "labelFormat": FORMAT, "valueFormat": FORMAT}
            shown |= {"order": order, "cell": cell, "dataSource": "CELL"}
            data.append(shown | ({"objectValue": cell["objectValue"]} if "objectValue" in cell else {}))
    shown_columns = View(level=2, columns=frozenset(column.id for column in columns))
    return {"cellData": data, "columns": columns_json(sheet, Access.VIEWER, shown_columns)}


def _chart(sheet: Sheet, rows: list[Row], columns: list[Column]) -> dict[str, Json]:
    """Return the contents of a chart. The first column has the labels of the points. Each other column is a series."""
    names, *values = columns
    series = [_series(rows, names, column, COLORS[place % len(COLORS)]) for place, column in enumerate(values)]
    return {"series": series, "selectionRanges": [_range(rows, names, columns[-1])]}


def _series(rows: list[Row], names: Column, values: Column, color: str) -> dict[str, Json]:
    return {
        "title": values.title,
        "titleInfo": {"type": "TEXT_NUMBER"},
        "seriesType": "COLUMN",
        "tooltips": {"labelType": "X-SERIES-Y"},
        "color": color,
        "axisLocationX": "BOTTOM",
        "axisLocationY": "LEFT",
        "xColumnInfo": {"type": names.type},
        "yColumnInfo": {"type": values.type},
        "seriesData": [{"x": row.cell(names.id).value, "y": row.cell(values.id).value} for row in rows],
        "selectionRanges": [_range(rows, values, values)],
    }


def _range(rows: list[Row], first: Column, last: Column) -> dict[str, int]:
    if not rows:
        return {}
    ends = {"sourceRowId1": rows[0].id, "sourceRowId2": rows[-1].id}
    return ends | {"sourceColumnId1": first.id, "sourceColumnId2": last.id}
