"""Calculates formulas: arithmetic, comparisons, joined texts, and the functions in FUNCTIONS.

All other formulas are stored without a value. If the sandbox can't parse a new formula or doesn't have one of its
functions, it prints a line on stderr. https://help.smartsheet.com/functions
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.model.formula_functions import (
    FUNCTIONS,
    INVALID_COLUMN_VALUE,
    TYPES_EXPECTED,
    WRONG_ARGUMENTS,
    Calculator,
)
from sandbox.model.formula_operators import DIVIDE_BY_ZERO, INVALID_OPERATION, LOST, FormulaError, as_day
from sandbox.model.formula_parser import Function, Incalculable, Range, Reference, Unparseable, parsed, titles_in, walk
from sandbox.model.formula_references import names_rows
from sandbox.model.project_columns import PROJECT_TYPES
from sandbox.model.schedule import schedule
from sandbox.model.sheet import EMPTY, Cell, Column, Row, Sheet

CIRCULAR, UNPARSEABLE = "#CIRCULAR REFERENCE", "#UNPARSEABLE"
ERRORS = {
    CIRCULAR,
    UNPARSEABLE,
    LOST,
    DIVIDE_BY_ZERO,
    INVALID_OPERATION,
    INVALID_COLUMN_VALUE,
    WRONG_ARGUMENTS,
    *TYPES_EXPECTED.values(),
}
MOST_DEPTH = 30  # of cells that use each other, before the calculation starts again from the deepest one

Key = tuple[int, int]


def recalculate(sheet: Sheet, rows: list[Row]) -> None:
    """Calculate formulas after a change of these rows. If the sheet is a project sheet, schedule its tasks first.

    This calculates the formulas of these rows, of the rows that scheduling changed, and of each row with a formula that
    uses cells of other rows. If the day has changed, it also calculates the formulas of each row with a formula that
    uses the current date. For each of these rows, it also calculates the formulas of the parent rows, at every level.
    """
    rows = rows + schedule(sheet)
    due = _formulas(sheet, _with_ancestors(sheet, rows))
    today = now().date().isoformat()
    is_new_day = sheet.calculated_on not in (None, today)
    if sheet.has_far_formulas or is_new_day or any(_is_far(formula) for formula in due.values()):
        everything = _formulas(sheet, sheet.rows)
        far = {key[0] for key, formula in everything.items() if _is_far(formula) or _uses_today(formula)}
        wanted = {row.id for row in _with_ancestors(sheet, [*rows, *(row for row in sheet.rows if row.id in far)])}
        due = {key: formula for key, formula in everything.items() if key[0] in wanted}
        sheet.has_far_formulas = any(_is_far(formula) for formula in everything.values())
        sheet.calculated_on = None
    if any(_uses_today(formula) for formula in due.values()):
        sheet.calculated_on = today
    if due:
        _Run(sheet, due).run()


def warn_about(formula: str) -> None:
    """If the sandbox can't calculate a new formula, print on stderr what it can't calculate."""
    if problem := _why_not(formula):
        print(
            f"NOT CALCULATED: the sandbox stores {formula!r} but can't calculate {problem}",
            file=sys.stderr,
            flush=True,
        )


def check_column_formula(formula: str, columns: Iterable[Column]) -> None:
    """Raise ApiError 1310 if Smartsheet wouldn't accept this column formula in a sheet with these columns. A column
    formula can't refer to rows by their numbers.
    """
    try:
        is_valid = titles_in(formula) <= {column.title for column in columns}
    except Unparseable:
        is_valid = False
    except (Incalculable, RecursionError):
        is_valid = True
    if names_rows(formula) or not is_valid:
        raise ApiError(1310)


@lru_cache(maxsize=4096)
def _why_not(formula: str) -> str:
    """Return the part of a formula that the sandbox can't calculate; "" if it can calculate the whole formula."""
    try:
        nodes = walk(parsed(formula))
    except (Incalculable, RecursionError) as error:
        return str(error) or "such deep nesting"
    unknown = sorted({node.name for node in nodes if isinstance(node, Function) and node.name not in FUNCTIONS})
    return ", ".join(f"{name}()" for name in unknown)


@lru_cache(maxsize=4096)
def _is_far(formula: str) -> bool:
    """Whether a formula uses cells of rows other than its own row and the child rows of its own row."""
    if _why_not(formula):
        return False
    return any(
        isinstance(node, Range)
        or (isinstance(node, Reference) and node.row is not None)
        or (isinstance(node, Function) and node.name == "PARENT")
        for node in walk(parsed(formula))
    )


@lru_cache(maxsize=4096)
def _uses_today(formula: str) -> bool:
    """Whether a formula uses the current date."""
    return "TODAY" in formula.upper()


