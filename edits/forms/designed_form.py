"""Defines DesignedForm, the form of a row with the fields that a designer chose.

The state of a field (hidden, shown, editable or required) can depend on the values that the row will have after the
save. These values depend in turn on which fields are written. So the form finds states and values step by step. It
starts with the row's current values, and evaluates the conditions with them. Then, for each field that is editable or
required, the form replaces the current value with the value that the person typed. The form evaluates the conditions
again, and repeats these steps until the states stay the same. If some states still change after many repetitions, the
form hides their fields. edits/static/byline/js/forms/fill-in.js does the same in the browser.

Only fields that are editable or required are written. Everything else in the sent data is ignored, or reported in
`refused`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import QueryDict

from edits.forms.columns_form import ONLY_SHOWN
from edits.forms.definition import Definition, FormField, Prefill, Reason, State
from edits.forms.designed_cell import DesignedCell
from edits.forms.fields import SheetField
from edits.forms.known_parts import Known
from edits.forms.row_rules import may, values_of
from edits.forms.sheet_form import SheetForm
from edits.gateway.errors import Forbidden, GatewayError, NotFound, Refused
from edits.gateway.shapes import LARGEST_ID
from edits.saving import Baseline, CellChange, NotRecorded, Result
from edits.saving.checks import NO_COLUMN
from edits.sheets import formula_errors, rights
from edits.sheets.column_types import Doubtful, column_type
from edits.sheets.held_values import bare, cell_of, held, is_same, normal
from edits.sheets.sheet import Column, Json, Row, Sheet
from edits.widgets import posted
from edits.widgets.controls import SelectControl
from edits.widgets.fields import is_empty
from edits.widgets.problems import Problem
from edits.widgets.row_form import RowForm
from edits.widgets.save_form import NOTHING_FILLED_IN
from edits.widgets.symbols import drawing

LONGEST_REASON = 500
NOT_IN_FORM = "This form doesn't have this column."
NOT_ASKED_NOW = "Because of the other values that you entered, the form doesn't ask for this field."
FILLED_IN = "The link to this form has filled in this field."
NOT_YOURS = "This form shows only some rows of its sheet, and this row isn't one of them."
NO_REASON = "Please say why."


class DesignedForm(SheetForm):
    """The form of a row, or of a new row if `row_id` is None.

    `me` has the addresses that the person is known by, and `today` is the day in the person's time zone. `baseline` is
    the sheet as it was just read, or the error if it couldn't be read. `given` has values by column id. These values
    are written although the form has no control for them. `suggested` has the ids of the columns whose values in
    `draft` come from the link to the form, or from the designer. The other arguments are those of SheetForm.
    """

    why_left_out = NOT_IN_FORM

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        definition: Definition,
        baseline: Baseline | GatewayError | NotRecorded,
        me: Set[str],
        today: date,
        given: Mapping[int, Json] | None = None,
        suggested: Iterable[int] = (),
        is_typed: bool = False,
        is_attempt: bool = False,
        **more: Any,
    ) -> None:
        self.definition, self.me, self.today = definition, me, today
        self.is_sent = data is not None
        self.is_attempt = is_attempt
        self.suggested = frozenset(suggested)
        self.is_typed_before = is_typed  # whether the draft has what the person typed before
        self.draft_saved_at: datetime | None = None
        self.is_forbidden = False  # whether a value was sent for a cell that the form never lets this person write
        self.designed: dict[int, tuple[FormField, Column]] = {}
        self.states: dict[int, State] = {}
        self._known, self._given = baseline, given or {}
        super().__init__(data, **more)
        for name, column in self.columns.items():
            self._describe(name, self.designed[column.id][0])
        if definition.reason is not Reason.NOT_ASKED:
            self.fields["reason"] = reason_field(definition)
        self.current = values_of(self.row) if self.row else {}
        self.states, self.after = self._settled()
        if self.baseline is None:  # not all values are known, so nothing that was typed is hidden
            self.states |= {one: State.EDITABLE for one in self._typed() if not self.states[one].is_written}
        for name, column in self.columns.items():
            self.fields[name].required = self.is_required(column)

    @cached_property
    def given(self) -> dict[int, Json]:
        """The values that are written although the form has no control for them. Values that Smartsheet doesn't let
        this person write are left out.
        """
        return {
            one: value
            for one, value in {**_defaults(self.definition, self.row), **self._given}.items()
            if one in self.designed and not rights.why_read_only(self.sheet, self.designed[one][1], self.row)
        }

    # What SheetForm asks

    def get_fields(self, sheet: Sheet) -> dict[str, SheetField]:
        self.designed = {column.id: (field, column) for field, column in usable_fields(self.definition, sheet)}
        return {
            f"col-{one}": SheetField(one, label=field.name, help_text=field.help or None)
            for one, (field, _) in self.designed.items()
        }

    def may_edit(self, row: Row) -> str:
        is_mine = may(self.sheet, row, definition=self.definition, me=self.me, today=self.today)
        return "" if is_mine else NOT_YOURS

    def is_required(self, column: Column) -> bool:
        return self.state(column.id) is State.REQUIRED

    def is_cell(self, name: str) -> bool:
        return RowForm.is_cell(self, name)

    def column_named(self, name: str) -> Column | None:
        return RowForm.column_named(self, name)

    def _read(self, *, is_sent: bool) -> Baseline:
        if isinstance(self._known, Baseline):
            return self._known
        raise self._known

    def _fail(self, problem: Problem) -> None:
        self.problem = problem  # the page shows the problem; it isn't one of the errors, because these are about fields

    # Values and states

    def state(self, column_id: int) -> State:
        """The field's state with the values that the row will have after the save."""
        return self.states.get(column_id, State.HIDDEN)

    def _settled(self) -> tuple[dict[int, State], dict[int, Json]]:
        """Return the states of the fields, and the row's values after the save."""
        typed = self._typed()
        states = self._states({**self.current, **self.given})
        for _ in range(len(self.designed) + 1):
            after = self._after(states, typed)
            found = self._states(after)
            if found == states:
                return states, after
            states, before = found, states
        states = {one: state if state is before[one] else State.HIDDEN for one, state in states.items()}
        return states, self._after(states, typed)

    def _after(self, states: Mapping[int, State], typed: Mapping[int, Json]) -> dict[int, Json]:
        written = {one: value for one, value in typed.items() if states[one].is_written}
        given = {one: value for one, value in self.given.items() if self._is_filled_in(one, states)}
        return {**self.current, **written, **given}

    def _is_filled_in(self, column_id: int, states: Mapping[int, State]) -> bool:
        """Whether the value that `given` has for this column is written. If the person can't see the field, a value
        from the link to the form is written only if the designer allows that.
        """
        is_seen = states[column_id] is not State.HIDDEN
        return is_seen or not self._is_of_link(column_id) or self.designed[column_id][0].prefill is Prefill.HIDDEN

    def _is_of_link(self, column_id: int) -> bool:
        """Whether the given value is from the link to the form, and not from the designer."""
        default = _defaults(self.definition, self.row).get(column_id)
        return column_id in self.given and column_id in self._given and not is_same(self.given[column_id], default)

    def _states(self, values: Mapping[int, Json]) -> dict[int, State]:
        return {one: field.state_for(values, me=self.me, today=self.today) for one, (field, _) in self.designed.items()}

    def _typed(self) -> dict[int, Json]:
        """Return the valid values that were typed into fields, by column id."""
        found: dict[int, Json] = {}
        for name, column in self.columns.items() if self.is_bound else ():
            field = self._field(name)
            sent = field.widget.value_from_datadict(self.data, self.files, name)
            if not field.has_changed(field.shown, sent):
                continue
            try:
                found[column.id] = normal(field.clean(sent))
            except Doubtful as doubt:
                found[column.id] = normal(doubt.value)
            except ValidationError:
                continue
        return found

    # Checking

    def require_mine(self) -> None:
        """If the form doesn't let the person edit this row, record what they sent, and raise RowForbidden.

        The constructor makes the same check, except for a form that was sent twice. In that case, the first save
        perhaps changed the row so that it no longer fits the rule.
        """
        if self.row and (why := self.may_edit(self.row)):
            self._turn_away(why)

    def is_valid(self) -> bool:
        return super().is_valid() and self.problem is None

    def full_clean(self) -> None:
        if not self.is_sent or self.baseline is None:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    @property
    def status(self) -> int:
        return 403 if self.is_forbidden and not self.problem else super().status

    def clean(self) -> None:
        """Refuse values that were sent for fields that the person can't change now. If no value was refused, check the
        values that the row will have.
        """
        for name, column in self.columns.items():
            if name in self.changed_data and not self.state(column.id).is_written:
                self._refuse_cell(name, column, NOT_ASKED_NOW)
        if not self.refused:
            for field, column in self.designed.values():
                self._check(field, column)
            self._check_reason()
        if not self.row and self.columns and not self.changed_data and not self.errors:
            self.add_error(None, NOTHING_FILLED_IN)

    def _check(self, field: FormField, column: Column) -> None:
        name, state = f"col-{column.id}", self.state(column.id)
        is_writable = name in self.columns and state.is_written
        if is_writable and name in self.errors:
            return
        if (is_writable or self._is_of_link(column.id)) and (options := self._broken_options(field, column)):
            wrong = f"With the other values that you entered, choose one of these: {', '.join(options)}."
            self.add_error(name if is_writable else None, wrong if is_writable else f"{field.name}: {wrong}")
        if why := field.why_not_allowed(self.after, me=self.me, today=self.today):
            self.add_error(name if is_writable else None, why if is_writable else f"{field.name}: {why}")

    def _broken_options(self, field: FormField, column: Column) -> tuple[str, ...]:
        """Return the field's options if its value isn't one of them. Return an empty tuple if the value is valid. A
        value that was in the row before this save is valid too, unless the save changes which options the field has.
        """
        value = self.after.get(column.id)
        options = field.options_for(self.after, me=self.me, today=self.today)
        if options is None or is_empty(value):
            return ()
        is_old = is_same(value, self.current.get(column.id))
        if is_old and options == field.options_for(self.current, me=self.me, today=self.today):
            return ()
        chosen = value if isinstance(value, list) else [bare(value)]
        return () if all(str(one) in options for one in chosen) else options

    def _check_reason(self) -> None:
        is_needed = self.definition.reason in {Reason.REQUIRED, Reason.FROM_LIST}
        if is_needed and "reason" not in self.errors and not self.reason and self.changes():
            self.add_error("reason", NO_REASON)

    def why_read_only(self, column: Column) -> str:
        """Return a sentence that says why the person can never write this column's cell, no matter which values the row
        has. Return "" if the person can write the cell at least with some values of the row.
        """
        if column.id not in self.designed:
            return NOT_IN_FORM
        if column.id in self.given:
            return FILLED_IN
        states = self.designed[column.id][0].possible_states
        if not any(state.is_written for state in states):
            return ONLY_SHOWN if State.SHOWN in states else NOT_IN_FORM
        return super().why_read_only(column)

    def _refuse(self, name: str, column: Column | None) -> None:
        """Refuse a value that was sent for a cell without a field, unless it is the value that the form showed in this
        cell.
        """
        typed = self.data.getlist(name)
        if column is None:
            is_changed = not posted.is_same(typed, posted.remembered(str(self.data.get(f"initial-{name}", ""))))
        else:
            field = self._made(name, column)
            is_changed = field.has_changed(field.shown, field.widget.value_from_datadict(self.data, self.files, name))
        if is_changed:
            self.is_forbidden = True
            self._refuse_cell(name, column, self.why_read_only(column) if column else NO_COLUMN)

    def _refuse_cell(self, name: str, column: Column | None, why: str) -> None:
        typed = ", ".join(filter(None, self.data.getlist(name)))
        field = self.definition.field(column.id) if column else None
        title = f"“{field.name if field else column.title}”" if column else "A column"
        column_id = column.id if column else min(int(name.removeprefix("col-")), LARGEST_ID)
        self.refused.append(CellChange(column_id, held(self._cell(column)) if column else None, typed))
        self.why_refused = self.why_refused or why
        self.add_error(None, f"{title} can't be changed. {why} You typed: {typed or 'nothing'}")

    # Saving

    def changes(self) -> tuple[CellChange, ...]:
        """The cells to write. The form must be valid."""
        typed = [one for one in super().changes() if self.state(one.column_id).is_written]
        filled_in = {one: value for one, value in self.given.items() if self._is_filled_in(one, self.states)}
        given = [CellChange(one, self.current.get(one), value) for one, value in filled_in.items()]
        return (*typed, *(one for one in given if not is_same(normal(one.shown), normal(one.typed))))

    def _row_after(self, result: Result) -> Row:
        """Return the row with the saved values. If only Smartsheet can say whether the row still fits the form's rule
        and filter, read the row again with one call. If Smartsheet can't be reached, assume that the filter still shows
        the row.
        """
        row = super()._row_after(result)
        if self.baseline is None or not self._is_rule_calculated(row):
            return row
        filter_id = self.definition.filter_id
        try:
            found = Sheet.parse(self.baseline.gateway.sheet(self.sheet_id, row_ids=[row.id], filter_id=filter_id))
        except (Forbidden, NotFound, Refused):
            return replace(row, cells={}, is_filtered_out=None)
        except GatewayError:
            return replace(row, is_filtered_out=False)
        return found.row(row.id) or replace(row, cells={}, is_filtered_out=None)

    def _is_rule_calculated(self, row: Row) -> bool:
        """True if Smartsheet evaluates the form's filter, or calculates a value that the rule reads. Then only
        Smartsheet can say whether the row fits the rule and the filter.
        """
        rule = self.definition.rule.column_ids if self.definition.rule else frozenset[int]()
        read = [one for one in self.sheet.columns if one.id in rule]
        is_calculated = any(one.formula or one.system_type or row.cell(one).formula for one in read)
        return bool(self.definition.filter or is_calculated or (read and self.sheet.is_project))

    @property
    def reason(self) -> str:
        """The reason that the person gave for the change; "" if there is none."""
        return str(getattr(self, "cleaned_data", {}).get("reason") or "")

    # Showing

    def designed_cells(self) -> Iterator[DesignedCell]:
        """Yield the cells that the page can show, in the designer's order. Some of them can be hidden now."""
        for field, column in self.designed.values():
            name, is_given = f"col-{column.id}", column.id in self.given
            if self._is_never_seen(field, column):
                continue
            cell = cell_of(column, self.given[column.id]) if is_given else self._cell(column)
            yield DesignedCell(
                field=field,
                column=column,
                state=State.SHOWN if is_given else self.state(column.id),
                text=column_type(column).shown(cell, self.reader),
                bound=self._bound(name) if name in self.columns else None,
                why="" if name in self.columns or is_given else self._why_shown(field, column),
                symbol=drawing(column, cell),
                error=formula_errors.meaning(cell),
                is_given=is_given,
                is_suggested=column.id in self.suggested,
            )

    @cached_property
    def known(self) -> Known:
        """What is known about the row's values while the person fills in this page. `changeable` has the ids of the
        columns that the person can change. Some of these columns become editable only when the person types certain
        values into other fields.
        """
        changeable = {column.id for column in self.columns.values()}
        while True:
            known = Known(self.after, changeable, self.me, self.today)
            left = {one for one in changeable if any(state.is_written for state in self._states_with(known, one))}
            if left == changeable:
                return known
            changeable = left

    def states_here(self, field: FormField) -> frozenset[State]:
        """All states that the field can get while the person fills in this page."""
        return self._states_with(self.known, field.column_id)

    def _states_with(self, known: Known, column_id: int) -> frozenset[State]:
        field, _ = self.designed[column_id]
        if self.baseline is None:  # without a baseline, nothing is certain
            return field.possible_states | {self.state(column_id)}
        found = set()
        for one in field.states:
            rest = known.rest(one.when)
            if rest is not False:
                found.add(one.state)
            if rest is True:
                return frozenset(found)
        return frozenset({*found, field.state})

    @property
    def unseen_ids(self) -> frozenset[int]:
        """The ids of the columns whose values the page must not have, because the form always hides these columns."""
        return frozenset(one for one, (field, column) in self.designed.items() if self._is_never_seen(field, column))

    def put(self, data: QueryDict, column_id: int, values: Mapping[int, Json]) -> bool:
        """Copy this column's value from `values` into `data`, so that a form that is made with `data` shows the value.
        Return False if the form has no field for the column.
        """
        name = f"col-{column_id}"
        if name not in self.columns:
            return False
        field = self._field(name)
        field.put(data, name, field.texts_of(values[column_id]))
        return True

    def _is_never_seen(self, field: FormField, column: Column) -> bool:
        if column.id in self.given:
            is_hidden = field.prefill is Prefill.HIDDEN and column.id in self._given
            return is_hidden or self.state(column.id) is State.HIDDEN
        is_writable = f"col-{column.id}" in self.columns
        return self.states_here(field) == {State.HIDDEN} or (self.row is None and not is_writable)

    def _why_shown(self, field: FormField, column: Column) -> str:
        """Return why the sheet doesn't let this person change a cell. Return "" if the sheet lets the person change the
        cell, or if the form itself never lets anyone change it.
        """
        is_for_writing = any(state.is_written for state in field.possible_states)
        return super().why_read_only(column) if is_for_writing else ""

    def _describe(self, name: str, designed: FormField) -> None:
        """Give the field the label and the options that the designer chose."""
        field = self._field(name)
        field.widget.label = designed.name
        field.widget.has_link = bool(field.cell.hyperlink)  # a cell without a hyperlink gets no input for a link
        if isinstance(field.widget, SelectControl) and not field.kind.column.is_validated:
            known = {key for key, _, _ in field.widget.choices}
            more = dict.fromkeys(option for one in designed.options for option in one.options if option not in known)
            field.widget.choices += [(option, option, "") for option in more]


