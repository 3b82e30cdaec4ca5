"""Makes JSON from columns, cells and their histories, in the variants that a client can ask for."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from sandbox.clock import epoch_ms, iso, parse
from sandbox.model.access import Access
from sandbox.model.cell_link import link_status, linked_sheet
from sandbox.model.cell_values import ISO_DATE
from sandbox.model.duration import Duration
from sandbox.model.number_format import formatted
from sandbox.model.predecessors import object_value
from sandbox.model.sheet import Cell, Column, Revision, Row, Sheet
from sandbox.model.state import State

Json = Any

PLAIN_TIMES = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_NAIVE_UTC


@dataclass(frozen=True, slots=True)
class View:
    """Says which parts of a sheet an answer contains, and how it writes values.

    `level` is the API level. It decides whether cells with several contacts or options are written as text. `include`
    and `exclude` are the parameters of the request. The answer contains only the columns whose ids are in `columns`;
    None means all columns. `reader` is the id of the person who gets the answer. If it is None, the answer shows cell
    links to all sheets.
    """

    level: int = 0
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    numeric_dates: bool = False
    columns: frozenset[int] | None = None
    reader: int | None = None


def dumps(content: Json, *, numeric_dates: bool = False) -> bytes:
    """Return content as JSON. Times are epoch milliseconds if `numeric_dates` is true.

    If it is false, times are in ISO 8601 and UTC.
    """
    if not numeric_dates:
        return orjson.dumps(content, option=PLAIN_TIMES)
    return orjson.dumps(content, option=orjson.OPT_PASSTHROUGH_DATETIME, default=_epoch)


def _epoch(value: object) -> int:
    if isinstance(value, datetime):
        return epoch_ms(value)
    raise TypeError(type(value).__name__)


def permalink(kind: str, object_id: int) -> str:
    """Return the address that an object would have in Smartsheet's web app. The sandbox has no web app, so no page
    exists at this address.
    """
    return f"https://app.smartsheet.example/{kind}/{permalink_token(object_id)}"


def permalink_token(object_id: int) -> str:
    """Return the last part of an object's permalink. `getSheet` also accepts this token in place of a sheet's id."""
    digest = hashlib.blake2b(str(object_id).encode(), digest_size=24).digest()
    return base64.urlsafe_b64encode(digest).decode()


def column_type(column: Column, level: int) -> str:
    """Return a column's type as an API level shows it. If the level is lower than the column's `column_version`, the
    type is shown as TEXT_NUMBER.
    """
    return column.type if level >= column_version(column) else "TEXT_NUMBER"


def column_version(column: Column) -> int:
    """Return the lowest API level that shows the column's real type."""
    return {"MULTI_CONTACT_LIST": 1, "MULTI_PICKLIST": 2}.get(column.type, 0)


def column_json(sheet: Sheet, column: Column, access: Access, view: View) -> dict[str, Json]:
    """Return the JSON of a Column."""
    shown = column_type(column, view.level)
    body: dict[str, Json] = {
        "id": column.id,
        "version": column_version(column),
        "index": sheet.position(column),
        "title": column.title,
        "type": shown,
    }
    optional = {
        "primary": column.primary,
        "options": column.options,
        "contactOptions": column.contact_options if shown == column.type else [],
        "symbol": column.symbol,
        "systemColumnType": column.system_type,
        "autoNumberFormat": column.auto_number,
        "hidden": column.hidden,
        "locked": column.locked,
        "lockedForUser": column.locked and access < Access.ADMIN,
        "description": column.description,
        "formula": column.formula,
        "format": column.format if "format" in view.include else None,
        "tags": column.tags,
    }
    body |= {name: value for name, value in optional.items() if value}
    return body | {"validation": column.validation, "width": column.width}


def columns_json(sheet: Sheet, access: Access, view: View) -> list[dict[str, Json]]:
    """Return the JSON of the columns that the view shows, from left to right."""
    return [column_json(sheet, column, access, view) for column in wanted_columns(sheet, view)]


def wanted_columns(sheet: Sheet, view: View) -> list[Column]:
    """Return the columns that the view shows, from left to right."""
    return [column for column in sheet.columns if view.columns is None or column.id in view.columns]


