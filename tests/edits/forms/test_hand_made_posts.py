"""A program sends values for columns that the form doesn't have. Each request is refused and logged, and writes
nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from edits.forms import SheetField, SheetForm
from tests.edits.forms.conftest import ROW, Fill
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person


class StatusForm(SheetForm):
    class Meta:
        fields = ["Status", "Notes", "Remaining"]


def forbidden() -> list[tuple[str, str]]:
    """The column and the reason of each refused change in the log."""
    return list(Entry.objects.filter(phase="forbidden").values_list("column_title", "message"))


@pytest.mark.parametrize("by_name", [True, False])
def test_a_column_outside_of_the_form(fill: Fill, plan: SitePlan, bob: Person, by_name: bool) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    filled.fields["budget" if by_name else f"col-{plan.columns['Budget']}"] = ["1"]
    form = filled.sent()
    assert not form.is_valid()
    assert not form.is_valid()  # it is logged only once
    assert form.non_field_errors() == ["“Budget” cannot be changed. This form doesn't have this column. You typed: 1"]
    assert forbidden() == [("Budget", "This form doesn't have this column.")]
    assert plan.writes(bob) == []
    assert form.status == 422
    assert fill(StatusForm).open(form).value("notes") == "Rock"


def test_a_column_by_an_id_that_the_form_has_under_a_name(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm)
    filled.fields[f"col-{plan.columns['Status']}"] = ["Blocked"]
    assert not filled.sent().is_valid()
    assert plan.writes(bob) == []


@pytest.mark.parametrize("name", ["remaining", "col"])
def test_a_column_that_the_form_only_shows(fill: Fill, plan: SitePlan, bob: Person, name: str) -> None:
    filled = fill(StatusForm)
    filled.fields[f"col-{plan.columns['Remaining']}" if name == "col" else name] = ["1"]
    form = filled.sent()
    assert not form.is_valid()
    assert "“Remaining” cannot be changed. A formula calculates this cell" in form.non_field_errors()[0]
    assert [title for title, _ in forbidden()] == ["Remaining"]
    assert plan.writes(bob) == []


def test_a_column_that_the_sheet_does_not_have(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm)
    filled.fields["col-99"] = ["1"]
    assert not filled.sent().is_valid()
    assert plan.writes(bob) == []


def test_it_is_refused_even_if_clean_does_not_call_the_one_above(fill: Fill, plan: SitePlan, bob: Person) -> None:
    class Own(StatusForm):
        def clean(self) -> None:
            pass

    filled = fill(Own)
    filled.fields["budget"] = ["1"]
    assert not filled.sent().is_valid()
    assert forbidden() == [("Budget", "This form doesn't have this column.")]


def test_other_inputs_of_the_page_are_ignored(fill: Fill, plan: SitePlan) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    filled.fields |= {"csrfmiddlewaretoken": ["x"], "next": ["/"], "action": ["save"], "budget_code": ["7"]}
    form = filled.sent()
    assert form.is_valid(), form.errors
    assert form.save().saved_cells == 1


def test_the_same_value_for_another_column_is_no_attempt(fill: Fill, plan: SitePlan) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    filled.fields["budget"] = ["38000"]
    assert filled.sent().is_valid()
    assert forbidden() == []


def test_a_column_named_like_an_input_of_ours_has_another_name(fill: Fill, plan: SitePlan, alice: Person) -> None:
    plan.sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}", {"title": "Reason"})

    class WithReason(SheetForm):
        class Meta:
            fields = ["Reason"]

    form = fill(WithReason).type(reason_="Strike").sent()
    assert form.is_valid()
    assert form.save()


def test_without_the_hidden_baselines_the_cells_are_compared_with_what_they_have(fill: Fill, plan: SitePlan) -> None:
    filled = fill(StatusForm)
    filled.fields = {"notes": ["Rock"]}
    plan.write(ROW, Status="Complete")
    form = filled.sent()
    assert form.is_valid(), form.errors
    assert form.save().saved_cells == 1
    assert (plan.value(ROW, "Notes"), plan.value(ROW, "Status")) == ("Rock", "Complete")


def test_a_required_box_without_its_baseline_is_what_the_cell_has(fill: Fill, plan: SitePlan) -> None:
    class Done(SheetForm):
        done = SheetField("Done", required=True)
        notes = SheetField("Notes")

    filled = fill(Done)
    filled.fields = {"notes": ["Rock"]}
    assert filled.sent().errors == {"done": ["Tick this box."]}
    plan.write(ROW, Done=True)
    assert filled.sent().is_valid()


def test_a_forged_baseline_that_is_no_json(fill: Fill, plan: SitePlan) -> None:
    filled = fill(StatusForm).type(notes="Rock")
    for name in ("initial-notes", "shown-notes", "snapshot"):
        filled.fields[name] = [r'["\ud800"]']
    form = filled.sent()
    form.is_valid()
    assert form.save() is None  # the form claims that it showed a value that the cell doesn't have
    assert form.has_conflicts


def test_someone_elses_form_is_not_sent_in_your_name(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(StatusForm).type(notes="Their words")
    filled.fields["author"] = ["sandbox:1"]
    form: Any = filled.sent()
    assert not form.is_valid()
    assert form.status == 409
    assert "Another person opened this form" in form.non_field_errors()[0]
    assert "Their words" not in str(form)
    assert plan.writes(bob) == []
