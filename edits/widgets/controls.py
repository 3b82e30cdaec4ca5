"""Defines the controls for cells. Each column type has its own HTML input. All of them work without JavaScript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from edits.sheets import symbols
from edits.sheets.column_types import ColumnType
from edits.sheets.column_types.contact import is_address, known_people
from edits.sheets.column_types.date import day_of
from edits.sheets.held_values import text_of
from edits.sheets.sheet import Cell, Contact
from edits.widgets.posted import LINK, OTHER, SURE, Posted, remember, remembered
from edits.widgets.symbols import picture

TICKED, TICKS = "true", {"true", "on", "1", "false", "0", ""}  # values that browsers and programs send for a check box
Choice = tuple[str, str, str]  # the sent value, the visible text, and a note


class RememberedInput(forms.HiddenInput):
    """The hidden field with the value that a control showed."""

    def format_value(self, value: Any) -> str:
        return remember(value.texts if isinstance(value, Posted) else value or ())

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        return remembered(data.get(name) or "")


class Control(forms.Widget):
    """A control for a cell. Its value is a `Posted`. `choices` has the possible values. A control for text has no
    choices. If `has_other` is true, the person can enter a value that isn't among the choices. `label` names the cell.
    """

    css_class = "form-control"
    is_ticked = False  # whether a browser sends nothing if no choice is made
    use_fieldset = False

    def __init__(self, *, choices: Iterable[Choice] = (), has_other: bool = False, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.choices = [(text_of(key), label, note) for key, label, note in choices]
        self.has_other = has_other
        self.label = ""
        self.has_link = False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Posted:
        """Return the value that was sent for this cell."""
        link = data.get(f"{LINK}{name}")
        return Posted(
            chosen=tuple(text_of(text) for text in data.getlist(name)),
            other=text_of(data.get(f"{OTHER}{name}", "")) if self.has_other else "",
            link=None if link is None else text_of(link).strip(),
            sure=data.get(f"{SURE}{name}", ""),
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        posted = value if isinstance(value, Posted) else Posted()
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "label": self.label,
            "is_invalid": "aria-invalid" in context["widget"]["attrs"],
            "value": ", ".join(posted.chosen),
            "other": posted.other,
            "has_link": self.has_link,
            "link": posted.link or "",
            "link_name": f"{LINK}{name}",
            "has_other": self.has_other,
            "other_name": f"{OTHER}{name}",
            "options": list(self._options(posted, context["widget"]["attrs"].get("id"))),
        }
        return context

    def _options(self, posted: Posted, control_id: str | None) -> Iterable[dict[str, Any]]:
        """Yield the choices. Then yield the current values that are no longer among the choices, so that saving keeps
        these values.
        """
        known = {key for key, _, _ in self.choices}
        more = [(text, text, "") for text in dict.fromkeys(posted.chosen) if text not in known]
        for number, (key, label, note) in enumerate((*self.choices, *more)):
            yield {
                "key": key,
                "label": label,
                "note": note,
                "is_chosen": key in posted.chosen or (not key and not any(posted.chosen)),
                "id": f"{control_id}_{number}" if control_id else "",
            }


class TextControl(Control):
    """A text area that grows with its text. Enter makes a new line, and pasted lines stay."""

    template_name = "edits/forms/text.html"


class DayControl(Control):
    """The browser's own date picker."""

    template_name = "edits/forms/day.html"


class BoxControl(Control):
    """A check box."""

    template_name = "edits/forms/box.html"
    css_class = "form-check-input"
    input_type = "checkbox"
    is_ticked = True

    def __init__(self, symbol: str = "") -> None:
        super().__init__()
        self.picture = picture(symbol, TICKED) if symbol in symbols.CHECKED else ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = value.chosen if isinstance(value, Posted) else ()
        context["widget"]["is_checked"] = bool(set(chosen) & {"true", "on", "1"})
        return context


class SelectControl(Control):
    """A list with one choice."""

    template_name = "edits/forms/select.html"
    css_class = "form-select"


