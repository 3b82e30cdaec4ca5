"""Settling records a certain outcome only if the evidence is certain."""

import pytest
from django.core.management import call_command
from django.db.models import F
from pytest_django import Settings

from audit.models import Entry
from audit.recording import Outcome, settle
from audit.unsettled import Unsettled
from audit.vocabulary import Phase
from edits.gateway import operations
from edits.settling import record
from edits.sheets.personal_columns import PersonalColumn
from tests.edits.settling.conftest import AT_ONCE, ROW, Intended, logged, settled
from tests.edits.site_plan import SitePlan

pytestmark = pytest.mark.django_db(transaction=True)
FAR_AHEAD, FAR_BEHIND = 30, -30  # seconds by which Smartsheet's clock differs


@pytest.fixture(autouse=True)
def at_once(quick: None, settings: Settings) -> None:
    settings.SETTLE_AFTER = AT_ONCE


@pytest.mark.parametrize("ahead", [FAR_AHEAD, FAR_BEHIND])
def test_a_state_at_an_odd_time_prevents_not_saved(intended: Intended, by_bob: SitePlan, ahead: int) -> None:
    by_bob.sandbox.control("POST", "clock", {"ahead": ahead})
    intended("Rock")
    by_bob.write(ROW, Notes="Rock")
    assert settled() == ["undecidable"]


def test_explained_states_at_an_odd_time_are_ignored(intended: Intended, by_bob: SitePlan) -> None:
    by_bob.sandbox.control("POST", "clock", {"ahead": FAR_BEHIND})
    settle(intended("Rock"), [Outcome(Phase.APPLIED, None)])
    by_bob.write(ROW, Notes="Rock")
    by_bob.write(ROW, Notes="Sand")
    intended("Rock")
    assert settled() == ["applied", "not_applied"]


def test_a_row_that_was_added_at_an_odd_time_is_not_called_undone(intended: Intended, by_bob: SitePlan) -> None:
    by_bob.sandbox.control("POST", "clock", {"ahead": FAR_BEHIND})
    cell = {"columnId": by_bob.columns["Task"], "value": "Paint"}
    intended("Paint", action="add")
    by_bob.sandbox.call(by_bob.person, "POST", f"/sheets/{by_bob.id}/rows", [{"toBottom": True, "cells": [cell]}])
    assert settled() == ["undecidable"]


def test_a_history_too_long_to_be_read_proves_nothing(
    intended: Intended, by_bob: SitePlan, plan: SitePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "HISTORY_PER_PAGE", 1)
    monkeypatch.setattr(record, "MOST_PAGES", 2)
    intended("Rock")
    by_bob.write(ROW, Notes="Rock")
    for number in range(3):
        plan.write(ROW, Notes=f"Sand {number}")
    assert settled() == ["undecidable"]


def test_a_cell_that_held_it_already_does_not_speak_for_the_others(
    intended: Intended, by_bob: SitePlan, plan: SitePlan
) -> None:
    """An edit writes one value into two cells. Before that, someone else wrote the same value into one of these cells.
    The history of the other cell shows that the edit was made.
    """
    plan.sandbox.control("POST", "clock", {"ahead": FAR_BEHIND})
    plan.write(ROW, Notes="Complete")
    plan.sandbox.control("POST", "clock", {"ahead": 0})
    intended("Complete", "Notes", "Status")
    by_bob.write(ROW, Notes="Complete", Status="Complete")
    assert settled() == ["applied", "applied"]


def test_where_all_cells_held_it_already_nothing_was_changed(intended: Intended, plan: SitePlan) -> None:
    plan.sandbox.control("POST", "clock", {"ahead": FAR_BEHIND})
    plan.write(ROW, Notes="Complete", Status="Complete")
    plan.sandbox.control("POST", "clock", {"ahead": 0})
    intended("Complete", "Notes", "Status")
    assert settled() == ["not_applied", "not_applied"]


