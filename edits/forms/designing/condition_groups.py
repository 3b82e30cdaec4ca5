"""Groups of lines, from which a designer builds a condition. Lines and groups can be unfinished.

    group = read(condition_json)       or posted(request.POST, "rule", columns)
    group.to_json()                    is JSON for Condition.parse, if the group is finished

A line has a column, an operator and what was typed as the value. A group says how many of its parts must be true.
Groups of the kinds "none" and "not_all" become conditions with "not". A path of numbers says which part of a group is
meant. The first part has the number 0: the path "0.2" means the third part of the group's first part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from edits.forms.condition_values import NUMBER
from edits.forms.conditions import Condition, InvalidCondition
from edits.forms.operators import DAYS, ORDERS, WITHOUT_VALUE, Operator
from edits.sheets.sheet import Column, Json

KINDS = {
    "all": "all of these are true",
    "any": "at least one of these is true",
    "none": "none of these is true",
    "not_all": "not all of these are true",
}
DEEPEST = 3  # levels of groups; a group with "not" makes two levels of a condition
MOST_PARTS = 50
INTEGER = re.compile("-?[0-9]{1,4}")

TEXT = {
    Operator.EQUALS: "is",
    Operator.NOT_EQUALS: "is not",
    Operator.ONE_OF: "is one of",
    Operator.CONTAINS: "contains",
    Operator.NOT_CONTAINS: "does not contain",
}
EMPTY = {Operator.NOT_EMPTY: "is not empty", Operator.EMPTY: "is empty"}
NUMBERS = {
    Operator.LESS: "is less than",
    Operator.AT_MOST: "is at most",
    Operator.GREATER: "is more than",
    Operator.AT_LEAST: "is at least",
}
DATES = {
    Operator.EQUALS: "is",
    Operator.NOT_EQUALS: "is not",
    Operator.LESS: "is before",
    Operator.AT_MOST: "is on or before",
    Operator.GREATER: "is after",
    Operator.AT_LEAST: "is on or after",
    Operator.BEFORE_TODAY: "is before today plus this many days:",
    Operator.TODAY: "is today plus this many days:",
    Operator.AFTER_TODAY: "is after today plus this many days:",
}
PERSON = {Operator.ME: "is the person who opens it", Operator.NOT_ME: "is not the person who opens it"}
CHOICE = {operator: TEXT[operator] for operator in (Operator.EQUALS, Operator.NOT_EQUALS, Operator.ONE_OF)}
LISTS = {operator: TEXT[operator] for operator in (Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.ONE_OF)}
OFFERED: dict[str, dict[Operator, str]] = {
    "TEXT_NUMBER": TEXT | NUMBERS | EMPTY,
    "PICKLIST": CHOICE | EMPTY,
    "MULTI_PICKLIST": LISTS | EMPTY,
    "CHECKBOX": {Operator.EQUALS: "is"},
    "DATE": DATES | EMPTY,
    "DATETIME": DATES | EMPTY,
    "ABSTRACT_DATETIME": DATES | EMPTY,
    "CONTACT_LIST": PERSON | CHOICE | EMPTY,
    "MULTI_CONTACT_LIST": PERSON | LISTS | EMPTY,
}
TICKS = (("true", "ticked"), ("false", "not ticked"))


@dataclass(slots=True)
class Line:
    """One line of a condition, perhaps without a column or a value. `value` is what was typed. `given` is the value in
    the JSON from which the line was read.
    """

    column: str = ""
    operator: str = Operator.EQUALS
    value: str = ""
    type: str = ""
    given: Json = None

    def to_json(self) -> dict[str, Json]:
        value = self._json_value()
        return {"column": self.column, "is": self.operator} | ({} if value is None else {"value": value})

    def _json_value(self) -> Json:
        if self.given is not None:
            return self.given
        text = self.value.strip()
        if self.operator in WITHOUT_VALUE or (self.operator in DAYS and text in {"", "0"}):
            return None
        if self.operator in DAYS:
            return int(text) if INTEGER.fullmatch(text) else text
        if self.operator == Operator.ONE_OF:
            return [line.strip() for line in self.value.splitlines() if line.strip()]
        if self.type == "CHECKBOX" and text in {"true", "false"}:
            return text == "true"
        if self.operator in ORDERS or self.type == "TEXT_NUMBER":
            is_compared = self.operator in ORDERS | {Operator.EQUALS, Operator.NOT_EQUALS}
            return _number(text) if is_compared and NUMBER.fullmatch(text) else text
        return text

    @property
    def is_finished(self) -> bool:
        """Whether the line is a complete condition."""
        return not why_unfinished(self.to_json())


@dataclass(slots=True)
class Group:
    """A group of lines and other groups."""

    kind: str = "all"
    parts: list[Line | Group] = field(default_factory=list)

    def to_json(self) -> dict[str, Json]:
        is_any = self.kind in {"any", "none"}
        inner = {"any" if is_any else "all": [part.to_json() for part in self.parts]}
        return {"not": inner} if self.kind in {"none", "not_all"} else inner

    def at(self, path: str) -> Line | Group:
        """Return the part with this path. The path "" is the group itself. Raises LookupError."""
        found: Line | Group = self
        for number in filter(None, path.split(".")):
            if not isinstance(found, Group) or not number.isdecimal():
                raise LookupError(path)
            found = found.parts[int(number)]
        return found

    def add(self, path: str, part: Line | Group) -> str:
        """Add a part to the group at this path. Return the new part's path. Raises LookupError."""
        group = self.at(path)
        if not isinstance(group, Group) or len(list(self.walk())) >= MOST_PARTS:
            raise LookupError(path)
        group.parts.append(part)
        return ".".join(filter(None, (path, str(len(group.parts) - 1))))

    def remove(self, path: str) -> None:
        """Remove the part with this path. Raises LookupError."""
        parent, _, number = path.rpartition(".")
        group = self.at(parent)
        if not isinstance(group, Group) or not number.isdecimal():
            raise LookupError(path)
        del group.parts[int(number)]

    def walk(self) -> Iterator[Line | Group]:
        """Yield all parts, at every level."""
        for part in self.parts:
            yield part
            if isinstance(part, Group):
                yield from part.walk()


