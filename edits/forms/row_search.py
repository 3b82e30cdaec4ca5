"""Finds the rows of a sheet that belong to a person. The module searches Smartsheet's JSON.

A sheet can have 20,000 rows, and few of them belong to one person. So this module reads the sheet page by page with
only the needed columns, and parses only matching rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

import orjson

from edits.forms.conditions import Condition, Test
from edits.forms.definition import ChosenFilter
from edits.forms.filters import applying, require_applied
from edits.gateway.client import Gateway
from edits.gateway.collector import paused_until_converted
from edits.sheets.column_types import column_type
from edits.sheets.held_values import held, text_of
from edits.sheets.sheet import Cell, Column, Json, Sheet
from identity.profiles.readers import Reader

LONGEST_SHOWN = 300  # characters of a cell's text in a list
TEXT_COLUMNS = {"TEXT_NUMBER", "PICKLIST", "CONTACT_LIST"}  # the texts of their cells are shown without changes

Raw = Mapping[str, Json]  # a row or a cell in Smartsheet's JSON

FoundRow = tuple[int, int, str, str, bool, list[str]]  # id, number, label, modifiedAt, needs the person, texts of cells


class FoundRows(TypedDict):
    """The rows that belong to a person, in the sheet's order. The cache stores them as JSON."""

    name: str
    access: str
    columns: list[tuple[int, str]]
    missing: list[int]
    rows: list[FoundRow]


@dataclass(frozen=True, slots=True)
class RowSearch:
    """Which rows to find: those that meet `condition` and pass `filter`. The search also reads the texts of the columns
    that the list shows. `needs` holds for the rows in which the person has something to do.
    """

    sheet_id: int
    condition: Condition | None
    shown_column_ids: tuple[int, ...]
    needs: Condition | None = None
    filter: ChosenFilter | None = None

    @property
    def column_ids(self) -> frozenset[int]:
        """The ids of the columns that must be read, besides the primary column."""
        return frozenset(self.shown_column_ids).union(*(one.column_ids for one in (self.condition, self.needs) if one))

    def digest(self, *, today: date, locale: str) -> str:
        """Return a short text that identifies this search on this day, as a key for the cache."""
        conditions = [one.to_json() if one else None for one in (self.condition, self.needs)]
        filter_id = self.filter.id if self.filter else None
        content = [self.sheet_id, *conditions, filter_id, self.shown_column_ids, today.isoformat(), locale]
        return hashlib.sha256(orjson.dumps(content)).hexdigest()[:32]


def find_rows(
    gateway: Gateway, search: RowSearch, *, primary_id: int | None, me: Set[str], today: date, reader: Reader
) -> FoundRows:
    """Read the sheet and return the rows that belong to the person. Raises GatewayError. Raises FilterGone if
    Smartsheet doesn't apply the filter.

    If the sheet doesn't have a column of the condition any more, no row belongs to anyone.
    """
    wanted = search.column_ids | ({primary_id} if primary_id else set())
    filter_id = search.filter.id if search.filter else None
    finder: _Finder | None = None
    pages = gateway.sheet_pages(search.sheet_id, column_ids=sorted(wanted), filter_id=filter_id)
    with applying(lambda: gateway, search.sheet_id, search.filter):
        while True:
            with paused_until_converted():
                page = next(pages, None)
                if page is None:
                    break
                finder = finder or _Finder(search, Sheet.parse({**page, "rows": []}), me=me, today=today, reader=reader)
                rows = page.get("rows") or ()
                require_applied(rows, search.filter)
                finder.add(row for row in rows if search.filter is None or row["filteredOut"] is False)
                del page, rows  # so that the next page can use their memory
    if finder is None:
        raise LookupError("A sheet has at least one page.")  # sheet_pages always yields a page
    return finder.found()


