"""Defines what undoing logged changes would do now, change by change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.changes import LoggedChange
from edits.saving.baseline import Baseline
from edits.saving.changes import ORDINARY, CellChange, RowAttributes
from edits.saving.row_evidence import OldPlace
from edits.saving.row_places import Places
from edits.sheets.column_types import column_type
from edits.sheets.sheet import Column, Json, Row
from identity.profiles import readers


@dataclass(frozen=True, slots=True)
class Undo:
    """Says what undoing a change would do now. `why_not` is a sentence, or "" if the change can be undone.
    `is_undone` says that nothing is left to undo, because everything is already as it was before the change.

    If the cell or the added row has changed since the logged change, `is_overtaken` is true. Then `by` and `at` (UTC)
    say who made the last change and when, if Smartsheet tells this app. `row` is None if the row no longer exists or
    wasn't read. `column` is None for a change of a whole row. `then` is the cell's value before the change.

    If a deleted row can be added again, `cells` and `attributes` are those of the new row. For an added row, `cells`
    has the values that the row was added with. `columns` has the columns of `cells`. `lost` has the titles of the
    columns whose old values the new row doesn't get. `old_numbers` has the titles of the columns in which Smartsheet
    numbers the rows, each with the deleted row's number.

    `was` is the old place of a deleted or moved row. If `was` is None, a deleted row goes to the bottom of the sheet.
    `where_now` is the place that a moved row has now, in words, and `where_then` is the old place in words. If
    `is_displaced` is true, the row can't go exactly to its old place. `notes` has sentences about other things that
    undoing doesn't restore exactly.
    """

    change: LoggedChange
    label: str
    row: Row | None = None
    column: Column | None = None
    now: Json = None
    then: Json = None
    why_not: str = ""
    is_undone: bool = False
    is_overtaken: bool = False
    by: str = ""
    at: datetime | None = None
    cells: tuple[CellChange, ...] = ()
    columns: tuple[Column, ...] = ()
    attributes: RowAttributes = ORDINARY
    lost: tuple[str, ...] = ()
    old_numbers: tuple[tuple[str, str], ...] = ()
    was: OldPlace | None = None
    where_now: str = ""
    where_then: str = ""
    is_displaced: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether the change can be undone."""
        return not self.why_not and not self.is_overtaken

    @property
    def row_id(self) -> int:
        """The id that the row had when it was changed."""
        return self.change.row_id or 0

    @property
    def words_now(self) -> str:
        """The cell's value now, in words."""
        return column_type(self.column).words(self.now, readers.current()) if self.column else ""

    @property
    def words_then(self) -> str:
        """The value that undoing would restore, in words."""
        return column_type(self.column).words(self.then, readers.current()) if self.column else ""

    @property
    def row_values(self) -> list[tuple[str, str]]:
        """For each filled cell in `cells`: the title of its column, and its formula or its value in words."""
        reader = readers.current()
        return [
            (column.title, cell.formula or column_type(column).words(cell.typed, reader))
            for column, cell in zip(self.columns, self.cells, strict=True)
            if cell.formula or cell.typed is not None
        ]

    @property
    def row_in_words(self) -> str:
        """The values and formulas in `cells`, with the titles of their columns."""
        return "; ".join(f"{title}: {words}" for title, words in self.row_values)


@dataclass(frozen=True, slots=True)
class Plan:
    """Says what undoing some changes of one edit would do now, change by change. `baseline` is the sheet that was read
    to find this out. `places` is None if no rows were moved or deleted.
    """

    baseline: Baseline
    undos: tuple[Undo, ...]
    places: Places | None = None

    @property
    def possible(self) -> list[Undo]:
        """The changes that can be undone."""
        return [undo for undo in self.undos if undo.is_possible]

    def by_row(self) -> list[list[Undo]]:
        """Return the changes that can be undone, row by row."""
        rows: dict[int, list[Undo]] = {}
        for undo in self.possible:
            rows.setdefault(undo.row_id, []).append(undo)
        return list(rows.values())
