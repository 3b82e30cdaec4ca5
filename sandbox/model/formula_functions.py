"""The functions that formulas can use. https://help.smartsheet.com/functions"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from sandbox.clock import now
from sandbox.model.cell_values import ISO_DATE, LONGEST_TEXT, text_of
from sandbox.model.formula_memory import Memory
from sandbox.model.formula_operators import (
    DIVIDE_BY_ZERO,
    LOST,
    Day,
    FormulaError,
    compared,
    is_true,
    number_of,
    numbers_in,
    operated,
    rounded,
    shifted,
)
from sandbox.model.formula_parser import (
    CELL,
    COMPARISONS,
    Function,
    Incalculable,
    Literal,
    Node,
    Operation,
    Range,
    Reference,
    Unparseable,
    tests_cells,
    walk,
)
from sandbox.model.sheet import EMPTY, Cell, Column, Primitive, Row, Sheet

INVALID_COLUMN_VALUE, WRONG_ARGUMENTS = "#INVALID COLUMN VALUE", "#INCORRECT ARGUMENT SET"
TYPES_EXPECTED = {"CHECKBOX": "#BOOLEAN EXPECTED", "DATE": "#DATE EXPECTED"}


class Calculator(ABC):
    """Calculates formulas of one sheet from their trees. A subclass provides the cells."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._by_title = {column.title: column for column in sheet.columns}
        self.memory = Memory(sheet)

    @abstractmethod
    def cell(self, row: Row, column: Column) -> Cell:
        """Return a cell with its current value. Raises FormulaError if the value is an error such as `#REF`, and
        Incalculable if the cell has no value.
        """

    def result(self, node: Node, row: Row, column: Column) -> Cell:
        """Return the cell with the result of a formula. Raises FormulaError or Incalculable if there is no result."""
        value = _in_column(column, _Formula(self, row, column).value(node))
        if isinstance(value, str):
            value = str(value)[:LONGEST_TEXT]
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            value = rounded(value)
        is_plain = column.type == "CHECKBOX" and isinstance(value, bool)
        is_plain = is_plain or (column.type == "DATE" and bool(ISO_DATE.fullmatch(str(value))))
        return EMPTY if value is None else Cell(value, None if is_plain else text_of(value))

    def column(self, title: str) -> Column:
        """Return the column with this title. Raises Unparseable if the sheet doesn't have it."""
        if title not in self._by_title:
            raise Unparseable(f"with the column {title!r}, which doesn't exist")
        return self._by_title[title]


class _Formula:
    """A formula in a cell, with the methods that calculate it. `element` is used only while a criterion, such as `>5`,
    tests the cells of a range. It is the value of the tested cell.
    """

    def __init__(self, calculator: Calculator, row: Row, column: Column, element: Primitive = None) -> None:
        self.calculator, self.row, self.column, self.element = calculator, row, column, element
        self.sheet = calculator.sheet

    def value(self, node: Node) -> Primitive:
        """Return the value of a part of the formula. Raises Incalculable for a range."""
        match node:
            case Literal(value=value):
                return value
            case Reference():
                return self.element if node == CELL else self.cell(node).value
            case Operation(sign="-", left=None, right=right):
                return -number_of(self.value(right))
            case Operation(sign=sign, left=None) if sign in COMPARISONS:
                return self.meets(node, self.element)
            case Operation(sign=sign, left=left, right=right) if left is not None:
                return operated(sign, self.value(left), self.value(right))
            case Function(name=name) if name in FUNCTIONS:
                return self.calculator.memory.value(node, lambda: FUNCTIONS[name](self, node.arguments))
        raise Incalculable(type(node).__name__)

    def cell(self, reference: Reference) -> Cell:
        """Return the cell that a reference names."""
        row = self.row if reference.row is None else self.numbered(reference.row)
        column = self.calculator.column(reference.title)
        return self.calculator.cell(row, column)

    def numbered(self, number: int) -> Row:
        """Return the row with this number. Raises FormulaError if there is none."""
        if not 0 < number <= len(self.sheet.rows):
            raise FormulaError(LOST)
        return self.sheet.rows[number - 1]

    def cells(self, node: Node) -> list[Cell]:
        """Return the cells of a range or of CHILDREN. For any other part of a formula, return one cell with the part's
        value.
        """
        match node:
            case Range():
                return self.calculator.memory.range(node, lambda: self.range(node))
            case Function(name="CHILDREN", arguments=arguments):
                row, column = self.place(arguments)
                children = self.calculator.memory.children.get(row.id, [])
                return [self.calculator.cell(child, column) for child in children]
            case Reference() if node != CELL:
                return [self.cell(node)]
        value = self.value(node)
        return [EMPTY if value is None else Cell(value, text_of(value))]

    def range(self, node: Range) -> list[Cell]:
        """Return the cells of a range, row by row."""
        left, right = (self.sheet.position(self.calculator.column(title)) for title in (node.left, node.right))
        columns = self.sheet.columns[min(left, right) : max(left, right) + 1]
        rows = self.sheet.rows
        if node.first is not None and node.last is not None:
            first, last = sorted((node.first, node.last))
            self.numbered(first)
            rows = rows[first - 1 : last]
        return [self.calculator.cell(row, column) for row in rows for column in columns]

    def place(self, arguments: tuple[Node, ...]) -> tuple[Row, Column]:
        """Return the row and column that the argument of CHILDREN or PARENT names.

        Without an argument, return the row and column of the formula.
        """
        match arguments:
            case ():
                return self.row, self.column
            case (Reference() as reference,) if reference != CELL:
                row = self.row if reference.row is None else self.numbered(reference.row)
                return row, self.calculator.column(reference.title)
        raise Incalculable("CHILDREN() or PARENT() with these arguments")

    def meeting(self, node: Node, cells: Sequence[Cell], criterion: Node) -> list[int]:
        """Return the positions of the cells that meet a criterion. `cells` are the cells of the range `node`."""
        wanted = criterion.right if isinstance(criterion, Operation) and _is_equality(criterion) else criterion
        if isinstance(node, Range) and not tests_cells(wanted):
            return self.calculator.memory.places(node, cells, self.value(wanted))
        return [place for place, cell in enumerate(cells) if self.meets(criterion, cell.value)]

    def meets(self, criterion: Node, element: Primitive) -> bool:
        """Whether the value of a cell meets a criterion: `5`, `>5` or `@cell > 5`."""
        formula = _Formula(self.calculator, self.row, self.column, element)
        if isinstance(criterion, Operation) and criterion.left is None and criterion.sign in COMPARISONS:
            return compared(criterion.sign, element, formula.value(criterion.right))
        value = formula.value(criterion)
        return value is True if CELL in walk(criterion) else compared("=", element, value)