class _Finder:
    """Collects the matching rows of all pages."""

    def __init__(self, search: RowSearch, sheet: Sheet, *, me: Set[str], today: date, reader: Reader) -> None:
        columns = {column.id: column for column in sheet.columns}
        tested = search.condition.column_ids if search.condition else frozenset()
        self._sheet = sheet
        self._missing = sorted(search.column_ids - columns.keys())
        self._is_usable = columns.keys() >= tested
        self._belongs = _test(search.condition, me, today)
        self._needs = _test(search.needs, me, today) if search.needs else None
        self._tested = tested
        self._needed = search.needs.column_ids if search.needs else frozenset()
        self._primary_id = sheet.primary.id if sheet.primary else 0
        self._shown = [columns[column_id] for column_id in search.shown_column_ids if column_id in columns]
        self._texts = [(column.id, _Texts(column, reader)) for column in self._shown]
        self._seen: set[int] = set()  # a row can be on two pages if the sheet changed between the reads
        self._rows: list[FoundRow] = []

    def add(self, rows: Iterable[Raw]) -> None:
        """Add the matching rows of a page."""
        if not self._is_usable:
            return
        for raw in rows:
            cells = {cell["columnId"]: cell for cell in raw.get("cells") or ()}
            if self._belongs(_values(cells, self._tested)) and raw["id"] not in self._seen:
                self._seen.add(raw["id"])
                self._rows.append(self._row(raw, cells))

    def found(self) -> FoundRows:
        """All matching rows."""
        return FoundRows(
            name=self._sheet.name,
            access=str(self._sheet.access),
            columns=[(column.id, column.title) for column in self._shown],
            missing=self._missing,
            rows=self._rows,
        )

    def _row(self, raw: Raw, cells: Mapping[int, Raw]) -> FoundRow:
        number = raw.get("rowNumber") or 0
        label = _short(_label(cells.get(self._primary_id) or {}) or f"Row {number}")
        needs = self._needs is not None and self._needs(_values(cells, self._needed))
        texts = [text(cells.get(column_id)) for column_id, text in self._texts]
        return (raw["id"], number, label, str(raw.get("modifiedAt") or ""), needs, texts)


class _Texts:
    """Makes the texts of a column's cells, as the person sees them in the sheet. Most values are in many rows, so each
    text is made only once.
    """

    def __init__(self, column: Column, reader: Reader) -> None:
        self._kind = column_type(column)
        self._is_text = column.type in TEXT_COLUMNS
        self._reader = reader
        self._kept: dict[tuple[Json, ...], str] = {}

    def __call__(self, raw: Raw | None) -> str:
        if not raw or len(raw) == 1:  # an empty cell has only the column's id
            return ""
        value = raw.get("value")
        if self._is_text and isinstance(value, str):
            return _short(raw.get("displayValue") or text_of(value))
        if value is None:
            return self._shown(raw)
        key = (type(value), value, raw.get("displayValue"), raw.get("format"))
        if key not in self._kept:
            self._kept[key] = self._shown(raw)
        return self._kept[key]

    def _shown(self, raw: Raw) -> str:
        return _short(self._kind.shown(Cell.parse(raw), self._reader))


def _test(condition: Condition | None, me: Set[str], today: date) -> Test:
    return condition.test(me=me, today=today) if condition else lambda _values: True


def _values(cells: Mapping[int, Raw], column_ids: Set[int]) -> dict[int, Json]:
    """Return the values of these columns in the notation of edits.sheets.held_values, but without hyperlinks, because
    conditions don't read them. `cells` has a row's cells by column id.
    """
    return {column_id: _value(cells[column_id]) for column_id in column_ids if column_id in cells}


def _value(cell: Raw) -> Json:
    objects = cell.get("objectValue")
    return held(Cell.parse(cell)) if isinstance(objects, dict) and "values" in objects else cell.get("value")


def _label(raw: Raw) -> str:
    """Return the row's name. `raw` is the row's cell in the primary column. Sheet.label returns the same text."""
    value = raw.get("value")
    return str(raw.get("displayValue") or ("" if value is None else value)).strip()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
