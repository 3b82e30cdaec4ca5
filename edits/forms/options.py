"""Reads `class Meta` of a SheetForm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.core.exceptions import ImproperlyConfigured

from edits.forms.columns import MissingColumn, field_name, find_column
from edits.forms.fields import SheetField
from edits.forms.row_access import Rule
from edits.sheets.sheet import Column, Sheet

ALL = "__all__"
Key = int | str


@dataclass(frozen=True, slots=True)
class Options:
    """The options in a form's `class Meta`. `labels`, `help_texts` and `required` can name a field by the title or the
    id of its column, or by the field's own name.
    """

    form: str = "SheetForm"
    sheet_id: int | Callable[[], int] | None = None
    fields: tuple[Key, ...] | str = ()
    labels: Mapping[Key, str] = field(default_factory=dict)
    help_texts: Mapping[Key, str] = field(default_factory=dict)
    required: frozenset[Key] = frozenset()
    row_rule: Rule | None = None

    @classmethod
    def of(cls, meta: Any, *, form: str) -> Self:
        """Read the options of this form. Raises ImproperlyConfigured."""
        fields = getattr(meta, "fields", ())
        if isinstance(fields, str) and fields != ALL:
            raise ImproperlyConfigured(f"{form}.Meta.fields must be a list, such as [{fields!r}].")
        return cls(
            form=form,
            sheet_id=getattr(meta, "sheet_id", None),
            fields=fields if isinstance(fields, str) else tuple(fields),
            labels=getattr(meta, "labels", {}),
            help_texts=getattr(meta, "help_texts", {}),
            required=frozenset(getattr(meta, "required", ())),
            row_rule=getattr(meta, "row_rule", None),
        )

    def sheet(self, sheet_id: int | None) -> int:
        """Return the id of the form's sheet: `sheet_id`, or the one in `Meta` if `sheet_id` is None. Raises
        ImproperlyConfigured.
        """
        found = self.sheet_id if sheet_id is None else sheet_id
        if found is None:
            raise ImproperlyConfigured(f"{self.form} needs a sheet: set Meta.sheet_id, or pass sheet_id.")
        return found() if callable(found) else found

    def fields_of(self, sheet: Sheet, declared: Mapping[str, SheetField]) -> dict[str, SheetField]:
        """Return the form's fields by name. First come the fields that `Meta.fields` names, in the order of
        `Meta.fields`. Then come the other declared fields. Raises MissingColumn and ImproperlyConfigured.
        """
        named = {find_column(sheet, one.column).id: name for name, one in declared.items()}
        keys = [column.id for column in sheet.visible_columns] if self.fields == ALL else self.fields
        columns = [find_column(sheet, key) for key in keys]
        columns += [find_column(sheet, declared[name].column) for name in named.values()]
        found: dict[str, SheetField] = {}
        for column in dict.fromkeys(columns):
            name = named.get(column.id) or field_name(column)
            if name in found:
                raise ImproperlyConfigured(
                    f"Two columns of {self.form} have the name {name}: declare one of them with another name."
                )
            found[name] = self._field(name, column, declared.get(name) or SheetField(column.id))
        if not found:
            raise ImproperlyConfigured(f"{self.form} has no fields: set Meta.fields, or declare a SheetField.")
        self._require_known(sheet, found)
        return found

    def _field(self, name: str, column: Column, declared: SheetField) -> SheetField:
        def said(texts: Mapping[Key, str]) -> str | None:
            return next((texts[key] for key in (name, column.title, column.id) if key in texts), None)

        return SheetField(
            column=column.id,
            label=said(self.labels) if declared.label is None else declared.label,
            help_text=said(self.help_texts) if declared.help_text is None else declared.help_text,
            required=declared.required or not self.required.isdisjoint({name, column.title, column.id}),
        )

    def _require_known(self, sheet: Sheet, fields: Mapping[str, SheetField]) -> None:
        """Check that `labels`, `help_texts` and `required` name only fields of the form. Raises MissingColumn."""
        ids = {one.column for one in fields.values()}
        known = {*fields, *ids, *(column.title for column in sheet.columns if column.id in ids)}
        for what in ("labels", "help_texts", "required"):
            if missing := set(getattr(self, what)) - known:
                raise MissingColumn(f"{self.form}.Meta.{what} has {missing.pop()!r}, which is no field of the form.")
