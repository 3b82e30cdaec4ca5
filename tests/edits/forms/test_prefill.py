"""The address of a form can fill in values. The designer chooses whether these values are suggested, locked or
hidden.
"""

import pytest
from django.test import Client
from django.utils.http import urlencode

from audit.models import Entry
from edits.forms.definition import Prefill, State
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


def follow(browser: Client, form: ProgressForm, mode: Prefill, **values: str) -> Page:
    titles = ("Status", "Spent", "Notes", "Equipment", "Done")
    form.publish(fields=tuple(form.field(title, prefill=mode) for title in titles))
    names: dict[str, str | list[str]] = {f"f.{form.column(title)}": text for title, text in values.items()}
    return open_link(browser, form.row_path(MINE), names)


def open_link(browser: Client, path: str, names: dict[str, str | list[str]]) -> Page:
    """Open `path` with these values in its query. The returned page sends its form to `path` without a query."""
    page = Page.open(browser, f"{path}?{urlencode(names, doseq=True)}")
    assert page.status == 200, page.text
    page.path = path
    return page


def test_a_suggested_value_can_be_changed(browser: Client, form: ProgressForm) -> None:
    page = follow(browser, form, Prefill.EDITABLE, Spent="42", Status="Blocked")
    assert page.text.count("Suggested, not saved yet") == 2
    assert (page.value(form.column("Spent")), page.value(form.column("Status"))) == ("42", "Blocked")
    assert "prefill" not in page.fields
    assert form.plan.value(MINE, "Spent") == 21500
    page = page.type({form.column("Spent"): "43"}).save()
    assert page.was_redirected, page.text
    assert (form.plan.value(MINE, "Spent"), form.plan.value(MINE, "Status")) == (43, "Blocked")


def test_a_locked_value_is_shown_and_written(browser: Client, form: ProgressForm) -> None:
    page = follow(browser, form, Prefill.LOCKED, Spent="42")
    assert f"col-{form.column('Spent')}" not in page.fields
    assert "Spent 42 Filled in by the link you opened, not saved yet" in page.text
    assert page.save().was_redirected
    assert form.plan.value(MINE, "Spent") == 42


def test_a_hidden_value_is_only_written(browser: Client, form: ProgressForm) -> None:
    page = follow(browser, form, Prefill.HIDDEN, Notes="campaign-7")
    assert "campaign-7" not in page.text
    page = page.save()
    assert page.was_redirected
    assert "campaign-7" in page.text  # the page says what was changed
    assert form.plan.value(MINE, "Notes") == "campaign-7"


def test_a_field_that_allows_none_ignores_the_address(browser: Client, form: ProgressForm) -> None:
    page = follow(browser, form, Prefill.NONE, Spent="42")
    assert page.value(form.column("Spent")) == "21500"


def test_a_title_names_a_field_too(browser: Client, form: ProgressForm) -> None:
    form.publish(fields=(form.field("Spent", prefill=Prefill.EDITABLE, label="Costs"),))
    assert Page.open(browser, f"{form.row_path(MINE)}?f.Spent=42").value(form.column("Spent")) == "42"
    assert Page.open(browser, f"{form.row_path(MINE)}?f.Costs=42").value(form.column("Spent")) == "21500"


def test_several_values_and_a_tick(browser: Client, form: ProgressForm) -> None:
    form.publish(fields=tuple(form.field(title, prefill=Prefill.EDITABLE) for title in ("Equipment", "Done")))
    page = open_link(browser, form.row_path(MINE), {"f.Equipment": ["Crane", "Lorry"], "f.Done": "true"})
    assert page.save().was_redirected
    assert form.plan.value(MINE, "Equipment") == ["Crane", "Lorry"]
    assert form.plan.value(MINE, "Done") is True


def test_a_value_that_the_column_cant_have_is_named_and_ignored(browser: Client, form: ProgressForm) -> None:
    page = follow(browser, form, Prefill.EDITABLE, Status="Whatever")
    assert "The link suggests values that this form can't accept: Status: “Whatever” is not among" in page.text
    assert page.value(form.column("Status")) == "In progress"


def test_a_locked_value_in_a_field_that_is_hidden_in_the_form(browser: Client, form: ProgressForm) -> None:
    """The designer lets links fill in a hidden field. A link has a value for this field, and the value is saved."""
    form.publish(
        fields=(form.field("Spent"), form.field("Notes", state=State.HIDDEN, prefill=Prefill.HIDDEN)),
    )
    page = open_link(browser, form.row_path(MINE), {"f.Notes": "campaign-7"})
    assert page.save().was_redirected
    assert form.plan.value(MINE, "Notes") == "campaign-7"
    (entry,) = Entry.objects.intents().on_sheet(form.plan.id)
    assert entry.via == '{"form":"progress","version":2}'


def test_links_fill_in_new_rows_too(browser: Client, form: ProgressForm) -> None:
    form.publish(
        fields=(form.field("Task", prefill=Prefill.EDITABLE), form.field("Responsible", prefill=Prefill.LOCKED)),
    )
    page = open_link(browser, form.add_path, {"f.Task": "Hang the doors", "f.Responsible": "bob@example.com"})
    assert page.save().was_redirected
    plan = SitePlan(form.plan.sandbox, form.plan.person)
    assert plan.value("Hang the doors", "Responsible") == "bob@example.com"
