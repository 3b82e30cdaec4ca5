"""A form can be for the rows that a filter of the sheet shows. The app asks Smartsheet for these rows with the token of
the person who uses the form.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from edits.forms.definition import Allow, ChosenFilter, Definition
from edits.forms.designed_form import DesignedForm
from edits.forms.filling.pages import SAVED_BEFORE
from edits.forms.filters import FilterGone, require_applied
from edits.forms.models import FormDefinition, FormState
from edits.forms.watching import check_due
from edits.saving import read
from edits.sheets.sheet import Row
from identity.models import SmartsheetUser
from tests.conftest import SignIn
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db(transaction=True)
NOT_UNDER_WAY = "Reinforcement"  # Bob is responsible for this row too, but its task hasn't started
LEFT = "This row isn't in your list any more"
GONE = "Smartsheet doesn’t apply this filter for you"


def filters_of(plan: SitePlan, person: Person) -> dict[str, int]:
    """The filters that this person can use in Smartsheet."""
    data = plan.sandbox.call(person, "GET", f"/sheets/{plan.id}/filters")["data"]
    return {one["name"]: one["id"] for one in data}


@pytest.fixture
def under_way(plan: SitePlan, alice: Person) -> ChosenFilter:
    """The site plan's shared filter. It shows rows in progress and blocked rows."""
    return ChosenFilter(filters_of(plan, alice)["Under way"], "Under way")


@pytest.fixture
def form(browser: Client, plan: SitePlan, under_way: ChosenFilter) -> ProgressForm:
    """A form for those of Bob's rows that the filter `under_way` shows."""
    return ProgressForm(plan, filter=under_way, allow=frozenset(Allow))


def delete_filter(form: ProgressForm) -> None:
    assert form.definition.filter
    form.plan._call("DELETE", f"/sheets/{form.plan.id}/filters/{form.definition.filter.id}")
    form.plan.sandbox.forget_requests()


def calls(plan: SitePlan) -> list[str]:
    """Return the paths of the calls to Smartsheet since the last use of this function."""
    found = [one["path"] for one in plan.sandbox.requests()]
    plan.sandbox.forget_requests()
    return found


def test_the_list_has_the_rows_that_fit_the_rule_and_that_the_filter_shows(browser: Client, form: ProgressForm) -> None:
    page = Page.open(browser, form.path)
    assert "1 row for you" in page.text
    assert MINE in page.text
    assert NOT_UNDER_WAY not in page.text
    assert "Drainage runs" not in page.text  # the filter shows this row, but it is Dora's


def test_the_list_reads_only_the_needed_columns(browser: Client, form: ProgressForm) -> None:
    Page.open(browser, form.path)
    (query,) = [one["query"] for one in form.plan.sandbox.requests() if one["path"].endswith(f"/sheets/{form.plan.id}")]
    definition = form.stored.definition
    assert definition is not None
    assert definition.filter is not None
    assert f"filterId={definition.filter.id}" in query
    assert str(form.column("Budget")) not in query


def test_without_a_rule_the_filter_alone_decides(browser: Client, form: ProgressForm) -> None:
    form.publish(rule=None)
    page = Page.open(browser, form.path)
    assert "Drainage runs" in page.text
    assert NOT_UNDER_WAY not in page.text


def test_a_row_that_the_filter_hides_is_not_opened_saved_or_deleted(browser: Client, form: ProgressForm) -> None:
    assert Page.open(browser, form.row_path(MINE)).status == 200
    refused = Page.open(browser, form.row_path(NOT_UNDER_WAY))
    assert (refused.status, "This isn't one of your rows" in refused.text) == (403, True)
    assert Page.open(browser, f"{form.row_path(NOT_UNDER_WAY)}delete/").status == 403
    assert Page.open(browser, f"{form.row_path(MINE)}delete/").status == 200


def test_a_row_that_left_the_filter_meanwhile_is_not_saved(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "7"})
    form.plan.write(MINE, Status="Complete")
    saved = page.save()
    assert saved.status == 403
    assert form.plan.writes(bob) == []
    assert Entry.objects.filter(phase="forbidden", row_id=form.plan.rows[MINE]).exists()


def test_a_row_that_the_filter_hides_after_the_save_is_not_offered_again(browser: Client, form: ProgressForm) -> None:
    status = form.column("Status")
    kept = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "7"}).save()
    assert "Edit again" in kept.text
    left = Page.open(browser, form.row_path(MINE)).type({status: "Complete"}).save()
    assert LEFT in left.text
    assert "Edit again" not in left.text
    assert Page.open(browser, form.row_path(MINE)).status == 403


