"""Reads, shows and checks predecessors, such as `3FS +2d, 5`.

https://developers.smartsheet.com/api/smartsheet/openapi/schemas/predecessor
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.errors import ApiError
from sandbox.model.duration import Duration
from sandbox.model.project_columns import UNKNOWN_CODE, predecessors_of
from sandbox.model.sheet import EMPTY, Cell, Column, Row, Sheet

Json = Any

TYPES = ("FS", "FF", "SS", "SF")  # in the order of their codes; only the code of FS (0) is known
LOST = "#REF"
LIST = "PREDECESSOR_LIST"
WRITABLE, READ_ONLY = {"rowId", "type", "lag"}, {"inCriticalPath", "invalid", "rowNumber"}
CIRCULAR = "A row can't be a predecessor of itself, of its parent rows at any level, or of its own predecessors."
TWICE = "A row can be a predecessor only once."


def read_predecessors(sheet: Sheet, row: Row | None, column: Column, item: dict[str, Json]) -> Cell:
    """Return the new cell of a predecessor column. Raises ApiError (1008, 1012, 1031, 1032, 1034, 1131)."""
    given = item.get("objectValue")
    if given is None and item.get("value") in (None, ""):
        return EMPTY
    if not isinstance(given, dict) or given.get("objectType") != LIST:
        raise ApiError(1131, "value" if given is None else "objectValue", column.id, LIST)
    listed = given.get("predecessors")
    if listed is not None and not isinstance(listed, list):
        raise ApiError(1008, 'Field "predecessors" was of unexpected type.')
    found = [_predecessor(sheet, one) for one in listed or []]
    ids = [one["rowId"] for one in found]
    if len(set(ids)) < len(ids):
        raise ApiError(UNKNOWN_CODE, message=TWICE)
    if row and row.id in _needed(sheet, ids):
        raise ApiError(UNKNOWN_CODE, message=CIRCULAR)
    return cell_of(sheet, found) if found else EMPTY


def _predecessor(sheet: Sheet, given: Json) -> dict[str, Json]:
    if not isinstance(given, dict):
        raise ApiError(1008, "Expected an object of type predecessor.")
    if unknown := sorted(given.keys() - WRITABLE - READ_ONLY):
        raise ApiError(1008, f'Unknown attribute "{unknown[0]}" found.')
    if unwanted := [f"predecessor.{name}" for name in given if name in READ_ONLY]:
        raise ApiError(1032, ", ".join(unwanted))
    if given.get("rowId") is None:
        raise ApiError(1012, "predecessor.rowId")
    if sheet.row(given["rowId"]) is None:
        raise ApiError(1034)
    kind = given.get("type") or "FS"
    if kind not in TYPES:
        raise ApiError(1031, kind, "predecessor.type")
    lag = None if given.get("lag") is None else Duration.of_json(given["lag"], "lag")
    return {"rowId": given["rowId"], "type": kind} | ({"lag": lag.json()} if lag and lag.amounts else {})


def cell_of(sheet: Sheet, predecessors: list[dict[str, Json]]) -> Cell:
    """Return a cell with these predecessors. The cell's text has the current row numbers of the predecessors."""
    text = ", ".join(_text(sheet, one) for one in predecessors)
    return Cell(text, text, {"objectType": LIST, "predecessors": predecessors})


def object_value(sheet: Sheet, cell: Cell) -> Json:
    """Return the PredecessorList of a cell, with the current row numbers of the predecessors."""
    listed = [_json(sheet, one) for one in cell.object_value["predecessors"]]
    return {"objectType": LIST, "predecessors": listed}


def with_row_ids(cell: Cell, row_ids: Mapping[int, int]) -> Cell:
    """Return the cell as it is in a copy of its sheet. A predecessor's row id is replaced by the id of the row's copy.
    `row_ids` maps the ids of rows to the ids of their copies.
    """
    if (cell.object_value or {}).get("objectType") != LIST:
        return cell
    listed = [one | {"rowId": row_ids.get(one["rowId"], one["rowId"])} for one in cell.object_value["predecessors"]]
    return replace(cell, object_value={"objectType": LIST, "predecessors": listed})


def lag_of(predecessor: dict[str, Json]) -> Duration:
    """Return the lag of a predecessor. A predecessor without a lag has a lag of zero."""
    return Duration.of_json(predecessor.get("lag") or {}, "lag")


def _text(sheet: Sheet, predecessor: dict[str, Json]) -> str:
    row, lag = sheet.row(predecessor["rowId"]), lag_of(predecessor)
    if row is None:
        return LOST
    kind = "" if predecessor["type"] == "FS" and not lag.amounts else predecessor["type"]
    sign = "-" if lag.negative else "+"
    return f"{sheet.place(row).number}{kind}" + (f" {sign}{lag.text}" if lag.amounts else "")


def _json(sheet: Sheet, predecessor: dict[str, Json]) -> dict[str, Json]:
    row = sheet.row(predecessor["rowId"])
    body = {"rowId": predecessor["rowId"], "type": predecessor["type"]}
    body |= {"rowNumber": sheet.place(row).number} if row else {"invalid": True}
    return body | ({"lag": predecessor["lag"]} if "lag" in predecessor else {})


def _needed(sheet: Sheet, row_ids: Iterable[int]) -> set[int]:
    """Return the ids of these rows, and of all rows that their dates depend on."""
    children: dict[int | None, list[int]] = {}
    for row in sheet.rows:
        children.setdefault(row.parent_id, []).append(row.id)
    found, waiting = set[int](), list(row_ids)
    while waiting:
        row_id = waiting.pop()
        if row_id in found:
            continue
        found.add(row_id)
        needing = sheet.row(row_id)
        waiting += [one["rowId"] for one in predecessors_of(sheet, needing)] if needing else []
        waiting += children.get(row_id, [])
    return found
