"""Reads the cells of a row that is added or updated.

https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.model.access import Access
from sandbox.model.cell_image import LONGEST_ALT_TEXT
from sandbox.model.cell_json import permalink
from sandbox.model.cell_values import LONGEST_TEXT, Reading, read_object, read_value
from sandbox.model.formula import warn_about
from sandbox.model.number_format import sign_of, with_number_format
from sandbox.model.predecessors import read_predecessors
from sandbox.model.project_columns import check_cells, check_item
from sandbox.model.sheet import EMPTY, Cell, CellRef, Column, Row, Sheet
from sandbox.model.state import Person, Report, Sight, State, by_id

Json = Any

WRITABLE = {
    "columnId",
    "value",
    "objectValue",
    "formula",
    "hyperlink",
    "linkInFromCell",
    "strict",
    "format",
    "image",
    "overrideValidation",
    "displayValue",
}
READ_ONLY = {"columnType", "conditionalFormat", "linksOutToCells"}
LINK_TARGETS = ("url", "sheetId", "reportId", "sightId")


@dataclass(frozen=True, slots=True)
class Writing:
    """A write to a sheet: who writes, and how values are parsed. All changes of a request have the same time, `at`."""

    state: State
    sheet: Sheet
    person: Person
    access: Access
    override_validation: bool = False
    numeric_dates: bool = False
    project_locale: str = ""
    at: datetime = field(default_factory=now)

    @property
    def is_admin(self) -> bool:
        """Whether the writer is an admin of the sheet. Admins can edit locked rows and columns."""
        return self.access >= Access.ADMIN


def check_attributes(kind: str, item: Json, *, allowed: set[str], read_only: set[str]) -> None:
    """Raise ApiError 1008 if the item isn't an object or has unknown attributes, and 1032 for read-only attributes."""
    if not isinstance(item, dict):
        raise ApiError(1008, f"Expected an object of type {kind}.")
    if unknown := [name for name in item if name not in allowed | read_only]:
        raise ApiError(1008, f'Unknown attribute "{unknown[0]}" found.')
    if unwanted := [f"{kind}.{name}" for name in item if name in read_only]:
        raise ApiError(1032, ", ".join(unwanted))


def check_type(item: dict[str, Json], name: str, kind: type | tuple[type, ...]) -> None:
    """Raise ApiError 1008 if an attribute has the wrong JSON type. An attribute that is null counts as missing."""
    value = item.get(name)
    if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is int)):
        raise ApiError(1008, f'Field "{name}" was of unexpected type.')


def is_link(item: Json) -> bool:
    """Whether the cell's JSON describes a cell link."""
    return isinstance(item, dict) and item.get("linkInFromCell") is not None


def read_cells(writing: Writing, row: Row | None, items: Json) -> dict[int, Cell]:
    """Return the new cells by column id. `row` is None for a new row. Raises ApiError if a cell can't be written."""
    if not isinstance(items, list):
        raise ApiError(1008, 'Field "cells" was of unexpected type.')
    cells: dict[int, Cell] = {}
    for item in items:
        check_attributes("cell", item, allowed=WRITABLE, read_only=READ_ONLY)
        column = _column(writing, item)
        if column.id in cells:
            raise ApiError(1037, column.id)
        old = row.cell(column.id) if row else EMPTY
        cells[column.id] = _with_format(_read_cell(writing, row, column, item), column, old, item)
    check_cells(writing.sheet, row, cells)
    return cells


def _column(writing: Writing, item: dict[str, Json]) -> Column:
    """Return the column that the cell's JSON names. Raises ApiError (1012, 1036, 1039, 1046, 1302) if the writer can't
    write to the column.
    """
    if item.get("columnId") is None:
        raise ApiError(1012, "cell.columnId")
    column = writing.sheet.column(item["columnId"])
    if column is None:
        raise ApiError(1036, item["columnId"])
    if column.system_type:
        raise ApiError(1046, column.id)
    if column.formula:
        raise ApiError(1302)
    if column.locked and not writing.is_admin:
        raise ApiError(1039, column.id)
    return column


