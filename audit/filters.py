"""What the log page is asked for: the address's query, checked."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from audit.choices import Choice
from audit.models import EntryQuerySet

LARGEST_ID = 2**63 - 1
PAGING = ("before", "after")


class NumberField(forms.IntegerField):
    """A number from `least` to what the database's ids can hold; its one message names the field of the address."""

    def __init__(self, what: str, *, least: int = 1, **kwargs: Any) -> None:
        message = f"{what}, a whole number."
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), message)
        super().__init__(required=False, min_value=least, max_value=LARGEST_ID, error_messages=messages, **kwargs)


class LogFilter(forms.Form):
    """Person, sheet, row, column and edit; before and after are where the page begins. All optional.

    Invalid, it narrows nothing: a page must not pass for filtered when it is not.
    """

    person = NumberField("“person” must be a Smartsheet id", widget=forms.Select(attrs={"class": "form-select"}))
    sheet = NumberField("“sheet” must be a sheet's id", widget=forms.Select(attrs={"class": "form-select"}))
    row = NumberField("“row” must be a row's id")
    column = NumberField("“column” must be a column's id")
    edit = forms.UUIDField(required=False, error_messages={"invalid": "“edit” must be the id of an edit, a UUID."})
    before = NumberField("“before” must be an entry's number")
    after = NumberField("“after” must be an entry's number", least=0)

    def __init__(self, query: QueryDict, *, people: list[Choice], sheets: list[Choice]) -> None:
        super().__init__(query)
        self.fields["person"].widget.choices = _options("Everybody", people, query.get("person"))
        self.fields["sheet"].widget.choices = _options("All sheets", sheets, query.get("sheet"))

    def clean(self) -> dict[str, Any]:
        asked = {name: value for name, value in self.cleaned_data.items() if value is not None}
        if asked.keys() & {"row", "column"} and "sheet" not in asked and "sheet" not in self.errors:
            self.add_error(None, "“row” and “column” need “sheet” beside them.")
        if asked.keys() >= set(PAGING):
            self.add_error(None, "“before” and “after” exclude each other.")
        return asked

    @property
    def active(self) -> dict[str, int | UUID]:
        """The filters in force, by the names of the address."""
        return {name: value for name, value in self.cleaned_data.items() if name not in PAGING}

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """The entries that are asked for, of these."""
        asked = self.cleaned_data
        if "person" in asked:
            entries = entries.by_actor(asked["person"])
        if "row" in asked:
            entries = entries.on_row(sheet_id=asked["sheet"], row_id=asked["row"])
        elif "sheet" in asked:
            entries = entries.on_sheet(asked["sheet"])
        if "column" in asked:
            entries = entries.on_column(asked["column"])
        if "edit" in asked:
            entries = entries.of_edit(asked["edit"])
        return entries


def _options(everything: str, choices: list[Choice], chosen: str | None) -> list[tuple[str, str]]:
    options = [("", everything)] + [(str(choice.id), f"{choice.name} · {choice.id}") for choice in choices]
    if chosen and chosen not in {value for value, _ in options}:
        options.append((chosen, chosen))
    return options
