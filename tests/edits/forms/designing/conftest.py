"""Bob designs forms for the site plan. He is an Editor of it."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from edits.forms.definition import Definition, FormField, State
from edits.forms.models import FormDefinition
from identity.models import SmartsheetUser
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

SignIn = Callable[[Client, Person], None]


@pytest.fixture(autouse=True)
def designers(settings: Settings) -> None:
    """As in the demo, Alice and Bob are designers. Nobody else has a role."""
    settings.ROLES = {"form_designer": frozenset({"alice@example.com", "bob@example.com"})}


@pytest.fixture
def form(browser: Client, bob: Person, plan: SitePlan) -> FormDefinition:
    """A draft by Bob with two fields."""
    fields = (
        FormField(plan.columns["Status"], "Status", "PICKLIST", state=State.REQUIRED),
        FormField(plan.columns["Notes"], "Notes", "TEXT_NUMBER"),
    )
    return FormDefinition.objects.create(
        region="sandbox",
        sheet_id=plan.id,
        sheet_name=plan.name,
        slug="progress",
        draft=Definition(title="Report progress", fields=fields).to_json(),
        designer=SmartsheetUser.objects.get(smartsheet_id=bob.id),
    )