def cell_json(state: State, sheet: Sheet, column: Column, cell: Cell, view: View) -> dict[str, Json]:
    """Return the JSON of a Cell. An empty cell has no value."""
    body: dict[str, Json] = {"columnId": column.id}
    if "columnType" in view.include:
        body["columnType"] = column_type(column, view.level)
    if cell.value is not None and not (column.type == "MULTI_PICKLIST" and view.level >= column_version(column)):
        body["value"] = _shown_value(column, cell.value, view)
    if "objectValue" in view.include and (value := _object_value(sheet, column, cell, view)) is not None:
        body["objectValue"] = value
    display = formatted(cell.value, cell.format or column.format) or cell.display
    if display is not None:
        body["displayValue"] = display
    if cell.formula is not None:
        body["formula"] = cell.formula
    if cell.hyperlink is not None:
        body["hyperlink"] = cell.hyperlink
    if cell.link is not None:
        body["linkInFromCell"] = _link_json(state, cell, view)
    if cell.image is not None:
        body |= {"formula": _image_formula(cell.image), "image": cell.image}
    if cell.format is not None and "format" in view.include:
        body["format"] = cell.format
    return body


def _shown_value(column: Column, value: Json, view: View) -> Json:
    if view.numeric_dates and column.type in ("DATE", "DATETIME", "ABSTRACT_DATETIME") and ISO_DATE.match(str(value)):
        moment = parse(str(value))
        return epoch_ms(moment) if moment else value
    return _as_number(value)


def _as_number(value: Json) -> Json:
    """Return a number as floating-point (2.0 for 2), and any other value unchanged."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _object_value(sheet: Sheet, column: Column, cell: Cell, view: View) -> Json:
    """Return the value for include=objectValue. For dates, durations, predecessors, contacts and multi-values (several
    contacts or options), this is an object. For all other values, it is the plain value.

    If the API level shows a column with multi-values as text, its multi-values are text too. For check boxes, texts and
    numbers, Smartsheet's OpenAPI document differs: there, check boxes have an object, and texts and numbers have no
    `objectValue`. But the live API sends the plain value, and so does the sandbox.
    """
    match column.type:
        case "MULTI_CONTACT_LIST" | "MULTI_PICKLIST" if cell.object_value:
            return cell.object_value if view.level >= column_version(column) else cell.value
        case "CONTACT_LIST" if cell.value and "@" in str(cell.value):
            return {"objectType": "CONTACT", "email": cell.value, "name": cell.display}
        case "DATE" | "DATETIME" if cell.value and ISO_DATE.match(str(cell.value)):
            return {"objectType": column.type, "value": cell.value}
        case "ABSTRACT_DATETIME" if cell.value and ISO_DATE.match(str(cell.value)):
            return {"objectType": column.type, "value": cell.value}
        case "PREDECESSOR" if cell.object_value:
            return object_value(sheet, cell)
        case "DURATION" if duration := Duration.parse(str(cell.value)):
            return duration.json()
    return _as_number(cell.value)


def _link_json(state: State, cell: Cell, view: View) -> dict[str, Json]:
    if cell.link is None:
        return {}
    source = state.sheets.get(cell.link.sheet_id)
    status = link_status(state, None if cell.link_broken else source, cell.link, view.reader)
    details = {"status": status, "rowId": cell.link.row_id, "columnId": cell.link.column_id}
    body = linked_sheet(cell.link.sheet_id, source, view.reader)
    return body if "linkInFromCellDetails" in view.exclude else details | body


def _image_formula(image: dict[str, Json]) -> str:
    """Return the formula that Smartsheet shows for an image."""
    text = image["altText"].replace('"', '""')
    return f'=SYS_CELLIMAGE("{text}","{image["id"]}",{image["height"]},{image["width"]},"{text}")'


SYSTEM_CELLS: dict[str, Callable[[State, Row], Cell]] = {
    "AUTO_NUMBER": lambda state, row: Cell(row.number, None if row.number is None else str(row.number)),
    "CREATED_DATE": lambda state, row: Cell(iso(row.created_at)),
    "MODIFIED_DATE": lambda state, row: Cell(iso(row.modified_at)),
    "CREATED_BY": lambda state, row: _writer_cell(state, row.created_by),
    "MODIFIED_BY": lambda state, row: _writer_cell(state, row.modified_by),
}


def _writer_cell(state: State, person_id: int) -> Cell:
    mini = state.mini_user(person_id)
    return Cell(mini["email"], mini["name"])


def cell_of(state: State, row: Row, column: Column) -> Cell:
    """Return the cell of a row in a column, which can be a system column."""
    if column.system_type:
        return SYSTEM_CELLS[column.system_type](state, row)
    return row.cell(column.id)


def history_json(
    state: State, sheet: Sheet, column: Column, revisions: Collection[Revision], view: View
) -> list[dict[str, Json]]:
    """Return a cell's history as JSON, in the given order."""
    return [
        cell_json(state, sheet, column, revision.cell, view)
        | {"modifiedAt": revision.at, "modifiedBy": state.mini_user(revision.by)}
        for revision in revisions
    ]
