"""If a form's designer can't maintain the form any more, another designer can take the form over. An administrator can
take over any form at any time.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from audit.models import Entry
from edits.forms.models import FormDefinition
from identity.models import SmartsheetUser, Token
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

SignIn = Callable[[Client, Person], None]
pytestmark = pytest.mark.django_db


@pytest.fixture
def alices(sign_in: SignIn, alice: Person, form: FormDefinition) -> Client:
    client = Client()
    sign_in(client, alice)
    return client


def take_over(client: Client, form: FormDefinition) -> int:
    answer = client.post(f"/forms/design/{form.pk}/take-over/")
    form.refresh_from_db()
    return answer.status_code


def test_a_designer_who_can_open_the_sheet_keeps_the_form(alices: Client, form: FormDefinition, bob: Person) -> None:
    assert take_over(alices, form) == 403
    page = alices.get(f"/forms/design/{form.pk}/take-over/").content.decode()
    assert "Bob Baker is still a form designer and can open the sheet" in page
    assert form.designer is not None
    assert form.designer.smartsheet_id == bob.id


@pytest.mark.parametrize("reason", ["deleted", "disconnected", "no longer a designer", "a problem", "sheet not shared"])
def test_a_form_whose_designer_is_gone_is_taken_over(
    alices: Client,
    form: FormDefinition,
    alice: Person,
    bob: Person,
    sandbox: RunningSandbox,
    plan: SitePlan,
    settings: Settings,
    reason: str,
) -> None:
    person = SmartsheetUser.objects.get(smartsheet_id=bob.id)
    if reason == "deleted":
        person.user.delete()
    elif reason == "disconnected":
        Token.objects.filter(person=person).delete()
    elif reason == "no longer a designer":
        settings.ROLES = {"form_designer": frozenset({"alice@example.com"})}
    elif reason == "a problem":
        form.problem = "The sheet isn't shared with Bob Baker any more."
        form.save()
    else:
        shares = sandbox.call(alice, "GET", f"/sheets/{plan.id}/shares?includeAll=true")["data"]
        share = next(one["id"] for one in shares if one.get("email") == bob.email)
        sandbox.call(alice, "DELETE", f"/sheets/{plan.id}/shares/{share}")
    assert "Take it over" in alices.get(f"/forms/design/{form.pk}/take-over/").content.decode()
    assert take_over(alices, form) == 302
    assert form.designer is not None
    assert form.designer.smartsheet_id == alice.id
    assert form.problem == ""
    entry = Entry.objects.get(action="form_take_over")
    assert (entry.actor_id, entry.row_label) == (alice.id, "progress")


def test_an_administrator_takes_over_at_any_time(
    alices: Client, form: FormDefinition, alice: Person, settings: Settings
) -> None:
    alices_role, bobs_role = frozenset({"alice@example.com"}), frozenset({"bob@example.com"})
    settings.ROLES = {"administrator": alices_role, "form_designer": bobs_role}
    assert "because you are an administrator" in alices.get(f"/forms/design/{form.pk}/take-over/").content.decode()
    assert take_over(alices, form) == 302
    assert form.designer is not None
    assert form.designer.smartsheet_id == alice.id
