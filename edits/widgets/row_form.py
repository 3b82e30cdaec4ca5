"""Defines RowForm, the form for an existing or a new row. It has a field for each column of the sheet.

Fields are named `col-<column id>`. Each field has two hidden fields. `initial-col-<column id>` has the texts that the
control showed. The form compares them with the sent texts to find what the person changed. `shown-col-<column id>` has
the cell's JSON from Smartsheet. The save compares this JSON with the cell's current value. After a conflict, the hidden
field `now-col-<column id>` has the cell's new JSON, and `choice-col-<column id>` says which value the person chose. For
predecessors, `order-col-<column id>` has a hash of the order of rows that the person saw.
Subclasses can name fields in another way (`name_of`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from edits.gateway.errors import GatewayError
from edits.saving import CellChange, CellResult
from edits.saving.checks import NO_COLUMN
from edits.sheets import formula_errors
from edits.sheets.column_types import column_type
from edits.sheets.held_values import held, is_same, is_value, normal
from edits.sheets.people import CONTACT_COLUMNS, people_of
from edits.sheets.rights import why_read_only
from edits.sheets.sheet import Cell, Column, Contact, Json, Row, Sheet
from edits.widgets import posted
from edits.widgets.controls import Control
from edits.widgets.fields import CellField
from edits.widgets.last_changes import LastChange
from edits.widgets.posted import ORDER, OTHER, remember, remembered
from edits.widgets.problems import CONFLICT, Problem
from edits.widgets.renderer import RENDERER
from edits.widgets.symbols import drawing
from identity.profiles import readers

NAME = re.compile(r"col-([0-9]{1,20})")
SEVERAL = re.compile(r"[,;\r\n]")  # what can be between the names of several people
THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class ConflictInWords:
    """A conflict in words for the page."""

    saw: str
    now: str
    typed: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell of the form. It has either a field, or the cell's text with a sentence that says why the cell can't be
    changed.
    """

    column: Column
    text: str
    field: CellBoundField | None = None
    why: str = ""
    symbol: str = ""
    error: str = ""


class CellBoundField(forms.BoundField):
    """A bound field with its cell's conflict, confirmation and last change."""

    form: RowForm
    last_change: LastChange | None = None
    conflict: ConflictInWords | None = None

    @property
    def shown_json(self) -> str:
        """The cell's JSON as the person saw it."""
        return json.dumps(self.form.shown(self.html_name), ensure_ascii=False)

    @property
    def now_json(self) -> str:
        """The JSON that the cell has now, if there is a conflict."""
        return str(self.form.data.get(f"now-{self.html_name}", ""))

    @property
    def order(self) -> str:
        """The order of rows that the person has seen (`CellField.order`). If the form says that the rows were moved,
        this is the current order.
        """
        assert isinstance(self.field, CellField)  # noqa: S101 # the form makes its fields itself
        seen = self.field.seen_order
        is_told = self.form.is_bound and any(error.code == "moved" for error in self.errors.as_data())
        return seen if seen and not is_told else self.field.order

    @property
    def conflict_choice(self) -> SafeString:
        """The conflict's values, and the choice between them, for templates that place the fields one by one. Empty if
        there is no conflict. The tag {% sheet_form %} adds the choice automatically.
        """
        shown = {"field": self, "conflict": self.conflict}
        return render_to_string("edits/conflict.html", shown) if self.conflict else SafeString()

    @property
    def sure(self) -> str:
        """The value of the check box with which the person confirms the typed texts; "" if there is nothing to
        confirm.
        """
        if not self.form.is_bound:
            return ""
        is_doubtful = any(error.code == "doubtful" for error in self.errors.as_data())
        return remember(self.data.texts) if is_doubtful or self.data.is_sure else ""

    def _has_changed(self) -> bool:
        """Whether the sent texts differ from the shown texts. Django's method would read the shown texts from the
        hidden field again.
        """
        if isinstance(self.field, CellField) and self.form.is_bound:
            return self.field.has_changed(self.field.shown, self.data)
        return bool(super()._has_changed())  # type: ignore[misc] # the stubs lack it

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if isinstance(widget, Control):
            attrs["class"] = widget.css_class + (" is-invalid" if self.errors else "")
            if self.field.required and not widget.use_fieldset:
                attrs["aria-required"] = "true"
        return attrs

    @property
    def aria_describedby(self) -> str | None:
        """The ids of help, errors, conflict and last change, for screen readers."""
        ids = [super().aria_describedby or ""]
        ids += [f"{self.auto_id}_conflict"] if self.conflict else []
        ids += [f"{self.auto_id}_last"] if self.last_change else []
        return " ".join(part for part in ids if part) or None


