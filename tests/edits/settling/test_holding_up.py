"""If settling an edit fails, this doesn't delay the settling of other edits."""

import time
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry
from audit.unsettled import Unsettled
from edits.settling import settle
from edits.settling.history_budget import HistoryReader
from edits.settling.inquiry import find_out
from edits.settling.settle import settle_due
from tests.edits.settling.conftest import AT_ONCE, ROW, Intended, a_minute_passes, logged, settled
from tests.edits.site_plan import SitePlan

pytestmark = pytest.mark.django_db(transaction=True)


UNHEARD_OF = {"id": 1, "columns": [], "rows": [{"id": 1, "cells": [{"of": "no column"}]}]}


def fail_once(patch: pytest.MonkeyPatch) -> None:
    """Let the next settling of an edit fail with an unexpected error."""
    results = iter([fail])
    patch.setattr(settle, "find_out", lambda *arguments: next(results, find_out)(*arguments))


def fail(*_arguments: object) -> None:
    raise KeyError("no one expects this")


@pytest.fixture(autouse=True)
def at_once(quick: None, settings: Settings) -> None:
    settings.SETTLE_AFTER = AT_ONCE


def test_an_edit_that_fails_holds_up_no_other_and_is_given_up_in_the_end(
    intended: Intended, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    intended("Rock")
    intended("Sand")
    fail_once(monkeypatch)
    time.sleep(AT_ONCE + 0.1)
    assert settle_due() == {"failed": 1, "not_applied": 1}
    assert sorted(change.phase for change in logged()) == ["intent", "not_applied"]
    assert Unsettled.objects.get().lease is None

    settings.SETTLE_PATIENCE = 0
    Unsettled.objects.update(due_at=F("at"))
    fail_once(monkeypatch)
    assert settle_due() == {"undecidable": 1}
    assert "failed each time" in Entry.objects.latest("id").message


def test_an_edit_whose_sheet_is_malformed_is_tried_again(intended: Intended, plan: SitePlan) -> None:
    intended("Rock")
    intended("Sand")
    plan.sandbox.fault(method="GET", path=f"/sheets/{plan.id}$", content=UNHEARD_OF)
    time.sleep(AT_ONCE + 0.1)
    assert settle_due() == {"put off": 1, "not_applied": 1}
    assert sorted(change.phase for change in logged()) == ["intent", "not_applied"]


def test_a_history_that_can_never_be_read_is_given_up_in_the_end(
    intended: Intended, plan: SitePlan, settings: Settings
) -> None:
    intended("Rock")
    plan.sandbox.fault(path="/history", status=500, errorCode=4000, times=0)
    plan.write(ROW, Notes="Sand")
    time.sleep(AT_ONCE + 0.1)
    assert settle_due() == {"put off": 1}
    waits = Unsettled.objects.get().due_at - timezone.now()
    assert timedelta(seconds=50) < waits <= timedelta(seconds=60)

    settings.SETTLE_PATIENCE = 0
    Unsettled.objects.update(due_at=F("at"))
    assert settle_due() == {"undecidable": 1}


def test_a_history_that_fails_counts_each_time_that_it_is_asked_for(
    intended: Intended, plan: SitePlan, settings: Settings
) -> None:
    intended("Rock")
    plan.write(ROW, Notes="Sand")
    plan.sandbox.fault(path="/history", status=500, errorCode=4004, times=0)
    assert settled() == ["intent"]
    assert len(plan.sandbox.requests(path="/history")) == len(HistoryReader._default_manager.get().read) == 1


def test_an_edit_of_many_cells_has_time_for_each(intended: Intended, plan: SitePlan, settings: Settings) -> None:
    columns = ["Notes", "Status", "Task", "Permit no."]
    intended("Complete", *columns)
    plan.write(ROW, **dict.fromkeys(columns, "Complete"))
    settings.SMARTSHEET_DEADLINE = 3.0
    plan.sandbox.fault(path="/history", delay=1, times=0)
    assert settled() == ["undecidable"] * 4


def test_an_edit_that_takes_more_histories_than_there_are_in_a_minute_goes_on_in_the_next(
    intended: Intended, plan: SitePlan, settings: Settings
) -> None:
    settings.SMARTSHEET_HISTORY_CALLS = 1
    intended("Complete", "Notes", "Status")
    plan.write(ROW, Notes="Complete", Status="Complete")
    assert settled() == ["intent", "intent"]
    a_minute_passes()
    assert settled() == ["undecidable", "undecidable"]
    assert len(plan.sandbox.requests(path="/history")) == 2


def test_edits_without_a_usable_token_wait(
    intended: Intended, plan: SitePlan, by_bob: SitePlan, settings: Settings
) -> None:
    settings.SMARTSHEET_HISTORY_CALLS = 1
    for number in range(5):
        intended(f"Rock {number}")
    plan.write(ROW, Notes="Sand")
    plan.sandbox.forget_requests()
    assert settled().count("not_applied") == 1
    assert len(plan.sandbox.requests(path=f"/sheets/{plan.id}")) == 3  # two reads of the sheet, one of a history
    waiting = Unsettled.objects.order_by("due_at")
    assert [one.lease for one in waiting] == [None] * 4
    assert waiting[3].due_at - waiting[0].due_at >= timedelta(seconds=0.5)  # an edit that was tried goes to the end
