"""Defines the Django forms with which a designer changes settings of a field or of the whole form. Each of these Django
forms is a panel of the designer's page.

A panel reads its values from a working copy. `apply` writes the typed values into the working copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices

from edits.forms.definition import LONGEST, MOST_CHOICES, Allow, Audience, Prefill, Reason, State
from edits.forms.designing.working_copy import WorkingCopy
from edits.forms.filters import SHARED
from edits.forms.models import FormDefinition, check_slug
from edits.gateway.errors import JsonObject
from edits.sheets.column_types import column_type
from edits.sheets.held_values import cell_of
from edits.sheets.sheet import Column, Json
from edits.widgets.controls import Control, control_for, is_keyed
from edits.widgets.posted import Posted
from edits.widgets.renderer import RENDERER
from identity.profiles import readers

TEXT = {"class": "form-control"}
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class Lines(forms.CharField):
    """A text area with one value in each line."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(TEXT | {"rows": rows}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").splitlines()]
        found = list(dict.fromkeys(filter(None, lines)))
        if len(found) > MOST_CHOICES:
            raise ValidationError(f"Enter at most {MOST_CHOICES} lines: these are {len(found)}.")
        return found


def _text(label: str, *, required: bool = False, longest: int = LONGEST, rows: int = 0, help_text: str = "") -> Any:
    widget = forms.Textarea(TEXT | {"rows": rows}) if rows else forms.TextInput(TEXT)
    return forms.CharField(label=label, required=required, max_length=longest, widget=widget, help_text=help_text)


def _choice(label: str, choices: type[TextChoices], help_text: str = "") -> forms.ChoiceField:
    options = [(value, words[:1].upper() + words[1:]) for value, words in choices.choices]
    widget = forms.Select({"class": "form-select"})
    return forms.ChoiceField(label=label, choices=options, required=False, widget=widget, help_text=help_text)


class Settings(forms.Form):
    """A panel of the designer's page. `names` has the keys of the form's content whose values the panel changes."""

    default_renderer = RENDERER
    heading = ""
    names: tuple[str, ...] = ()

    def __init__(self, work: WorkingCopy, data: Any = None) -> None:
        super().__init__(data, initial=self.values_of(work), auto_id="set_%s", use_required_attribute=False)
        self.work = work

    def values_of(self, work: WorkingCopy) -> dict[str, Any]:
        """The values that the panel shows."""
        return {name: work.content[name] for name in self.names}

    def apply(self) -> None:
        """Write each valid value into the working copy."""
        self.is_valid()
        for name in self.names:
            if name in self.cleaned_data and not self._is_missing(name):
                self.work.content[name] = self.cleaned_data[name]

    def _is_missing(self, name: str) -> bool:
        """Whether the field is a select box, and nothing was sent for it. Browsers always send a value for a select
        box. So if nothing was sent, the working copy keeps its value.
        """
        return type(self.fields[name]) is forms.ChoiceField and not self.cleaned_data[name]


class TitleSettings(Settings):
    """The panel for the form's title, the sentence below the title, and the form's address."""

    heading = "Title and address"
    names = ("title", "sentence")
    title = _text("Title", required=True, longest=200)
    sentence = _text("Sentence below the title", rows=2, longest=500, help_text="Optional. Tells people what to do.")
    slug = _text("Address", required=True, longest=60)

    def __init__(self, work: WorkingCopy, data: Any = None, *, form: FormDefinition) -> None:
        super().__init__(work, data)
        self.form = form

    def values_of(self, work: WorkingCopy) -> dict[str, Any]:
        return {**super().values_of(work), "slug": work.slug}

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].strip().lower()
        check_slug(slug)
        if FormDefinition.objects.filter(slug=slug).exclude(pk=self.form.pk).exists():
            raise ValidationError("Another form has this address. Choose another one.")
        return slug

    def apply(self) -> None:
        super().apply()
        self.work.slug = self.cleaned_data.get("slug", self.work.slug)


class RowSettings(Settings):
    """The panel for the filter that limits the rows, and for what people can do with the rows. The page shows the rule
    for rows beside this panel.

    `filters` has those filters of the sheet that the designer can use. `filters` is None if the call to Smartsheet
    failed.
    """

    heading = "Rows"
    names = ("filter", "allow")
    filter = forms.ChoiceField(
        label="Filter saved in Smartsheet",
        required=False,
        widget=forms.Select({"class": "form-select", "aria-describedby": "filter-hint"}),
    )
    allow = forms.MultipleChoiceField(
        label="People can",
        required=False,
        choices=[(value, words[:1].upper() + words[1:]) for value, words in Allow.choices],
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )

    def __init__(self, work: WorkingCopy, data: Any = None, *, filters: Sequence[JsonObject] | None = None) -> None:
        super().__init__(work, data)
        self.are_filters_known = filters is not None
        names = {str(one["id"]): str(one.get("name") or "") for one in filters or () if one.get("filterType") == SHARED}
        chosen = work.content["filter"]
        self._names = names if chosen is None else {chosen["id"]: chosen["name"], **names}
        self.is_chosen_gone = self.are_filters_known and chosen is not None and chosen["id"] not in names
        field = self.fields["filter"]
        field.choices = [("", "No filter"), *self._names.items()]  # type: ignore[attr-defined] # field is a ChoiceField

    def values_of(self, work: WorkingCopy) -> dict[str, Any]:
        chosen = work.content["filter"]
        return {**super().values_of(work), "filter": chosen["id"] if chosen else ""}

    def clean_filter(self) -> dict[str, str] | None:
        chosen: str = self.cleaned_data["filter"]
        return {"id": chosen, "name": self._names[chosen]} if chosen else None

    def _is_missing(self, name: str) -> bool:
        return name == "filter" and "filter" not in self.data


