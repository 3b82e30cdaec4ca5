"""Turns CSV and Excel files into sheets: reads rows of text and numbers, and chooses column types that fit the values.

https://developers.smartsheet.com/api/smartsheet/openapi/imports
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.model.cell_values import Reading, read_value
from sandbox.model.sheet import EMPTY, Column, Primitive, Row, Sheet
from sandbox.model.state import Person, State
from sandbox.settings import Settings

Json = Any
Table = list[list[Primitive]]

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LONGEST_TITLE = 50
LARGEST_PART = 200 * 2**20
DATE_FORMATS = {*range(14, 18), 22}  # ECMA-376, 18.8.30: the built-in formats of dates
FIRST_DAY = date(1899, 12, 30)


def import_sheet(
    state: State,
    person: Person,
    table: Table,
    *,
    name: str,
    header: int | None,
    primary: int,
    limits: Settings,
) -> Sheet:
    """Return a new sheet with the rows of a file.

    The titles of columns come from row number `header`, counted from 0. The rows above this row are left out. If
    `header` is None, the titles are Column1, Column2 and so on. `primary` is the index of the primary column. Raises
    ApiError 1018 if the file has no row `header` or no column `primary`, 1061 if the file is too large, and 1140 if the
    person can't create sheets.
    """
    if not person.profile.get("licensedSheetCreator"):
        raise ApiError(1140)
    width = max(map(len, table), default=0)
    if header is not None and header >= len(table):
        raise ApiError(1018, header, "headerRowIndex")
    if primary >= max(width, 1):
        raise ApiError(1018, primary, "primaryColumnIndex")
    rows = [row + [None] * (width - len(row)) for row in (table if header is None else table[header + 1 :])]
    if 0 < limits.rows_per_sheet < len(rows) or 0 < limits.columns_per_sheet < width:
        raise ApiError(1061, "row")
    given = table[header] if header is not None else []
    sheet = Sheet(state.new_id(), name, person.id, now(), now())
    reading = Reading(state, locale=person.profile.get("locale", "en_US"), strict=False)
    for place, title in enumerate(_titles(given, width)):
        sheet.columns.append(Column(state.new_id(), title, primary=place == primary))
        if place != primary:
            sheet.columns[place].type = _type([row[place] for row in rows], sheet.columns[place], reading)
    for values in rows:
        sheet.rows.append(_row(state, person, sheet, values, reading))
    state.sheets[sheet.id] = sheet
    return sheet


def _titles(given: list[Primitive], width: int) -> list[str]:
    """Return a unique title for each column."""
    titles: list[str] = []
    for place in range(max(width, 1)):
        text = str(given[place]).strip() if place < len(given) and given[place] is not None else ""
        title = text[:LONGEST_TITLE] or f"Column{place + 1}"
        if title in titles:
            title = f"{title[: LONGEST_TITLE - 6]} {place + 1}"
        titles.append(title)
    return titles


def _type(values: list[Primitive], column: Column, reading: Reading) -> str:
    """Return DATE or CHECKBOX if every value fits that type, otherwise TEXT_NUMBER."""
    filled = [value for value in values if value not in (None, "")]
    if filled and all(str(value).lower() in ("true", "false") for value in filled):
        return "CHECKBOX"
    dates = Column(column.id, column.title, "DATE", validation=True)
    try:
        for value in filled:
            read_value(dates, value, reading)
    except ApiError:
        return "TEXT_NUMBER"
    return "DATE" if filled else "TEXT_NUMBER"


def _row(state: State, person: Person, sheet: Sheet, values: list[Primitive], reading: Reading) -> Row:
    at = now()
    row = Row(state.new_id(), at, person.id, at, person.id)
    for column, value in zip(sheet.columns, values, strict=True):
        text = value.lower() if column.type == "CHECKBOX" and isinstance(value, str) else value
        cell = read_value(column, text, reading)
        if cell != EMPTY:
            row.cells[column.id] = cell
    return row


def read_csv(content: bytes) -> Table:
    """Return the rows of a CSV file. If the file isn't valid UTF-8, it is read as Windows-1252.

    Raises ApiError 1091 if the file can't be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error:
        raise ApiError(1091, "text/csv") from None


def read_workbook(content: bytes) -> Table:
    """Return the rows of the first sheet of an Excel workbook. Raises ApiError 1091 for other files."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            shared = [_text(item) for item in _part(archive, "xl/sharedStrings.xml").iter(f"{MAIN}si")]
            dates = _date_styles(_part(archive, "xl/styles.xml"))
            names = sorted(name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
            return _rows(_part(archive, names[0]), shared, dates)
    except (zipfile.BadZipFile, ElementTree.ParseError, LookupError, ValueError, OverflowError, NotImplementedError):
        raise ApiError(1091, EXCEL) from None


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """Return one XML file of the workbook; an empty element if the file doesn't exist."""
    if name not in archive.namelist():
        return ElementTree.Element("none")
    if archive.getinfo(name).file_size > LARGEST_PART:
        raise ValueError(name)
    return ElementTree.fromstring(archive.read(name))  # noqa: S314 - expat itself limits how far entities expand


def _date_styles(styles: ElementTree.Element) -> set[int]:
    """Return the numbers of the cell formats that show dates."""
    formats = styles.find(f"{MAIN}cellXfs")
    used = [int(each.get("numFmtId", "0")) for each in formats] if formats is not None else []
    own = {
        int(each.get("numFmtId", "0")) for each in styles.iter(f"{MAIN}numFmt") if _is_date(each.get("formatCode", ""))
    }
    return {place for place, number in enumerate(used) if number in DATE_FORMATS | own}


def _is_date(code: str) -> bool:
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code.lower())
    return "y" in plain or "d" in plain


def _rows(sheet: ElementTree.Element, shared: list[str], dates: set[int]) -> Table:
    """Return the values in the rows of a worksheet. A cell's reference says to which column the cell belongs.

    Rows that the file leaves out are blank.
    """
    table: Table = []
    for row in sheet.iter(f"{MAIN}row"):
        number = int(row.get("r", len(table) + 1))
        table += [[] for _ in range(min(number, 10**6) - 1 - len(table))]
        values: list[Primitive] = []
        for cell in row.iter(f"{MAIN}c"):
            place = _place(cell.get("r", "")) if cell.get("r") else len(values)
            values += [None] * (place - len(values))
            values.append(_value(cell, shared, dates))
        table.append(values)
    return table


def _place(reference: str) -> int:
    """Return the column of a reference such as BC7, counted from 0."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        raise ValueError(reference)
    place = 0
    for letter in letters[0]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _value(cell: ElementTree.Element, shared: list[str], dates: set[int]) -> Primitive:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    text = cell.findtext(f"{MAIN}v")
    if text is None or cell.get("t") == "e":
        return text
    match cell.get("t", "n"):
        case "s":
            return shared[int(text)]
        case "b":
            return "true" if text == "1" else "false"
        case "n":
            return _number(text, is_date=int(cell.get("s", "0")) in dates)
    return text


def _number(text: str, *, is_date: bool) -> Primitive:
    number = float(text)
    if is_date:
        return (FIRST_DAY + timedelta(days=int(number))).isoformat()
    return int(number) if number.is_integer() else number


def _text(element: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{MAIN}t"))


READERS: dict[str, Callable[[bytes], Table]] = {"text/csv": read_csv, EXCEL: read_workbook}
