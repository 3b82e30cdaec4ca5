"""Says whether a row belongs to a person under the rule of a form. The rule is a condition, a filter of the sheet, or
both.

This app checks the condition on the server, when a row is opened and when the row is saved. `me` has the addresses that
the person is known by. If a contact has only a name and no address, the contact matches no person.

Smartsheet applies the sheet's filter when the rows are read with the person's own token (filters.py).
"""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, date, datetime

from edits.forms.conditions import Condition
from edits.forms.definition import Definition
from edits.sheets.held_values import held
from edits.sheets.sheet import Json, Row, Sheet
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.profiles.readers import reader_of


def known_as(person: Profile) -> frozenset[str]:
    """Return all addresses that the person has or had, in lower case. This function makes two queries.

    Names don't count. People choose their own names in Smartsheet, so anyone could take the name of another person.
    """
    return SmartsheetUser.objects.addresses(region=person.region, person_id=person.id) | person.addresses


def today_of(person: Profile) -> date:
    """Return the current day in the person's time zone, or in UTC if the person's time zone is unknown."""
    return datetime.now(UTC).astimezone(reader_of(person).zone).date()


def values_of(row: Row) -> dict[int, Json]:
    """The row's values by column id, as conditions read them."""
    return {column_id: held(cell) for column_id, cell in row.cells.items()}


def may(sheet: Sheet, row: Row, *, definition: Definition, me: Set[str], today: date) -> bool:
    """Whether the row belongs to the person. `sheet` must have been read with the columns of the form's rule. If the
    form uses a filter of the sheet, `sheet` must also have been read with this filter.

    If the sheet doesn't have one of the columns any more, no row belongs to anyone. Without this check, a rule such as
    "Owner is empty" would hold for every row after someone deleted the column Owner. If Smartsheet didn't apply the
    form's filter, no row belongs to anyone either.
    """
    if definition.filter and row.is_filtered_out is not False:
        return False
    rule = definition.rule
    if rule is None:
        return True
    return not missing_columns(sheet, rule) and rule.holds(values_of(row), me=me, today=today)


def missing_columns(sheet: Sheet, condition: Condition | None) -> frozenset[int]:
    """The ids of the columns that the condition reads and that the sheet doesn't have."""
    return (condition.column_ids if condition else frozenset()) - {column.id for column in sheet.columns}
