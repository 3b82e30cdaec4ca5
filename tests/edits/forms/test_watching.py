"""The worker finds what has changed in the sheets of published forms, and tells the designers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from audit.recording import THIS_APP
from edits.forms.conditions import Condition
from edits.forms.definition import Definition, FormField, State, StateWhen
from edits.forms.models import FormDefinition
from edits.forms.watching import EVERY, NO_DESIGNER, check_due
from identity.models import SmartsheetUser, Token
from tests.edits.browser import Page
from tests.edits.forms.designing.conftest import form
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

__all__ = ["form"]  # the fixture `form`
pytestmark = pytest.mark.django_db


@pytest.fixture
def published(form: FormDefinition) -> FormDefinition:
    form.publish(seen=0, actor=THIS_APP)
    check_due()
    form.refresh_from_db()
    assert (form.problem, form.warning) == ("", "")
    return form


def publish(form: FormDefinition, **content: Any) -> None:
    """Publish the form with other content, without a check of its sheet."""
    definition = form.draft_definition.to_json() | content
    form.save_draft(Definition.parse(definition), seen=form.revision)
    form.publish(seen=form.revision, actor=THIS_APP)


def found_later(form: FormDefinition) -> tuple[str, str]:
    """Return the form's problem and warning after the worker's next check."""
    with time_machine.travel(timezone.now() + EVERY + timedelta(seconds=1), tick=True):
        check_due()
    form.refresh_from_db()
    return form.problem, form.warning


def test_a_sheet_without_changes_gives_no_warning(published: FormDefinition) -> None:
    assert found_later(published) == ("", "")


def test_a_look_is_not_repeated_at_once(published: FormDefinition, sandbox: RunningSandbox) -> None:
    sandbox.forget_requests()
    check_due()
    assert sandbox.requests() == []


def test_one_read_of_one_row_is_enough(published: FormDefinition, sandbox: RunningSandbox) -> None:
    sandbox.forget_requests()
    found_later(published)
    (request,) = [one for one in sandbox.requests() if "/sheets/" in one["path"]]
    assert "pageSize=1" in request["path"] + str(request.get("query", ""))


def test_a_column_that_is_gone_is_a_warning(published: FormDefinition, plan: SitePlan) -> None:
    plan._call("DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}")
    assert found_later(published) == ("", "The column of “Notes” is no longer in the sheet.")


def test_a_form_without_a_usable_column_has_a_problem(published: FormDefinition, plan: SitePlan) -> None:
    for title in ("Status", "Notes"):
        plan._call("DELETE", f"/sheets/{plan.id}/columns/{plan.columns[title]}")
    problem, _ = found_later(published)
    assert problem == "Each of the form’s columns was deleted from the sheet, or has another type."
    assert not published.is_open


def test_a_rule_whose_column_is_gone_is_a_problem(published: FormDefinition, plan: SitePlan) -> None:
    publish(published, rule={"not": {"column": str(plan.columns["Drawing"]), "is": "equals", "value": "A1"}})
    plan._call("DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Drawing']}")
    problem, _ = found_later(published)
    assert problem == "The form’s rule reads a column that is no longer in the sheet."


def test_a_field_whose_condition_reads_a_column_that_is_gone_is_left_out(
    published: FormDefinition, plan: SitePlan, browser: Client
) -> None:
    is_a1 = Condition.parse({"not": {"column": str(plan.columns["Drawing"]), "is": "equals", "value": "A1"}})
    hidden = FormField(
        plan.columns["Spent"], "Spent", "TEXT_NUMBER", state=State.HIDDEN, states=(StateWhen(State.EDITABLE, is_a1),)
    )
    publish(published, fields=[*published.draft["fields"], hidden.to_json()])
    path = f"/forms/progress/rows/{plan.rows['Dig foundations']}/"
    assert f"col-{plan.columns['Spent']}" in browser.get(path).content.decode()
    plan._call("DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Drawing']}")
    page = browser.get(path).content.decode()
    assert f"col-{plan.columns['Spent']}" not in page
    assert f"col-{plan.columns['Status']}" in page
    assert "reads a column that is no longer in the sheet" in found_later(published)[1]


def test_a_sheet_that_the_designer_lost_closes_the_form_until_it_is_shared_again(
    published: FormDefinition, plan: SitePlan, bob: Person, browser: Client
) -> None:
    plan.unshare(bob)
    problem, _ = found_later(published)
    assert problem == "The form’s sheet was deleted, or isn’t shared with the form’s designer any more."
    listed = Page.open(browser, "/forms/design/").text
    assert problem in listed
    assert problem in Page.open(browser, "/").text
    answer = browser.post(f"/forms/design/{published.pk}/close/", follow=True)
    assert "The form is closed." in answer.content.decode()
    published.refresh_from_db()
    assert published.state == "closed"


def test_a_problem_ends_with_its_cause(published: FormDefinition, plan: SitePlan, bob: Person) -> None:
    plan.unshare(bob)
    assert found_later(published)[0]
    plan._call("POST", f"/sheets/{plan.id}/shares", [{"email": bob.email, "accessLevel": "EDITOR"}])
    with time_machine.travel(timezone.now() + 2 * EVERY + timedelta(seconds=2), tick=True):
        check_due()
    published.refresh_from_db()
    assert (published.problem, published.warning) == ("", "")


def test_a_designer_who_is_gone_leaves_a_warning(published: FormDefinition, bob: Person) -> None:
    Token.objects.filter(person__smartsheet_id=bob.id).delete()
    assert "The form’s designer isn’t connected any more." in found_later(published)[1]
    SmartsheetUser.objects.get(smartsheet_id=bob.id).delete()
    with time_machine.travel(timezone.now() + 2 * EVERY + timedelta(seconds=2), tick=True):
        check_due()
    published.refresh_from_db()
    assert (published.problem, published.warning) == ("", NO_DESIGNER)
    assert published.is_open


def test_without_an_answer_nothing_changes(published: FormDefinition, plan: SitePlan, sandbox: RunningSandbox) -> None:
    plan._call("DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}")
    before = found_later(published)
    sandbox.fault(path=f"/sheets/{plan.id}", status=503, times=50)
    with time_machine.travel(timezone.now() + 2 * EVERY + timedelta(seconds=2), tick=True):
        check_due()
    published.refresh_from_db()
    assert (published.problem, published.warning) == before
