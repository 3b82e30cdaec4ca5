"""If a person saves to a sheet twice at the same time, the second save waits for the first. Without this
wait, Smartsheet would refuse the second save with error 4004.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from edits.gateway.client import gateway_for
from edits.gateway.errors import Busy
from edits.saving import Result, Status, save
from edits.saving.sheet_lease import SheetLease, sheet_lease
from tests.edits.saving.conftest import ManyRows

Rows = Callable[[int], ManyRows]


@pytest.mark.django_db(transaction=True)
def test_parallel_saves_of_other_rows_are_all_made_one_after_the_other(rows: Rows) -> None:
    sheet = rows(4)
    baseline = [sheet.read([row_id]) for row_id in sheet.row_ids]
    sheet.sandbox.fault(method="PUT", path=f"/sheets/{sheet.id}/rows", delay=0.2, times=0)
    results: list[Result] = []

    def run(place: int) -> None:
        results.append(save(baseline[place], [sheet.updates()[place]]))
        connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.status for result in results for row in result.rows] == [Status.SAVED] * 4
    assert sheet.notes_now() == [f"new {n}" for n in range(4)]


def test_a_save_that_waits_too_long_is_not_sent(rows: Rows, settings: Settings) -> None:
    sheet = rows(1)
    baseline = sheet.read()
    settings.SMARTSHEET_DEADLINE = 2
    brief = replace(baseline, gateway=gateway_for(sheet.user))
    key: dict[str, Any] = {"region": "sandbox", "person_id": sheet.person.id, "sheet_id": sheet.id}
    with sheet_lease(**key, seconds=30, patience=0):
        (row,) = save(brief, sheet.updates()).rows
    assert (row.status, sheet.writes()) == (Status.NOT_SENT, [])
    assert "You're saving something else to this sheet" in row.message
    assert isinstance(row.error, Busy)
    assert save(baseline, sheet.updates()).rows[0].status is Status.SAVED


def test_a_lease_ends_by_itself(rows: Rows) -> None:
    sheet = rows(1)
    key: dict[str, Any] = {"region": "sandbox", "person_id": sheet.person.id, "sheet_id": sheet.id}
    held = sheet_lease(**key, seconds=0, patience=0)
    held.__enter__()
    assert SheetLease.objects.exclude(holder=None).count() == 1
    assert save(sheet.read(), sheet.updates()).rows[0].status is Status.SAVED