def _read_cell(writing: Writing, row: Row | None, column: Column, item: dict[str, Json]) -> Cell:
    check_type(item, "strict", bool)
    check_item(column, item)
    if column.type == "PREDECESSOR":
        return read_predecessors(writing.sheet, row, column, item)
    if item.get("formula") is not None:
        return _formula(item, row.cell(column.id) if row else EMPTY)
    if is_link(item):
        return _link(writing, row, item)
    if item.get("image") is not None:
        return _alt_text(row, column, item)
    if item.get("value") is not None and item.get("objectValue") is not None:
        raise ApiError(1130)
    if item.get("hyperlink") is not None:
        return _hyperlink(writing, column, item)
    if item.get("objectValue") is not None:
        return read_object(column, item["objectValue"], _reading(writing, item))
    if "value" not in item and "objectValue" not in item:
        raise ApiError(1012, "cell.value")
    cell = read_value(column, item.get("value"), _reading(writing, item))
    return _kept_hyperlink(cell, row, column, item)


def _reading(writing: Writing, item: dict[str, Json]) -> Reading:
    override = writing.override_validation or item.get("overrideValidation") is True
    if override and not writing.is_admin:
        raise ApiError(1212)
    check_type(item, "displayValue", str)
    return Reading(
        writing.state,
        locale=writing.person.profile.get("locale", "en_US"),
        strict=item.get("strict") is not False,
        override_validation=override,
        numeric_dates=writing.numeric_dates,
        display=item.get("displayValue"),
        project_locale=writing.project_locale,
    )


def _formula(item: dict[str, Json], old: Cell) -> Cell:
    others = ("value", "objectValue", "image", "hyperlink", "linkInFromCell")
    if any(item.get(name) is not None for name in others):
        raise ApiError(1163)
    formula = item["formula"]
    if not isinstance(formula, str) or not formula.startswith("="):
        raise ApiError(1162)
    if formula == old.formula:
        return old
    warn_about(formula)
    return Cell(formula=formula)


def _alt_text(row: Row | None, column: Column, item: dict[str, Json]) -> Cell:
    """Return the cell with a new alternative text for its image. Other parts of an image can't be written.
    https://developers.smartsheet.com/api/smartsheet/openapi/cellimages
    """
    check_attributes("image", item["image"], allowed={"altText"}, read_only={"id", "height", "width"})
    old, text = row.cell(column.id) if row else EMPTY, item["image"].get("altText")
    if old.image is None:
        raise ApiError(1161, row.id if row else None, column.id)
    others = ("value", "objectValue", "hyperlink", "linkInFromCell")
    if any(item.get(name) is not None for name in others):
        raise ApiError(1163, message=f"If cell.image is non-null then {', '.join(others)} must all be null.")
    if not isinstance(text, str) or len(text) > LONGEST_ALT_TEXT:
        raise ApiError(1165)
    return replace(old, value=text, display=text, image=old.image | {"altText": text})


def _link(writing: Writing, row: Row | None, item: dict[str, Json]) -> Cell:
    """Return the cell for a cell link. https://developers.smartsheet.com/api/smartsheet/openapi/cells: Cell Links"""
    if item.get("hyperlink") is not None:
        raise ApiError(1109)
    if row is None:
        raise ApiError(1032, "cell.linkInFromCell")
    if item.get("value") not in (None, "") or item.get("objectValue") is not None:
        raise ApiError(1110)
    if "value" not in item:
        raise ApiError(1012, "cell.value")
    target = item["linkInFromCell"]
    check_attributes(
        "linkInFromCell", target, allowed={"sheetId", "rowId", "columnId"}, read_only={"status", "sheetName"}
    )
    if target.get("sheetId") == writing.sheet.id:
        raise ApiError(1116)
    return _linked(writing, target)


