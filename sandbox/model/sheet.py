"""A sheet in memory: its columns, and its rows in the order in which they are shown. Each row has its parent's id.

Cells are immutable. A write replaces the cell by a new one, and the old cell stays in the row's history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sandbox.model.access import Access
from sandbox.model.cross_sheet_reference import CrossSheetReference
from sandbox.model.remark import Attachment, Discussion
from sandbox.model.workflow import AutomationRule, SentUpdateRequest, UpdateRequest

Json = Any
Primitive = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class CellRef:
    """The position of a cell. A cell link has one position for its source and one for its destination."""

    sheet_id: int
    row_id: int
    column_id: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The content of a cell. An empty cell has the value None. `object_value` is for multi-values and predecessors."""

    value: Primitive = None
    display: str | None = None
    object_value: Json = None
    formula: str | None = None
    hyperlink: dict[str, Json] | None = None
    link: CellRef | None = None
    link_broken: bool = False
    format: str | None = None
    image: dict[str, Json] | None = None


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Revision:
    """An entry in a cell's history: the new cell, the time, and the id of the person or system user who wrote it."""

    cell: Cell
    at: datetime
    by: int


@dataclass(slots=True)
class Column:
    """A column. `type` is the real type. Answers at a low API level can show another. `tags` mark project columns."""

    id: int
    title: str
    type: str = "TEXT_NUMBER"
    primary: bool = False
    options: list[str] = field(default_factory=list)
    contact_options: list[dict[str, str]] = field(default_factory=list)
    symbol: str | None = None
    system_type: str | None = None
    auto_number: dict[str, Json] | None = None
    next_number: int = 1
    locked: bool = False
    hidden: bool = False
    validation: bool = False
    width: int = 150
    description: str | None = None
    formula: str | None = None
    format: str | None = None
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    """A row, with the history of its cells. Cells that haven't changed since the row was added aren't in `history`."""

    id: int
    created_at: datetime
    created_by: int
    modified_at: datetime
    modified_by: int
    parent_id: int | None = None
    expanded: bool = True
    locked: bool = False
    format: str | None = None
    number: str | int | None = None
    cells: dict[int, Cell] = field(default_factory=dict)
    history: dict[int, list[Revision]] = field(default_factory=dict)
    _json: dict[Any, bytes] = field(default_factory=dict, repr=False, compare=False)

    def cell(self, column_id: int) -> Cell:
        """Return the cell in this column, which can be empty."""
        return self.cells.get(column_id, EMPTY)

    def write(self, column_id: int, cell: Cell, *, at: datetime, by: int) -> bool:
        """Write a cell, and add it to the history. If the content is the same, change nothing and return False."""
        old = self.cells.get(column_id, EMPTY)
        if cell == old and isinstance(cell.value, bool) is isinstance(old.value, bool):
            return False
        self.record(column_id, cell, at=at, by=by)
        self.modified_at, self.modified_by = at, by
        return True

    def record(self, column_id: int, cell: Cell, *, at: datetime, by: int) -> None:
        """Write a cell, and add it to the history, but don't store that the row was changed."""
        self.put(column_id, cell)
        self.history.setdefault(column_id, []).append(Revision(cell, at, by))

    def put(self, column_id: int, cell: Cell) -> None:
        """Write a cell, but don't add it to the history. The history keeps the contents that were written before."""
        if cell == EMPTY and column_id not in self.cells:
            return
        self._json.clear()
        self.history.setdefault(column_id, self.revisions(column_id))
        if cell == EMPTY:
            self.cells.pop(column_id, None)
        else:
            self.cells[column_id] = cell

    def add_result(self, column_id: int) -> None:
        """After a formula was written, add its result to the history entry of this write."""
        revisions = self.history[column_id]
        revisions[-1] = replace(revisions[-1], cell=self.cell(column_id))

    def touch(self, *, at: datetime, by: int) -> None:
        """Store when the row was last changed, and who changed it."""
        self.modified_at, self.modified_by = at, by
        self._json.clear()

    def revisions(self, column_id: int) -> list[Revision]:
        """Return the history of a cell, oldest first."""
        if column_id in self.history:
            return self.history[column_id]
        cell = self.cells.get(column_id)
        return [Revision(cell, self.created_at, self.created_by)] if cell else []


class Place(NamedTuple):
    """The position of a row: its number, counted from 1, and the id of the nearest sibling above it, if any."""

    number: int
    sibling_id: int | None


