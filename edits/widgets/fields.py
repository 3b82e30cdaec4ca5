"""Defines CellField, the form field of a cell. The column type parses the value, and the control shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from edits.sheets import numbers
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

LINE_ENDS = re.compile(r"[\r\n]")  # an input has no line breaks
EMPTY = "Fill in this field."
UNTICKED = "Tick this box."
ROWS_MOVED = (
    "Rows were added, deleted or moved since you opened this form, so the numbers can mean other rows now. Check them, "
    "then save again."
)


def is_empty(value: Json) -> bool:
    """Whether a cell with this value isn't filled in. A box without a tick counts as empty, and so does white space."""
    plain = bare(value)
    return plain is None or plain is False or plain == [] or (isinstance(plain, str) and not plain.strip())


class CellField(forms.Field):
    """A field for the current `cell`. An unchanged value isn't parsed, because it came from Smartsheet and can be any
    value. A required field must not be empty, and a required box must be ticked.
    """

    hidden_widget = RememberedInput
    widget: Control
    seen_order: str | None = None  # the `order` of rows that the person saw, if the sent form has it

    def __init__(
        self,
        kind: ColumnType,
        cell: Cell,
        *,
        reader: Reader,
        shown: Sequence[str] | None = None,
        typed: Sequence[str] = (),
        required: bool = False,
        **kwargs: Any,
    ) -> None:
        self.kind, self.cell, self.reader = kind, cell, reader
        self.has_link = isinstance(kind, TextNumber) and not (cell.hyperlink is None and numbers.is_number(cell.value))
        self.shown = self.texts_of(held(cell)) if shown is None else [*shown]
        control = control_for(kind, cell, self.shown, [text_of(text) for text in typed])
        control.label = kind.column.title
        control.has_link = self.has_link
        super().__init__(required=required, show_hidden_initial=True, widget=control, **kwargs)

    @property
    def order(self) -> str:
        """A hash of the order of the sheet's rows, for columns in which people refer to rows by their numbers. Empty
        for other columns, and if the rows weren't read.
        """
        if self.kind.column.type != "PREDECESSOR" or self.kind.rows is None:
            return ""
        return sha256(",".join(map(str, self.kind.rows)).encode()).hexdigest()[:16]

    def texts_of(self, value: Json) -> list[str]:
        """Return the texts that a browser sends for a control with this value."""
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
        """Write these texts into the form's data for this field. If the field's control can't show the texts, replace
        the control. For example, a date picker can't show a word, and the browser would send an empty value back.
        """
        control = control_for(self.kind, self.cell, self.shown, [text_of(text) for text in texts])
        if type(control) is not type(self.widget):
            control.label, control.has_link = self.widget.label, self.widget.has_link
            self.widget = control
        posted = self.posted_of(texts)
        data.setlist(name, [*posted.chosen])
        data.pop(f"{OTHER}{name}", None)
        data.pop(f"{LINK}{name}", None)
        if posted.link is not None:
            data[f"{LINK}{name}"] = posted.link

    def posted_of(self, texts: Sequence[str]) -> Posted:
        """Return a `Posted` with these texts. If the cell can have a hyperlink, the last of several texts is the link's
        address.
        """
        if self.has_link and len(texts) > 1:
            return Posted(chosen=tuple(texts[:-1]), link=texts[-1])
        return Posted(chosen=tuple(texts))

    def hidden(self, texts: Sequence[str]) -> str:
        """Return the value of the hidden field for these texts."""
        return remember(texts)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not is_same(_texts(initial), _texts(data))

    def clean(self, value: Any) -> Value:
        """Return the value that the cell will have; None if it will be empty.

        Raises ValidationError if the cell can't have the value, or if it has row numbers and the rows were moved.
        Raises Doubtful as long as the person hasn't confirmed a doubtful text.
        """
        is_changed = isinstance(value, Posted) and self.has_changed(self.shown, value)
        cleaned: Value = self._parsed(value) if is_changed else held(self.cell)
        if self.required and is_empty(cleaned):
            raise ValidationError(UNTICKED if isinstance(self.kind, Checkbox) else EMPTY, code="required")
        return cleaned

    def _parsed(self, value: Posted) -> Value:
        if self.order and self.seen_order and self.seen_order != self.order:
            raise ValidationError(ROWS_MOVED, code="moved")
        try:
            typed = self.kind.parse(self._typed(value), self.cell, self.reader)
        except Doubtful as doubt:
            if not value.is_sure:
                raise
            typed = doubt.value
        return typed if value.link is None or not self.has_link else self._linked(typed, value.link, value)

    def _linked(self, typed: Value, address: str, posted: Posted) -> Value:
        """Return the value with its hyperlink. If the text is empty, the address is sent as the text, because
        Smartsheet would show it anyway.

        Raises ValidationError if the address isn't safe. Raises Doubtful if a number would become the text of a link.
        """
        if address == self._address(target(self.cell.hyperlink)):
            return linked(typed or address, target(self.cell.hyperlink)) if address else typed
        if not address:
            return linked(typed, None)
        if not is_web_address(address):
            raise ValidationError(f"“{address}” isn't an address for a link, such as https://example.com/plan.")
        if numbers.is_number(typed):
            typed = one_text(posted.chosen)
            if not posted.is_sure:
                raise Doubtful(f"With a link, “{typed}” would be text, which sums leave out.", typed)
        return linked(typed or address, {"url": one_text(address)})

    def _address(self, hyperlink: Mapping[str, Json]) -> str:
        """Return the address of a hyperlink as browsers send it back: on one line, without spaces around it. If the
        hyperlink leads to a sheet, return the sheet's address in Smartsheet.
        """
        known = self.cell.hyperlink or {}
        is_same_place = target(known) == hyperlink
        address = str((known if is_same_place else hyperlink).get("url") or where_to(hyperlink))
        return LINE_ENDS.sub("", address).strip()

    def _typed(self, posted: Posted) -> str | list[str]:
        """Return the typed text, or the list of chosen texts. Raises ValidationError if the chosen text is no longer
        among the choices.
        """
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
