"""Prepares data for the script of a form (fill-in.js): the states, options and refusals that depend on what is typed.

The server evaluates conditions on columns that the person can't change. So the rules for the page
don't have the values of these columns, and conditions can use columns that the form hides from the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from edits.forms.conditions import Condition
from edits.forms.definition import FormField
from edits.forms.designed_form import DesignedForm
from edits.forms.operators import Operator
from edits.sheets import number_formats
from edits.sheets.sheet import Json

LISTS = ("states", "options", "not_allowed")
ALWAYS: dict[str, Json] = {"all": []}


def live_rules(form: DesignedForm) -> dict[str, Any] | None:
    """Return the rules as JSON for the page; None if nothing in the form depends on what is typed. Ids of columns are
    texts, because JavaScript would round such long numbers.
    """
    if form.baseline is None:
        return None
    fields = [field for field, column in form.designed.values() if column.id not in form.unseen_ids]
    rests = [form.known.rest(condition) for field in fields for condition in field.conditions]
    conditions = [rest for rest in rests if isinstance(rest, Condition)]
    if not conditions:
        return None
    comparisons = [one for condition in conditions for one in condition.comparisons()]
    is_about_me = any(one.operator in {Operator.ME, Operator.NOT_ME} for one in comparisons)
    locale = form.reader.locale
    return {
        "me": sorted(form.me) if is_about_me else [],
        "today": form.today.isoformat(),
        "locale": {"decimal": locale.decimal, "thousands": locale.thousands, "groupSizes": locale.group_sizes},
        "values": {str(one): form.current.get(one) for one in sorted({one.column_id for one in comparisons})},
        "fields": [_field(form, field) for field in fields],
    }


def _field(form: DesignedForm, field: FormField) -> dict[str, Json]:
    _, column = form.designed[field.column_id]
    look = number_formats.look(column.format)
    raw = field.to_json()
    rests = {name: _rests(form, zip(raw[name], getattr(field, name), strict=True)) for name in LISTS}
    return {
        **{key: raw[key] for key in ("column", "type", "state")},
        **rests,
        "name": field.name,
        "is_given": field.column_id in form.given,
        "is_percent": bool(look and look.is_percent),
    }


def _rests(form: DesignedForm, items: Iterable[tuple[Any, Any]]) -> list[Json]:
    """Return the items of a list, such as the states of a field, as JSON. Items whose conditions can't hold on this
    page are left out. Of each condition, the result has only the part that depends on what is typed.
    """
    found: list[Json] = []
    for raw, item in items:
        rest = form.known.rest(item.when)
        if rest is not False:
            found.append({**raw, "when": ALWAYS if rest is True else rest.to_json()})
    return found