def test_where_a_column_is_gone_the_other_cells_tell(intended: Intended, by_bob: SitePlan, plan: SitePlan) -> None:
    intended("Complete", "Notes", "Status")
    by_bob.write(ROW, Notes="Complete", Status="Complete")
    plan.sandbox.call(plan.person, "DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}")
    assert settled() == ["applied", "applied"]


def test_an_answer_without_a_history_is_no_empty_history(intended: Intended, by_bob: SitePlan) -> None:
    intended("Rock")
    by_bob.write(ROW, Notes="Rock")
    by_bob.sandbox.fault(path="/history", content={"unheard": "of"})
    assert settled() == ["intent"]
    Unsettled.objects.update(due_at=F("at"))
    assert settled() == ["applied"]


def test_where_all_columns_are_gone_it_says_so(intended: Intended, plan: SitePlan) -> None:
    intended("Rock")
    plan.write(ROW, Status="Complete")
    plan.sandbox.call(plan.person, "DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}")
    assert settled() == ["undecidable"]
    assert "the columns no longer exist" in Entry.objects.latest("id").message


def test_a_row_that_was_not_written_since_was_not_changed(intended: Intended, plan: SitePlan) -> None:
    """The row hasn't changed since the intent was recorded, so the edit wasn't made. Settling knows this without a cell
    history, which is good because only a few histories can be read per minute.
    """
    intended("Rock")
    plan.write("Excavation", Notes="Sand")
    assert settled() == ["not_applied"]
    assert not plan.sandbox.requests(path="/history")
    assert "last change was made before this request was sent" in Entry.objects.latest("id").message


def test_a_row_that_is_gone_was_deleted_whatever_the_sheets_version_says(
    intended: Intended, by_bob: SitePlan, plan: SitePlan
) -> None:
    """A row is gone, so settling records that it was deleted. The sheet's version hasn't changed, but this proves
    nothing, because Smartsheet doesn't document whether deleting rows changes the version.
    """
    by_bob.delete(ROW)
    version = plan.sandbox.sheet(plan.person, plan.name)["version"]
    intended("", action="delete", version=version)
    assert settled() == ["applied"]


def test_child_rows_of_a_row_that_is_still_there_were_not_deleted_with_it(intended: Intended, plan: SitePlan) -> None:
    intended("Excavation", "Dig foundations", action="delete")
    plan.delete("Dig foundations")
    assert settled() == ["not_applied", "not_applied"]


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (True, True)])
def test_a_trace_of_a_known_edit_speaks_for_no_other_where_values_stand_apart(
    intended: Intended, by_bob: SitePlan, first: bool, second: bool
) -> None:
    settle(intended("Rock", is_personal=first), [Outcome(Phase.APPLIED, None)])
    by_bob.write(ROW, Notes="Rock")
    intended("Rock", is_personal=second)
    assert settled() == ["applied", "not_applied"]


def test_a_trace_that_may_be_of_an_edit_whose_value_was_erased_proves_nothing(
    intended: Intended, by_bob: SitePlan
) -> None:
    settle(intended("Rock", is_personal=True), [Outcome(Phase.APPLIED, None)])
    erased = Entry.objects.intents().latest("id").pk
    call_command("audit_erase", f"--entry={erased}", "--reason=asked for", "--yes")
    by_bob.write(ROW, Notes="Rock")
    intended("Rock")
    assert settled() == ["applied", "undecidable"]


def test_a_personal_name_of_a_row_found_out_stays_out_of_the_log(intended: Intended, by_bob: SitePlan) -> None:
    columns = by_bob.columns
    PersonalColumn.objects.create(region="sandbox", sheet_id=by_bob.id, column_id=columns["Task"])
    cell = {"columnId": columns["Task"], "value": "Jane Roe"}
    intended("Jane Roe", action="add")
    by_bob.sandbox.call(by_bob.person, "POST", f"/sheets/{by_bob.id}/rows", [{"toBottom": True, "cells": [cell]}])
    assert settled() == ["applied"]
    outcome = logged()[0].outcome
    assert outcome is not None
    assert outcome.row_label.startswith("Row ")
