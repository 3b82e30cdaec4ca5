"""A save makes three calls. For each kind of fault, a test lets the second call fail with this fault. The rows of the
first call are saved, and the rows of the third call aren't sent.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from edits.gateway.errors import Busy
from edits.saving import Status, save
from tests.edits.saving.conftest import ManyRows

Rows = Callable[[int], ManyRows]
COUNT = 1001


def logged(sheet: ManyRows) -> Counter[str]:
    return Counter(change.phase.value for change in with_outcomes(Entry.objects.intents().on_sheet(sheet.id)))


@pytest.mark.parametrize(
    ("fault", "status", "phase"),
    [
        ({"status": 500}, Status.UNKNOWN, "unknown"),
        ({"status": 500, "errorCode": 4001}, Status.NOT_SENT, "failed"),
        ({"status": 429, "errorCode": 4003}, Status.NOT_SENT, "refused"),
        ({"status": 400, "errorCode": 1042}, Status.REFUSED, "refused"),
        ({"status": 403, "errorCode": 1004}, Status.REFUSED, "refused"),
        ({"drop": "before"}, Status.UNKNOWN, "unknown"),
    ],
)
def test_the_second_call(rows: Rows, fault: dict[str, Any], status: Status, phase: str) -> None:
    sheet = rows(COUNT)
    baseline, changes = sheet.read(), sheet.updates()
    for one in ({"delay": 0.001}, fault):  # the first fault is for the first call, and only delays it
        sheet.sandbox.fault(method="PUT", path=f"/sheets/{sheet.id}/rows", times=1, **one)
    result = save(baseline, changes)
    assert [row.status for row in result.rows] == [Status.SAVED] * 500 + [status] * 500 + [Status.NOT_SENT]
    assert len(sheet.writes()) == 2
    expected = Counter({"applied": 500, "failed": 1})
    expected[phase] += 500
    assert logged(sheet) == expected
    assert sheet.notes_now()[:500] == [f"new {n}" for n in range(500)]
    assert set(sheet.notes_now()[500:]) == {"was"}


def test_fault_24_while_too_many_calls_are_in_progress_nothing_is_sent(rows: Rows, settings: Settings) -> None:
    sheet = rows(2)
    baseline = sheet.read()
    usual, settings.SMARTSHEET_MAX_CALLS = settings.SMARTSHEET_MAX_CALLS, 0
    result = save(baseline, sheet.updates(), key="once")
    assert isinstance(result.error, Busy)
    assert [row.status for row in result.rows] == [Status.NOT_SENT] * 2
    assert (sheet.writes(), logged(sheet)) == ([], {"failed": 2})
    settings.SMARTSHEET_MAX_CALLS = usual
    assert save(baseline, sheet.updates(), key="once").saved_cells == 2


def test_a_lost_answer_is_proven_by_reading_back(rows: Rows) -> None:
    sheet = rows(3)
    baseline = sheet.read()
    sheet.sandbox.fault(method="PUT", path=f"/sheets/{sheet.id}/rows", drop="after", times=1)
    result = save(baseline, sheet.updates())
    assert [row.status for row in result.rows] == [Status.SAVED] * 3
    assert len(sheet.writes()) == 1


def test_partial_success_saves_the_others(rows: Rows) -> None:
    sheet = rows(3)
    baseline = sheet.read()
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[1]}")
    result = save(baseline, sheet.updates(), is_partial=True)
    assert [row.status for row in result.rows] == [Status.SAVED, Status.REFUSED, Status.SAVED]
    assert sheet.notes_now() == ["new 0", "new 2"]
    assert logged(sheet) == {"applied": 2, "refused": 1}


def test_a_row_deleted_between_reading_and_writing_refuses_the_request(rows: Rows) -> None:
    sheet = rows(3)
    baseline = sheet.read()
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[1]}")
    result = save(baseline, sheet.updates())
    assert [row.status for row in result.rows] == [Status.NOT_SENT, Status.REFUSED, Status.NOT_SENT]
    assert "refused another row" in result.rows[0].message
    assert logged(sheet) == {"refused": 3}
    assert sheet.notes_now() == ["was", "was"]
