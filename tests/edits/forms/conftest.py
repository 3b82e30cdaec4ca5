"""Bob fills in forms that a site defines in code. Tests parse the page of a form and send it as a browser does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from django.utils.http import urlencode

from edits.forms import SheetForm
from edits.widgets.problems import Problem
from tests.edits.browser import Fields, FormReader
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"


@pytest.fixture
def user(browser: Client, bob: Person) -> User:
    return User.objects.get(smartsheet__smartsheet_id=bob.id)


@dataclass
class Filled:
    """A form that a person fills in. `fields` has what the person's browser sends."""

    kind: type[SheetForm]
    user: User
    sheet_id: int
    row_id: int | None
    fields: Fields = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def open(self, form: SheetForm | None = None) -> Filled:
        """Parse the HTML of `form`, or of a new form of the class `kind`."""
        form = form or self.form()
        reader = FormReader("row-form")
        reader.feed(f'<form id="row-form">{form.hidden_inputs}{form}</form>')
        self.fields, self.kinds = reader.fields, reader.kinds
        return self

    def type(self, **values: str | list[str] | None) -> Filled:
        """Type into fields. For check boxes, a list ticks these boxes, and None unticks all boxes."""
        for name, value in values.items():
            assert name in self.kinds, f"there is no field {name}"
            self.fields[name] = [value] if isinstance(value, str) else value or []
        return self

    @property
    def data(self) -> QueryDict:
        return QueryDict(urlencode({name: values for name, values in self.fields.items() if values}, doseq=True))

    def form(self, data: QueryDict | None = None, **more: Any) -> SheetForm:
        return self.kind(data, user=self.user, sheet_id=self.sheet_id, row_id=self.row_id, **more)

    def sent(self) -> Any:
        """Return the form with what was sent."""
        return self.form(self.data)

    def value(self, name: str) -> str:
        (value,) = self.fields.get(name, [""])
        return value


Fill = Callable[..., Filled]


@pytest.fixture
def fill(plan: SitePlan, user: User) -> Fill:
    """Return fill(), which opens a form. fill(StatusForm) opens it for “Dig foundations”, fill(StatusForm, "Drainage
    runs") for that row, and fill(StatusForm, None) for a new row.
    """

    def opened(kind: type[SheetForm], row: str | None = ROW) -> Filled:
        return Filled(kind, user, plan.id, plan.rows[row] if row else None).open()

    return opened


def problem_of(form: SheetForm) -> Problem:
    assert form.problem
    return form.problem
