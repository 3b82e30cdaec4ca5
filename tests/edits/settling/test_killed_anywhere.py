"""Processes that make edits are killed at every point. After settling, the log shows an edit as made if and only if
Smartsheet made it.

Set KILLS=500 in the environment to kill more edits: pytest --timeout=1800 tests/edits/settling/test_killed_anywhere.py
"""

import os
import time
from collections import Counter
from random import Random

import pytest
from django.contrib.auth.models import User

from audit.changes import with_outcomes
from audit.models import Entry
from audit.unsettled import Unsettled
from edits.settling.settle import settle_due
from tests.edits.settling.conftest import SECONDS
from tests.edits.settling.killed import ACTIONS, MOMENTS, Edit, kill
from tests.running_sandbox import Person, RunningSandbox

KILLS = int(os.environ.get("KILLS", len(ACTIONS) * len(MOMENTS)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
def test_log_and_smartsheet_agree(sandbox: RunningSandbox, bob: Person, bob_user: User) -> None:
    cases = [(action, moment) for moment in MOMENTS for action in ACTIONS]
    edits = []
    for number in range(KILLS):
        action, moment = cases[number % len(cases)]
        edits.append(Edit(sandbox, bob, action, moment, f"killed {number}"))
        kill(edits[-1], bob_user, Random(number))
    time.sleep(SECONDS + 0.1)
    settle_due()

    found: Counter[tuple[str, str]] = Counter()
    for edit in edits:
        phases = {change.phase for change in with_outcomes(Entry.objects.intents().on_sheet(edit.sheet_id))}
        says = phases.pop().value if phases else "nothing"
        assert not phases, f"{edit} is said to be several things"
        found[edit.action, says] += 1
        assert says in ({"applied"} if edit.is_in_smartsheet() else {"not_applied", "failed", "nothing"}), edit
    print(dict(found))  # noqa: T201 # for runs with -s
    assert not Unsettled.objects.exists()
    assert {says for _, says in found} >= {"applied", "not_applied", "nothing"}
