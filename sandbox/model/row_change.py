"""Adds, updates and deletes rows. The whole request is checked before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import iso, now
from sandbox.errors import ApiError
from sandbox.model import cell_link
from sandbox.model.cell_parsing import Writing, check_attributes, check_type, mixes_links, read_cells
from sandbox.model.event_bus import on_cell, on_sheet
from sandbox.model.formula import recalculate
from sandbox.model.formula_references import follow_rows
from sandbox.model.remark_changes import remove_from_rows
from sandbox.model.row_location import ATTRIBUTES, Location, insert_rows, move_rows, read_location
from sandbox.model.sheet import EMPTY, Cell, CellRef, Column, Row, Sheet

Json = Any

WRITABLE = {"cells", "expanded", "format", "locked", *ATTRIBUTES}
READ_ONLY = {
    "accessLevel",
    "attachments",
    "columns",
    "conditionalFormat",
    "createdAt",
    "createdBy",
    "discussions",
    "filteredOut",
    "inCriticalPath",
    "lockedForUser",
    "modifiedAt",
    "modifiedBy",
    "parentRowNumber",
    "permalink",
    "rowNumber",
    "sheetId",
    "version",
}


@dataclass(slots=True)
class RowEdit:
    """A valid row in a request."""

    row: Row | None
    location: Location | None
    cells: dict[int, Cell] = field(default_factory=dict)
    attributes: dict[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Failure:
    """An invalid row of a request, with its position in the request, its id and the error."""

    index: int
    row_id: int | None
    error: ApiError

    def json(self) -> dict[str, Json]:
        """Return the JSON of a BulkItemFailure."""
        body = {"index": self.index, "error": self.error.body()}
        return body if self.row_id is None else {"rowId": self.row_id} | body


def read_edits(
    writing: Writing, items: list[Json], *, adding: bool, partial: bool, most: int
) -> tuple[list[RowEdit], list[Failure]]:
    """Read the rows of a request. Returns the valid rows, and a failure for each invalid row. If `partial` is false,
    raises the ApiError of the first invalid row. The error's `detail` names the row.
    """
    if 0 < most < len(items):
        raise ApiError(1061, "row")
    edits: list[RowEdit] = []
    failures: list[Failure] = []
    first: list[Location | None] = []
    mixed = mixes_links(items)
    for index, item in enumerate(items):
        try:
            edits.append(_read_edit(writing, item, adding=adding, mixed=mixed, first=first, seen=edits))
        except ApiError as error:
            failures.append(Failure(index, None if adding else _id_of(item), error))
            if not partial:
                raise error.at(_detail(failures[0])) from None
    return edits, failures


def _read_edit(
    writing: Writing, item: Json, *, adding: bool, mixed: bool, first: list[Location | None], seen: list[RowEdit]
) -> RowEdit:
    location = read_location(item) if isinstance(item, dict) else None
    id_is = {"id"}
    allowed, read_only = (WRITABLE, READ_ONLY | id_is) if adding else (WRITABLE | id_is, READ_ONLY)
    check_attributes("row", item, allowed=allowed, read_only=read_only)
    row = None if adding else _row_of(writing, item)
    if row and any(edit.row is row for edit in seen):
        raise ApiError(1137)
    _check_locks(writing, row, item)
    if mixed:
        raise ApiError(1115)
    first.append(location)
    if location != first[0] or (location and (location.indent or location.outdent) and len(first) > 1):
        raise ApiError(1123)
    if location:
        location.check(writing.sheet, row)
    cells = read_cells(writing, row, item["cells"]) if item.get("cells") is not None else {}
    return RowEdit(row, location, cells, _attributes(item))


def _row_of(writing: Writing, item: dict[str, Json]) -> Row:
    if item.get("id") is None:
        raise ApiError(1012, "row.id")
    row = writing.sheet.row(item["id"])
    if row is None:
        raise ApiError(1006)
    return row


def _check_locks(writing: Writing, row: Row | None, item: dict[str, Json]) -> None:
    if writing.is_admin:
        return
    if row and row.locked:
        raise ApiError(1050)
    if item.get("locked") is not None:
        raise ApiError(1004)


def _attributes(item: dict[str, Json]) -> dict[str, Json]:
    check_type(item, "expanded", bool)
    check_type(item, "locked", bool)
    check_type(item, "format", str)
    return {name: item[name] for name in ("expanded", "locked", "format") if item.get(name) is not None}


def _id_of(item: Json) -> int | None:
    row_id = item.get("id") if isinstance(item, dict) else None
    return row_id if isinstance(row_id, int) else None


def _detail(failure: Failure) -> dict[str, Json]:
    return {"index": failure.index} | ({} if failure.row_id is None else {"rowId": failure.row_id})


def add_rows(writing: Writing, edits: list[RowEdit], *, most_rows: int, most_cells: int) -> list[Row]:
    """Add the rows and return them. Raises ApiError 1061 if the sheet would get too large."""
    sheet, at, by = writing.sheet, writing.at, writing.person.id
    size = len(sheet.rows) + len(edits)
    if (most_rows and size > most_rows) or (most_cells and size * len(sheet.columns) > most_cells):
        raise ApiError(1061, "row")
    rows = []
    for edit in edits:
        row = Row(writing.state.new_id(), at, by, at, by, number=_next_number(sheet.columns))
        row.cells = {column_id: cell for column_id, cell in edit.cells.items() if cell != Cell()}
        _set_attributes(row, edit)
        rows.append(row)
    if rows:
        before = list(sheet.rows)
        insert_rows(sheet, rows, edits[0].location)
        _finish(writing, rows + follow_rows(sheet, before))
    forget_calculations(rows)
    for row in rows:
        _announce(writing, row, "created")
        for column_id in row.cells:
            _announce_cell(writing, row, column_id, "created")
    return rows


def forget_calculations(rows: Iterable[Row]) -> None:
    """Clear the history of new rows after their formulas were calculated.

    The history then begins with the calculated values.
    """
    for row in rows:
        row.history.clear()


def update_rows(writing: Writing, edits: list[RowEdit]) -> list[Row]:
    """Update the rows, and return them in the sheet's order. A value that stays the same doesn't count as a change."""
    sheet, at, by = writing.sheet, writing.at, writing.person.id
    rows = [edit.row for edit in edits if edit.row]
    before = {row.id: _fingerprint(row) for row in rows}
    parents = _parents(sheet, rows)
    location = edits[0].location if edits else None
    if location:  # before the cells are written: row numbers in new formulas mean the rows after the request
        order = list(sheet.rows)
        move_rows(sheet, rows, location)
        parents += follow_rows(sheet, order)
    formulas = [(edit.row, key) for edit in edits if edit.row for key in _apply(writing, edit.row, edit)]
    changed = [row for row in rows if location or _fingerprint(row) != before[row.id]]
    for row in changed:
        row.touch(at=at, by=by)
        _announce(writing, row, "updated")
    if changed:
        _finish(writing, changed + parents)
    for row, column_id in formulas:
        row.add_result(column_id)
    return sorted(rows, key=sheet.index)


def _parents(sheet: Sheet, rows: Iterable[Row]) -> list[Row]:
    return [parent for row in rows if (parent := sheet.row(row.parent_id))]


def _apply(writing: Writing, row: Row, edit: RowEdit) -> list[int]:
    """Change a row as requested. Returns the ids of columns in which the row has a new formula."""
    at, by, formulas = writing.at, writing.person.id, []
    for column_id, cell in edit.cells.items():
        change = "created" if row.cell(column_id) == EMPTY else "updated"
        if row.write(column_id, cell, at=at, by=by):
            _announce_cell(writing, row, column_id, change)
            formulas += [column_id] if cell.formula else []
    cell_link.register(writing.state, writing.sheet, row, list(edit.cells))
    _set_attributes(row, edit)
    return formulas


def _fingerprint(row: Row) -> tuple[Json, ...]:
    kinds = [(column_id, cell, isinstance(cell.value, bool)) for column_id, cell in row.cells.items()]
    return sorted(kinds, key=lambda kind: kind[0]), row.expanded, row.locked, row.format


def _set_attributes(row: Row, edit: RowEdit) -> None:
    row.expanded = edit.attributes.get("expanded", row.expanded)
    row.locked = edit.attributes.get("locked", row.locked)
    row.format = edit.attributes.get("format", row.format)


def _finish(writing: Writing, rows: list[Row]) -> None:
    """Update what depends on changed rows: formulas, the version of the sheet, and cell links."""
    recalculate(writing.sheet, rows)
    writing.sheet.changed(at=writing.at)
    cell_link.propagate(writing.state, writing.sheet, at=writing.at)


def delete_rows(writing: Writing, row_ids: list[int], *, ignore_missing: bool) -> list[int]:
    """Delete rows with their child rows. Raises ApiError 1006 if a row doesn't exist, and 1092 if a row is locked.

    Returns the ids of all deleted rows. As in Smartsheet's answers, the lowest id comes first.
    """
    sheet = writing.sheet
    rows = [sheet.row(row_id) for row_id in row_ids]
    if None in rows and not ignore_missing:
        raise ApiError(1006)
    gone = {member.id: member for row in rows if row for member in sheet.family(row)}
    if not writing.is_admin and any(row.locked for row in gone.values()):
        raise ApiError(1092)
    if not gone:
        return []
    parents = [parent for parent in _parents(sheet, gone.values()) if parent.id not in gone]
    before = list(sheet.rows)
    sheet.remove(gone)
    remove_from_rows(sheet, gone)
    for row in gone.values():
        for column_id in row.cells:
            cell_link.forget(writing.state, CellRef(sheet.id, row.id, column_id))
    _finish(writing, parents + follow_rows(sheet, before))
    for row in gone.values():
        _announce(writing, row, "deleted")
    return sorted(gone)


def _announce(writing: Writing, row: Row, change: str) -> None:
    writing.state.announce(on_sheet(writing.sheet.id, "row", row.id, change, by=writing.person.id))


def _announce_cell(writing: Writing, row: Row, column_id: int, change: str) -> None:
    writing.state.announce(on_cell(writing.sheet.id, row.id, column_id, change, by=writing.person.id))


def _next_number(columns: list[Column]) -> str | int | None:
    """Return the next value of the sheet's auto-number column; None if the sheet has no such column."""
    column = next((column for column in columns if column.system_type == "AUTO_NUMBER"), None)
    if column is None:
        return None
    number, column.next_number = column.next_number, column.next_number + 1
    return auto_number(column.auto_number or {}, number)


def auto_number(form: dict[str, Json], number: int) -> str | int:
    """Return an automatic number in its column's format, with leading zeros, prefix and suffix.

    Prefix and suffix can contain the date.
    """
    if not form.get("prefix") and not form.get("suffix") and not form.get("fill"):
        return number
    text = f"{form.get('prefix', '')}{str(number).zfill(len(form.get('fill', '')))}{form.get('suffix', '')}"
    year, month, day = iso(now())[:10].split("-")
    for token, value in {"{YYYY}": year, "{YY}": year[2:], "{MM}": month, "{DD}": day}.items():
        text = text.replace(token, value)
    return text
