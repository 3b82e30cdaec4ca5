"""Smartsheet can make a change late, after settling has recorded that the change wasn't made. Reconciling then corrects
the log.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from audit.vocabulary import Phase
from edits.gateway.client import gateway_for
from edits.saving import AddRow, CellChange, DeleteRow, MoveRow, Place, RowChange, Status, save
from edits.settling.settle import settle_due
from tests.edits.reconciling.conftest import results
from tests.edits.saving.conftest import ManyRows
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sheet(sandbox: RunningSandbox, bob: Person, browser: Client, settings: Settings) -> ManyRows:
    settings.SETTLE_AFTER = 0.2
    sandbox.control("POST", "clock", {"ahead": -60})
    sheet = ManyRows(sandbox, bob, User.objects.get(smartsheet__smartsheet_id=bob.id), 3)
    sandbox.control("POST", "clock", {"ahead": 0})
    return sheet


def version(sheet: ManyRows) -> Any:
    return sheet.call("GET", f"/sheets/{sheet.id}/version")["version"]


def save_late(sheet: ManyRows, changes: Sequence[RowChange], settings: Settings) -> None:
    """Save changes while the sandbox delays the requests. Let settling record that the changes weren't made.

    Then end the delay, and wait until the sandbox has made the changes.
    """
    before = version(sheet)
    baseline = sheet.read(with_descendants=True)
    sheet.sandbox.fault(path=f"/sheets/{sheet.id}/rows", delay=600)
    settings.SMARTSHEET_DEADLINE = 2.0
    hurried = replace(baseline, gateway=gateway_for(sheet.user))
    assert {row.status for row in save(hurried, changes).rows} == {Status.UNKNOWN}
    settings.SMARTSHEET_DEADLINE = 15.0
    time.sleep(0.3)
    settle_due()
    assert set(phases()) == {"not_applied"}
    sheet.sandbox.end_faults()
    until(lambda: version(sheet) != before, "the late write")
    sheet.sandbox.forget_requests()


def phases() -> list[str]:
    return [change.phase.value for change in with_outcomes(Entry.objects.intents().order_by("id"))]


def reconcile(sheet: ManyRows, *arguments: str) -> None:
    since = timezone.now() - timedelta(seconds=30)
    call_command("audit_reconcile", f"--sheet={sheet.id}", f"--since={since.isoformat()}", *arguments)


@pytest.mark.parametrize("arguments", [[], ["--all-cells"]])
def test_fault_21_a_late_write_is_found_and_the_log_corrected(
    sheet: ManyRows, settings: Settings, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    save_late(sheet, sheet.updates(), settings)
    reconcile(sheet, *arguments)
    assert phases() == ["applied"] * 3
    # The outcome was first unknown, then not saved, and in the end saved.
    assert [len(change.outcomes) for change in with_outcomes(Entry.objects.intents().order_by("id"))] == [3, 3, 3]
    assert list(results().exclude(phase=Phase.DONE).values_list("phase", flat=True)) == ["confirmed"] * 3
    intents = list(Entry.objects.intents().order_by("id").values_list("id", flat=True))
    assert sorted(entry.refers_to or 0 for entry in results().filter(phase=Phase.CONFIRMED)) == intents
    corrected = Entry.objects.outcomes().filter(phase=Phase.APPLIED).first()
    assert corrected
    assert "after this app had stopped waiting" in corrected.message
    assert "3 confirmed, 3 saved after all" in capsys.readouterr().out
    reconcile(sheet, *arguments)
    assert [len(change.outcomes) for change in with_outcomes(Entry.objects.intents().order_by("id"))] == [3, 3, 3]


def test_fault_21_only_what_was_read_is_counted(sheet: ManyRows, capsys: pytest.CaptureFixture[str]) -> None:
    baseline = sheet.read()
    sheet.sandbox.fault(path=f"/sheets/{sheet.id}/rows", drop="before")
    save(baseline, sheet.updates())
    time.sleep(0.3)
    settle_due()
    sheet.sandbox.forget_requests()
    reconcile(sheet)
    assert phases() == ["not_applied"] * 3
    assert "0 of 0 cells compared: nothing new" in capsys.readouterr().out
    assert not sheet.sandbox.requests(path="/history")


@pytest.mark.parametrize("kind", ["add", "delete", "move"])
def test_fault_21_so_are_rows(sheet: ManyRows, settings: Settings, kind: str) -> None:
    first, second, third = sheet.row_ids
    changes: dict[str, list[RowChange]] = {
        "add": [AddRow((CellChange(sheet.task, None, f"added {n}"),)) for n in range(2)],
        "delete": [DeleteRow(first), DeleteRow(third)],
        "move": [MoveRow(first, Place(parent_id=second))],
    }
    save_late(sheet, changes[kind], settings)
    reconcile(sheet)
    assert set(phases()) == {"applied"}


def test_fault_21_a_value_that_was_saved_again_explains_its_state(sheet: ManyRows, settings: Settings) -> None:
    baseline = sheet.read()
    sheet.sandbox.fault(path=f"/sheets/{sheet.id}/rows", drop="before")
    save(baseline, sheet.updates())
    time.sleep(0.3)
    settle_due()
    settings.SMARTSHEET_DEADLINE = 2.0
    time.sleep(2.6)  # after this, the first save doesn't count as concurrent any more
    save(sheet.read(), sheet.updates())
    reconcile(sheet)
    assert phases() == ["not_applied"] * 3 + ["applied"] * 3
