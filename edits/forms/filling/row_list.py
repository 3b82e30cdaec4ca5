"""Lists a person's rows in a form. Rows in which the person has something to do come first."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from edits.forms.conditions import All, AnyOf, Comparison, Condition, Not
from edits.forms.definition import Definition, FormField, State
from edits.forms.filling.opening import OpenForm
from edits.forms.my_rows import MyRows, my_rows
from edits.forms.operators import Operator
from identity.middleware import SmartsheetRequest

MOST_SHOWN = 3  # the largest number of fields that the list shows of a row


def rows_of(
    request: SmartsheetRequest,
    opened: OpenForm,
    *,
    primary_column_id: int | None = None,
    asked_row_ids: Collection[int] = (),
) -> MyRows:
    """Return the person's rows in the form. `asked_row_ids` has the ids of the rows that someone has asked the person
    to update. These rows also count as rows in which the person has something to do. Raises GatewayError.
    """
    definition = opened.definition
    return my_rows(
        request.user,
        opened.form.sheet_id,
        condition=definition.rule,
        chosen_filter=definition.filter,
        shown_column_ids=[field.column_id for field in shown_fields(definition)],
        needs=needs_of(definition),
        asked_row_ids=asked_row_ids,
        primary_column_id=primary_column_id,
    )


def shown_fields(definition: Definition) -> list[FormField]:
    """Return the fields that the list shows: the first MOST_SHOWN fields that people see in every row."""
    seen = (field for field in definition.fields if State.HIDDEN not in field.possible_states)
    return list(seen)[:MOST_SHOWN]


def needs_of(definition: Definition) -> Condition | None:
    """Return the condition for rows in which the person has something to do: a required field is empty, or a value
    isn't allowed.
    """
    parts = [part for field in definition.fields for part in _needs(field)]
    return AnyOf(tuple(parts)) if parts else None


def _needs(field: FormField) -> Iterator[Condition]:
    """Yield the conditions under which the person has something to do in a field. The first state whose condition holds
    is the field's state. So for a later state, the yielded condition also requires that no earlier condition holds.
    """
    is_empty = Comparison(field.column_id, Operator.EMPTY)
    earlier: list[Condition] = []
    for one in field.states:
        if one.state is State.REQUIRED:
            yield All((is_empty, *earlier, one.when))
        earlier.append(Not(one.when))
    if field.state is State.REQUIRED:
        yield All((is_empty, *earlier))
    if State.HIDDEN not in field.possible_states:
        yield from (one.when for one in field.not_allowed)