def usable_fields(definition: Definition, sheet: Sheet) -> Iterator[tuple[FormField, Column]]:
    """Yield each usable field with its column. A field is usable if the sheet still has its column, with the same type
    as in the definition. The sheet must also have all columns that the field's conditions read, because the field's
    state depends on them.
    """
    columns = {column.id: column for column in sheet.columns}
    for field in definition.fields:
        column = columns.get(field.column_id)
        is_known = all(condition.column_ids <= columns.keys() for condition in field.conditions)
        if column is not None and column.type == field.type and is_known:
            yield field, column


def reason_field(definition: Definition) -> forms.Field:
    """The field that asks why the person makes the change."""
    is_needed = definition.reason is not Reason.ASKED
    label = "Why do you make this change?" if is_needed else "Why do you make this change? (optional)"
    if definition.reason is Reason.FROM_LIST:
        choices = [("", "Choose a reason"), *((one, one) for one in definition.reasons)]
        widget: forms.Widget = forms.Select(attrs={"class": "form-select"})
        return forms.ChoiceField(choices=choices, label=label, required=False, widget=widget)
    widget = forms.Textarea(attrs={"class": "form-control", "rows": 2})
    return forms.CharField(label=label, required=False, max_length=LONGEST_REASON, widget=widget)


def _defaults(definition: Definition, row: Row | None) -> dict[int, Json]:
    """Return the default values for those cells of a new row that people can never fill in."""
    if row is not None:
        return {}
    return {
        field.column_id: field.default
        for field in definition.fields
        if field.default is not None and not any(state.is_written for state in field.possible_states)
    }
