"""Rewrites the references in formulas when columns are renamed or deleted, and when rows get other numbers.

Texts in quotation marks and the names of cross-sheet references aren't changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sandbox.model.formula_operators import LOST
from sandbox.model.sheet import Cell, Row, Sheet

OTHER = r"""(?P<other>"(?:[^"\\]|\\.|"")*"|\{[^}]*\})"""
BRACKETED = r"(?P<bracketed>\[[^\]]+\])"  # a title without a row number, such as [Q1]@row. Q1 isn't a reference here
TITLE = r"\$?(?:\[[^\]]+\]|(?<![\w.])[A-Za-z]+)"
ROW = r"\$?[0-9]+"
NUMBERED = re.compile(
    rf"{OTHER}|(?P<title>{TITLE})(?P<row>{ROW})(?::(?P<last_title>{TITLE})(?P<last_row>{ROW}))?(?![\w@(])|{BRACKETED}"
)
MOST_DIGITS = 9  # of a row number that a sheet could have


def renamed(formula: str, old: str, new: str) -> str:
    """Return the formula with a column's new title in place of the old one."""
    pattern = re.compile(rf"{OTHER}|{_mentions(old)}|{BRACKETED}")
    return pattern.sub(lambda match: match["other"] or match["bracketed"] or f"[{new}]", formula)


def without(formula: str, title: str) -> str:
    """Return the formula with `#REF` in place of a column that was deleted."""
    pattern = re.compile(rf"{OTHER}|\$?(?:{_mentions(title)})(?:@row|{ROW})?|{BRACKETED}")
    return pattern.sub(lambda match: match["other"] or match["bracketed"] or LOST, formula)


def _mentions(title: str) -> str:
    """Return a pattern that finds a column's title in formulas of its own sheet. Formulas have the title in brackets. A
    title of one word can also be without brackets.
    """
    bare = rf"|\b{title}(?=@row\b|{ROW}\b|:)|(?:(?<=:)|(?<=:\$)){title}\b" if re.fullmatch(r"[A-Za-z]+", title) else ""
    return rf"\[{re.escape(title)}\]{bare}"


def names_rows(formula: str) -> bool:
    """Whether the formula refers to rows by their numbers."""
    return any(match["title"] for match in NUMBERED.finditer(formula))


def filled_down(formula: str, rows: int) -> str:
    """Return the formula for a cell that is this many rows below the formula's own cell. Row numbers after a `$` stay
    the same.
    """

    def moved(row: str) -> str:
        return row if row.startswith("$") or _is_beyond(row) else str(int(row) + rows)

    def rewritten(match: re.Match[str]) -> str:
        if not match["title"]:
            return match[0]
        parts = [(match["title"], moved(match["row"]))]
        if match["last_title"]:
            parts.append((match["last_title"], moved(match["last_row"])))
        is_lost = any(not _is_beyond(row) and int(row.lstrip("$")) < 1 for _, row in parts)
        return LOST if is_lost else ":".join(title + row for title, row in parts)

    return NUMBERED.sub(rewritten, formula)


def follow_rows(sheet: Sheet, before: Sequence[Row]) -> list[Row]:
    """Update row numbers in formulas after rows have moved or were deleted. `before` has the sheet's rows in their
    earlier order. A formula gets the new number of each row that it refers to, or `#REF` if the row was deleted. A
    range loses its deleted rows. Returns the rows whose formulas have changed.
    """
    if all(old is new for old, new in zip(before, sheet.rows, strict=False)) and len(before) <= len(sheet.rows):
        return []
    numbers = {row.id: number for number, row in enumerate(sheet.rows, start=1)}
    moved = [numbers.get(row.id) for row in before]
    changed = []
    for row in before:
        for column_id, cell in _with_formulas(row) if row.id in numbers else ():
            formula = NUMBERED.sub(_follower(moved), cell.formula or "")
            if formula != cell.formula:
                row.put(column_id, replace(cell, formula=formula))
                changed.append(row)
    return changed


def _with_formulas(row: Row) -> Iterator[tuple[int, Cell]]:
    return ((column_id, cell) for column_id, cell in list(row.cells.items()) if cell.formula)


def _follower(moved: Sequence[int | None]) -> Callable[[re.Match[str]], str]:
    """Return a function that updates the row numbers in one reference. `moved` has an item for each row, in the earlier
    order: the row's new number, or None if the row was deleted.
    """

    def rewritten(match: re.Match[str]) -> str:
        if not match["title"]:
            return match[0]
        ends = match["row"], match["last_row"] or match["row"]
        if any(_is_beyond(end) for end in ends):
            return match[0]
        first, last = (int(end.lstrip("$")) for end in ends)
        if not 0 < min(first, last) <= max(first, last) <= len(moved):
            return match[0]
        step = 1 if first <= last else -1
        upper = _first_left(moved, range(first, last + step, step))
        lower = _first_left(moved, range(last, first - step, -step))
        if upper is None or lower is None:
            return LOST
        low, high = sorted((upper, lower))
        start = match["title"] + _like(match["row"], low)
        return f"{start}:{match['last_title']}{_like(match['last_row'], high)}" if match["last_title"] else start

    return rewritten


def _first_left(moved: Sequence[int | None], old: range) -> int | None:
    """Return the new number of the first row in `old` that wasn't deleted; None if all of them were deleted."""
    return next((number for row in old if (number := moved[row - 1]) is not None), None)


def _is_beyond(row: str) -> bool:
    """Whether a row number has more digits than any row of a sheet. Python can't read very long numbers."""
    return len(row.lstrip("$0")) > MOST_DIGITS


def _like(row: str, number: int) -> str:
    """Return a row number, with a `$` before it if `row` has one."""
    return f"${number}" if row.startswith("$") else str(number)
