"""Counts the rows that fit a form's rule and its filter. The module reads only the columns that the rule needs."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from edits.forms.condition_values import plain, texts_of
from edits.forms.definition import Definition
from edits.forms.filters import applying, require_applied
from edits.forms.operators import Operator
from edits.forms.row_rules import values_of
from edits.gateway.client import Gateway
from edits.sheets.sheet import Sheet

ABOUT_ME = frozenset({Operator.ME, Operator.NOT_ME})


@dataclass(frozen=True, slots=True)
class Matching:
    """How many rows fit a form. `total` is the number of all rows. `count` is the number of rows that fit.

    With some rules, a row fits for one person and doesn't fit for another. With such a rule, `count` includes each row
    that fits for the designer or for a person named in the row. `mine` is the number of rows that fit for the designer.
    With any other rule, `mine` is None.
    """

    total: int
    count: int
    mine: int | None = None


def matching_rows(gateway: Gateway, sheet: Sheet, definition: Definition, *, me: Set[str], today: date) -> Matching:
    """Count the rows that fit the form. `sheet` must have all columns. If the form is for all rows, Smartsheet isn't
    called. Otherwise the rows are read with the designer's token. So if the form has a filter, only rows that the
    filter shows to the designer are counted.

    Raises GatewayError. Raises FilterGone if Smartsheet doesn't apply the filter.
    """
    rule = definition.rule
    if definition.has_all_rows:
        return Matching(sheet.total_rows, sheet.total_rows)
    read_ids = sorted(rule.column_ids) if rule else [column.id for column in sheet.columns[:1]]
    with applying(lambda: gateway, sheet.id, definition.filter):
        raw = gateway.sheet(sheet.id, column_ids=read_ids, filter_id=definition.filter_id)
    found = Sheet.parse(raw).rows
    require_applied(found, definition.filter)
    rows = [values_of(row) for row in found if not row.is_filtered_out]
    if rule is None:
        return Matching(len(found), len(rows))
    people = {one.column_id for one in rule.comparisons() if one.operator in ABOUT_ME}
    fits_me = rule.test(me=me, today=today)
    mine = sum(map(fits_me, rows))
    if not people:
        return Matching(len(found), mine)
    count = 0
    for values in rows:
        named = {text for column_id in people for text in texts_of(plain(values.get(column_id))) if "@" in text}
        count += fits_me(values) or any(rule.holds(values, me={one}, today=today) for one in named)
    return Matching(len(found), count, mine)
