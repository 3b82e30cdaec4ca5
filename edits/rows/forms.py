"""RowForm: a form made of a sheet's columns, for one of its rows or a new one.

Fields are called `col-<column id>`. Two hidden ones go with each: `initial-col-<column id>` is what the control showed,
so that what the person changed can be told; `shown-col-<column id>` is the cell's JSON as Smartsheet had it, which the
save compares with what the cell holds by then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import escape

from edits.gateway.errors import GatewayError
from edits.saving import CellChange, CellResult
from edits.saving.checks import NO_COLUMN
from edits.sheets.column_types import column_type
from edits.sheets.held_values import held, is_same, is_value, normal
from edits.sheets.people import people_of
from edits.sheets.rights import why_read_only
from edits.sheets.sheet import Cell, Column, Json, Row, Sheet
from edits.widgets import posted
from edits.widgets.controls import Control
from edits.widgets.fields import CellField
from edits.widgets.last_changes import LastChange
from edits.widgets.posted import OTHER, remember, remembered
from edits.widgets.problems import CONFLICT
from edits.widgets.renderer import RENDERER
from identity.profiles import readers

NAME = re.compile(r"col-([0-9]{1,20})")
THEIRS = "theirs"


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

    form: RowForm
    last_change: LastChange | None = None
    conflict: ConflictInWords | None = None

    @property
    def shown_json(self) -> str:
        """The cell's JSON as the person saw it."""
        return json.dumps(self.form.shown(self.html_name), ensure_ascii=False)

    @property
    def sure(self) -> str:
        """What the box says that confirms what was typed; "" where nothing is to be confirmed."""
        if not self.form.is_bound:
            return ""
        is_doubtful = any(error.code == "doubtful" for error in self.errors.as_data())
        return remember(self.data.texts) if is_doubtful or self.data.is_sure else ""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if isinstance(widget, Control):
            attrs["class"] = widget.css_class + (" is-invalid" if self.errors else "")
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
    default_renderer = RENDERER
    data: QueryDict

    def __init__(self, data: QueryDict | None = None, *, sheet: Sheet, row: Row | None = None) -> None:
        super().__init__(data.copy() if data is not None else None, use_required_attribute=False)
        self.sheet = sheet
        self.row = row
        self.reader = readers.current()
        self.people = people_of(sheet, row)
        self.columns: dict[str, Column] = {}
        self.refused: list[CellChange] = []  # what was typed into cells that cannot be changed
        for column in sheet.visible_columns:
            if not self.why_read_only(column):
                self._add(column)

    def clean(self) -> None:
        """What was typed into a cell that can no longer be changed is not dropped without a word."""
        for name in [*self.data]:
            match = NAME.fullmatch(name)
            if match and name not in self.fields:
                self._refuse(name, self.sheet.column(int(match[1])))

    def changes(self) -> tuple[CellChange, ...]:
        """What the person changed, compared with what they saw; of a valid form."""
        changed = (
            CellChange(column.id, shown=self.shown(name), typed=self.cleaned_data[name])
            for name, column in self.columns.items()
            if name in self.changed_data
        )
        return tuple(change for change in changed if not is_same(normal(change.shown), normal(change.typed)))

    def shown(self, name: str) -> Json:
        """The cell's JSON as the person saw it. Forms of programs don't tell it: then what the control showed does."""
        with suppress(ValueError, RecursionError):  # UnicodeEncodeError is a ValueError
            found = json.loads(self.data.get(f"shown-{name}", ""))
            json.dumps(found, ensure_ascii=False).encode()
            if is_value(found):
                return found
        field = self._field(name)
        now = held(field.cell)
        if posted.is_same(field.shown, field.texts_of(now)):
            return now
        with suppress(ValidationError):
            return field.kind.parse(field.shown, field.cell, self.reader)
        return ", ".join(field.shown)

    def cells(self) -> Iterator[FormCell]:
        """All cells in the order of the columns, those too that cannot be changed."""
        for column in self.sheet.visible_columns:
            name = f"col-{column.id}"
            text = column_type(column).shown(self._cell(column), self.reader)
            if name in self.fields:
                yield FormCell(column=column, text=text, field=self._bound(name))
            elif self.row:
                yield FormCell(column=column, text=text, why=self.why_read_only(column))

    def why_read_only(self, column: Column) -> str:
        """Why a cell is no field here, as a sentence; "" if it is one."""
        return why_read_only(self.sheet, column, self.row)

    def add_last_changes(self, changes: Mapping[int, LastChange]) -> None:
        """Show below each field who changed its cell last. The changes are given by column id."""
        for name, column in self.columns.items():
            self._bound(name).last_change = changes.get(column.id)

    def add_conflicts(self, conflicts: Iterable[CellResult]) -> None:
        """Show conflicts at their fields. From now on the person has seen what the cells hold now."""
        self._catch_up()
        for conflict in conflicts:
            name = f"col-{conflict.column_id}"
            kind, saw = self._field(name).kind, self.shown(name)
            self._remember(name, conflict.value)
            self.data.pop(f"choice-{name}", None)
            self._bound(name).conflict = ConflictInWords(
                saw=kind.words(saw, self.reader),
                now=kind.words(conflict.value, self.reader),
                typed=kind.words(self.cleaned_data[name], self.reader),
                by=conflict.by,
                at=conflict.at,
            )
            self.add_error(name, CONFLICT)

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

    def _catch_up(self) -> None:
        """Show what the cells hold now that someone else has changed, and that nothing was typed into."""
        for name in self.columns.keys() - set(self.changed_data):
            field = self._field(name)
            now = held(field.cell)
            if not is_same(self.shown(name), now):
                self._remember(name, now)
                field.put(self.data, name, field.texts_of(now))

    def _remember(self, name: str, value: Json) -> None:
        """From now on this is what the person has seen."""
        self.data[self.add_initial_prefix(name)] = remember(self._field(name).texts_of(value))
        self.data[f"shown-{name}"] = json.dumps(value, ensure_ascii=False)

    def _add(self, column: Column) -> None:
        name = f"col-{column.id}"
        field = self._made(name, column, label=column.title, help_text=escape(column.description))
        self.columns[name], self.fields[name] = column, field
        self.initial[name] = field.posted_of(field.shown)

    def _made(self, name: str, column: Column, **kwargs: Any) -> CellField:
        """The field of a cell. What was shown is taken from the form or, where it does not say, from the cell. A field
        not sent is unchanged, unless the form remembers it: then it was a box that is not ticked, whatever its column
        has become since."""
        kind, cell = column_type(column, self.people), self._cell(column)
        if not self.is_bound:
            return CellField(kind, cell, reader=self.reader, **kwargs)
        initial = self.add_initial_prefix(name)
        shown = remembered(str(self.data[initial])) if initial in self.data else None
        typed = self.data.getlist(name)
        field = CellField(kind, cell, reader=self.reader, shown=shown, typed=typed, **kwargs)
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
            title, why = f"“{column.title}”", self.why_read_only(column) or "It is hidden."
        text = ", ".join(filter(None, typed))
        if is_changed and column is not None:
            self.refused.append(CellChange(column.id, held(self._cell(column)), text))
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
