"""Defines ColumnsForm, a form with fields for some columns of a row. The names of the fields can be used in Python and
in templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar
from uuid import uuid4

from django.forms import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from edits.forms.columns import RESERVED, field_name, find_column
from edits.forms.fields import SheetField, ShownField
from edits.forms.options import Options
from edits.saving import CellChange
from edits.sheets.held_values import held, is_same, is_value, normal
from edits.sheets.sheet import Column, Contact, Row, Sheet
from edits.widgets import snapshots
from edits.widgets.row_form import RowForm

ONLY_SHOWN = "This form only shows this column."


class ColumnsForm(RowForm):
    """A form for some columns of a row. Subclasses can decide which columns these are, and what people can do with each
    column.
    """

    options: ClassVar[Options] = Options()
    sheet_fields: ClassVar[Mapping[str, SheetField]] = {}
    why_left_out = "This form doesn't have this column."

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {name: field for name, field in vars(cls).items() if isinstance(field, SheetField)}
        kept = {name: field for name, field in cls.sheet_fields.items() if name not in vars(cls)}
        cls.sheet_fields = {**kept, **own}
        cls.options = Options.of(getattr(cls, "Meta", None), form=cls.__name__)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        sheet: Sheet,
        row: Row | None,
        shared: Iterable[Contact],
        ask: Callable[[], Iterable[Contact]] | None = None,
        auto_id: str,
    ) -> None:
        self.once = str(uuid4())  # the key that makes sure that the form is saved only once
        self._of_form = {find_column(sheet, one.column).id: (name, one) for name, one in self.get_fields(sheet).items()}
        only = [column for column_id in self._of_form if (column := sheet.column(column_id))]
        super().__init__(data, sheet=sheet, row=row, only=only, shared=shared, ask=ask, auto_id=auto_id)
        self._add_shown_fields()

    # What subclasses can decide

    def get_fields(self, sheet: Sheet) -> Mapping[str, SheetField]:
        """Return the form's fields by name, in order. By default they come from `Meta` and the declared fields. Raises
        MissingColumn and ImproperlyConfigured.
        """
        return self.options.fields_of(sheet, self.sheet_fields)

    def is_editable(self, column: Column) -> bool:
        """Whether people can change this column with this form. If this returns False, the form only shows the column.
        If this returns True, Smartsheet can still refuse the change.
        """
        return True

    def is_required(self, column: Column) -> bool:
        """Whether the cell must be filled in. This method is called when the form is made, and again when the sent form
        is checked.
        """
        return self._of_form[column.id][1].required

    def options_of(self, column: Column) -> Sequence[str] | None:
        """Return the options that the form offers for this column, or None for all options of the column. The options
        of a contact column are addresses.
        """
        return None

    # What was sent

    def full_clean(self) -> None:
        for name, column in self.columns.items():
            self.fields[name].required = self.is_required(column)
        super().full_clean()
        if self.is_bound:
            self.refuse_others()
            for name in self.columns.keys() & self.errors.keys() - set(self.changed_data):
                # If the same text is sent again, it counts as a change.
                self._remember(name, held(self._field(name).cell))

    def clean(self) -> dict[str, Any] | None:
        """Check the whole form. Subclasses can override this, and needn't call super(). If this method returns a
        dictionary, the dictionary replaces `cleaned_data`.
        """
        return None

    def changes(self) -> tuple[CellChange, ...]:
        """The cells to save: the cells that the person changed, and the cells whose value a clean method replaced."""
        found = []
        for name, column in self.columns.items():
            now = held(self._field(name).cell)
            value = normal(self.cleaned_data.get(name, now))
            if not is_value(value):
                raise TypeError(f"cleaned_data[{name!r}] must be a value in the notation of edits.sheets.held_values.")
            if name in self.changed_data or not is_same(value, normal(now)):
                found.append(CellChange(column.id, self.shown(name), value))
        return tuple(one for one in found if not is_same(normal(one.shown), one.typed))

    # What pages show

    @property
    def unseen_ids(self) -> frozenset[int]:
        """The ids of the columns whose values the page must not have."""
        return frozenset()

    @property
    def snapshot(self) -> str:
        """The columns and the row from which the form was made, encoded as a text for a hidden field of the page.
        Values that the page must not have are left out.
        """
        primary = self.sheet.primary
        shown_anyway = {primary.id} if primary else set()  # the page shows this cell as the row's name
        ids = {column.id for column in self.chosen} | shown_anyway
        with_values = (ids - self.unseen_ids) | shown_anyway
        raw = self.sheet.raw
        columns = [column for column in raw.get("columns") or () if column["id"] in ids]
        rows = [
            {**row, "cells": [cell for cell in row.get("cells") or () if cell["columnId"] in with_values]}
            for row in raw.get("rows") or ()
        ]
        return snapshots.take({**raw, "columns": columns, "rows": rows})

    @property
    def plain_fields(self) -> list[BoundField]:
        """The form's fields that don't stand for a cell of the row."""
        cells = {name for name, _ in self._of_form.values()}
        return [field for field in self if field.name not in cells]

    @property
    def hidden_inputs(self) -> SafeString:
        """The form's hidden inputs, for templates that place the fields one by one. The tag {% sheet_form %} adds these
        inputs automatically.
        """
        return render_to_string("edits/sheet_form_inputs.html", {"form": self})

    # What RowForm asks

    def name_of(self, column: Column) -> str:
        return self._of_form[column.id][0]

    def is_cell(self, name: str) -> bool:
        return super().is_cell(name) or self.column_named(name) is not None

    def column_named(self, name: str) -> Column | None:
        if super().is_cell(name):
            return super().column_named(name)
        return None if name in self.base_fields or name in RESERVED else self._by_name.get(name)

    def field_options(self, column: Column) -> dict[str, Any]:
        _, field = self._of_form[column.id]
        said = {"label": field.label, "help_text": field.help_text, "required": self.is_required(column)}
        return super().field_options(column) | {key: value for key, value in said.items() if value is not None}

    def offered(self, column: Column) -> Column:
        options = self.options_of(column) if column.id in self._of_form else None
        if options is None:
            return column
        people = tuple(next((one for one in self.people if one.key == key), Contact.of(key)) for key in options)
        return replace(column, options=tuple(options), contact_options=people, is_validated=True)

    def why_read_only(self, column: Column) -> str:
        is_only_shown = column.id in self._of_form and not self.is_editable(column)
        return super().why_read_only(column) or (ONLY_SHOWN if is_only_shown else "")

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {field_name(column): column for column in self.sheet.columns}

    def _add_shown_fields(self) -> None:
        for cell in self.cells():
            if cell.field is None:
                name, field = self._of_form[cell.column.id]
                value, label = held(self._cell(cell.column)), field.label or cell.column.title
                self.fields[name] = ShownField(value, text=cell.text, label=label, why=cell.why)
        self.order_fields([name for name, _ in self._of_form.values()])
