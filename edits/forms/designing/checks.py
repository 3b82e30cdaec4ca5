"""Checks a form before it is published: what is wrong, where, and what to do.

A form with errors can't be published. A form with only warnings can. The sheet is read with the designer's own token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from edits.forms.conditions import Comparison, Condition
from edits.forms.definition import Allow, Audience, Definition, FormField, Reason, State
from edits.forms.designing.matching_rows import Matching
from edits.forms.designing.people_access import Lacking
from edits.forms.filters import why_not_usable
from edits.forms.models import FormDefinition
from edits.forms.operators import Operator
from edits.sheets.column_types import column_type
from edits.sheets.people import CONTACT_COLUMNS
from edits.sheets.sheet import Access, Column, Sheet

NAMED = 20  # how many people a finding names
EXACT = frozenset({Operator.EQUALS, Operator.NOT_EQUALS, Operator.ONE_OF, Operator.CONTAINS, Operator.NOT_CONTAINS})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a form. `panel` is the panel of the designer's page in which the designer can
    correct the form. `advice` says what to do. If the finding is about people, `people` has their names. The page lists
    these names below the advice.
    """

    sentence: str
    panel: str
    advice: str = ""
    is_error: bool = True
    people: tuple[str, ...] = ()


def check(
    form: FormDefinition, definition: Definition, sheet: Sheet, *, filters: Iterable[Mapping[str, object]] = ()
) -> list[Finding]:
    """Return everything that is wrong with the content of a form, errors first. `sheet` needs its columns, but no rows.
    `filters` has those filters of the sheet that the designer can use. The check needs `filters` only if the form has a
    filter.
    """
    found = [*_whole(form, definition), *_conditions(definition, sheet)]
    if definition.filter and (why := why_not_usable(filters, definition.filter)):
        found.append(Finding(why, "rows", "Choose another filter, or share this filter in Smartsheet."))
    for field in definition.fields:
        found += _field(field, sheet)
    return sorted(found, key=lambda one: not one.is_error)


def check_rows(definition: Definition, matching: Matching | None) -> Iterator[Finding]:
    """Yield a warning if no row fits the rule."""
    if matching and matching.total and not matching.count and definition.allow & {Allow.EDIT, Allow.DELETE}:
        sentence = f"No row fits the rule now: 0 of {matching.total:,}."
        advice = "Change the rule. If rows will fit the rule later, you can publish the form anyway."
        yield Finding(sentence, "rows", advice, is_error=False)


def check_people(lacking: Lacking, access: Access) -> Iterator[Finding]:
    """Yield a warning if some people can open the form, but can't change the sheet in Smartsheet. Also yield a warning
    if it is unknown who can change the sheet. `access` is the designer's access to the sheet.
    """
    if lacking.names:
        count = len(lacking.names)
        who = "One person" if count == 1 else f"{count} people"
        sentence = f"{who} can open the form, but can’t save it: only Editors of the sheet can."
        asked = f"Ask {lacking.owner or 'the owner of the sheet'} to share"
        advice = f"{'Share' if access.can_share else asked} the sheet with them as Editor."
        if lacking.has_groups:
            advice += " Some people may have access through a group. This app can’t see who is in a group."
        more = (f"and {count - NAMED} others",) if count > NAMED else ()
        people = (*lacking.names[:NAMED], *more)
        yield Finding(sentence, "people", advice, is_error=False, people=people)
    if lacking.why_unknown:
        yield Finding(lacking.why_unknown, "people", is_error=False)


def _whole(form: FormDefinition, definition: Definition) -> Iterator[Finding]:
    if not definition.title:
        yield Finding("The form has no title.", "title", "Enter one.")
    if not definition.allow:
        yield Finding("People can’t do anything with the rows.", "rows", "Choose what people can do with the rows.")
    if not definition.fields:
        yield Finding("The form has no fields.", "title", "Add a column of the sheet.")
    elif definition.allow & {Allow.EDIT, Allow.ADD} and not any(map(_can_be_written, definition.fields)):
        where = str(definition.fields[0].column_id)
        yield Finding("No field can be changed.", where, "Let people change at least one field.")
    if definition.reason is Reason.FROM_LIST and not definition.reasons:
        advice = "Enter the reasons that people can choose, or don’t ask for a reason from a list."
        yield Finding("The list of reasons is empty.", "reason", advice)
    if definition.audience is Audience.LISTED and not (definition.people or definition.domains):
        yield Finding("Nobody can open the form.", "people", "Enter people or domains.")
    if form.closes_at and form.closes_at <= timezone.now():
        yield Finding("The closing date has passed.", "closing", "Choose a later date, or remove the closing date.")
    if form.version and form.published and _slug_then(form) != form.slug:
        advice = "Links and QR codes with the old address no longer work. Share the new address."
        yield Finding("The address of the form has changed since it was published.", "title", advice, is_error=False)


def _slug_then(form: FormDefinition) -> str:
    then = form.history.filter(version=form.version).order_by("history_id").first()
    return str(then.slug) if then else form.slug