class ReasonSettings(Settings):
    """The panel that says whether people are asked why they make a change."""

    heading = "Reason"
    names = ("reason", "reasons")
    reason = _choice("The reason for a change is", Reason, "The answer goes into the log.")
    reasons = Lines(label="List to choose from", help_text="One reason in each line.")


class PeopleSettings(Settings):
    """The panel that says who can open the form."""

    heading = "People"
    names = ("audience", "people", "domains")
    audience = _choice("Who can open it", Audience, "Everyone also needs their own access to the sheet in Smartsheet.")
    people = Lines(label="People", help_text="E-mail addresses, one in each line.")
    domains = Lines(
        rows=2,
        label="Domains",
        help_text="Such as example.com. A domain stands for everybody whose e-mail address is in this domain.",
    )

    def clean_people(self) -> list[str]:
        people: list[str] = [one.lower() for one in self.cleaned_data["people"]]
        for one in people:
            if "@" not in one and ":" not in one:
                raise ValidationError(f"“{one}” isn't an e-mail address.")
        return people

    def clean_domains(self) -> list[str]:
        domains: list[str] = [one.lower().removeprefix("@") for one in self.cleaned_data["domains"]]
        for one in domains:
            if "@" in one or "." not in one:
                raise ValidationError(f"“{one}” isn't a domain, such as example.com.")
        return domains


class ClosingSettings(Settings):
    """The panel that says when the form closes."""

    heading = "Closing date"
    closes = forms.CharField(
        label="Closes",
        required=False,
        widget=forms.DateTimeInput(TEXT | {"type": "datetime-local"}),
        help_text="Nobody can fill in the form after this time. Without a closing date, the form stays open.",
    )
    time_zone = forms.ChoiceField(label="Time zone", required=False, widget=forms.Select({"class": "form-select"}))

    def __init__(self, work: WorkingCopy, data: Any = None) -> None:
        super().__init__(work, data)
        names = {name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/"))}
        zone = self.fields["time_zone"]
        choices = [(name, name) for name in sorted({*names, "UTC", work.time_zone})]
        zone.choices = choices  # type: ignore[attr-defined] # zone is a ChoiceField

    def values_of(self, work: WorkingCopy) -> dict[str, Any]:
        return {"closes": work.closes, "time_zone": work.time_zone}

    def clean_closes(self) -> str:
        """Return the closing time as a local time in the form's time zone, which can differ from the designer's time
        zone.
        """
        text: str = self.cleaned_data["closes"]
        for form in FORMATS:
            with suppress(ValueError):
                return datetime.strptime(text, form).strftime(FORMATS[0])  # noqa: DTZ007 # the time zone is another field
        if text:
            raise ValidationError("Enter a day and a time, such as 2026-12-24T17:00.")
        return ""

    def apply(self) -> None:
        super().apply()
        self.work.closes = self.cleaned_data.get("closes", self.work.closes)
        self.work.time_zone = self.cleaned_data.get("time_zone") or self.work.time_zone


class DefaultField(forms.Field):
    """A field for the default value that a column has in new rows. It has the same control as the column's field in the
    form.
    """

    widget: Control

    def __init__(self, column: Column, value: Json, typed: list[str]) -> None:
        self.kind = column_type(column)
        self.value, self.reader = value, readers.current()
        self.shown = self._texts()
        control = control_for(self.kind, cell_of(column, value), self.shown, typed)
        control.label = "Default value"
        control.attrs |= {"class": control.css_class}
        super().__init__(label="Default value", required=False, widget=control, help_text="For new rows.")

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, Posted) else Posted(chosen=tuple(self.shown))

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data

    def clean(self, value: Any) -> Json:
        """Return the value in the notation of edits.sheets.held_values. Raises ValidationError if the value is invalid,
        or if the designer may have meant another value.
        """
        texts = [text for text in (*value.chosen, value.other) if text]
        if sorted(texts) == sorted(self.shown):
            return self.value
        typed: Any = texts if self.widget.use_fieldset and self.widget.is_ticked else ", ".join(texts)
        return self.kind.parse(typed, cell_of(self.kind.column, None), self.reader)

    def _texts(self) -> list[str]:
        if self.value is None or self.value is False:
            return []
        if isinstance(self.value, list):
            return [str(one) for one in self.value]
        if self.value is True or is_keyed(self.kind):
            return [str(self.value).lower() if self.value is True else str(self.value)]
        return [self.kind.typed(cell_of(self.kind.column, self.value), self.reader)]


class FieldSettings(Settings):
    """The panel for the settings of one field. `column` is None if the sheet no longer has the field's column."""

    label = _text("Label", longest=200, help_text="If you enter nothing, the column's title is shown.")
    help = _text("Help below the field", rows=2, longest=1_000)
    state = _choice("The field", State)
    prefill = _choice("A value in the form's address", Prefill)

    names = ("label", "help", "state", "prefill")

    def __init__(self, work: WorkingCopy, data: Any = None, *, field: dict[str, Any], column: Column | None) -> None:
        self.field, self.column = field, column
        super().__init__(work, data)
        self.fields["prefill"].help_text = f"?f.{field['column']}=… in the address that you share."
        if column and not column_type(column).why_read_only(cell_of(column, None)):
            typed = data.getlist("default") if data is not None else []
            self.fields["default"] = DefaultField(column, field["default"], typed)

    def values_of(self, work: WorkingCopy) -> dict[str, Any]:
        return {name: self.field[name] for name in self.names}

    def apply(self) -> None:
        self.is_valid()
        for name in (*self.names, "default"):
            if name in self.cleaned_data and not self._is_missing(name):
                self.field[name] = self.cleaned_data[name]
