"""Parses formulas into trees of numbers, texts, references, operators and calls of functions.

https://help.smartsheet.com/articles/775363-using-formulas
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sandbox.model.cell_values import LONGEST_TEXT

TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+)
      | "(?P<text>(?:[^"\\]|\\.|"")*)"
      | \$?\[(?P<column>[^\]]+)\](?:\$?(?P<row>@row|[0-9]+))?
      | \$?(?P<bare>[A-Za-z]+)\$(?P<bare_row>[0-9]+)
      | \$?(?P<word>@cell|[A-Za-z]\w*(?:@row)?)
      | (?P<sign><>|<=|>=|[-+*/()<>=,:])
    )""",
    re.VERBOSE,
)
WORD_AND_ROW = re.compile(r"([A-Za-z]+)([0-9]+)")
# The functions of Smartsheet. The sandbox can calculate only some of them. https://help.smartsheet.com/functions
FUNCTION_NAMES = """
ABS ANCESTORS AND AVERAGEIF AVG AVGW CEILING CHAR CHILDREN COLLECT CONTAINS COUNT COUNTIF COUNTIFS COUNTM DATE
DATEONLY DAY DECTOHEX DESCENDANTS DISTINCT FIND FLOOR HAS HEXTODEC IF IFERROR INDEX INT ISBLANK ISBOOLEAN
ISCRITICAL ISDATE ISERROR ISEVEN ISNUMBER ISODD ISTEXT JOIN LARGE LEFT LEN LOOKUP LOWER MATCH MAX MEDIAN MID MIN
MOD MONTH MROUND NETDAYS NETWORKDAY NETWORKDAYS NOT NPV OR PARENT PERCENTILE PRORATE RANKAVG RANKEQ REPLACE RIGHT
ROUND ROUNDDOWN ROUNDUP SMALL STDEVA STDEVP STDEVPA STDEVS SUBSTITUTE SUCCESSORS SUM SUMIF SUMIFS TIME TODAY
TOTALFLOAT UNICHAR UPPER VALUE VLOOKUP WEEKDAY WEEKNUMBER WORKDAY YEAR YEARDAY
"""
MISSING_SIGNS = "^{%#;"  # signs that Smartsheet knows, but the sandbox doesn't
COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")


class Incalculable(Exception):
    """The sandbox can't calculate the formula. The exception's message names the unsupported part."""


class Unparseable(Incalculable):
    """The formula is wrong: Smartsheet can't read it either. The exception's message names the part that is wrong."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true or false."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to a cell. If `row` is None, the cell is in the formula's own row. If not, `row` is the number of the
    cell's row. The title "@cell" means the cell that a criterion is testing, in a range of cells.
    """

    title: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A range of cells, from the column `left` to the column `right`, and from row number `first` to row number `last`.
    If `first` and `last` are None, the range has all rows.
    """

    left: str
    right: str
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator with its two sides. `left` is None for a sign before a number, and in a criterion such as `>5`."""

    sign: str
    left: Node | None
    right: Node


@dataclass(frozen=True, slots=True)
class Function:
    """A call of a function with its arguments. The name is in capitals."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Reference | Range | Operation | Function
CELL = Reference("@cell")


@lru_cache(maxsize=4096)
def parsed(formula: str) -> Node:
    """Return the tree of a formula that begins with `=`. Raises Incalculable if the formula isn't supported."""
    if len(formula) > LONGEST_TEXT:
        raise Incalculable("such a long formula")
    parser = _Parser(_tokens(formula[1:].strip()))
    node = parser.comparison()
    if parser.kind != "end":
        raise Unparseable(f"what comes after the first {parser.place} words and signs")
    return node


@lru_cache(maxsize=4096)
def titles_in(formula: str) -> frozenset[str]:
    """Return the titles of the columns that a formula uses. Raises Incalculable if the formula isn't supported."""
    nodes = walk(parsed(formula))
    single = {node.title for node in nodes if isinstance(node, Reference) and node != CELL}
    return frozenset(single.union(*((node.left, node.right) for node in nodes if isinstance(node, Range))))


def walk(node: Node) -> list[Node]:
    """Return a node and all nodes below it."""
    found, waiting = [], [node]
    while waiting:
        found.append(waiting.pop())
        match found[-1]:
            case Operation(left=left, right=right):
                waiting += [right] if left is None else [left, right]
            case Function(arguments=arguments):
                waiting += arguments
    return found


def tests_cells(node: Node) -> bool:
    """Whether a part of a formula has `@cell` or a criterion such as `>5`. Its value depends on the tested cell."""
    return any(each == CELL or _is_criterion(each) for each in walk(node))


