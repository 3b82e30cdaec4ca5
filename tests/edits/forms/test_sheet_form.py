"""A SheetForm is used like a ModelForm: Meta, declared fields, clean methods, cleaned_data and save()."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.utils.html import escape

from audit.models import Entry
from edits.forms import MissingColumn, SheetField, SheetForm
from edits.saving import InTransaction
from tests.edits.conftest import SignIn
from tests.edits.forms.conftest import ROW, Fill
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person


class StatusForm(SheetForm):
    class Meta:
        fields = ["Status", "Finish", "Notes", "Done"]
        labels = {"Status": "How far are you?"}
        help_texts = {"notes": "Only what <others> need"}
        required = ["Finish"]


class DeclaredForm(SheetForm):
    due = SheetField("Finish", required=True, label="Due", help_text="As promised")
    agreed = forms.BooleanField(required=False)

    class Meta:
        fields = ["Notes", "Finish"]

    def clean_due(self) -> Any:
        due = self.cleaned_data["due"]
        if due > "2030":
            raise ValidationError("That is too late.")
        return due

    def clean(self) -> None:
        if self.cleaned_data.get("notes") == "Never":
            self.add_error("notes", "Not this word.")


@pytest.mark.parametrize(("text", "then"), [("Plan", "Plan"), ("", None)])
def test_it_removes_a_link(fill: Fill, plan: SitePlan, text: str, then: str | None) -> None:
    plan.write(ROW, Notes={"value": "Plan", "hyperlink": {"url": "https://example.com/plan"}})
    filled = fill(StatusForm).type(notes=text)
    filled.fields["link-notes"] = [""]
    form = filled.sent()
    assert form.is_valid(), form.errors
    assert form.save().saved_cells == 1
    cell = plan.cell(ROW, "Notes")
    assert (cell.get("value"), "hyperlink" in cell) == (then, False)


def test_it_changes_the_cells_in_the_persons_name(fill: Fill, plan: SitePlan) -> None:
    form = fill(StatusForm).type(status="Blocked", notes="Rock").sent()
    assert form.is_valid(), form.errors
    saved = form.save(reason="Strike", via={"form": "status"})
    assert saved.saved_cells == 2
    assert (plan.value(ROW, "Status"), plan.value(ROW, "Notes")) == ("Blocked", "Rock")
    assert plan.last_writer(ROW, "Status") == "bob@example.com"
    intent = Entry.objects.intents().get(column_title="Status")
    assert (intent.old, intent.new, intent.reason) == ('"In progress"', '"Blocked"', "Strike")
    assert (intent.origin, intent.via) == ("form", '{"form":"status"}')


def test_it_has_the_fields_of_meta_in_this_order_with_their_words(fill: Fill) -> None:
    form = fill(StatusForm).form()
    assert list(form.fields) == ["status", "finish", "notes", "done"]
    assert form["status"].label == "How far are you?"
    assert form["finish"].help_text == "The last day of work on it"
    html = str(form)
    assert escape("Only what <others> need") in html
    assert 'name="status"' in html
    assert '<span class="text-secondary fw-normal" data-required>(required)</span>' in form["finish"].as_field_group()
    assert "(required)" not in form["notes"].as_field_group()


def test_cleaned_data_has_values_as_the_log_has_them(fill: Fill) -> None:
    class Every(SheetForm):
        class Meta:
            fields = ["Status", "Done", "Finish", "Budget", "Equipment", "Team", "Responsible"]

    form = fill(Every).type(done=["true"], budget="12").sent()
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "status": "In progress",
        "done": True,
        "finish": "2026-01-23",
        "budget": 12,
        "equipment": ["Excavator", "Lorry"],
        "team": ["bob@example.com", "alice@example.com"],
        "responsible": "bob@example.com",
    }


def test_declared_fields_have_a_name_of_their_own(fill: Fill, plan: SitePlan) -> None:
    filled = fill(DeclaredForm).type(due="2026-02-01", agreed=["on"])
    assert list(filled.form().fields) == ["notes", "due", "agreed"]
    form = filled.sent()
    assert form.is_valid(), form.errors
    assert form.cleaned_data["agreed"] is True
    assert form.save()
    assert plan.value(ROW, "Finish") == "2026-02-01"


def test_a_subclass_can_leave_out_an_inherited_field(fill: Fill) -> None:
    class Shorter(DeclaredForm):
        due = None  # type: ignore[assignment] # Django's forms do this too

        class Meta:
            fields = ["Notes"]

    assert list(fill(Shorter).form().fields) == ["notes", "agreed"]


def test_clean_methods_report_errors_at_the_fields(fill: Fill, plan: SitePlan, bob: Person) -> None:
    form = fill(DeclaredForm).type(due="2031-01-01", notes="Never").sent()
    assert not form.is_valid()
    assert form.errors == {"due": ["That is too late."], "notes": ["Not this word."]}
    assert form.status == 422
    with pytest.raises(ValueError, match="isn't valid"):
        form.save()
    assert plan.writes(bob) == []


def test_clean_methods_can_replace_a_value(fill: Fill, plan: SitePlan) -> None:
    class Tidy(SheetForm):
        class Meta:
            fields = ["Notes", "Status"]

        def clean_notes(self) -> str:
            return str(self.cleaned_data["notes"]).upper()

        def clean(self) -> dict[str, Any]:
            return {**self.cleaned_data, "status": "Complete"}

    form = fill(Tidy).type(notes="rock").sent()
    assert form.is_valid()
    assert form.save()
    assert (plan.value(ROW, "Notes"), plan.value(ROW, "Status")) == ("ROCK", "Complete")


def test_a_replaced_value_must_be_one_that_a_cell_can_have(fill: Fill) -> None:
    class Wrong(SheetForm):
        class Meta:
            fields = ["Notes"]

        def clean_notes(self) -> object:
            return object()

    form = fill(Wrong).sent()
    assert form.is_valid()
    with pytest.raises(TypeError, match="held_values"):
        form.save()


@pytest.mark.parametrize(("name", "typed"), [("finish", ""), ("notes", "   "), ("done", []), ("equipment", [])])
def test_a_required_cell_must_not_be_empty(fill: Fill, plan: SitePlan, bob: Person, name: str, typed: Any) -> None:
    class AllRequired(SheetForm):
        class Meta:
            fields = required = ["Finish", "Notes", "Done", "Equipment"]

    plan.write(ROW, Notes="Rock", Done=True)
    form = fill(AllRequired).type(**{name: typed}).sent()
    assert not form.is_valid()
    assert form.errors == {name: ["Tick this box." if name == "done" else "Fill in this field."]}
    assert plan.writes(bob) == []


def test_a_required_cell_that_was_empty_before_must_be_filled_in(fill: Fill, plan: SitePlan) -> None:
    class NotesRequired(SheetForm):
        notes = SheetField("Notes", required=True)

    assert fill(NotesRequired).sent().errors == {"notes": ["Fill in this field."]}
    form = fill(NotesRequired).type(notes="Rock").sent()
    assert form.is_valid()
    assert form.save()
    assert plan.value(ROW, "Notes") == "Rock"


def test_a_required_cell_that_someone_empties_meanwhile_can_be_filled_in_again(fill: Fill, plan: SitePlan) -> None:
    class NotesRequired(SheetForm):
        notes = SheetField("Notes", required=True)

    plan.write(ROW, Notes="Rock")
    filled = fill(NotesRequired)
    plan.write(ROW, Notes="")
    form = filled.sent()
    assert form.errors == {"notes": ["Fill in this field."]}
    assert filled.open(form).value("notes") == "Rock"
    form = filled.sent()
    assert form.is_valid(), form.errors
    assert form.save()
    assert plan.value(ROW, "Notes") == "Rock"


def test_a_cell_that_cannot_be_changed_is_shown(fill: Fill) -> None:
    class Money(SheetForm):
        class Meta:
            fields = ["Budget", "Remaining", "Permit no."]

    form = fill(Money).form()
    assert "A formula calculates this cell" in form["remaining"].help_text
    assert "16500" in str(form["remaining"])
    assert "<textarea" not in str(form["remaining"])
    assert "This column is locked" in form["permit_no"].help_text
    sent = fill(Money).type(budget="1").sent()
    assert sent.is_valid()
    assert sent.cleaned_data == {"budget": 1, "remaining": 16500, "permit_no": None}


def test_a_form_can_add_a_row(fill: Fill, plan: SitePlan) -> None:
    class NewTask(SheetForm):
        class Meta:
            fields = ["Task", "Status", "Remaining"]

    filled = fill(NewTask, None)
    assert "remaining" not in filled.form().fields
    empty = filled.sent()
    assert empty.is_valid()
    assert empty.save() is None
    assert empty.non_field_errors() == ["Fill in at least one cell."]
    form = filled.type(task="Pour slab").sent()
    assert form.is_valid()
    assert form.save().rows[0].row_id
    assert plan.labels()[-1] == "Pour slab"


def test_all_columns_can_be_asked_for(fill: Fill, plan: SitePlan) -> None:
    class Whole(SheetForm):
        class Meta:
            fields = "__all__"

    assert len(fill(Whole).form().fields) == len(plan.columns)


def test_columns_can_be_named_by_id_so_that_a_new_title_changes_nothing(
    fill: Fill, plan: SitePlan, alice: Person, user: User
) -> None:
    class ById(SheetForm):
        remark = SheetField(plan.columns["Notes"])

    plan.sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}", {"title": "Remarks"})
    form = fill(ById).type(remark="Rock").sent()
    assert form["remark"].label == "Remarks"
    assert form.is_valid()
    assert form.save()


def test_a_missing_column_is_never_another_one(fill: Fill, plan: SitePlan, alice: Person, bob: Person) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    plan.sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}", {"title": "Remarks"})
    with pytest.raises(MissingColumn, match=r"“Site plan” has no column with the title “Notes”\. It has “Task”"):
        filled.form()
    with pytest.raises(MissingColumn):
        filled.form(QueryDict("notes=Rock"))  # without the hidden inputs, the form's old columns aren't known
    form = filled.sent()
    assert not form.is_valid()
    assert form.status == 500
    assert "“Site plan” has no column with the title “Notes”. Perhaps someone renamed" in form.non_field_errors()[0]
    assert filled.open(form).value("notes") == "Rock"
    assert plan.writes(bob) == []
    plan.sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}", {"title": "Notes"})
    form = filled.sent()
    assert form.is_valid(), form.errors
    assert form.save()
    assert plan.value(ROW, "Notes") == "Rock"


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"fields": "Status"}, "must be a list"),
        ({}, "has no fields"),
        ({"fields": ["Notes"], "required": ["Note"]}, "'Note', which is no field of the form"),
        ({"fields": ["Notes"], "labels": {"Budget": "Money"}}, "'Budget', which is no field of the form"),
    ],
)
def test_a_wrong_meta_is_reported(fill: Fill, attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        fill(type("Wrong", (SheetForm,), {"Meta": type("Meta", (), attributes)}))


def test_two_columns_need_two_names(fill: Fill, plan: SitePlan, alice: Person) -> None:
    column = {"title": "At-risk", "type": "CHECKBOX", "index": 3}
    plan.sandbox.call(alice, "POST", f"/sheets/{plan.id}/columns", [column])

    class Twice(SheetForm):
        class Meta:
            fields = ["At risk", "At-risk"]

    class Named(Twice):
        risky = SheetField("At-risk")

    with pytest.raises(ImproperlyConfigured, match="Two columns of Twice have the name at_risk"):
        fill(Twice)
    assert list(fill(Named).form().fields) == ["at_risk", "risky"]


def test_the_sheet_is_an_id_or_a_function_and_the_constructor_can_replace_it(plan: SitePlan, user: User) -> None:
    class Fixed(SheetForm):
        class Meta:
            sheet_id = plan.id
            fields = ["Notes"]

    class Asked(Fixed):
        class Meta(Fixed.Meta):
            sheet_id = staticmethod(lambda: plan.id)  # type: ignore[assignment] # an id is allowed too

    class Nowhere(SheetForm):
        class Meta:
            fields = ["Notes"]

    row_id = plan.rows[ROW]
    assert Fixed(user=user, row_id=row_id).sheet.name == Asked(user=user, row_id=row_id).sheet.name == "Site plan"
    assert Nowhere(user=user, row_id=row_id, sheet_id=plan.id).label == ROW
    with pytest.raises(ImproperlyConfigured, match="Nowhere needs a sheet"):
        Nowhere(user=user, row_id=row_id)


def test_a_viewer_sees_the_cells_and_changes_nothing(
    client: Client, db: None, sign_in: SignIn, plan: SitePlan, charlie: Person
) -> None:
    sign_in(client, charlie)
    viewer = User.objects.get()
    form = StatusForm(user=viewer, row_id=plan.rows[ROW], sheet_id=plan.id)
    assert not form.columns
    assert "In progress" in str(form["status"])
    assert "ask the owner of the sheet" in form["status"].help_text


def test_options_and_states_can_be_decided_in_a_subclass(fill: Fill, plan: SitePlan, bob: Person) -> None:
    class Narrow(SheetForm):
        class Meta:
            fields = ["Status", "Trade", "Budget", "Equipment"]

        def options_of(self, column: Any) -> Any:
            return {"Status": ["Blocked"], "Trade": ["Timber"], "Equipment": ["Crane"]}.get(column.title)

        def is_editable(self, column: Any) -> bool:
            return bool(column.title != "Budget")

    filled = fill(Narrow)
    assert filled.form()["budget"].help_text == "This form only shows this column."
    filled.fields |= {"status": ["Complete"], "trade": ["Roofing"], "equipment": ["Lorry"], "budget": ["1"]}
    form = filled.sent()
    assert not form.is_valid()
    assert form.errors == {
        "status": ["“Complete” is not among the options of this column."],
        "trade": ["“Roofing” is not among the options of this column."],
        "equipment": ["“Lorry” is not among the options of this column."],
        "__all__": ["“Budget” cannot be changed. This form only shows this column. You typed: 1"],
    }
    assert plan.writes(bob) == []


def test_people_can_be_restricted_to_addresses(fill: Fill) -> None:
    class OnlyUs(SheetForm):
        class Meta:
            fields = ["Responsible"]

        def options_of(self, column: Any) -> list[str]:
            return ["alice@example.com"]

    filled = fill(OnlyUs)
    assert "<select" in str(filled.form()["responsible"])
    assert filled.type(responsible="alice@example.com").sent().is_valid()
    assert not filled.type(responsible="dora@example.com").sent().is_valid()


def test_nothing_is_read_within_a_transaction(fill: Fill) -> None:
    filled = fill(StatusForm)
    with transaction.atomic(), pytest.raises(InTransaction, match="non_atomic_requests"):
        filled.form()


def test_opening_and_saving_costs_as_many_calls_as_the_row_form(fill: Fill, plan: SitePlan) -> None:
    plan.sandbox.forget_requests()
    filled = fill(StatusForm)
    assert [one["method"] for one in plan.sandbox.requests(path="/sheets/")] == ["GET"]
    plan.sandbox.forget_requests()
    form = filled.type(notes="Rock").sent()
    assert form.is_valid()
    assert form.save()
    assert [one["method"] for one in plan.sandbox.requests(path="/sheets/")] == ["GET", "PUT"]
