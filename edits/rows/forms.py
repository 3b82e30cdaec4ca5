"""RowForm: a form made of a sheet's columns, for one of its rows or a new one.

Fields are called `col-<column id>`. Beside each goes `initial-col-<column id>`, which remembers what the person was
shown: changed is what differs from that, whatever the cell holds by now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import escape

from edits.gateway.errors import GatewayError
from edits.saving.services import CellConflict, CellEdit
from edits.sheets.cell_text import cell_text
from edits.sheets.sheet import Cell, Column, Row, Sheet
from edits.sheets.values import is_same, shown, why_read_only
from edits.widgets.fields import CellField, CheckboxList, field_for, label_of
from edits.widgets.last_changes import LastChange
from edits.widgets.renderer import FormRenderer

NAME = re.compile(r"col-([0-9]{1,20})")
THEIRS = "theirs"
CSS_CLASSES: dict[type, str] = {
    forms.CheckboxInput: "form-check-input",
    CheckboxList: "form-check-input",
    forms.Select: "form-select",
}


@dataclass(frozen=True, slots=True)
class ConflictInWords:
    """A conflict as the page tells it."""

    saw: str
    now: str
    typed: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class FormCell:
    """One cell of the form: a field, or what it holds and why it cannot be changed."""

    column: Column
    text: str
    field: CellBoundField | None = None
    why: str = ""


class CellBoundField(forms.BoundField):
    """A field on the page, with what else is said about its cell."""

    last_change: LastChange | None = None
    conflict: ConflictInWords | None = None

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if not widget.is_hidden:
            attrs["class"] = CSS_CLASSES.get(type(widget), "form-control") + (" is-invalid" if self.errors else "")
        return attrs

    @property
    def aria_describedby(self) -> str | None:
        """The ids of help, errors, conflict and last change, for those who hear the page."""
        ids = [super().aria_describedby or ""]
        ids += [f"{self.auto_id}_conflict"] if self.conflict else []
        ids += [f"{self.auto_id}_last"] if self.last_change else []
        return " ".join(part for part in ids if part) or None


class RowForm(forms.Form):
    """The cells of a row that this person may change. `row` is as it was read just now; without one, a row to add."""

    bound_field_class = CellBoundField
    default_renderer = FormRenderer
    data: QueryDict

    def __init__(self, data: QueryDict | None = None, *, sheet: Sheet, row: Row | None = None) -> None:
        super().__init__(data.copy() if data is not None else None, use_required_attribute=False)
        self.sheet = sheet
        self.row = row
        self.columns: dict[str, Column] = {}
        self.refused: list[tuple[Column, str]] = []  # what was typed into cells that cannot be changed
        for column in sheet.visible_columns:
            if not self.why_read_only(column):
                self._add(column)

    def clean(self) -> None:
        """What was typed into a cell that can no longer be changed is not dropped without a word."""
        for name in [*self.data]:
            match = NAME.fullmatch(name)
            if match and name not in self.fields:
                self._refuse(name, self.sheet.column(int(match[1])))

    def edits(self) -> list[CellEdit]:
        """What the person changed, compared with what they saw; of a valid form."""
        edits = [
            CellEdit(column=column, shown=self._field(name).shown, typed=self.cleaned_data[name])
            for name, column in self.columns.items()
            if name in self.changed_data
        ]
        return [edit for edit in edits if not is_same(edit.shown, edit.typed)]

    def cells(self) -> Iterator[FormCell]:
        """All cells in the order of the columns, those too that cannot be changed."""
        for column in self.sheet.visible_columns:
            name = f"col-{column.id}"
            text = cell_text(column, self._cell(column))
            if name in self.fields:
                yield FormCell(column=column, text=text, field=self._bound(name))
            elif self.row:
                yield FormCell(column=column, text=text, why=self.why_read_only(column))

    def why_read_only(self, column: Column) -> str:
        """Why a cell is no field here, as a sentence; "" if it is one."""
        return why_read_only(self.sheet, column, self.row)

    def add_last_changes(self, changes: Mapping[int, LastChange]) -> None:
        """Show beneath the fields who changed the cells last, by column id."""
        for name, column in self.columns.items():
            self._bound(name).last_change = changes.get(column.id)

    def add_conflicts(self, conflicts: Iterable[CellConflict]) -> None:
        """Show conflicts at their fields. From now on the person has seen what the cells hold now."""
        self._catch_up()
        for conflict in conflicts:
            name = f"col-{conflict.edit.column.id}"
            field = self._field(name)
            self.data[self.add_initial_prefix(name)] = field.hidden(conflict.now)
            self.data.pop(f"choice-{name}", None)
            self._bound(name).conflict = ConflictInWords(
                saw=label_of(field, conflict.edit.shown),
                now=label_of(field, conflict.now),
                typed=label_of(field, conflict.edit.typed),
                by=conflict.by,
                at=conflict.at,
            )
            self.add_error(name, "Somebody else has changed this cell. Choose what it shall hold.")

    def _catch_up(self) -> None:
        """Show what the cells hold now that somebody else has changed, and that nothing was typed into."""
        for name in self.columns.keys() - set(self.changed_data):
            field, now = self._field(name), self.initial[name]
            if not is_same(field.shown, now):
                self.data[self.add_initial_prefix(name)] = field.hidden(now)
                self.data.setlist(name, field.posted(now))

    @property
    def has_conflicts(self) -> bool:
        """Whether a cell was changed meanwhile."""
        return any(self._bound(name).conflict for name in self.columns)

    def add_refusal(self, error: GatewayError) -> None:
        """Show Smartsheet's refusal at the field of the column it names, if it names one."""
        numbers = {*re.findall(r"[0-9]+", error.message), str(error.detail.get("columnId"))}
        for name, column in self.columns.items():
            if str(column.id) in numbers:
                self.add_error(name, error.message.replace(str(column.id), f"“{column.title}”"))

    def _add(self, column: Column) -> None:
        now = shown(column, self._cell(column))
        name = f"col-{column.id}"
        typed = self.data.getlist(name) if self.is_bound else []
        field = field_for(column, now, typed=typed, label=column.title, help_text=escape(column.description))
        self.columns[name], self.fields[name], self.initial[name] = column, field, now
        if self.is_bound:
            self._complete(name, field, now)

    def _complete(self, name: str, field: CellField, now: Any) -> None:
        """Take what was shown from the form or, where it does not say, from the cell; a field not sent is unchanged,
        unless the form remembers it: then it was a box that is not ticked, whatever its column has become since."""
        initial = self.add_initial_prefix(name)
        remembers = initial in self.data
        if not remembers:
            self.data[initial] = field.hidden(now)
        try:
            field.shown = field.from_hidden(self.data, initial)
        except ValidationError:
            field.shown, self.data[initial] = now, field.hidden(now)
        field.make_room(field.shown)
        is_absent = name not in self.data and not remembers
        if is_absent or self.data.get(f"choice-{name}") == THEIRS:
            self.data.setlist(name, field.posted(field.shown))
        elif not field.is_ticked:  # of boxes that the column has no more, all are told
            self.data[name] = ", ".join(self.data.getlist(name))
        field.keep(self.data.getlist(name))

    def _refuse(self, name: str, column: Column | None) -> None:
        typed = ", ".join(self.data.getlist(name))
        if column is None:
            is_changed = typed != self.data.get(self.add_initial_prefix(name))
            title, why = "A column", "It is not in the sheet any more."
        else:
            field = field_for(column, shown(column, self._cell(column)))
            self._complete(name, field, field.shown)
            is_changed = field.has_changed(field.shown, field.widget.value_from_datadict(self.data, self.files, name))
            title, why = f"“{column.title}”", self.why_read_only(column) or "It is hidden."
        if is_changed and column is not None:
            self.refused.append((column, typed))
        if is_changed:
            self.add_error(None, f"{title} cannot be changed. {why} You typed: {typed or 'nothing'}")

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