def is_the_same_in_all_rows(node: Node, *, in_criterion: bool = False) -> bool:
    """Whether a part of a formula has the same value in all rows. This is so if it uses no cell of the formula's own
    row, of its parent row or of its child rows. In a criterion, `@cell` has the same meaning in all rows.
    """
    match node:
        case Reference(row=row):
            return row is not None or (in_criterion and node == CELL)
        case Operation(left=left, right=right):
            sides = [right] if left is None else [left, right]
            is_outside = _is_criterion(node) and not in_criterion
            return not is_outside and all(is_the_same_in_all_rows(side, in_criterion=in_criterion) for side in sides)
        case Function(name=name, arguments=arguments):
            if name in ("CHILDREN", "PARENT") and not arguments:
                return False
            criteria = (1,) if name in ("COUNTIF", "SUMIF") else ()
            return all(
                is_the_same_in_all_rows(argument, in_criterion=in_criterion or place in criteria)
                for place, argument in enumerate(arguments)
            )
    return True


def _is_criterion(node: Node) -> bool:
    return isinstance(node, Operation) and node.left is None and node.sign in COMPARISONS


def _tokens(text: str) -> list[tuple[str, str, str]]:
    """Return the kind, the text and the row of each token. If the token names no row, its row is ""."""
    tokens, place = [], 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            rest = text[place:].lstrip()
            is_missing = rest[0] in MISSING_SIGNS or rest[0].isalpha()
            raise (Incalculable if is_missing else Unparseable)(f"{rest[:20]!r}")
        kind = {"row": "column", "bare_row": "column"}.get(match.lastgroup or "", match.lastgroup or "")
        tokens.append((kind, match["bare"] or match[kind], match["row"] or match["bare_row"] or ""))
        place = match.end()
    return tokens


class _Parser:
    """Parses by recursive descent. There is one method for each level of precedence."""

    def __init__(self, tokens: list[tuple[str, str, str]]) -> None:
        self.tokens, self.place = tokens, 0

    @property
    def kind(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else "end"

    def next(self) -> tuple[str, str, str]:
        if self.kind == "end":
            raise Unparseable("a formula that ends too early")
        self.place += 1
        return self.tokens[self.place - 1]

    def accept(self, *signs: str) -> str | None:
        """If the next token is one of these signs, read and return it. If not, return None."""
        if self.kind == "sign" and self.tokens[self.place][1] in signs:
            return self.next()[1]
        return None

    def comparison(self) -> Node:
        if sign := self.accept(*COMPARISONS):  # a criterion, which is tested for each cell of a range
            return Operation(sign, None, self.sum())
        node = self.sum()
        while sign := self.accept(*COMPARISONS):
            node = Operation(sign, node, self.sum())
        return node

    def sum(self) -> Node:
        node = self.product()
        while sign := self.accept("+", "-"):
            node = Operation(sign, node, self.product())
        return node

    def product(self) -> Node:
        node = self.signed()
        while sign := self.accept("*", "/"):
            node = Operation(sign, node, self.signed())
        return node

    def signed(self) -> Node:
        return Operation("-", None, self.signed()) if self.accept("-") else self.operand()

    def operand(self) -> Node:
        kind, text, row = self.next()
        match kind:
            case "number":
                return Literal(float(text))
            case "text":
                return Literal(re.sub(r'\\(.)|""', lambda found: found[1] or '"', text))
            case "column":
                return self.reference(text, row)
            case "word":
                return self.word(text)
        if text != "(":
            raise (Incalculable if text == "+" else Unparseable)(f"{text!r} at this position")
        node = self.comparison()
        if not self.accept(")"):
            raise Unparseable("a parenthesis that isn't closed")
        return node

    def word(self, text: str) -> Node:
        """Return the node of a function, a constant, or a column whose title is one word."""
        if self.accept("("):
            if text.upper() not in FUNCTION_NAMES.split():
                raise Unparseable(f"{text}()")
            return Function(text.upper(), self.arguments())
        if text.lower() in ("true", "false"):
            return Literal(text.lower() == "true")
        if text == CELL.title:
            return CELL
        if text.endswith("@row"):
            return Reference(text.removesuffix("@row"))
        numbered = WORD_AND_ROW.fullmatch(text)
        return self.reference(*numbered.groups()) if numbered else self.reference(text, "")

    def arguments(self) -> tuple[Node, ...]:
        if self.accept(")"):
            return ()
        found = [self.comparison()]
        while self.accept(","):
            found.append(self.comparison())
        if not self.accept(")"):
            raise Unparseable("a list of arguments that isn't closed")
        return tuple(found)

    def reference(self, title: str, row: str) -> Node:
        """Return the node of the cell in this column and row, or of a range that begins with this cell."""
        if self.accept(":"):
            kind, text, last = self.next()
            if kind == "word" and (numbered := WORD_AND_ROW.fullmatch(text)):
                text, last = numbered.groups()
            if kind not in ("column", "word"):
                raise Unparseable("what comes after a colon")
            if "@" in row + last + text or bool(row) != bool(last):
                raise Incalculable("this kind of range")
            return Range(title, text, int(row) if row else None, int(last) if last else None)
        if not row:
            raise Unparseable(f"the title {title!r} without a row")
        return Reference(title, None if row == "@row" else int(row))
