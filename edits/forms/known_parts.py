"""Finds the part of a condition that depends on what a person types. All other parts of the condition are evaluated on
the server. So a page doesn't need these other parts, and doesn't need the values of cells that only these parts use.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

from edits.forms.conditions import All, AnyOf, Comparison, Condition, Not
from edits.sheets.sheet import Json


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a row while a person fills in a form. `changeable` has the ids of the columns that the person
    can change.
    """

    values: Mapping[int, Json]
    changeable: Set[int]
    me: Set[str]
    today: date

    def rest(self, condition: Condition) -> Condition | bool:
        """Return the part of a condition that depends on changeable columns. If there is no such part, return whether
        the condition holds.
        """
        match condition:
            case Comparison() if condition.column_id in self.changeable:
                return condition
            case Not():
                inner = self.rest(condition.part)
                return not inner if isinstance(inner, bool) else Not(inner)
            case All() | AnyOf():
                return self._rest_of_parts(condition)
        return condition.holds(self.values, me=self.me, today=self.today)

    def _rest_of_parts(self, condition: All | AnyOf) -> Condition | bool:
        decisive = isinstance(condition, AnyOf)  # one part with this value decides the whole condition
        rests = [self.rest(part) for part in condition.parts]
        if any(one is decisive for one in rests):
            return decisive
        parts = tuple(one for one in rests if not isinstance(one, bool))
        return type(condition)(parts) if parts else not decisive
