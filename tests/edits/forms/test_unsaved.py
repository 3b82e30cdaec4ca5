"""If a save fails, save() returns None, the form has the reason, and nothing that was typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from audit.models import Entry
from edits.features import Feature
from edits.forms import SheetForm
from edits.gateway.errors import GatewayError, NotGranted
from identity.models import Token
from tests.edits.browser import FormReader
from tests.edits.forms.conftest import ROW, Fill, problem_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person


class StatusForm(SheetForm):
    class Meta:
        fields = ["Status", "Notes", "Done"]


def test_a_conflict_is_shown_at_its_field_with_both_values(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(status="Blocked", notes="Rock")
    plan.write(ROW, Status="Complete", Done=True)
    form = filled.sent()
    assert form.is_valid()
    assert form.save() is None
    assert form.status == 409
    assert form.errors == {"status": ["Someone else changed this cell while you were editing. Choose a value."]}
    conflict = form["status"].conflict
    assert (conflict.saw, conflict.now, conflict.typed) == ("In progress", "Complete", "Blocked")
    assert conflict.by == "Alice Archer"
    assert plan.writes(bob) == []
    filled.open(form)
    assert (filled.value("status"), filled.value("notes"), filled.value("done")) == ("Blocked", "Rock", "true")


@pytest.mark.parametrize(("choice", "now"), [("mine", "Blocked"), ("theirs", "Complete")])
def test_a_conflict_is_resolved_by_the_next_save(fill: Fill, plan: SitePlan, choice: str, now: str) -> None:
    filled = fill(StatusForm).type(status="Blocked", notes="Rock")
    plan.write(ROW, Status="Complete")
    form = filled.sent()
    form.is_valid()
    form.save()
    filled.open(form).fields["choice-status"] = [choice]
    again = filled.sent()
    assert again.is_valid()
    assert again.save()
    assert (plan.value(ROW, "Status"), plan.value(ROW, "Notes")) == (now, "Rock")


def test_a_conflict_without_a_choice_stays_a_conflict(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(status="Blocked", notes="Rock")
    plan.write(ROW, Status="Complete")
    for _ in range(3):
        form = filled.sent()
        assert form.is_valid(), form.errors
        assert form.save() is None
        conflict = form["status"].conflict
        assert (conflict.saw, conflict.now, conflict.typed) == ("In progress", "Complete", "Blocked")
        filled.open(form)
    assert plan.writes(bob) == []
    assert plan.value(ROW, "Status") == "Complete"


def test_a_page_that_shows_no_choice_overwrites_nothing(fill: Fill, plan: SitePlan, bob: Person) -> None:
    """A site's page shows the form's fields and hidden inputs. It doesn't show the conflict, so the person can't choose
    a value.
    """
    filled = fill(StatusForm).type(status="Blocked")
    plan.write(ROW, Status="Complete")
    form = filled.sent()
    assert form.is_valid()
    assert form.save() is None
    reader = FormReader("row-form")
    reader.feed(f'<form id="row-form">{form.hidden_inputs}{form["status"].as_widget()}</form>')
    filled.fields = reader.fields
    again = filled.sent()
    assert again.is_valid(), again.errors
    assert again.save() is None
    assert again.has_conflicts
    assert plan.writes(bob) == []


def test_a_refusal_of_smartsheet(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    plan.sandbox.fault(method="PUT", person=bob.id, status=400, errorCode=1235)
    form = filled.sent()
    assert form.is_valid()
    assert form.save() is None
    assert (form.status, problem_of(form).error_code) == (422, 1235)
    assert "Smartsheet refused this" in form.non_field_errors()[0]
    assert filled.open(form).value("notes") == "Rock"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"status": 503, "errorCode": 4001}, 503),
        ({"status": 500, "errorCode": 4000}, 502),
        ({"status": 429}, 429),
        ({"status": 401}, 401),
        ({"status": 403}, 403),
    ],
)
def test_a_save_that_fails(fill: Fill, plan: SitePlan, bob: Person, fault: dict[str, Any], status: int) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    plan.sandbox.fault(method="PUT", person=bob.id, times=0, **fault)
    form = filled.sent()
    assert form.is_valid()
    assert form.save() is None
    assert form.status == status
    assert filled.open(form).value("notes") == "Rock"


def test_a_form_is_shown_again_while_smartsheet_is_away(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    plan.sandbox.fault(method="GET", person=bob.id, status=503, errorCode=4001, times=0)
    form = filled.sent()
    assert not form.is_valid()
    assert form.status == 503
    assert "Nothing was saved. What you typed is still in the form." in form.non_field_errors()[0]
    assert form.label == ROW
    plan.sandbox.control("DELETE", "faults")
    filled.open(form)
    assert filled.value("notes") == "Rock"
    again = filled.sent()
    assert again.is_valid()
    assert again.save()
    assert plan.value(ROW, "Notes") == "Rock"


def test_without_a_sent_form_or_its_snapshot_the_error_is_raised(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    plan.sandbox.fault(method="GET", person=bob.id, status=503, errorCode=4001, times=0)
    with pytest.raises(GatewayError):
        filled.form()
    del filled.fields["snapshot"]
    with pytest.raises(GatewayError):
        filled.sent()


def test_the_snapshot_has_only_the_columns_of_the_form(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm)
    plan.sandbox.fault(method="GET", person=bob.id, status=503, errorCode=4001, times=0)
    form = filled.sent()
    assert {column.title for column in form.sheet.columns} == {"Task", "Status", "Notes", "Done"}
    assert form.row.cells.keys() == {column.id for column in form.sheet.columns}


def test_the_one_time_key_saves_once(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    first, second = filled.sent(), filled.sent()
    assert first.is_valid()
    assert second.is_valid()
    assert not first.save().is_repeat
    assert second.save().is_repeat
    assert len(plan.writes(bob)) == 1


def test_the_key_is_not_used_for_something_else(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    assert filled.sent().save()
    form = filled.type(notes="Sand").sent()
    assert form.is_valid()
    assert form.save() is None
    assert form.status == 409
    assert "you have changed it since" in form.non_field_errors()[0]
    assert len(plan.writes(bob)) == 1
    again = filled.open(form).sent()
    assert again.is_valid()
    assert again.save() is None  # the form still has its first baseline, which is older than its first save
    assert again.has_conflicts


def test_a_key_of_the_caller(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    del filled.fields["once"]
    assert filled.sent().save(key="batch 1")
    assert filled.sent().save(key="batch 1").is_repeat
    assert len(plan.writes(bob)) == 1


def test_a_form_without_changes_sends_nothing(fill: Fill, plan: SitePlan, bob: Person) -> None:
    form = fill(StatusForm).sent()
    assert form.is_valid()
    assert form.save().saved_cells == 0
    assert plan.writes(bob) == []


def test_what_this_deployment_does_not_offer(fill: Fill, plan: SitePlan, settings: Settings) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    settings.BYLINE_FEATURES = [Feature.VIEW]
    with pytest.raises(NotGranted):
        filled.form()
    form = filled.form(filled.data, via={"form": "status"})
    assert not form.is_valid()
    assert form.status == 403
    assert Entry.objects.get(phase="forbidden").via == '{"form":"status"}'


def test_someone_who_is_no_longer_connected(fill: Fill) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    Token.objects.all().delete()
    form = filled.sent()
    assert not form.is_valid()
    assert problem_of(form).is_sign_in
    author = filled.value("author")
    assert filled.open(form).value("notes") == "Rock"
    assert filled.value("author") == author != ""


def test_a_draft_is_shown_and_not_complained_about(fill: Fill) -> None:
    filled = fill(StatusForm).type(notes="x" * 5_000)
    form = filled.form(draft=lambda: filled.data)
    assert form.is_restored
    assert form.status == 200
    assert not form.is_valid()
    with pytest.raises(ValueError, match="isn't valid"):
        form.save()  # opening a page never saves
    assert filled.open(form).value("notes") == "x" * 5_000