def test_sending_again_after_the_row_left_the_filter_shows_the_first_result(
    browser: Client, form: ProgressForm, bob: Person
) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Status"): "Complete"})
    first, second = page.save(), page.save()
    assert (second.status, second.path) == (200, first.path)
    assert LEFT in second.text
    assert len(form.plan.writes(bob)) == 1
    assert not Entry.objects.filter(phase="forbidden").exists()


def test_sending_again_after_the_filter_was_deleted_says_that_it_was_saved(
    browser: Client, form: ProgressForm, bob: Person
) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "7"})
    page.send()
    delete_filter(form)
    second = page.save()
    assert (second.status, GONE in second.text) == (403, True)
    assert SAVED_BEFORE in second.text
    assert "Nothing was saved" not in second.text


@pytest.mark.parametrize("then", ["closed", "published again", "unshared", "Smartsheet fails"])
def test_sending_again_when_the_form_can_not_be_saved_any_more_says_that_it_was_saved(
    browser: Client, form: ProgressForm, bob: Person, then: str
) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "7"})
    page.send()
    if then == "closed":
        form.stored.refresh_from_db()
        form.stored.state = FormState.CLOSED
        form.stored.save()
    elif then == "published again":
        form.publish(title="Another title")
    elif then == "unshared":
        form.plan.unshare(bob)
    else:
        form.plan.sandbox.fault(method="GET", path=f"/sheets/{form.plan.id}", status=503, times=0)
    second = page.save()
    assert second.status >= 400
    assert SAVED_BEFORE in second.text
    assert "Nothing was saved" not in second.text


def test_a_row_that_leaves_the_rule_by_a_formula_is_not_offered_again(browser: Client, form: ProgressForm) -> None:
    form.plan._call("PUT", f"/sheets/{form.plan.id}/columns/{form.column('Notes')}", {"formula": "=Status@row"})
    form.publish(filter=None, rule=form.when("Notes", "equals", "In progress"), fields=form.definition.fields[1:2])
    left = Page.open(browser, form.row_path(MINE)).type({form.column("Status"): "Complete"}).save()
    assert LEFT in left.text
    assert "Edit again" not in left.text


def test_a_new_row_is_offered_again_if_the_filter_shows_it(browser: Client, form: ProgressForm) -> None:
    form.publish(rule=None)
    for status, is_shown in (("In progress", True), ("Complete", False)):
        page = Page.open(browser, form.add_path).type({form.column("Status"): status, form.column("Spent"): "1"})
        saved = page.save()
        assert ("Edit again" in saved.text, LEFT in saved.text) == (is_shown, not is_shown)


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_saved_row_has_left_if_the_filter_is_gone_but_not_if_smartsheet_fails(
    browser: Client, form: ProgressForm, bob: Person, is_gone: bool
) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "7"})
    user, row_id = SmartsheetUser.objects.get(smartsheet_id=bob.id).user, form.plan.rows[MINE]
    sent = DesignedForm(
        QueryDict(page.sent),
        definition=form.definition,
        baseline=read(user, form.plan.id, row_ids=[row_id], filter_id=form.definition.filter_id),
        me={"bob@example.com"},
        today=date(2026, 3, 2),
        user=user,
        row_id=row_id,
        sheet_id=form.plan.id,
    )
    assert sent.is_valid(), sent.errors
    if is_gone:
        delete_filter(form)
    else:
        form.plan.sandbox.fault(method="GET", path=f"/sheets/{form.plan.id}", status=500, times=0)
    assert sent.save()
    assert sent.left_rule is is_gone


def test_opening_takes_no_more_calls_than_without_a_filter_and_saving_one_more(
    browser: Client, form: ProgressForm, under_way: ChosenFilter
) -> None:
    counts: list[tuple[int, int]] = []
    for chosen in (None, under_way):
        form.publish(filter=chosen)
        calls(form.plan)
        page = Page.open(browser, form.row_path(MINE))
        opened = len(calls(form.plan))
        page.type({form.column("Spent"): str(len(counts) + 1)}).send()
        counts.append((opened, len(calls(form.plan))))
    (opened, saved), filtered = counts
    assert filtered == (opened, saved + 1)