class RowForm(forms.Form):
    """The form with the cells of a row that this person can change. `row` is the row as it was just read from
    Smartsheet, or None for a new row. `only` has the columns to show, or is None for all columns. `shared` has the
    people that the sheet is shared with. These people can be entered by name. If a sent name isn't among them, the form
    calls `ask`, which returns the people as they are now.
    """

    bound_field_class = CellBoundField
    default_renderer = RENDERER
    why_left_out = "It is hidden."
    data: QueryDict

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        sheet: Sheet,
        row: Row | None = None,
        only: Sequence[Column] | None = None,
        shared: Iterable[Contact] = (),
        ask: Callable[[], Iterable[Contact]] | None = None,
        auto_id: str = "id_%s",
    ) -> None:
        data = None if data is None else copy(data)  # because the form writes into its data; data.copy() is slower
        super().__init__(data, auto_id=auto_id, use_required_attribute=False)
        self.sheet = sheet
        self.row = row
        self.reader = readers.current()
        self.people = people_of(sheet, row, shared)
        self.columns: dict[str, Column] = {}
        self.problem: Problem | None = None  # why the last save failed, if it did
        self.refused: list[CellChange] = []  # what was typed into cells that cannot be changed
        self.why_refused = ""  # why the first of these cells can't be changed
        self.chosen = sheet.visible_columns if only is None else only
        if ask and self.is_bound and self._has_unknown_names():
            self.people = people_of(sheet, row, ask())
        for column in self.chosen:
            if not self.why_read_only(column):
                self._add(column)

    def clean(self) -> dict[str, Any] | None:
        self.refuse_others()
        return None

    def refuse_others(self) -> None:
        """Refuse values that were sent for cells without a field in this form. Each value is kept in an error, so that
        the person sees what they typed.
        """
        for name in [*self.data]:
            if name not in self.columns and self.is_cell(name):
                self._refuse(name, self.column_named(name))

    def changes(self) -> tuple[CellChange, ...]:
        """Return the cells whose values the person changed. Each value is compared with the value that the person saw.
        The form must be valid.
        """
        changed = (
            CellChange(column.id, shown=self.shown(name), typed=self.cleaned_data[name])
            for name, column in self.columns.items()
            if name in self.changed_data
        )
        return tuple(change for change in changed if not is_same(normal(change.shown), normal(change.typed)))

    def shown(self, name: str) -> Json:
        """Return the cell's JSON as the person saw it. If a program sent the form without this JSON, make it from the
        control's initial value.
        """
        with suppress(ValueError, RecursionError):
            return self._hidden_json(f"shown-{name}")
        field = self._field(name)
        now = held(field.cell)
        if posted.is_same(field.shown, field.texts_of(now)):
            return now
        with suppress(ValidationError):
            return field.kind.parse(field.shown, field.cell, self.reader)
        return ", ".join(field.shown)

    def cells(self) -> Iterator[FormCell]:
        """Yield all cells in the order of the columns, including cells that can't be changed."""
        for column in self.chosen:
            name = self.name_of(column)
            text = column_type(column).shown(self._cell(column), self.reader)
            if name in self.columns:
                yield FormCell(column=column, text=text, field=self._bound(name))
            elif self.row:
                yield FormCell(
                    column=column,
                    text=text,
                    why=self.why_read_only(column),
                    symbol=drawing(column, self._cell(column)),
                    error=formula_errors.meaning(self._cell(column)),
                )

    def name_of(self, column: Column) -> str:
        """Return the name of a column's field."""
        return f"col-{column.id}"

    def is_cell(self, name: str) -> bool:
        """Whether this is the name of a cell's field. The form needn't have such a field."""
        return bool(NAME.fullmatch(name))

    def column_named(self, name: str) -> Column | None:
        """Return the column of a sent field with this name; None if the sheet no longer has the column."""
        match = NAME.fullmatch(name)
        return self.sheet.column(int(match[1])) if match else None

    def field_options(self, column: Column) -> dict[str, Any]:
        """Return the label and the help text of a column's field. Django doesn't escape help texts, so this method
        escapes them.
        """
        return {"label": column.title, "help_text": escape(column.description)}

    def offered(self, column: Column) -> Column:
        """Return the column with the options that its field offers."""
        return column

    def why_read_only(self, column: Column) -> str:
        """Return a sentence that says why the column's cell has no field in this form; "" if it has one."""
        return why_read_only(self.sheet, column, self.row)

    def add_last_changes(self, changes: Mapping[int, LastChange]) -> None:
        """Show at each field who changed its cell last. The keys of `changes` are column ids."""
        for name, column in self.columns.items():
            self._bound(name).last_change = changes.get(column.id)

    def add_conflicts(self, conflicts: Iterable[CellResult]) -> None:
        """Show conflicts at their fields. When the person has chosen a value, the cell's current value becomes the
        field's baseline. Until then, each save finds the same conflict, so nothing is overwritten unseen.
        """
        self._catch_up()
        for conflict in conflicts:
            name = next(name for name, column in self.columns.items() if column.id == conflict.column_id)
            kind, saw = self._field(name).kind, self.shown(name)
            self.data[f"now-{name}"] = json.dumps(conflict.value, ensure_ascii=False)
            self.data.pop(f"choice-{name}", None)
            self._bound(name).conflict = ConflictInWords(
                saw=kind.words(saw, self.reader),
                now=kind.words(conflict.value, self.reader),
                typed=kind.words(self.cleaned_data[name], self.reader),
                by=conflict.by,
                at=conflict.at,
            )
            self.add_error(name, CONFLICT)

    def conflicts(self) -> dict[str, ConflictInWords]:
        """Return the conflicts by field name."""
        found = {name: self._bound(name).conflict for name in self.columns}
        return {name: conflict for name, conflict in found.items() if conflict}

    def show_again(self, errors: Mapping[str, Sequence[str]], conflicts: Mapping[str, ConflictInWords]) -> None:
        """Show the errors and conflicts that an earlier form had when the same data was saved."""
        for name, messages in errors.items():
            field = name if name in self.fields else None
            known = self.errors.get(name, ())
            for message in messages:
                if message not in known:
                    self.add_error(field, message)
        for name in self.columns.keys() & conflicts.keys():
            self._bound(name).conflict = conflicts[name]

    @property
    def general_errors(self) -> list[str]:
        """The errors that belong to no field. The form's `problem` is left out, because pages show the problem in a
        separate box.
        """
        errors = self.non_field_errors().as_data()
        return [message for error in errors if error.code != "problem" for message in error.messages]

    @property
    def has_conflicts(self) -> bool:
        """Whether the form has conflicts."""
        return any(self._bound(name).conflict for name in self.columns)

    def add_refusal(self, error: GatewayError) -> None:
        """Show Smartsheet's refusal at a column's field, if the refusal names the column. Otherwise do nothing."""
        numbers = {*re.findall(r"[0-9]+", error.message), str(error.detail.get("columnId"))}
        for name, column in self.columns.items():
            if str(column.id) in numbers:
                self.add_error(name, error.message.replace(str(column.id), f"“{column.title}”"))

    def _catch_up(self) -> None:
        """Show the current value of each cell that someone else changed and that this person didn't change."""
        for name in self.columns.keys() - set(self.changed_data):
            field = self._field(name)
            now = held(field.cell)
            if not is_same(self.shown(name), now):
                self._remember(name, now)
                field.put(self.data, name, field.texts_of(now))

    def _remember(self, name: str, value: Json) -> None:
        """Make this value the baseline of the field."""
        self.data[self.add_initial_prefix(name)] = remember(self._field(name).texts_of(value))
        self.data[f"shown-{name}"] = json.dumps(value, ensure_ascii=False)

    def _hidden_json(self, name: str) -> Json:
        """Return the cell's JSON from a hidden field. Raises ValueError or RecursionError if the field doesn't have the
        JSON of a cell.
        """
        found = json.loads(self.data.get(name, ""))
        json.dumps(found, ensure_ascii=False).encode()  # raises UnicodeEncodeError, which is a ValueError
        if not is_value(found):
            raise ValueError("A cell can't have this value.")
        return found

    def _resolve(self, name: str, field: CellField) -> None:
        """If the person has chosen a value for a conflict, the cell's value in the conflict (`now-…`) becomes the
        baseline.
        """
        with suppress(ValueError, RecursionError):
            now = self._hidden_json(f"now-{name}")
            field.shown = field.texts_of(now)
            self.data[f"shown-{name}"] = json.dumps(now, ensure_ascii=False)

    def _add(self, column: Column) -> None:
        name = self.name_of(column)
        field = self._made(name, column, **self.field_options(column))
        self.columns[name], self.fields[name] = column, field
        self.initial[name] = field.posted_of(field.shown)

    def _has_unknown_names(self) -> bool:
        """Whether someone typed the name of a person that the form doesn't know."""
        names = {one.name.casefold() for one in self.people}
        columns = (one for one in self.chosen if one.type in CONTACT_COLUMNS and not one.is_validated)
        for name in map(self.name_of, columns):
            shown = remembered(str(self.data.get(self.add_initial_prefix(name), "")))
            sent = [*self.data.getlist(name), *self.data.getlist(f"{OTHER}{name}")]
            typed = {part.strip() for text in sent if text not in shown for part in SEVERAL.split(text)}
            if any(one and "@" not in one and one.casefold() not in names for one in typed):
                return True
        return False

    def _made(self, name: str, column: Column, **kwargs: Any) -> CellField:
        """Return the field of a cell. The field's baseline comes from the sent form. If the sent form has no baseline
        for the field, the baseline is the cell's value.

        The sent form can lack the field's value. If it has the field's baseline, the field was an unticked box, even
        if the column has another type now. If it has neither the value nor the baseline, the field is unchanged.
        """
        kind, cell = column_type(self.offered(column), self.people, self.sheet.row_ids), self._cell(column)
        if not self.is_bound:
            return CellField(kind, cell, reader=self.reader, **kwargs)
        initial = self.add_initial_prefix(name)
        shown = remembered(str(self.data[initial])) if initial in self.data else None
        typed = self.data.getlist(name)
        field = CellField(kind, cell, reader=self.reader, shown=shown, typed=typed, **kwargs)
        field.seen_order = self.data.get(f"{ORDER}{name}")
        if f"choice-{name}" in self.data:
            self._resolve(name, field)
        is_absent = shown is None and name not in self.data and f"{OTHER}{name}" not in self.data
        if is_absent or self.data.get(f"choice-{name}") == THEIRS:
            field.put(self.data, name, field.shown)
        self.data[initial] = remember(field.shown)
        return field

    def _refuse(self, name: str, column: Column | None) -> None:
        typed = self.data.getlist(name)
        if column is None:
            is_changed = not posted.is_same(typed, remembered(str(self.data.get(self.add_initial_prefix(name), ""))))
            title, why = "A column", NO_COLUMN
        else:
            field = self._made(name, column)
            is_changed = field.has_changed(field.shown, field.widget.value_from_datadict(self.data, self.files, name))
            title, why = f"“{column.title}”", self.why_read_only(column) or self.why_left_out
        text = ", ".join(filter(None, typed))
        if is_changed and column is not None:
            self.refused.append(CellChange(column.id, held(self._cell(column)), text))
            self.why_refused = self.why_refused or why
        if is_changed:
            self.add_error(None, f"{title} cannot be changed. {why} You typed: {text or 'nothing'}")

    def _cell(self, column: Column) -> Cell:
        return self.row.cell(column) if self.row else Cell(column_id=column.id)

    def _field(self, name: str) -> CellField:
        field = self.fields[name]
        assert isinstance(field, CellField)  # noqa: S101 # the form makes its fields itself
        return field

    def _bound(self, name: str) -> CellBoundField:
        bound = self[name]
        assert isinstance(bound, CellBoundField)  # noqa: S101 # bound_field_class says so
        return bound