def _formulas(sheet: Sheet, rows: Iterable[Row]) -> dict[Key, str]:
    """Return the formulas of these rows, by row id and column id."""
    of_columns = [(column.id, column.formula) for column in sheet.columns if column.formula]
    scheduled = {column.id for column in sheet.columns if column.type in PROJECT_TYPES}
    found: dict[Key, str] = {}
    for row in rows:
        with_formula = {column_id: cell.formula for column_id, cell in row.cells.items() if cell.formula}
        found |= {(row.id, one): formula for one, formula in with_formula.items() if one not in scheduled}
        found |= {(row.id, column_id): formula for column_id, formula in of_columns}
    return found


class _TooDeep(Exception):
    """A chain of formulas that use each other is too long. The formula of the cell `key` must be calculated first."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


class _Run(Calculator):
    """Calculates formulas. If a formula uses a cell with another formula, the other formula is calculated first."""

    def __init__(self, sheet: Sheet, due: dict[Key, str]) -> None:
        super().__init__(sheet)
        self.due, self.active, self.done, self.failed = due, set[Key](), set[Key](), set[Key]()
        self.waiting: dict[Key, None] = {}
        self.columns = {column.id: column for column in sheet.columns}
        self.most_depth = MOST_DEPTH

    def run(self) -> None:
        """Calculate the formulas from top to bottom, because most of them use cells above."""
        for key in list(self.due):
            self.waiting, self.most_depth = {key: None}, MOST_DEPTH
            while self.waiting:
                self._calculate(next(reversed(self.waiting)))

    def _calculate(self, key: Key) -> None:
        """Calculate a formula in `waiting`. This also calculates the formulas that it uses, the formulas that these
        use, and so on. If this chain is too long, stop, and add the formula that was reached last to `waiting`. Then
        run() calculates that formula first.
        """
        try:
            self._settle(key)
        except _TooDeep as deep:
            self.waiting[deep.key] = None
            return
        except RecursionError:
            if self.most_depth > 1:
                self.most_depth = 1
                return
            self.failed.add(key)
            self._put(key, EMPTY)
        del self.waiting[key]

    def cell(self, row: Row, column: Column) -> Cell:
        """Return a cell, with the current value of its formula. Raises FormulaError if this value is an error, and
        Incalculable if the formula has no value.
        """
        key = (row.id, column.id)
        if column.system_type:
            raise Incalculable(f"with the system column {column.title!r}")
        stored = row.cell(column.id)
        if stored.formula and stored.value is None and key not in self.done:
            self.due[key] = stored.formula  # whether the result is blank, or the formula has no result, isn't stored
        if key in self.due:
            if key in self.active or key in self.waiting:
                raise FormulaError(CIRCULAR)
            if len(self.active) >= self.most_depth:
                raise _TooDeep(key)
            self._settle(key)
        cell = row.cell(column.id)
        if cell.formula and cell.value in ERRORS:
            raise FormulaError(str(cell.value))
        if key in self.failed:
            raise Incalculable(f"with a cell that has no value, in the column {column.title!r}")
        return replace(cell, value=as_day(cell.value)) if column.type == "DATE" else cell

    def _settle(self, key: Key) -> None:
        formula = self.due.get(key)
        if formula is None:
            return
        self.active.add(key)
        row, column = self._place(key)
        try:
            result = Cell(LOST, LOST) if LOST in formula else self._result(formula, row, column)
        except FormulaError as error:
            result = Cell(str(error), str(error))
        except Unparseable:
            result = Cell(UNPARSEABLE, UNPARSEABLE)
        except (Incalculable, ValueError, OverflowError, MemoryError):
            self.failed.add(key)
            result = EMPTY
        finally:
            self.active.discard(key)
        self._put(key, result)

    def _result(self, formula: str, row: Row, column: Column) -> Cell:
        for title in titles_in(formula):
            self.column(title)
        return self.result(parsed(formula), row, column)

    def _put(self, key: Key, result: Cell) -> None:
        formula, (row, column) = self.due.pop(key), self._place(key)
        self.done.add(key)
        old = row.cell(column.id)
        new = Cell(result.value, result.display, formula=formula, format=old.format)
        if new != old or type(new.value) is not type(old.value):
            row.put(column.id, new)

    def _place(self, key: Key) -> tuple[Row, Column]:
        row = self.sheet.row(key[0])
        if row is None:
            raise KeyError(key)
        return row, self.columns[key[1]]


def _with_ancestors(sheet: Sheet, rows: list[Row]) -> list[Row]:
    """Return these rows and their parent rows, at every level. Each row occurs once, and after its child rows."""
    found: dict[int, Row] = {}
    for start in rows:
        row: Row | None = start
        while row:
            found.pop(row.id, None)
            found[row.id] = row
            row = sheet.row(row.parent_id)
    return list(found.values())