def _in_column(column: Column, value: Primitive) -> Primitive:
    """Return the result of a formula as the value that the column stores. A check box stores 1 and 0 as true and false.

    Raises FormulaError if the column doesn't accept the result.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if column.type == "CHECKBOX" and is_number and value in (0, 1):
        return value == 1
    is_text = isinstance(value, str) and not isinstance(value, Day)
    if value is None or (is_text and not (column.validation and column.type in TYPES_EXPECTED)):
        return value
    match column.type:
        case "CHECKBOX":
            is_accepted = isinstance(value, bool)
        case "DATE":
            is_accepted = isinstance(value, Day)
        case _:
            is_accepted = is_number
    if not is_accepted:
        raise FormulaError(TYPES_EXPECTED[column.type] if is_text else INVALID_COLUMN_VALUE)
    return value


def _is_equality(criterion: Operation) -> bool:
    return criterion.left is None and criterion.sign == "="


def _all_cells(formula: _Formula, arguments: tuple[Node, ...]) -> list[Cell]:
    return [cell for argument in arguments for cell in formula.cells(argument)]


def _all_numbers(formula: _Formula, arguments: tuple[Node, ...]) -> list[float]:
    return numbers_in(*(cell.value for cell in _all_cells(formula, arguments)))


def _sum(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    return sum(_all_numbers(formula, arguments))


def _avg(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    numbers = _all_numbers(formula, arguments)
    if not numbers:
        raise FormulaError(DIVIDE_BY_ZERO)
    return sum(numbers) / len(numbers)


def _count(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    return sum(cell.value is not None for cell in _all_cells(formula, arguments))


def _if(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    if len(arguments) not in (2, 3):
        raise FormulaError(WRONG_ARGUMENTS)
    if is_true(formula.value(arguments[0])):
        return formula.value(arguments[1])
    return formula.value(arguments[2]) if len(arguments) == 3 else None


def _countif(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    if len(arguments) != 2:
        raise FormulaError(WRONG_ARGUMENTS)
    return len(formula.meeting(arguments[0], formula.cells(arguments[0]), arguments[1]))


def _sumif(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    if len(arguments) not in (2, 3):
        raise FormulaError(WRONG_ARGUMENTS)
    tested, summed = formula.cells(arguments[0]), formula.cells(arguments[-1] if len(arguments) == 3 else arguments[0])
    if len(tested) != len(summed):
        raise FormulaError(WRONG_ARGUMENTS)
    met = formula.meeting(arguments[0], tested, arguments[1])
    return sum(numbers_in(*(summed[place].value for place in met)))


def _parent(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    row, column = formula.place(arguments)
    parent = formula.sheet.row(row.parent_id)
    return formula.calculator.cell(parent, column).value if parent else None


def _children(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    raise Incalculable("CHILDREN() outside a function that takes a range")


def _today(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    if len(arguments) > 1:
        raise FormulaError(WRONG_ARGUMENTS)
    return shifted(now().date(), number_of(formula.value(arguments[0])) if arguments else 0)


def _join(formula: _Formula, arguments: tuple[Node, ...]) -> Primitive:
    if len(arguments) not in (1, 2):
        raise FormulaError(WRONG_ARGUMENTS)
    delimiter = text_of(formula.value(arguments[1])) if len(arguments) == 2 else ""
    return delimiter.join(cell.display or text_of(cell.value) for cell in formula.cells(arguments[0]))


FUNCTIONS: dict[str, Callable[[_Formula, tuple[Node, ...]], Primitive]] = {
    "AVG": _avg,
    "CHILDREN": _children,
    "COUNT": _count,
    "COUNTIF": _countif,
    "IF": _if,
    "JOIN": _join,
    "PARENT": _parent,
    "SUM": _sum,
    "SUMIF": _sumif,
    "TODAY": _today,
}
