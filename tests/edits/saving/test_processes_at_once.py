"""Several processes save overlapping rows of one sheet for two people. One process is killed. No edit is lost, saved
twice, missing in the log, or logged under another person's name.

`make test-kills` sets PROCESSES=8 ROUNDS=20 in the environment, which makes more saves.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from random import Random

import pytest
from django.contrib.auth.models import User
from django.db import connections
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from audit.unsettled import Unsettled
from edits.gateway.errors import GatewayError
from edits.saving import CellChange, NotRecorded, UpdateRow, read, save
from edits.saving.sheet_lease import SheetLease
from edits.settling.settle import settle_due
from edits.sheets.held_values import held
from tests.edits.saving.conftest import ManyRows
from tests.running_sandbox import Person, RunningSandbox

PROCESSES = int(os.environ.get("PROCESSES", "4"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
ROWS, RANGE = 12, 8
SETTLED_AFTER = 2.0


@pytest.mark.django_db(transaction=True)
def test_log_and_histories_agree(sandbox: RunningSandbox, bob_and_alice: list[Person], settings: Settings) -> None:
    settings.SMARTSHEET_DEADLINE = 15.0
    settings.SMARTSHEET_HISTORY_CALLS = 100_000
    users = [User.objects.get(smartsheet__smartsheet_id=person.id) for person in bob_and_alice]
    sandbox.control("POST", "clock", {"ahead": -60})
    sheet = ManyRows(sandbox, bob_and_alice[0], users[0], ROWS)
    sheet.call("POST", f"/sheets/{sheet.id}/shares", [{"email": bob_and_alice[1].email, "accessLevel": "EDITOR"}])
    sandbox.control("POST", "clock", {"ahead": 0})

    connections.close_all()
    children = [_fork(sheet, users[number % 2], number) for number in range(PROCESSES)]
    chance = Random(PROCESSES)
    time.sleep(chance.uniform(0.3, 0.6))
    os.kill(children[0], signal.SIGKILL)
    endings = [os.waitpid(child, 0)[1] for child in children]
    assert [os.waitstatus_to_exitcode(status) for status in endings[1:]] == [0] * (PROCESSES - 1)
    SheetLease._default_manager.all().delete()
    settings.SETTLE_AFTER = SETTLED_AFTER
    time.sleep(SETTLED_AFTER + 0.1)
    settle_due()
    assert not Unsettled.objects.exists()

    emails = {person.id: person.email for person in bob_and_alice}
    changes = with_outcomes(Entry.objects.intents().on_sheet(sheet.id).order_by("id"))
    logged = Counter(
        (change.intent.row_id, change.new, emails[change.intent.actor_id]) for change in changes if change.is_applied
    )
    seen: Counter[tuple[int, str, str]] = Counter()
    for row_id in sheet.row_ids:
        path = f"/sheets/{sheet.id}/rows/{row_id}/columns/{sheet.notes}/history?pageSize=1000"
        for state in sheet.call("GET", path)["data"]:
            if state["value"] != "was":
                seen[row_id, f'"{state["value"]}"', state["modifiedBy"]["email"]] += 1
    print(dict(Counter(change.phase.value for change in changes)))  # noqa: T201 # the figures of make test-kills
    assert logged == seen
    assert seen
    assert set(seen.values()) == {1}


def _fork(sheet: ManyRows, user: User, number: int) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        chance = Random(number)
        for turn in range(ROUNDS):
            _save_some(sheet, user, chance, f"{number}.{turn}")
        code = 0
    finally:
        os._exit(code)


def _save_some(sheet: ManyRows, user: User, chance: Random, text: str) -> None:
    """Save some adjacent rows. Each row gets a unique value."""
    start = chance.randrange(ROWS - RANGE + 1)
    try:
        baseline = read(user, sheet.id, row_ids=sheet.row_ids[start : start + RANGE])
        notes = baseline.sheet.column(sheet.notes)
        assert notes
        changes = [
            UpdateRow(row.id, (CellChange(notes.id, held(row.cell(notes)), f"{text}.{row.id}"),))
            for row in baseline.sheet.rows
        ]
        save(baseline, changes, is_partial=chance.random() < 0.3)
    except (GatewayError, NotRecorded):
        return
