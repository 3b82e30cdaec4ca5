"""The form with which someone asks people to update rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from edits.forms.asking.message import is_address
from edits.forms.asking.models import morning_before
from edits.forms.asking.plan import MOST_PEOPLE, MOST_ROWS, Choices
from edits.forms.asking.requests import Wanted
from edits.sheets.sheet import Column, Row

PEOPLE = "people"
COLUMN = "column-"
LONGEST_TEXT = 2_000
MOST_LISTED = 300  # rows on the page; a search finds the others
USUAL_DAYS = 7
FURTHEST = timedelta(days=366)
REMINDERS = [
    ("", "no reminder"),
    ("0", "in the morning of the due date"),
    ("1", "the day before, in the morning"),
    ("2", "2 days before, in the morning"),
    ("3", "3 days before, in the morning"),
    ("7", "a week before, in the morning"),
]


class AskForm(forms.Form):
    """A form with fields for the rows, the people, a text and the due date. `zone` is the asker's time zone. `search`
    limits which rows the page lists, but not which rows can be chosen.
    """

    rows = forms.MultipleChoiceField(
        label="Rows", error_messages={"required": "Choose at least one row."}, widget=forms.CheckboxSelectMultiple
    )
    to = forms.ChoiceField(label="Who to ask", error_messages={"required": "Choose who to ask."})
    addresses = forms.CharField(
        label="Their e-mail addresses",
        required=False,
        widget=forms.Textarea,
        help_text="Enter one address on each line. Each of these people is asked about all chosen rows.",
    )
    text = forms.CharField(
        label="What to tell them",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea,
        help_text="The mail has this text exactly as you type it. Don't write passwords or personal values.",
    )
    due_on = forms.DateField(
        label="Due date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose a due date.", "invalid": "Choose a day, such as 2026-12-31."},
    )
    remind = forms.ChoiceField(label="Reminder", choices=REMINDERS, required=False)

    def __init__(self, *args: Any, choices: Choices, zone: str, search: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices, self.zone, self.search = choices, zone, search.strip()
        usual = {"due_on": self.today + timedelta(days=USUAL_DAYS), "remind": "1", "rows": []}
        self.initial = {**usual, **self.initial}
        columns = [(f"{COLUMN}{one.id}", one.title) for one in choices.contact_columns]
        self._choices_of("to", [*columns, (PEOPLE, "these people")])
        self._choices_of("rows", [(str(one.id), choices.sheet.label(one)) for one in choices.sheet.rows])
        self.initial.setdefault("to", columns[0][0] if columns else PEOPLE)

    @property
    def today(self) -> date:
        """Today's date in the asker's time zone."""
        return timezone.now().astimezone(ZoneInfo(self.zone)).date()

    @property
    def chosen(self) -> frozenset[str]:
        """The ids of the rows that are ticked."""
        return frozenset(map(str, self["rows"].value() or []))

    def listed(self) -> list[tuple[Row, str, list[str], bool]]:
        """Return the rows to show: for each row, its name, its people, and whether the row is ticked. Ticked rows are
        always shown.
        """
        found: list[tuple[Row, str, list[str], bool]] = []
        for row in self.choices.sheet.rows:
            name, people = self.choices.sheet.label(row), self.choices.people_in(row)
            is_ticked = str(row.id) in self.chosen
            if is_ticked or (self._matches(name, people) and len(found) < MOST_LISTED):
                found.append((row, name, people, is_ticked))
        return found

    @property
    def not_listed(self) -> int:
        """How many rows of the sheet aren't shown."""
        return len(self.choices.sheet.rows) - len(self.listed())

    def chosen_rows(self) -> list[Row]:
        """The ticked rows, in the order of the sheet."""
        wanted = set(self.cleaned_data["rows"])
        return [row for row in self.choices.sheet.rows if str(row.id) in wanted]

    @property
    def column(self) -> Column | None:
        """The contact column that has the people to ask; None if the asker typed addresses."""
        to: str = self.cleaned_data["to"]
        return self.choices.sheet.column(int(to.removeprefix(COLUMN))) if to.startswith(COLUMN) else None

    def wanted(self) -> Wanted:
        """Return the text, the due date and the reminder that the asker entered. The form must be valid."""
        data = self.cleaned_data
        return Wanted(data["text"], data["due_on"], self.zone, self._remind_at())

    def clean_rows(self) -> list[str]:
        rows: list[str] = self.cleaned_data["rows"]
        if len(rows) > MOST_ROWS:
            raise ValidationError(f"Choose up to {MOST_ROWS} rows. You have chosen {len(rows)}.")
        return rows

    def clean_addresses(self) -> list[str]:
        found = [one.lower() for one in re.split(r"[\s,;]+", self.cleaned_data["addresses"]) if one]
        if wrong := [one for one in found if not is_address(one)]:
            raise ValidationError(f"This isn't an e-mail address: {wrong[0][:100]}")
        if len(found) > MOST_PEOPLE:
            raise ValidationError(f"Name up to {MOST_PEOPLE} people. You have named {len(found)}.")
        return list(dict.fromkeys(found))

    def clean_due_on(self) -> date:
        due: date = self.cleaned_data["due_on"]
        if not self.today <= due <= self.today + FURTHEST:
            raise ValidationError("Choose today or a later day, at most a year from now.")
        return due

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("to") == PEOPLE and "addresses" not in self.errors and not data.get("addresses"):
            self.add_error("addresses", "Type at least one address.")
        reminder = self._remind_at() if "due_on" in data else None
        if reminder and reminder <= timezone.now():
            self.add_error(
                "remind", "The time of this reminder has passed. Choose another reminder or a later due date."
            )

    def _remind_at(self) -> datetime | None:
        days = self.cleaned_data.get("remind")
        return morning_before(self.cleaned_data["due_on"], int(days), self.zone) if days else None

    def _matches(self, name: str, people: Iterable[str]) -> bool:
        words = self.search.casefold()
        return not words or any(words in one.casefold() for one in (name, *people))

    def _choices_of(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 # declared above
        field.choices = choices
