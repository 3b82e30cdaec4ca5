"""A form's rule limits the form's rows. The rule is checked when a row is opened and saved, and refusals are logged."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client

from audit.models import Entry
from edits.forms import MissingColumn, RowForbidden, SheetForm, all_of, any_of, having, mine
from edits.gateway.errors import GatewayError
from tests.edits.forms.conftest import ROW, Fill
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

THEIRS = "Drainage runs"  # Dora is responsible for this row


class MyForm(SheetForm):
    class Meta:
        fields = ["Status", "Notes", "Responsible"]
        row_rule = mine("Responsible")


class TeamForm(SheetForm):
    class Meta:
        fields = ["Notes", "Team"]
        row_rule = mine("Team")


def refusal() -> Entry:
    return Entry.objects.get(phase="forbidden")


def test_a_row_outside_of_the_rule_is_not_opened(fill: Fill, plan: SitePlan) -> None:
    with pytest.raises(RowForbidden, match="This row isn't yours: the column “Responsible” doesn't name you") as caught:
        fill(MyForm, THEIRS)
    assert isinstance(caught.value, PermissionDenied)  # because of this class, Django answers 403
    assert isinstance(caught.value, GatewayError)
    assert not Entry.objects.filter(phase="forbidden").exists()  # opening a row isn't an attempt to change the row


def test_a_post_for_a_row_outside_of_the_rule_is_refused_and_logged_with_what_was_typed(
    fill: Fill, plan: SitePlan, bob: Person
) -> None:
    filled = fill(MyForm).type(notes="Mine now")
    filled.row_id = plan.rows[THEIRS]
    with pytest.raises(RowForbidden) as caught:
        filled.form(filled.data, via={"form": "mine"})
    assert caught.value.typed == "Notes: Mine now"
    assert "Mine now" not in str(caught.value)  # because Django logs the message
    assert plan.writes(bob) == []
    entries = {entry.column_title: entry for entry in Entry.objects.filter(phase="forbidden")}
    entry = entries["Notes"]
    assert (entry.action, entry.sheet_id, entry.row_id) == ("change", plan.id, plan.rows[THEIRS])
    assert (entry.row_label, entry.message) == (THEIRS, str(caught.value))
    assert {entry.via for entry in entries.values()} == {'{"form":"mine"}'}
    assert not Entry.objects.intents().exists()


def test_the_rule_is_checked_again_on_the_row_as_it_is_when_it_is_saved(
    fill: Fill, plan: SitePlan, bob: Person
) -> None:
    filled = fill(MyForm).type(notes="Rock")
    plan.write(ROW, Responsible="dora@example.com")
    with pytest.raises(RowForbidden, match="isn't yours"):
        filled.sent()
    assert plan.writes(bob) == []
    assert refusal().column_title == "Notes"


def test_the_rule_is_also_checked_by_save(fill: Fill, plan: SitePlan, bob: Person) -> None:
    class Changing(MyForm):
        asked = 0

        def may_edit(self, row: Any) -> str:
            self.asked += 1
            return "Closed now." if self.asked > 1 else ""

    form = fill(Changing).type(notes="Rock").sent()
    assert form.is_valid()
    with pytest.raises(RowForbidden, match="Closed now"):
        form.save(reason="late")
    assert plan.writes(bob) == []
    assert (refusal().message, refusal().reason) == ("Closed now.", "late")


def test_a_row_that_leaves_the_rule_by_this_edit_is_saved(fill: Fill, plan: SitePlan) -> None:
    filled = fill(MyForm).type(responsible="dora@example.com")
    form = filled.sent()
    assert form.is_valid()
    assert form.save()
    assert form.left_rule
    assert plan.value(ROW, "Responsible") == "dora@example.com"
    with pytest.raises(RowForbidden):
        filled.form()


def test_sending_the_form_again_after_the_row_left_the_rule_gives_the_first_result(
    fill: Fill, plan: SitePlan, bob: Person
) -> None:
    filled = fill(MyForm).type(responsible="dora@example.com")
    assert filled.sent().save()
    again = filled.sent()
    assert again.is_valid()
    result = again.save()
    assert result.is_repeat
    assert again.left_rule
    assert len(plan.writes(bob)) == 1
    assert not Entry.objects.filter(phase="forbidden").exists()


def test_the_key_of_an_earlier_save_opens_no_other_change(fill: Fill, plan: SitePlan, bob: Person) -> None:
    filled = fill(MyForm).type(responsible="dora@example.com")
    assert filled.sent().save()
    filled.type(notes="One more thing")
    form = filled.sent()
    assert form.is_valid()
    for key in (None, "another key", ""):
        with pytest.raises(RowForbidden):
            form.save(key=key)
    assert len(plan.writes(bob)) == 1
    assert plan.value(ROW, "Notes") is None


def test_an_edit_that_keeps_the_row_in_the_rule_does_not_leave_it(fill: Fill) -> None:
    form = fill(TeamForm).type(team=["bob@example.com"], notes="Rock").sent()
    assert form.is_valid(), form.errors
    assert form.save()
    assert not form.left_rule


def test_leaving_a_column_with_several_people(fill: Fill) -> None:
    form = fill(TeamForm).type(team=["alice@example.com"]).sent()
    assert form.is_valid(), form.errors
    assert form.save()
    assert form.left_rule


def test_people_are_known_by_all_their_addresses(fill: Fill, plan: SitePlan, user: User) -> None:
    plan.write(ROW, Responsible="BOB.BAKER@old.example.com")
    with pytest.raises(RowForbidden):
        fill(MyForm)
    person = user.smartsheet
    person.profile |= {"alternateEmails": [{"email": "bob.baker@old.example.com", "confirmed": True}]}
    person.save()
    assert fill(MyForm).form().label == ROW


def test_a_name_without_an_address_is_nobody(fill: Fill, plan: SitePlan) -> None:
    plan.write(ROW, Responsible={"value": "Bob Baker", "strict": False})
    with pytest.raises(RowForbidden):
        fill(MyForm)


def test_rules_can_be_combined(fill: Fill, plan: SitePlan) -> None:
    def form_with(rule: Any) -> type[SheetForm]:
        return type("Ruled", (SheetForm,), {"Meta": type("Meta", (), {"fields": ["Notes"], "row_rule": rule})})

    busy, blocked = having("Status", "In progress", "Blocked"), having("Status", "Blocked")
    fill(form_with(all_of(mine("Responsible"), busy)))
    fill(form_with(any_of(mine("Responsible"), blocked)), THEIRS)
    fill(form_with(having("Trade", "Earthworks")), THEIRS)
    with pytest.raises(RowForbidden, match="this value in the column “Status”"):
        fill(form_with(all_of(mine("Responsible"), blocked)))
    with pytest.raises(RowForbidden, match="isn't yours"):
        fill(form_with(all_of(busy, mine("Responsible"))), THEIRS)
    with pytest.raises(RowForbidden, match="Only ours"):
        fill(form_with(having("Trade", "Timber", why="Only ours")))


def test_a_rule_whose_column_is_missing_lets_nobody_in(fill: Fill, plan: SitePlan, alice: Person, bob: Person) -> None:
    class Ruled(SheetForm):
        class Meta:
            fields = ["Notes"]
            row_rule = mine("Responsible")

    filled = fill(Ruled).type(notes="Rock")
    plan.sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Responsible']}", {"title": "Who"})
    plan.write(ROW, Notes="Not for Bob")
    with pytest.raises(MissingColumn):
        fill(Ruled)
    form = filled.sent()
    assert not form.is_valid()
    assert "no column with the title “Responsible”" in form.non_field_errors()[0]
    assert filled.open(form).value("notes") == "Rock"
    assert "Not for Bob" not in f"{form}{form.hidden_inputs}"  # the rule would perhaps not let Bob see this
    assert plan.writes(bob) == []


def test_a_row_that_is_gone_is_not_called_somebody_elses(fill: Fill, plan: SitePlan, browser: Client) -> None:
    class WithoutTheRulesColumn(SheetForm):
        class Meta:
            fields = ["Notes"]
            row_rule = mine("Responsible")

    filled = fill(WithoutTheRulesColumn).type(notes="Rock")
    plan.delete(ROW)
    form = filled.sent()
    assert not form.is_valid()
    assert form.status == 404
    assert "This row no longer exists" in form.non_field_errors()[0]
    assert form["notes"].value().texts == ["Rock"]
