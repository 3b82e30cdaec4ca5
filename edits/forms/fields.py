"""Defines the fields that a SheetForm declares, and the field of a cell that the form only shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from edits.sheets.sheet import Json


@dataclass(frozen=True, slots=True)
class SheetField:
    """A column in a SheetForm. `column` is the column's id or title. Without a `label`, the label is the column's
    title. Without a `help_text`, the help text is the column's description. A help text that isn't a SafeString is
    escaped.
    """

    column: int | str
    label: str | None = None
    help_text: str | None = None
    required: bool = False


class ShownText(forms.Widget):
    """The text of a cell, without a control."""

    template_name = "edits/forms/shown.html"

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def format_value(self, value: Any) -> str:
        return self.text

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""


class ShownField(forms.Field):
    """A cell that the form only shows. `why` says why the person can't change the cell."""

    def __init__(self, value: Json, *, text: str, label: str, why: str) -> None:
        super().__init__(
            required=False, disabled=True, initial=value, label=label, help_text=why, widget=ShownText(text)
        )
