"""Sheets as this app sees them: small frozen types, parsed from Smartsheet's JSON.

https://developers.smartsheet.com/api/smartsheet/openapi/schemas/sheet
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from edits.sheets import symbols

Json = Any


class Access(StrEnum):
    """What a person may do with a sheet."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    EDITOR_SHARE = "EDITOR_SHARE"
    EDITOR = "EDITOR"
    COMMENTER = "COMMENTER"
    VIEWER = "VIEWER"

    @classmethod
    def parse(cls, level: Json) -> Access:
        """The level of that name; one that is not known yet allows nothing but looking."""
        return cls(level) if level in cls.__members__ else cls.VIEWER

    @property
    def words(self) -> str:
        """The level as a person would say it."""
        return ACCESS_WORDS[self]

    @property
    def is_editor(self) -> bool:
        """Whether rows may be changed, added and deleted."""
        return self not in {Access.VIEWER, Access.COMMENTER}


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
    """Somebody in a contact cell. Smartsheet allows a name without an e-mail address, and the other way round."""

    email: str = ""
    name: str = ""

    @classmethod
    def parse(cls, raw: Json) -> Contact:
        """From a contact option, a contact object or a modifiedBy."""
        return cls(email=raw.get("email") or "", name=raw.get("name") or "")

    @classmethod
    def of(cls, key: str) -> Contact:
        """A contact with nothing but a key."""
        return cls(email=key) if "@" in key else cls(name=key)

    def to_json(self) -> dict[str, str]:
        """A Contact object of a multi-contact cell."""
        parts = {"objectType": "CONTACT", "email": self.email, "name": self.name}
        return {name: value for name, value in parts.items() if value}

    @property
    def key(self) -> str:
        """What tells this contact from others: the address, or the name where there is none."""
        return self.email or self.name

    def __str__(self) -> str:
        return f"{self.name} ({self.email})" if self.name and self.email else self.key


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `type` is the true type, as level=2 gives it.

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

    @classmethod
    def parse(cls, raw: Mapping[str, Json]) -> Column:
        """From a Column object."""
        return cls(
            id=raw["id"],
            title=raw.get("title", ""),
            type=raw.get("type", "TEXT_NUMBER"),
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
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; an empty one has no value. `object_value` is there for the multi-value columns, `format` (a format
    descriptor) where it isn't the column's.

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
        """From a Cell object; an empty text is an empty cell, as Smartsheet has it."""
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
        """Whether nothing is in it."""
        return self.value is None and not self.object_value


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `depth` counts its ancestors, `modified_by` is there when the row was asked for with writerInfo.

    https://developers.smartsheet.com/api/smartsheet/openapi/rows/row
    """

    id: int
    number: int = 0
    parent_id: int | None = None
    depth: int = 0
    is_locked: bool = False
    is_locked_for_user: bool = False
    modified_at: datetime | None = None
    modified_by: Contact | None = None
    cells: Mapping[int, Cell] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: Mapping[str, Json], *, depth: int = 0) -> Row:
        """From a Row object."""
        cells = (Cell.parse(cell) for cell in raw.get("cells") or ())
        return cls(
            id=raw["id"],
            number=raw.get("rowNumber") or 0,
            parent_id=raw.get("parentId"),
            depth=depth,
            is_locked=bool(raw.get("locked")),
            is_locked_for_user=bool(raw.get("lockedForUser")),
            modified_at=parse_time(raw.get("modifiedAt")),
            modified_by=Contact.parse(raw["modifiedBy"]) if raw.get("modifiedBy") else None,
            cells={cell.column_id: cell for cell in cells},
        )

    def cell(self, column: Column) -> Cell:
        """The cell in that column; an empty one if nothing is there."""
        return self.cells.get(column.id) or Cell(column_id=column.id)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with the columns and rows that were asked for; `raw` is the JSON that it was parsed from."""

    id: int
    name: str
    access: Access
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    total_rows: int = 0
    modified_at: datetime | None = None
    raw: Mapping[str, Json] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, raw: Mapping[str, Json], *, ancestors: Sequence[int] = ()) -> Sheet:
        """From a Sheet object. `ancestors`: ids of the rows above its first one, if it lacks them, topmost first."""
        return cls(
            id=raw["id"],
            name=raw.get("name", ""),
            access=Access.parse(raw.get("accessLevel")),
            columns=tuple(Column.parse(column) for column in raw.get("columns") or ()),
            rows=tuple(_rows(raw.get("rows") or (), ancestors)),
            total_rows=raw.get("totalRowCount") or 0,
            modified_at=parse_time(raw.get("modifiedAt")),
            raw=raw,
        )

    @property
    def visible_columns(self) -> tuple[Column, ...]:
        """The columns that Smartsheet shows as well."""
        return tuple(column for column in self.columns if not column.is_hidden)

    @property
    def primary(self) -> Column | None:
        """The column that names the rows."""
        return next((column for column in self.columns if column.is_primary), None)

    def column(self, column_id: object) -> Column | None:
        """The column with that id."""
        return next((column for column in self.columns if column.id == column_id), None)

    def row(self, row_id: int) -> Row | None:
        """The row with that id."""
        return next((row for row in self.rows if row.id == row_id), None)

    def label(self, row: Row) -> str:
        """What to call a row: what its primary cell shows, or "Row 14"."""
        cell = row.cell(self.primary) if self.primary else None
        shown = (cell.display or ("" if cell.value is None else str(cell.value))) if cell else ""
        return shown.strip() or f"Row {row.number}"

    def family(self, row_id: int) -> tuple[Row, ...]:
        """The row and all that are indented beneath it, in order; Smartsheet deletes them together."""
        ids = set(self.family_ids([row_id]))
        return tuple(row for row in self.rows if row.id in ids)

    def family_ids(self, row_ids: Iterable[int]) -> list[int]:
        """The ids of these rows and of all that are indented beneath them, in the sheet's order."""
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
        """From one item of the list."""
        return cls(
            id=raw["id"],
            name=raw.get("name", ""),
            access=Access.parse(raw.get("accessLevel")),
            modified_at=parse_time(raw.get("modifiedAt")),
        )


def parse_time(text: Json) -> datetime | None:
    """Smartsheet's times, such as 2026-11-23T18:00:00Z, in UTC; None for what is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
    except ValueError:
        return None


def _rows(raw_rows: Iterable[Mapping[str, Json]], ancestors: Sequence[int]) -> Iterable[Row]:
    depths = {row_id: depth for depth, row_id in enumerate(ancestors)}
    for raw in raw_rows:
        depths[raw["id"]] = depths.get(raw.get("parentId") or 0, -1) + 1
        yield Row.parse(raw, depth=depths[raw["id"]])
