"""Defines small frozen types for sheets, columns, rows and cells. They are parsed from Smartsheet's JSON.

https://developers.smartsheet.com/api/smartsheet/openapi/schemas/sheet
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from edits.sheets import symbols

Json = Any

# Tags of a project plan's columns. https://developers.smartsheet.com/api/smartsheet/openapi/columns/column
START, FINISH = "GANTT_START_DATE", "GANTT_END_DATE"
DURATION, COMPLETE = "GANTT_DURATION", "GANTT_PERCENT_COMPLETE"
ROLLED_UP = frozenset({START, FINISH, DURATION, COMPLETE})


class Access(StrEnum):
    """A person's access level for a sheet."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    EDITOR_SHARE = "EDITOR_SHARE"
    EDITOR = "EDITOR"
    COMMENTER = "COMMENTER"
    VIEWER = "VIEWER"

    @classmethod
    def parse(cls, level: Json) -> Access:
        """Return the level with this name. An unknown level allows nothing but viewing."""
        return cls(level) if level in cls.__members__ else cls.VIEWER

    @property
    def words(self) -> str:
        """The level in words."""
        return ACCESS_WORDS[self]

    @property
    def is_editor(self) -> bool:
        """Whether the level allows changing, adding and deleting rows."""
        return self not in {Access.VIEWER, Access.COMMENTER}

    @property
    def can_share(self) -> bool:
        """Whether the level allows sharing the sheet with other people."""
        return self in {Access.OWNER, Access.ADMIN, Access.EDITOR_SHARE}


