"""The page of a form never has a value that the form hides from the person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from edits.forms.conditions import AnyOf, Condition
from edits.forms.definition import NotAllowed, State, StateWhen
from edits.widgets import snapshots
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan

SECRET = "Zanzibar"


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    plan.write(MINE, Notes=SECRET)
    return ProgressForm(plan)


def source(browser: Client, form: ProgressForm) -> str:
    """Return all that the browser gets: the page, and the values in the page's hidden input `snapshot`, which are
    encoded.
    """
    page = Page.open(browser, form.row_path(MINE))
    packed: Any = signing.loads(page.fields["snapshot"][0], salt=snapshots.SALT)
    return browser.get(form.row_path(MINE)).content.decode() + json.dumps(packed)


def test_a_field_that_is_always_hidden(browser: Client, form: ProgressForm) -> None:
    form.publish(fields=(form.field("Spent"), form.field("Notes", state=State.HIDDEN)))
    assert SECRET not in source(browser, form)


def test_a_field_that_only_another_column_can_show(browser: Client, form: ProgressForm) -> None:
    """The notes are shown if the task's name is "Another task". The row has another name, and this form can't change
    the name. So the page doesn't have the notes.
    """
    when = form.when("Task", "equals", "Another task")
    notes = form.field("Notes", state=State.HIDDEN, states=(StateWhen(State.EDITABLE, when),))
    form.publish(fields=(form.field("Spent"), notes))
    assert SECRET not in source(browser, form)


def test_a_field_that_a_hidden_field_would_show(browser: Client, form: ProgressForm) -> None:
    """The notes are shown if the status is Blocked. But Status is hidden too, so nobody can set the status to
    Blocked.
    """
    status = form.field("Status", state=State.HIDDEN, states=(StateWhen(State.EDITABLE, form.when("Task", "empty")),))
    when = form.when("Status", "equals", "Blocked")
    notes = form.field("Notes", state=State.HIDDEN, states=(StateWhen(State.EDITABLE, when),))
    form.publish(fields=(form.field("Spent"), status, notes))
    assert SECRET not in source(browser, form)


def test_a_column_that_only_conditions_read(browser: Client, form: ProgressForm) -> None:
    """A condition has two comparisons: one of a field of the form, and one of a column that isn't in the form. The page
    has only the comparison of the field. The server evaluates the other comparison.
    """
    large, wrong = form.when("Spent", "greater", 99), form.when("Notes", "equals", "Nairobi")
    form.publish(fields=(form.field("Spent", not_allowed=(NotAllowed("Too much.", AnyOf((large, wrong))),)),))
    found = source(browser, form)
    assert SECRET not in found
    assert "Nairobi" not in found
    assert str(form.column("Notes")) not in found
    assert '"value": 99' in found


def test_what_the_person_can_show_by_typing_is_there_for_the_script(browser: Client, form: ProgressForm) -> None:
    assert SECRET in source(browser, form)  # choosing Blocked shows the notes


@pytest.mark.parametrize("typed", ["Blocked", "Complete"])
@pytest.mark.parametrize("operator", ["all", "any", "not"])
def test_the_rest_of_a_condition_holds_as_the_whole(
    browser: Client, form: ProgressForm, operator: str, typed: str
) -> None:
    parts = [
        form.when("Status", "equals", "Blocked"),
        form.when("Notes", "equals", SECRET),
        form.when("Spent", "empty"),
    ]
    raw = [part.to_json() for part in parts]
    condition = Condition.parse({"not": {"all": raw[:2]}} if operator == "not" else {operator: raw})
    form.publish(fields=(form.field("Status"), form.field("Task", states=(StateWhen(State.SHOWN, condition),))))
    response = browser.get(form.row_path(MINE))
    known = response.context["form"].known
    rest, values = known.rest(condition), {**known.values, form.column("Status"): typed}
    whole = condition.holds(values, me=known.me, today=known.today)
    of_rest = rest if isinstance(rest, bool) else rest.holds(values, me=known.me, today=known.today)
    assert of_rest is whole