def read(raw: Json, columns: Sequence[Column] = ()) -> Group:
    """Return the group for a condition's JSON, finished or not. If `raw` is None, the group is empty. Raises
    InvalidCondition.
    """
    types = {str(column.id): column.type for column in columns}
    if raw is None:
        return Group()
    found = _read(raw, types, depth=1)
    return found if isinstance(found, Group) else Group(parts=[found])


def posted(data: Mapping[str, str], name: str, columns: Sequence[Column]) -> Group:
    """Return the group that a browser has sent. The names of the group's inputs begin with `name`."""
    return _posted_group(data, name, "", {str(column.id): column.type for column in columns}, depth=1)


def why_unfinished(raw: Json) -> str:
    """Return a sentence that tells the designer why this JSON isn't a complete condition yet; "" if it is complete."""
    lines = list(_lines(raw))
    if not lines:
        return "Add at least one line."
    if any(not line.get("column") for line in lines):
        return "Choose a column in each line."
    try:
        Condition.parse(raw)
    except InvalidCondition as error:
        return _plainer(lines) or str(error)
    return ""


def _plainer(lines: Sequence[Mapping[str, Json]]) -> str:
    for line in lines:
        operator, value = line.get("is"), line.get("value")
        if operator in ORDERS and value in (None, ""):
            return "Enter a number or a day in each line."
        if operator in DAYS:
            return "Enter the number of days as a whole number, such as 7 or -7."
        if operator not in WITHOUT_VALUE and value in (None, "", []):
            return "Enter a value in each line."
    return ""


def _lines(raw: Json) -> Iterator[Mapping[str, Json]]:
    if not isinstance(raw, dict):
        return
    if "column" in raw:
        yield raw
    for inner in (raw.get("all"), raw.get("any"), [raw.get("not")]):
        for part in inner if isinstance(inner, list) else ():
            yield from _lines(part)


def _read(raw: Json, types: Mapping[str, str], depth: int) -> Line | Group:
    if not isinstance(raw, dict) or depth > 2 * DEEPEST:
        raise InvalidCondition("This isn't a condition.")
    if "column" in raw:
        value, column = raw.get("value"), str(raw.get("column"))
        operator = str(raw.get("is"))
        if operator not in set(Operator):
            raise InvalidCondition("This isn't a condition.")
        return Line(column, operator, _text(value), types.get(column, ""), given=value)
    kind, inner = next(iter(raw.items()), ("", None))
    if kind == "not":
        part = _read(inner, types, depth + 1)
        if isinstance(part, Group) and part.kind in {"all", "any"}:
            return Group("none" if part.kind == "any" else "not_all", part.parts)
        return Group("none", [part])
    if kind not in {"all", "any"} or not isinstance(inner, list):
        raise InvalidCondition("This isn't a condition.")
    return Group(kind, [_read(part, types, depth + 1) for part in inner])


def _posted_group(data: Mapping[str, str], name: str, path: str, types: Mapping[str, str], depth: int) -> Group:
    kind = data.get(f"{name}~{path}~kind", "all")
    group = Group(kind if kind in KINDS else "all")
    for number in range(MOST_PARTS):
        inner = f"{path}.{number}" if path else str(number)
        if f"{name}~{inner}~column" in data:
            column = data[f"{name}~{inner}~column"]
            operator = data.get(f"{name}~{inner}~is", "")
            offered = OFFERED.get(types.get(column, ""), TEXT | EMPTY)
            operator = operator if operator in offered or column not in types else str(next(iter(offered)))
            operator = operator if operator in set(Operator) else str(Operator.EQUALS)
            value = "\n".join(values) if (values := _values(data, f"{name}~{inner}~value")) else ""
            group.parts.append(Line(column if column.isdecimal() else "", operator, value, types.get(column, "")))
        elif f"{name}~{inner}~kind" in data and depth < 2 * DEEPEST:
            group.parts.append(_posted_group(data, name, inner, types, depth + 1))
        else:
            break
    return group


def _values(data: Mapping[str, str], name: str) -> list[str]:
    found = data.getlist(name) if hasattr(data, "getlist") else [data[name]] if name in data else []
    return [str(one).replace("\r\n", "\n").replace("\0", "") for one in found]


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
