"""Processes that edit many rows are killed at every point. After settling, the log has the true outcome of each row.

The environment variable KILL_COUNTS says how many rows the edits have. With `make test-kills`, there are edits of 2
rows, of 500 rows and of 501 rows.
"""

import os
import time
from collections import Counter
from random import Random

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from audit.unsettled import Unsettled
from edits.saving import batches
from edits.saving.sheet_lease import SheetLease
from edits.settling.settle import settle_due
from tests.edits.settling.killed_rows import ACTIONS, MOMENTS, KilledEdit
from tests.running_sandbox import Person, RunningSandbox

COUNTS = [int(count) for count in os.environ.get("KILL_COUNTS", "2").split(",")]
SECONDS = 1.2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("count", COUNTS)
def test_log_and_smartsheet_agree_on_every_row(
    sandbox: RunningSandbox,
    bob: Person,
    bob_user: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
) -> None:
    settings.SETTLE_AFTER = SECONDS
    settings.SMARTSHEET_HISTORY_CALLS = 25
    if count == 2:  # so that each edit makes two calls
        for limit in ("ROWS_PER_WRITE", "IDS_PER_URL"):
            monkeypatch.setattr(batches, limit, 1)
    edits = []
    for number, (action, moment) in enumerate((action, moment) for moment in MOMENTS for action in ACTIONS):
        edits.append(KilledEdit(sandbox, bob, bob_user, count, action))
        edits[-1].kill(moment, Random(number))
        SheetLease._default_manager.all().delete()  # as if it had expired
    time.sleep(SECONDS + 0.1)
    while Unsettled.objects.exists() or settle_due():
        Unsettled.objects.update(due_at=F("at"))
        settle_due()

    found: Counter[str] = Counter()
    for edit in edits:
        intents = Entry.objects.intents().on_sheet(edit.sheet.id).order_by("id")
        says = [change.phase.value for change in with_outcomes(intents)] or ["nothing"] * count
        found.update(says)
        for is_done, phase in zip(edit.done(), says, strict=True):
            assert phase in ({"applied"} if is_done else {"not_applied", "failed", "nothing"}), (edit.action, says)
    print(count, dict(found))  # noqa: T201 # the figures of make test-kills
    assert set(found) >= {"applied", "not_applied", "nothing"}