ACCESS_WORDS = {
    Access.OWNER: "owner, can do everything",
    Access.ADMIN: "admin, can edit everything",
    Access.EDITOR_SHARE: "can edit and share",
    Access.EDITOR: "can edit",
    Access.COMMENTER: "can look and comment",
    Access.VIEWER: "can only look",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in a contact cell. In Smartsheet, a person can have only a name, or only an e-mail address."""

    email: str = ""
    name: str = ""

    @classmethod
    def parse(cls, raw: Json) -> Contact:
        """Parse an object with a name and an address, such as an item of contactOptions, a Contact object or
        modifiedBy.
        """
        return cls(email=raw.get("email") or "", name=raw.get("name") or "")

    @classmethod
    def of(cls, key: str) -> Contact:
        """Return a contact with only this key, which is an address or a name."""
        return cls(email=key) if "@" in key else cls(name=key)

    def to_json(self) -> dict[str, str]:
        """Return the Contact object for a multi-contact cell."""
        parts = {"objectType": "CONTACT", "email": self.email, "name": self.name}
        return {name: value for name, value in parts.items() if value}

    @property
    def key(self) -> str:
        """The contact's key, which is the address, or the name if there is no address."""
        return self.email or self.name

    def __str__(self) -> str:
        return f"{self.name} ({self.email})" if self.name and self.email else self.key


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `type` is the real type, which Smartsheet returns only with level=2.

    https://developers.smartsheet.com/api/smartsheet/openapi/columns/column
    """

    id: int
    title: str
    type: str = "TEXT_NUMBER"
    is_primary: bool = False
    options: tuple[str, ...] = ()
    contact_options: tuple[Contact, ...] = ()
    symbol: str = ""
    system_type: str = ""
    is_locked: bool = False
    is_locked_for_user: bool = False
    is_hidden: bool = False
    is_validated: bool = False
    description: str = ""
    formula: str = ""
    format: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def parse(cls, raw: Mapping[str, Json]) -> Column:
        """Parse a Column object."""
        return cls(
            id=raw["id"],
            title=raw.get("title") or "",
            type=raw.get("type") or "TEXT_NUMBER",
            is_primary=bool(raw.get("primary")),
            options=tuple(map(str, raw.get("options") or symbols.OPTIONS.get(raw.get("symbol") or "", ()))),
            contact_options=tuple(Contact.parse(option) for option in raw.get("contactOptions") or ()),
            symbol=raw.get("symbol") or "",
            system_type=raw.get("systemColumnType") or "",
            is_locked=bool(raw.get("locked")),
            is_locked_for_user=bool(raw.get("lockedForUser")),
            is_hidden=bool(raw.get("hidden")),
            is_validated=bool(raw.get("validation")),
            description=raw.get("description") or "",
            formula=raw.get("formula") or "",
            format=str(raw.get("format") or ""),
            tags=tuple(map(str, raw.get("tags") or ())),
        )

    @property
    def is_rolled_up(self) -> bool:
        """Whether Smartsheet calculates the column's cells in parent rows."""
        return not ROLLED_UP.isdisjoint(self.tags)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. An empty cell has no value. `object_value` is set in multi-value columns. `format` (a format descriptor)
    is set if the cell's or its row's format differs from the column's format.

    https://developers.smartsheet.com/api/smartsheet/openapi/cells/cell
    """

    column_id: int
    value: Json = None
    display: str = ""
    object_value: Json = None
    formula: str = ""
    format: str = ""
    hyperlink: Mapping[str, Json] | None = None
    is_link: bool = False
    is_image: bool = False

    @classmethod
    def parse(cls, raw: Mapping[str, Json]) -> Cell:
        """Parse a Cell object. An empty text counts as an empty cell, as in Smartsheet."""
        value = raw.get("value")
        return cls(
            column_id=raw["columnId"],
            value=None if value == "" else value,
            display=str(raw.get("displayValue") or ""),
            object_value=raw.get("objectValue"),
            formula=raw.get("formula") or "",
            format=str(raw.get("format") or ""),
            hyperlink=raw["hyperlink"] if isinstance(raw.get("hyperlink"), dict) and raw["hyperlink"] else None,
            is_link=bool(raw.get("linkInFromCell")),
            is_image=bool(raw.get("image")),
        )

    @property
    def is_empty(self) -> bool:
        """Whether the cell is empty."""
        return self.value is None and not self.object_value


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `sibling_id` is the id of the previous row with the same parent row, and `depth` is the row's level,
    counted from 0. `modified_by` is only set if the row was read with writerInfo. `is_filtered_out` is only set if the
    row was read with a filter that Smartsheet applied.

    https://developers.smartsheet.com/api/smartsheet/openapi/rows/row
    """

    id: int
    number: int = 0
    parent_id: int | None = None
    sibling_id: int | None = None
    depth: int = 0
    is_locked: bool = False
    is_locked_for_user: bool = False
    is_expanded: bool = True
    modified_at: datetime | None = None
    modified_by: Contact | None = None
    format: str = ""
    cells: Mapping[int, Cell] = field(default_factory=dict)
    is_filtered_out: bool | None = None

    @classmethod
    def parse(cls, raw: Mapping[str, Json], *, depth: int = 0) -> Row:
        """Parse a Row object. A cell without a format of its own gets the row's format."""
        own = str(raw.get("format") or "")
        cells = [Cell.parse(cell) for cell in raw.get("cells") or ()]
        if own:
            cells = [cell if cell.format else replace(cell, format=own) for cell in cells]
        is_filtered_out = raw.get("filteredOut")
        return cls(
            id=raw["id"],
            number=raw.get("rowNumber") or 0,
            parent_id=raw.get("parentId"),
            sibling_id=raw.get("siblingId"),
            depth=depth,
            is_locked=bool(raw.get("locked")),
            is_locked_for_user=bool(raw.get("lockedForUser")),
            is_expanded=raw.get("expanded") is not False,
            modified_at=parse_time(raw.get("modifiedAt")),
            modified_by=Contact.parse(raw["modifiedBy"]) if raw.get("modifiedBy") else None,
            format=own,
            cells={cell.column_id: cell for cell in cells},
            is_filtered_out=is_filtered_out if isinstance(is_filtered_out, bool) else None,
        )

    def cell(self, column: Column) -> Cell:
        """Return the cell in this column, or an empty cell."""
        return self.cells.get(column.id) or Cell(column_id=column.id, format=self.format)


@dataclass(frozen=True, slots=True)
class Outline:
    """The ids of all rows of a sheet in their order, and the ids of those rows that are parent rows."""

    row_ids: tuple[int, ...]
    parents: frozenset[int]

    @classmethod
    def parse(cls, raw_rows: Iterable[Mapping[str, Json]]) -> Outline:
        """Parse the Row objects of a whole sheet."""
        rows = [(raw["id"], raw.get("parentId")) for raw in raw_rows]
        return cls(tuple(row_id for row_id, _ in rows), frozenset(parent for _, parent in rows if parent is not None))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with the requested columns and rows. `raw` is the JSON that the sheet was parsed from. `outline` is only
    read for project plans.
    """

    id: int
    name: str
    access: Access
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    total_rows: int = 0
    modified_at: datetime | None = None
    raw: Mapping[str, Json] = field(default_factory=dict, repr=False, compare=False)
    outline: Outline | None = field(default=None, repr=False, compare=False)

    @classmethod
    def parse(cls, raw: Mapping[str, Json], *, ancestors: Sequence[int] = ()) -> Sheet:
        """Parse a Sheet object. `ancestors` has the ids of the first row's parent rows, at every level, topmost first.
        Parent rows that the object contains are left out of `ancestors`.
        """
        return cls(
            id=raw["id"],
            name=raw.get("name") or "",
            access=Access.parse(raw.get("accessLevel")),
            columns=tuple(Column.parse(column) for column in raw.get("columns") or ()),
            rows=tuple(_rows(raw.get("rows") or (), ancestors)),
            total_rows=raw.get("totalRowCount") or 0,
            modified_at=parse_time(raw.get("modifiedAt")),
            raw=raw,
        )

    @property
    def visible_columns(self) -> tuple[Column, ...]:
        """The columns that aren't hidden in Smartsheet."""
        return tuple(column for column in self.columns if not column.is_hidden)

    @property
    def primary(self) -> Column | None:
        """The column with the rows' names."""
        return next((column for column in self.columns if column.is_primary), None)

    @property
    def row_ids(self) -> tuple[int, ...] | None:
        """The ids of all rows in their order; None if `outline` wasn't read."""
        return self.outline.row_ids if self.outline else None

    @property
    def is_project(self) -> bool:
        """Whether the sheet is a project plan, for which Smartsheet calculates dates."""
        return any(column.type == "PREDECESSOR" or column.is_rolled_up for column in self.columns)

    def is_parent(self, row: Row) -> bool:
        """Whether this row is a parent row. Always False if the sheet isn't a project plan."""
        return self.outline is not None and row.id in self.outline.parents

    def column(self, column_id: object) -> Column | None:
        """Return the column with this id; None if there is no such column."""
        return next((column for column in self.columns if column.id == column_id), None)

    def row(self, row_id: int) -> Row | None:
        """Return the row with this id; None if the row wasn't read."""
        return next((row for row in self.rows if row.id == row_id), None)

    def label(self, row: Row) -> str:
        """Return the row's label, which is the text of its primary cell, or "Row 14" if that cell is empty."""
        cell = row.cell(self.primary) if self.primary else None
        shown = (cell.display or ("" if cell.value is None else str(cell.value))) if cell else ""
        return shown.strip() or f"Row {row.number}"

    def family(self, row_id: int) -> tuple[Row, ...]:
        """Return the row and all its child rows, at every level, in order. Smartsheet deletes them together."""
        ids = set(self.family_ids([row_id]))
        return tuple(row for row in self.rows if row.id in ids)

    def family_ids(self, row_ids: Iterable[int]) -> list[int]:
        """Return the ids of these rows and of all their child rows, at every level, in the sheet's order."""
        ids = set(row_ids)
        for row in self.rows:
            if row.parent_id in ids:
                ids.add(row.id)
        return [row.id for row in self.rows if row.id in ids]


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """A sheet in the list of all sheets. https://developers.smartsheet.com/api/smartsheet/openapi/sheets/list-sheets"""

    id: int
    name: str
    access: Access
    modified_at: datetime | None

    @classmethod
    def parse(cls, raw: Mapping[str, Json]) -> SheetSummary:
        """Parse an item of the list."""
        return cls(
            id=raw["id"],
            name=raw.get("name") or "",
            access=Access.parse(raw.get("accessLevel")),
            modified_at=parse_time(raw.get("modifiedAt")),
        )


def parse_time(text: Json) -> datetime | None:
    """Parse a time in Smartsheet's format, such as 2026-11-23T18:00:00Z. Return it in UTC; None for other texts."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
    except ValueError:
        return None


def _rows(raw_rows: Iterable[Mapping[str, Json]], ancestors: Sequence[int]) -> Iterable[Row]:
    depths = {row_id: depth for depth, row_id in enumerate(ancestors)}
    for raw in raw_rows:
        depths[raw["id"]] = depths.get(raw.get("parentId") or 0, -1) + 1
        yield Row.parse(raw, depth=depths[raw["id"]])