def test_a_new_row_needs_no_filter(browser: Client, form: ProgressForm) -> None:
    page = Page.open(browser, form.add_path).type({form.column("Status"): "Not started", form.column("Spent"): "1"})
    assert page.save().was_redirected


def test_a_deleted_filter_is_refused_with_a_clear_sentence_and_one_more_call(
    browser: Client, form: ProgressForm, bob: Person
) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "7"})
    Page.open(browser, form.path)
    delete_filter(form)
    saved = page.save()
    assert saved.status == 403
    assert GONE in saved.text
    assert "Spent" in saved.text  # what was typed
    assert form.plan.writes(bob) == []
    entry = Entry.objects.get(phase="forbidden")
    assert (entry.action, entry.row_id) == ("change", form.plan.rows[MINE])
    assert GONE in entry.message
    calls(form.plan)
    opened = Page.open(browser, form.row_path(MINE))
    assert (opened.status, GONE in opened.text) == (403, True)
    assert len(calls(form.plan)) == 2
    form.publish(title="Another form")  # within a minute, the list is from the cache
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        listed = Page.open(browser, form.path)
    assert (listed.status, GONE in listed.text) == (403, True)
    assert Page.open(browser, f"{form.row_path(MINE)}delete/").status == 403


def test_a_lost_sheet_is_not_called_a_lost_filter(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.plan.unshare(bob)
    page = Page.open(browser, form.row_path(MINE))
    assert "You can't open this form's sheet" in page.text
    assert GONE not in page.text


def test_a_personal_filter_of_someone_else_shows_nothing(
    browser: Client, form: ProgressForm, bob: Person, alice: Person, sign_in: SignIn
) -> None:
    alices_browser = Client()
    sign_in(alices_browser, alice)
    own = ChosenFilter(filters_of(form.plan, bob)["Costly lifting"], "Costly lifting")
    form.publish(filter=own, rule=None)
    assert Page.open(browser, form.path).status == 200
    page = Page.open(alices_browser, form.path)
    assert (page.status, GONE in page.text) == (403, True)


def test_a_filter_that_smartsheet_ignores_shows_nothing(under_way: ChosenFilter) -> None:
    require_applied([Row.parse({"id": 1, "filteredOut": True}), {"id": 2, "filteredOut": False}], under_way)
    require_applied([Row.parse({"id": 1})], None)
    for row in (Row.parse({"id": 1}), {"id": 1}, Row.parse({"id": 1, "filteredOut": "false"})):
        with pytest.raises(FilterGone, match="Under way"):
            require_applied([row], under_way)


def found_later(form: ProgressForm) -> str:
    """Return the form's problem after the worker's next check."""
    FormDefinition.objects.filter(pk=form.stored.pk).update(checked_at=None)
    check_due()
    form.stored.refresh_from_db()
    return form.stored.problem


def test_the_designer_is_told_that_the_filter_was_deleted(browser: Client, form: ProgressForm, bob: Person) -> None:
    designed_by(form, bob)
    assert found_later(form) == ""
    delete_filter(form)
    found = (
        "The form can’t show its rows. The filter “Under way” was deleted in Smartsheet, or isn’t shared with everybody"
    )
    assert found in found_later(form)


def test_the_designer_is_told_that_only_they_can_use_the_filter(form: ProgressForm, bob: Person) -> None:
    designed_by(form, bob)
    form.publish(filter=ChosenFilter(filters_of(form.plan, bob)["Costly lifting"], "Costly lifting"))
    assert "The filter “Costly lifting” is personal: only its owner can use it." in found_later(form)


def designed_by(form: ProgressForm, person: Person) -> None:
    form.stored.refresh_from_db()
    form.stored.designer = SmartsheetUser.objects.get(smartsheet_id=person.id)
    form.stored.save()


@pytest.mark.parametrize("raw", [7, {"id": 7, "name": "x"}, {"id": "x", "name": ""}, {"id": "7", "name": 3}])
def test_a_filter_of_a_wrong_form_is_no_definition(raw: Any) -> None:
    with pytest.raises(ValueError, match="The filter"):
        Definition.parse({"title": "x", "filter": raw})


def test_a_definition_keeps_its_filter(under_way: ChosenFilter) -> None:
    definition = Definition(title="x", filter=under_way)
    assert Definition.parse(definition.to_json()) == definition
    assert Definition.parse({"title": "x"}).filter is None  # as in forms that were stored before there were filters
