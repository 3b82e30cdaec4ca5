"""Prepares what the designer's page shows of a condition: lines with their controls, and the condition in words.

The names of all inputs of a condition begin with the condition's name, followed by the path of the line. An example is
`rule~0.1~column`: the column in the second line of the rule's first group. Each button sends a command, so everything
works without JavaScript. The command `line:rule~0`, for example, adds a line to the rule's first group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edits.forms.conditions import Condition
from edits.forms.designing import condition_groups
from edits.forms.designing.condition_groups import DEEPEST, KINDS, OFFERED, TICKS, Group, Line
from edits.forms.operators import DAYS, ORDERS, WITHOUT_VALUE, Operator
from edits.sheets.people import CONTACT_COLUMNS
from edits.sheets.sheet import Column, Json

Choice = tuple[str, str]
DATES = {"DATE", "DATETIME", "ABSTRACT_DATETIME"}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with its controls. `control` is the kind of control for the value: none, text, lines, day, days, number,
    select or boxes. `choices` has the values that a control of the kind select or boxes offers.
    """

    id: str
    number: int
    column: str
    columns: tuple[Choice, ...]
    operator: str
    operators: tuple[Choice, ...]
    value: str
    control: str
    choices: tuple[str | Choice, ...]
    is_group: bool = False

    @property
    def values(self) -> list[str]:
        """The chosen values, if the control is boxes."""
        return self.value.split("\n")


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group with its parts. `can_nest` says whether the group can contain another group."""

    id: str
    number: int
    kind: str
    parts: tuple[ShownLine | ShownGroup, ...]
    can_nest: bool
    is_group: bool = True
    kinds: tuple[Choice, ...] = tuple(KINDS.items())


@dataclass(frozen=True, slots=True)
class Builder:
    """A condition on the page. `words` is the condition in words. If the condition isn't finished, `words` is "", and
    `why_unfinished` says why.
    """

    name: str
    group: ShownGroup
    words: str
    why_unfinished: str
    is_empty: bool


def builder(name: str, raw: Json, columns: Sequence[Column]) -> Builder:
    """Return the builder of a condition. `raw` is the condition's JSON, finished or not. If `raw` is None, the
    condition has no lines.
    """
    group = condition_groups.read(raw, columns)
    why = condition_groups.why_unfinished(raw) if group.parts else ""
    titles = {column.id: column.title for column in columns}
    return Builder(
        name=name,
        group=_group(name, "", group, columns, number=1, depth=1),
        words=Condition.parse(raw).words(titles) if group.parts and not why else "",
        why_unfinished=why,
        is_empty=not group.parts,
    )


def contact_columns(columns: Sequence[Column]) -> list[Column]:
    """Return the contact columns."""
    return [column for column in columns if column.type in CONTACT_COLUMNS]


def _group(name: str, path: str, group: Group, columns: Sequence[Column], *, number: int, depth: int) -> ShownGroup:
    parts: list[ShownLine | ShownGroup] = []
    for place, part in enumerate(group.parts):
        inner = f"{path}.{place}" if path else str(place)
        if isinstance(part, Group):
            parts.append(_group(name, inner, part, columns, number=place + 1, depth=depth + 1))
        else:
            parts.append(_line(f"{name}~{inner}", part, columns, number=place + 1))
    return ShownGroup(f"{name}~{path}", number, group.kind, tuple(parts), can_nest=depth < DEEPEST)


def _line(id_: str, line: Line, columns: Sequence[Column], *, number: int) -> ShownLine:
    column = next((column for column in columns if str(column.id) == line.column), None)
    listed = [(str(one.id), one.title) for one in columns]
    if line.column and column is None:
        listed.append((line.column, "a column that no longer exists"))
    offered: Mapping[Operator, str] = OFFERED.get(column.type if column else "", OFFERED["TEXT_NUMBER"])
    operators = [(str(operator), words) for operator, words in offered.items()]
    if line.operator not in dict(operators):
        operators.append((line.operator, line.operator.replace("_", " ")))
    control, choices = _control(line, column)
    return ShownLine(
        id=id_,
        number=number,
        column=line.column,
        columns=(("", "Choose a column"), *listed),
        operator=line.operator,
        operators=tuple(operators),
        value=line.value,
        control=control,
        choices=choices,
    )


def _control(line: Line, column: Column | None) -> tuple[str, tuple[str | Choice, ...]]:
    """Return the kind of control for the line's value, and the values that the control offers."""
    kind = column.type if column else ""
    options = column.options if column else ()
    people = tuple(one.key for one in column.contact_options) if column else ()
    if line.operator in WITHOUT_VALUE:
        return "none", ()
    if line.operator in DAYS:
        return "days", ()
    if kind in DATES:
        return "lines" if line.operator == Operator.ONE_OF else "day", ()
    if line.operator in ORDERS:
        return "number", ()
    if kind == "CHECKBOX":
        return "select", (("", "Choose"), *TICKS)
    if line.operator == Operator.ONE_OF:
        more = tuple(one for one in line.value.split("\n") if one and one not in options)
        return ("boxes", (*options, *more)) if options else ("lines", people)
    if options and (column is None or column.is_validated or kind == "MULTI_PICKLIST"):
        more = (line.value,) if line.value and line.value not in options else ()
        return "select", (("", "Choose"), *((one, one) for one in (*options, *more)))
    return "text", options or people