def _can_be_written(field: FormField) -> bool:
    return any(state.is_written for state in (field.state, *(one.state for one in field.states)))


def _field(field: FormField, sheet: Sheet) -> Iterator[Finding]:
    name, where, column = f"“{field.name}”", str(field.column_id), sheet.column(field.column_id)
    if column is None:
        yield Finding(f"The column of {name} is no longer in the sheet.", where, "Remove the field.")
        return
    if column.type != field.type:
        sentence = f"The column of {name} has another type now ({_type(column.type)}, not {_type(field.type)})."
        yield Finding(sentence, where, "Remove the field and add the column again.")
    if column.title != field.title:
        advice = "Use the columns’ new names, or keep the old ones."
        yield Finding(f"The column “{field.title}” is called “{column.title}” now.", where, advice, is_error=False)
    if _can_be_written(field):
        yield from _not_writable(field, column, where)
    yield from _hides_itself(field, where)
    yield from _gone_options(field, column, where)
    for one in field.not_allowed:
        if not one.message:
            yield Finding(f"{name}: the message for a value that isn’t allowed is empty.", where, "Enter it.")


def _not_writable(field: FormField, column: Column, where: str) -> Iterator[Finding]:
    name, advice = f"“{field.name}”", "Let the form only show the field, or remove the field."
    kind = column_type(column)
    if column.formula:
        yield Finding(f"{name} can’t be changed: a formula calculates its column.", where, advice)
    elif column.system_type or column.type == "DATETIME":
        yield Finding(f"{name} can’t be changed: Smartsheet fills in its column.", where, advice)
    elif why := kind.why_not_here:
        yield Finding(f"{name}: {why}", where, advice)
    elif column.is_locked:
        is_required = State.REQUIRED in {field.state, *(one.state for one in field.states)}
        sentence = f"{name} can’t be changed by Editors: its column is locked."
        more = "Unlock the column in Smartsheet, or let the form show the field without letting people change it."
        yield Finding(sentence, where, more, is_error=is_required)


def _hides_itself(field: FormField, where: str) -> Iterator[Finding]:
    """Yield a finding if the field's own value can hide the field. Then nobody can fill in the field, or correct its
    value.
    """
    states = {field.state, *(one.state for one in field.states)}
    is_hidden_by_itself = any(
        field.column_id in one.when.column_ids and State.HIDDEN in {one.state, field.state} for one in field.states
    )
    if is_hidden_by_itself and _can_be_written(field):
        is_required = State.REQUIRED in states
        what = "is required, but its own condition hides it" if is_required else "is hidden by its own value"
        advice = "Let the condition depend on another column."
        yield Finding(f"“{field.name}” {what}.", where, advice, is_error=is_required)


def _gone_options(field: FormField, column: Column, where: str) -> Iterator[Finding]:
    if not column.options:
        return
    offered = [option for one in field.options for option in one.options]
    held = field.default if isinstance(field.default, list) else [field.default] if field.default else []
    for what, values in (("offers", offered), ("has the default value", held)):
        gone = [str(value) for value in dict.fromkeys(map(str, values)) if str(value) not in column.options]
        if gone:
            sentence = f"“{field.name}” {what} {_quoted(gone)}, which the column no longer has."
            yield Finding(sentence, where, "Choose other options.", is_error=False)
    for one in field.options:
        if not one.options:
            sentence = f"If a condition of “{field.name}” holds, the field has no options."
            yield Finding(sentence, where, "Choose options.")


def _conditions(definition: Definition, sheet: Sheet) -> Iterator[Finding]:
    """Yield findings for conditions on columns or options that are gone."""
    if definition.rule:
        yield from _condition("The rule for rows", definition.rule, sheet, "rows")
    for field in definition.fields:
        for condition in field.conditions:
            yield from _condition(f"A condition of “{field.name}”", condition, sheet, str(field.column_id))


def _condition(what: str, condition: Condition, sheet: Sheet, where: str) -> Iterator[Finding]:
    for one in condition.comparisons():
        column = sheet.column(one.column_id)
        if column is None:
            yield Finding(f"{what} reads a column that is no longer in the sheet.", where, "Change the condition.")
        elif gone := _gone_values(one, column):
            sentence = f"{what} compares “{column.title}” with {_quoted(gone)}, which the column no longer has."
            yield Finding(sentence, where, "Choose another option.", is_error=False)
        elif one.operator in {Operator.ME, Operator.NOT_ME} and column.type not in CONTACT_COLUMNS:
            sentence = f"{what} looks for a person in “{column.title}”, which isn’t a column for contacts."
            yield Finding(sentence, where, "Choose a column for contacts.", is_error=False)


def _gone_values(one: Comparison, column: Column) -> list[str]:
    if not column.options or one.operator not in EXACT:
        return []
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    return [str(value) for value in values if isinstance(value, str) and value not in column.options]


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f"“{text}”" for text in texts)


def _type(name: str) -> str:
    return name.lower().replace("_", " ")