class SymbolControl(SelectControl):
    """Symbols next to each other, each with its word. The person can choose one."""

    template_name = "edits/forms/symbols.html"
    css_class = "form-check-input"
    use_fieldset = True

    def __init__(self, symbol: str, *, choices: Iterable[Choice]) -> None:
        super().__init__(choices=choices)
        self.symbol = symbol

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""

    def _options(self, posted: Posted, control_id: str | None) -> Iterable[dict[str, Any]]:
        for option in super()._options(posted, control_id):
            yield {**option, "picture": picture(self.symbol, option["key"]) if option["key"] else ""}


class PillsControl(Control):
    """Choices next to each other. The person can choose any number of them."""

    template_name = "edits/forms/pills.html"
    css_class = "form-check-input"
    is_ticked = True
    use_fieldset = True

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return ""


class PersonControl(Control):
    """A text input that suggests people."""

    template_name = "edits/forms/person.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["address"] = next((one["label"] for one in widget["options"] if one["key"] == widget["value"]), "")
        return context

    def _options(self, posted: Posted, control_id: str | None) -> Iterable[dict[str, Any]]:
        called = Counter(label.casefold() for _, label, _ in self.choices)
        for key, label, note in self.choices:
            is_clear = called[label.casefold()] == 1
            yield {"key": label if is_clear else key, "label": note if is_clear else label}


def control_for(kind: ColumnType, cell: Cell, shown: Sequence[str], typed: Sequence[str]) -> Control:
    """Return a control for a cell of this column type. `shown` is the value when the form was opened. `typed` is the
    value that was sent. The returned control can show both values.
    """
    column, texts = kind.column, [text for text in (*shown, *typed) if text]
    offered = dict.fromkeys(shown)
    match column.type:
        case "CHECKBOX" if TICKS.issuperset(typed) and {TICKED}.issuperset(offered):
            return BoxControl(column.symbol)
        case "CHECKBOX":
            texts_kept = [(text, f"{text} (text)", "") for text in offered if text not in {TICKED, ""}]
            return SelectControl(choices=[(TICKED, "Checked", ""), ("", "Not checked", ""), *texts_kept])
        case "DATE" | "ABSTRACT_DATETIME" if all(map(day_of, texts)):
            return DayControl()
        case "PICKLIST" if column.symbol in symbols.OPTIONS:
            return SymbolControl(column.symbol, choices=_with(_plain(column.options), offered))
        case "PICKLIST" if column.options:
            return SelectControl(choices=_with(_plain(column.options), offered), has_other=not column.is_validated)
        case "MULTI_PICKLIST":
            return PillsControl(choices=_with(_plain(column.options), offered)[1:])
        case "CONTACT_LIST" if column.is_validated and column.contact_options:
            return SelectControl(choices=_with(_people(column.contact_options), offered))
        case "CONTACT_LIST" if not any("\n" in text for text in texts):
            return PersonControl(choices=_people(known_people(column, cell, kind.people)))
        case "MULTI_CONTACT_LIST":
            people = _people(known_people(column, cell, kind.people))
            return PillsControl(choices=_with(people, offered)[1:], has_other=not column.is_validated)
        case _:
            return TextControl()


def is_keyed(kind: ColumnType) -> bool:
    """Whether the control for this column type sends keys, such as e-mail addresses, instead of the texts that people
    see.
    """
    column = kind.column
    return column.type == "CONTACT_LIST" and column.is_validated and bool(column.contact_options)


def _with(choices: Iterable[Choice], shown: Iterable[str]) -> list[Choice]:
    """Return an empty choice, then these choices, and then the shown values that aren't among the choices."""
    offered = list(choices)
    keys = {text_of(key) for key, _, _ in offered}
    return [("", "(empty)", ""), *offered, *((text, text, "") for text in shown if text and text not in keys)]


def _plain(options: Iterable[str]) -> list[Choice]:
    return [(option, option, "") for option in options]


def _people(contacts: Iterable[Contact]) -> list[Choice]:
    """Return the people as choices. If a person's name is an e-mail address, the choice doesn't have this name: typing
    it would choose the person who has this address.
    """
    named = [(one, "" if is_address(one.name) else one.name) for one in contacts]
    return [(one.key, name or one.key, one.email if name else "") for one, name in named]