def _linked(writing: Writing, target: dict[str, Json]) -> Cell:
    source = by_id(writing.state.sheets, target.get("sheetId"))
    if source is None or not source.access_of(writing.person.id):
        raise ApiError(1114, target.get("sheetId"))
    row, column = source.row(target.get("rowId")), source.column(target.get("columnId"))
    if row is None:
        raise ApiError(1034)
    if column is None:
        raise ApiError(1036, target.get("columnId"))
    cell = row.cell(column.id)
    return Cell(cell.value, cell.display, cell.object_value, link=CellRef(source.id, row.id, column.id))


def _hyperlink(writing: Writing, column: Column, item: dict[str, Json]) -> Cell:
    """Return the cell for a hyperlink. https://developers.smartsheet.com/api/smartsheet/openapi/cells: Hyperlinks"""
    hyperlink, value = item["hyperlink"], item.get("value")
    check_attributes("hyperlink", hyperlink, allowed=set(LINK_TARGETS), read_only=set())
    targets = [name for name in LINK_TARGETS if hyperlink.get(name) is not None]
    if not targets:
        raise ApiError(1117)
    if len(targets) > 1:
        raise ApiError(1112 if "url" in targets else 1111)
    if value is not None and not isinstance(value, str):
        raise ApiError(1113)
    name, url = _destination(writing, targets[0], hyperlink[targets[0]])
    reading = _reading(writing, item)
    if column.type != "TEXT_NUMBER":  # the text of a link needn't match the column's type; "38000" stays a text
        reading = replace(reading, strict=False)
    cell = read_value(column, value or name, reading)
    return replace(cell, hyperlink={"url": url} | ({} if targets[0] == "url" else {targets[0]: hyperlink[targets[0]]}))


def _destination(writing: Writing, kind: str, target: Json) -> tuple[str, str]:
    """Return a hyperlink's default text and URL.

    Raises ApiError 1114 if the writer can't see the object that the hyperlink points to.
    """
    if kind == "url":
        return str(target)[:LONGEST_TEXT], str(target)
    state = writing.state
    places: dict[str, tuple[str, Mapping[int, Sheet | Report | Sight]]] = {
        "sheetId": ("sheets", state.sheets),
        "reportId": ("reports", state.reports_by_id),
        "sightId": ("dashboards", state.sights),
    }
    path, things = places[kind]
    found = by_id(things, target)
    if found is None or not found.access_of(writing.person.id):
        raise ApiError(1114, target)
    return found.name, permalink(path, found.id)


def _kept_hyperlink(cell: Cell, row: Row | None, column: Column, item: dict[str, Json]) -> Cell:
    """Return the new cell with the old cell's hyperlink. If the new cell is empty, or if the request has a `hyperlink`
    for it, return the new cell unchanged.
    """
    if row is None or cell.value is None or "hyperlink" in item:
        return cell
    return replace(cell, hyperlink=row.cell(column.id).hyperlink)


def _with_format(cell: Cell, column: Column, old: Cell, item: dict[str, Json]) -> Cell:
    """Return the new cell with the format in the request. If the request has no format, the cell keeps its old format.
    But if a number is written with a sign that the old format doesn't have, such as `$` in `$5,000`, the cell gets the
    number format with this sign.
    """
    check_type(item, "format", str)
    if item.get("format") is not None:
        return replace(cell, format=item["format"])
    sign, old_sign = sign_of(cell.format), sign_of(old.format or column.format)
    if cell.format and (old_sign is None or sign not in ("", old_sign)):
        return replace(cell, format=with_number_format(old.format, cell.format))
    return replace(cell, format=old.format)


def mixes_links(rows: Sequence[Json]) -> bool:
    """Whether a request has both cell links and other changes. Smartsheet refuses such requests (1115)."""
    items = [item for row in rows if isinstance(row, dict) for item in _items(row)]
    links = sum(is_link(item) for item in items)
    others = any(set(row) - {"id", "cells"} for row in rows if isinstance(row, dict))
    return bool(links) and (links < len(items) or others)


def _items(row: dict[str, Json]) -> list[Json]:
    return row["cells"] if isinstance(row.get("cells"), list) else []
