"""Bob fills in a form for his rows."""

import pytest
from django.test import Client

from audit.changes import with_outcomes
from audit.models import Entry
from edits.forms.definition import Reason, State
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


def opened(browser: Client, form: ProgressForm, row: str = MINE) -> Page:
    page = Page.open(browser, form.row_path(row))
    assert page.status == 200, page.text
    return page


def test_the_page_has_the_title_the_sentence_and_the_fields_in_the_designers_order(
    browser: Client, form: ProgressForm
) -> None:
    page = opened(browser, form)
    order = ["Report progress on my tasks", "Tell the others how far you are.", "How is it going?", "Spent"]
    places = [page.text.index(text) for text in order]
    assert places == sorted(places)
    assert "You are Bob Baker" in page.text
    assert "Budget" not in page.html


def test_a_change_is_saved_under_the_persons_name_and_logged_with_the_form(browser: Client, form: ProgressForm) -> None:
    page = opened(browser, form)
    page = page.type({form.column("Status"): "Complete", form.column("Spent"): "21700"}).save()
    assert page.was_redirected, page.text
    assert "Saved" in page.text
    assert "Complete" in page.text
    assert "21500" in page.text
    plan = form.plan
    assert (plan.value(MINE, "Status"), plan.value(MINE, "Spent")) == ("Complete", 21700)
    assert plan.last_writer(MINE, "Status") == "bob@example.com"
    changes = with_outcomes(Entry.objects.intents().on_sheet(plan.id))
    assert [change.intent.via for change in changes] == ['{"form":"progress","version":1}'] * 2
    assert all(change.is_applied for change in changes)


def test_a_field_appears_when_its_condition_holds_after_the_save(browser: Client, form: ProgressForm) -> None:
    page = opened(browser, form).type({form.column("Status"): "Blocked"}).save()
    assert page.status == 422
    assert "Why?: Fill in this field." in page.text
    assert form.plan.value(MINE, "Status") == "In progress"
    page = page.type({form.column("Notes"): "The crane is broken"}).save()
    assert page.was_redirected, page.text
    assert form.plan.value(MINE, "Notes") == "The crane is broken"


def test_a_required_field_cant_be_emptied(browser: Client, form: ProgressForm) -> None:
    page = opened(browser, form).type({form.column("Status"): ""}).save()
    assert page.status == 422
    assert "How is it going?: Fill in this field." in page.text


def test_a_row_that_leaves_the_rule_by_this_edit_is_saved(browser: Client, form: ProgressForm) -> None:
    form.publish(fields=(form.field("Responsible"),))
    page = opened(browser, form).type({form.column("Responsible"): "dora@example.com"}).save()
    assert page.was_redirected, page.text
    assert "This row isn't in your list any more" in page.text
    assert form.plan.value(MINE, "Responsible") == "dora@example.com"


def test_a_form_that_was_sent_twice_is_saved_once_even_if_the_row_left_the_rule(
    browser: Client, form: ProgressForm
) -> None:
    form.publish(fields=(form.field("Responsible"),))
    page = opened(browser, form).type({form.column("Responsible"): "dora@example.com"})
    page.save()
    page = page.save()
    assert page.was_redirected, page.text
    assert "Saved" in page.text
    assert len(form.plan.history(MINE, "Responsible")) == 2


def test_the_reason_goes_into_the_log(browser: Client, form: ProgressForm) -> None:
    form.publish(reason=Reason.REQUIRED)
    page = opened(browser, form).type({form.column("Spent"): "1"}).save()
    assert page.status == 422
    assert "Please say why." in page.text
    page.fields["reason"] = ["Invoice 17"]
    assert page.save().was_redirected
    assert Entry.objects.intents().on_sheet(form.plan.id).get().reason == "Invoice 17"


def test_only_a_reason_of_the_list_is_taken(browser: Client, form: ProgressForm) -> None:
    form.publish(reason=Reason.FROM_LIST, reasons=("Weather", "Supplier"))
    page = opened(browser, form).type({form.column("Spent"): "1"})
    page.fields["reason"] = ["Aliens"]
    page = page.save()
    assert page.status == 422
    page.fields["reason"] = ["Weather"]
    assert page.save().was_redirected
    assert Entry.objects.intents().on_sheet(form.plan.id).get().reason == "Weather"


def test_a_new_row_has_the_designers_values(browser: Client, form: ProgressForm) -> None:
    form.publish(
        fields=(
            form.field("Task", state=State.REQUIRED),
            form.field("Status", default="Not started"),
            form.field("Responsible", state=State.HIDDEN, default="bob@example.com"),
        )
    )
    page = Page.open(browser, form.add_path)
    assert page.value(form.column("Status")) == "Not started"
    page = page.type({form.column("Task"): "Hang the doors"}).save()
    assert page.was_redirected, page.text
    plan = SitePlan(form.plan.sandbox, form.plan.person)
    assert plan.labels()[-1] == "Hang the doors"
    assert plan.value("Hang the doors", "Status") == "Not started"
    assert plan.value("Hang the doors", "Responsible") == "bob@example.com"


def test_a_conflict_is_shown_as_in_the_row_form(browser: Client, form: ProgressForm) -> None:
    page = opened(browser, form).type({form.column("Spent"): "5"})
    form.plan.write(MINE, Spent=7)
    page = page.save()
    assert page.status == 409
    assert "You saw 21500 Now 7 (by Alice Archer" in page.text
    assert "You typed 5" in page.text
    page = page.choose(form.column("Spent"), "theirs").type({form.column("Status"): "Complete"}).save()
    assert page.was_redirected, page.text
    assert (form.plan.value(MINE, "Spent"), form.plan.value(MINE, "Status")) == (7, "Complete")


def test_a_link_can_be_removed(browser: Client, form: ProgressForm) -> None:
    form.plan.write(MINE, Notes={"value": "Plan", "hyperlink": {"url": "https://example.com/plan"}})
    form.publish(fields=(form.field("Notes"),))
    page = Page.open(browser, form.row_path(MINE))
    page.fields[f"link-col-{form.column('Notes')}"] = [""]
    assert page.save().was_redirected
    cell = form.plan.cell(MINE, "Notes")
    assert (cell["value"], "hyperlink" in cell) == ("Plan", False)
