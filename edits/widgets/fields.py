"""CellField: the form field of one cell. Its column type reads what was typed, its control shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from edits.sheets.column_types import ColumnType, Doubtful
from edits.sheets.column_types.base import one_text, where_to
from edits.sheets.column_types.checkbox import Checkbox
from edits.sheets.column_types.picklist import NO_OPTION
from edits.sheets.column_types.text_number import TextNumber
from edits.sheets.held_values import Value, bare, cell_of, held, is_linked, linked, target, text_of
from edits.sheets.sheet import Cell, Json
from edits.widgets.controls import TICKED, Control, RememberedInput, SelectControl, control_for, is_keyed
from edits.widgets.links import is_web_address
from edits.widgets.posted import LINK, OTHER, Posted, is_same, remember
from identity.profiles.readers import Reader


class CellField(forms.Field):
    """A field for `cell`, which is what the cell holds now. What a person didn't touch is neither read nor checked: it
    came from Smartsheet, and may be anything."""

    hidden_widget = RememberedInput
    widget: Control

    def __init__(
        self,
        kind: ColumnType,
        cell: Cell,
        *,
        reader: Reader,
        shown: Sequence[str] | None = None,
        typed: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        self.kind, self.cell, self.reader = kind, cell, reader
        self.has_link = isinstance(kind, TextNumber) and cell.hyperlink is not None
        self.shown = self.texts_of(held(cell)) if shown is None else [*shown]
        control = control_for(kind, cell, self.shown, [text_of(text) for text in typed])
        control.label = kind.column.title
        control.has_link = self.has_link
        super().__init__(required=False, show_hidden_initial=True, widget=control, **kwargs)

    def texts_of(self, value: Json) -> list[str]:
        """What a browser sends for a control that still shows this value."""
        if is_linked(value):
            texts = self.texts_of(value["value"])
            return [*texts, self._address(value["hyperlink"])] if self.has_link else texts
        if isinstance(value, list):
            return [text_of(str(choice)) for choice in value]
        if isinstance(self.kind, Checkbox) and isinstance(value, bool):
            return [TICKED] if value else []
        if is_keyed(self.kind):
            return [text] if (text := text_of(value)) else []
        cell = self.cell if value == bare(held(self.cell)) else cell_of(self.kind.column, value)
        text = self.kind.typed(cell, self.reader)
        return [text] if text else []

    def put(self, data: MultiValueDict[str, str], name: str, texts: Sequence[str]) -> None:
        """Let the form's data say that a browser sent these texts for this field."""
        posted = self.posted_of(texts)
        data.setlist(name, [*posted.chosen])
        data.pop(f"{OTHER}{name}", None)
        if posted.link is not None:
            data[f"{LINK}{name}"] = posted.link

    def posted_of(self, texts: Sequence[str]) -> Posted:
        """The same, each in its place."""
        if not self.has_link:
            return Posted(chosen=tuple(texts))
        return Posted(chosen=tuple(texts[:-1]), link="".join(texts[-1:]))

    def hidden(self, texts: Sequence[str]) -> str:
        """What the hidden field holds that remembers these texts."""
        return remember(texts)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not is_same(_texts(initial), _texts(data))

    def clean(self, value: Any) -> Value:
        """The value to write; None where nothing was typed, or the cell is to be emptied.

        Raises ValidationError; Doubtful until the person has confirmed what they typed.
        """
        if not isinstance(value, Posted) or not self.has_changed(self.shown, value):
            return None
        try:
            typed = self.kind.parse(self._typed(value), self.cell, self.reader)
        except Doubtful as doubt:
            if not value.is_sure:
                raise
            typed = doubt.value
        return typed if value.link is None or not self.has_link else self._linked(typed, value.link)

    def _linked(self, typed: Value, address: str) -> Value:
        """The value with its hyperlink. Where the text is empty, Smartsheet would show the address: so it's sent."""
        if address == self._address(target(self.cell.hyperlink)):
            return linked(typed or address, target(self.cell.hyperlink))
        if address and not is_web_address(address):
            raise ValidationError(f"“{address}” is no address to link to, such as https://example.com/plan.")
        return linked(typed or address, {"url": one_text(address)} if address else None)

    def _address(self, hyperlink: Mapping[str, Json]) -> str:
        """Where a hyperlink leads; of one to a sheet, its address in Smartsheet."""
        known = self.cell.hyperlink or {}
        is_same_place = target(known) == hyperlink
        return str((known if is_same_place else hyperlink).get("url") or where_to(hyperlink))

    def _typed(self, posted: Posted) -> str | list[str]:
        """What is to be read. Raises ValidationError for a choice that isn't offered any more."""
        if isinstance(self.widget, SelectControl):
            chosen = "".join(posted.chosen[:1])
            if (
                not posted.other
                and chosen not in {key for key, _, _ in self.widget.choices}
                and not isinstance(self.kind, Checkbox)
            ):
                raise ValidationError(NO_OPTION.format(chosen))
            return posted.other or ", ".join(posted.chosen)
        if self.widget.use_fieldset:
            return [text for text in (*posted.chosen, posted.other) if text]
        return ", ".join(posted.chosen)


def _texts(value: Any) -> list[str]:
    return value.texts if isinstance(value, Posted) else [*(value or ())]