@dataclass(slots=True)
class SheetSettings:
    """The settings of a sheet, and each person's own settings for it, by the person's id."""

    publish: dict[str, Json] = field(default_factory=dict)
    project: dict[str, Json] | None = None
    personal: dict[int, dict[str, bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of a filter: a column, an operator (a key of `sheet_filter.TESTS`) and values."""

    column_id: int
    operator: str
    values: list[Primitive] = field(default_factory=list)


@dataclass(slots=True)
class SheetFilter:
    """A filter for everyone (SHARED) or only its owner (PERSONAL). A row must meet all criteria (AND) or one (OR)."""

    id: int
    name: str
    owner_id: int
    criteria: list[Criterion]
    kind: str = "SHARED"
    operator: str = "AND"


@dataclass(slots=True)
class Sheet:
    """A sheet. `shares` has the access of each person or group that it is shared with, but not the owner's.

    `inherited` has the access of each person through groups and workspaces. It is computed in sharing.py.
    """

    id: int
    name: str
    owner_id: int
    created_at: datetime
    modified_at: datetime
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    shares: dict[int, Access] = field(default_factory=dict)
    share_times: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    inherited: dict[int, Access] = field(default_factory=dict)
    container_id: int | None = None
    settings: SheetSettings = field(default_factory=SheetSettings)
    version: int = 1
    has_far_formulas: bool = False
    calculated_on: str | None = None  # the day, if formulas use the current date
    links_out: list[tuple[CellRef, CellRef]] = field(default_factory=list)
    discussions: list[Discussion] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    filters: list[SheetFilter] = field(default_factory=list)
    cross_sheet_references: list[CrossSheetReference] = field(default_factory=list)
    update_requests: list[UpdateRequest] = field(default_factory=list)
    sent_update_requests: list[SentUpdateRequest] = field(default_factory=list)
    automation_rules: list[AutomationRule] = field(default_factory=list)
    _by_id: dict[int, Row] = field(default_factory=dict, repr=False, compare=False)
    _places: dict[int, Place] = field(default_factory=dict, repr=False, compare=False)

    def access_of(self, person_id: int) -> Access | None:
        """Return a person's access to the sheet; None if they can't see it."""
        if person_id == self.owner_id:
            return Access.OWNER
        found = (self.shares.get(person_id), self.inherited.get(person_id))
        return max((access for access in found if access is not None), default=None)

    def column(self, column_id: object) -> Column | None:
        """Return the column with this id; None if there is none."""
        return next((column for column in self.columns if column.id == column_id), None)

    def position(self, column: Column) -> int:
        """Return the index of a column, counted from 0."""
        return next(index for index, each in enumerate(self.columns) if each is column)

    def row(self, row_id: object) -> Row | None:
        """Return the row with this id; None if there is none."""
        if len(self._by_id) != len(self.rows):
            self._by_id = {row.id: row for row in self.rows}
        return self._by_id.get(row_id) if isinstance(row_id, int) else None

    def place(self, row: Row) -> Place:
        """Return the current position of a row."""
        if not self._places:
            self._places = _places(self.rows)
        return self._places[row.id]

    def index(self, row: Row) -> int:
        """Return the index of a row, counted from 0."""
        return self.place(row).number - 1

    def end_of(self, row: Row) -> int:
        """Return the index that comes after the row and all its child rows, at every level."""
        family = {row.id}
        end = self.index(row) + 1
        while end < len(self.rows) and self.rows[end].parent_id in family:
            family.add(self.rows[end].id)
            end += 1
        return end

    def family(self, row: Row) -> list[Row]:
        """Return the row and all its child rows, at every level, in the sheet's order."""
        return self.rows[self.index(row) : self.end_of(row)]

    def is_blank(self, row: Row) -> bool:
        """Whether the row has no values, apart from the results of column formulas."""
        return all(column.formula or row.cell(column.id).value is None for column in self.columns)

    def children(self, row_id: int) -> list[Row]:
        """Return a row's child rows, only at the first level."""
        return [row for row in self.rows if row.parent_id == row_id]

    def insert(self, index: int, rows: Sequence[Row]) -> None:
        """Insert rows at an index. Each row's `parent_id` must be set before that."""
        self.rows[index:index] = rows
        self._rearranged()

    def remove(self, row_ids: Iterable[int]) -> None:
        """Remove rows. `row_ids` must include the ids of their child rows, at every level."""
        gone = set(row_ids)
        self.rows = [row for row in self.rows if row.id not in gone]
        self._rearranged()

    def forget_looks(self) -> None:
        """Clear the cached JSON of all rows. Call this if columns have changed, or the names of people."""
        for row in self.rows:
            row._json.clear()

    def changed(self, *, at: datetime) -> None:
        """Increase the version by one, and store the time of the change."""
        self.version += 1
        self.modified_at = at

    def _rearranged(self) -> None:
        self._by_id = {}
        self._places = {}


def _places(rows: Iterable[Row]) -> dict[int, Place]:
    last, places = dict[int | None, int](), dict[int, Place]()
    for number, row in enumerate(rows, start=1):
        places[row.id] = Place(number, last.get(row.parent_id))
        last[row.parent_id] = row.id
    return places
