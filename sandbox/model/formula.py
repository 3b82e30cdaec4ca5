"""The few formulas the stand-in can work out: arithmetic over `[Column]@row`, and SUM(CHILDREN()).

Anything else is kept and shown as a formula without a value; whoever writes one is told so on stderr.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from sandbox.model.cell_values import LARGEST_NUMBER, LONGEST_TEXT, text_of
from sandbox.model.sheet import Cell, Column, Row, Sheet

Number = int | float

LOST, CIRCULAR = "#REF", "#CIRCULAR REFERENCE"
REFERENCE = re.compile(r"\[([^\]]+)\]@row|([A-Za-z]\w*)@row")
SUM_OF_CHILDREN = re.compile(r"=\s*SUM\(\s*CHILDREN\(\s*\)\s*\)", re.IGNORECASE)
OPERATORS: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class Incalculable(Exception):
    """The formula is beyond the stand-in."""


# Python's own ways of saying so of what is too long, too deep or too large.
INCALCULABLE = (Incalculable, SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)


def recalculate(sheet: Sheet, rows: list[Row]) -> None:
    """Work out the formulas of these rows and of the rows above them in the hierarchy."""
    for row in _with_ancestors(sheet, rows):
        formulas = {column.id: formula for column in sheet.columns if (formula := _formula(row, column))}
        uses = {column_id: _used_by(sheet, formula) & formulas.keys() for column_id, formula in formulas.items()}
        columns = {column.id: column for column in sheet.columns}
        for column_id, is_circular in _in_order(uses):
            formula = formulas[column_id]
            row.put(column_id, calculated(sheet, row, columns[column_id], formula, is_circular=is_circular))


def calculated(sheet: Sheet, row: Row, column: Column, formula: str, *, is_circular: bool) -> Cell:
    """The cell that holds a formula and, if it can be worked out, its value."""
    cell = Cell(formula=formula, format=row.cell(column.id).format)
    try:
        value = CIRCULAR if is_circular else _value(sheet, row, column, formula)
    except INCALCULABLE:
        return cell
    except ZeroDivisionError:
        value = "#DIVIDE BY ZERO"
    return replace(cell, value=value, display=text_of(value))


def _formula(row: Row, column: Column) -> str | None:
    return column.formula or row.cell(column.id).formula


def _used_by(sheet: Sheet, formula: str) -> set[int]:
    """The columns whose cells in the same row the formula takes."""
    titles = {match[1] or match[2] for match in REFERENCE.finditer(formula)}
    return {column.id for column in sheet.columns if column.title in titles}


def _in_order(uses: Mapping[int, set[int]]) -> list[tuple[int, bool]]:
    """Each column after those that it uses; with each whether it uses itself, by however long a way."""
    order: list[tuple[int, bool]] = []
    left = dict(uses)
    while ready := [column_id for column_id, used in left.items() if not used & left.keys()]:
        order += [(column_id, False) for column_id in ready]
        for column_id in ready:
            del left[column_id]
    return order + [(column_id, True) for column_id in left]


def renamed(formula: str, old: str, new: str) -> str:
    """The formula with a column's new title in place of the old one."""
    return _mentions(old).sub(lambda _match: f"[{new}]", formula)


def without(formula: str, title: str) -> str:
    """The formula after a column was deleted: what it took from there is lost."""
    return re.sub(rf"(?:{_mentions(title).pattern})(?:@row|\$?\d+)?", LOST, formula)


def _mentions(title: str) -> re.Pattern[str]:
    """A column's title as formulas of its own sheet write it: in brackets, or bare if it is one plain word."""
    bare = rf"|\b{title}(?=@row\b|\d+\b)" if re.fullmatch(r"[A-Za-z]+", title) else ""
    return re.compile(rf"\[{re.escape(title)}\]{bare}")


def warn_about(formula: str) -> None:
    """Say aloud that a formula which was just written will stay without a value."""
    if not SUM_OF_CHILDREN.fullmatch(formula) and not _is_arithmetic(formula):
        print(f"NOT CALCULATED: the sandbox keeps {formula!r} but cannot work it out", file=sys.stderr, flush=True)


def _is_arithmetic(formula: str) -> bool:
    try:
        _calculate(_parsed(REFERENCE.sub("1", formula[1:].strip())), [])
    except INCALCULABLE:
        return False
    except ZeroDivisionError:
        return True
    return True


def _value(sheet: Sheet, row: Row, column: Column, formula: str) -> Number | str:
    if LOST in formula:
        return LOST
    if SUM_OF_CHILDREN.fullmatch(formula):
        return _rounded(sum(_number(child.cell(column.id)) or 0 for child in sheet.children(row.id)))
    operands = [_operand(sheet, row, match[1] or match[2]) for match in REFERENCE.finditer(formula)]
    return _rounded(_calculate(_parsed(REFERENCE.sub("_", formula[1:].strip())), operands))


def _parsed(formula: str) -> ast.expr:
    if len(formula) > LONGEST_TEXT:
        raise Incalculable
    return ast.parse(formula, mode="eval").body


def _operand(sheet: Sheet, row: Row, title: str) -> Number:
    column = next((column for column in sheet.columns if column.title == title), None)
    if column is None:
        raise Incalculable(title)
    cell = row.cell(column.id)
    number = 0 if cell.value is None else _number(cell)
    if number is None:
        raise Incalculable(title)
    return number


def _number(cell: Cell) -> Number | None:
    return cell.value if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool) else None


def _calculate(node: ast.expr, operands: list[Number]) -> Number:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id="_") if operands:
            return operands.pop(0)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_calculate(left, operands), _calculate(right, operands))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_calculate(operand, operands)
        case _:
            raise Incalculable(type(node).__name__)


def _rounded(value: Number) -> Number:
    """Without the noise of binary fractions; whole results as whole numbers. Raises Incalculable without end."""
    if not math.isfinite(value):
        raise Incalculable(value)
    if abs(value) > LARGEST_NUMBER:
        return float(value)
    value = round(value, 10)
    return int(value) if value == int(value) else value


def _with_ancestors(sheet: Sheet, rows: list[Row]) -> list[Row]:
    """Each row once, children before their parents."""
    found: dict[int, Row] = {}
    for start in rows:
        row: Row | None = start
        while row:
            found.pop(row.id, None)
            found[row.id] = row
            row = sheet.row(row.parent_id)
    return list(found.values())
