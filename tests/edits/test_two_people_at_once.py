"""Two people edit at the same time in threads. Each edit has the token and name of the person who made it.

`make test-kills` makes 1,000 edits.
"""

import json
import os
import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

THREADS = 10
EDITS = int(os.environ.get("EDITS", "10"))  # the edits per thread, which the two people make in turn


@pytest.mark.django_db(transaction=True)
def test_no_edit_is_made_in_the_others_name(
    sign_in: SignIn, plan: SitePlan, alice: Person, bob: Person, settings: Settings
) -> None:
    settings.SMARTSHEET_MAX_CALLS_PER_PERSON = THREADS
    people = (alice, bob)
    browsers = [Client(), Client()]
    for browser, person in zip(browsers, people, strict=True):
        sign_in(browser, person)
    plan.sandbox.forget_requests()
    rows = [label for label in plan.labels() if label and label != "Final account"][:THREADS]
    start = threading.Barrier(THREADS)
    failures: list[object] = []

    def edit(row: str) -> None:
        clients = [Client(), Client()]
        for client, browser in zip(clients, browsers, strict=True):
            client.cookies = browser.cookies
        start.wait()
        for number in range(EDITS):
            which = number % 2
            typed = f"{people[which].email} {number}"
            answer = _save(clients[which], plan, row, typed)
            if answer.status_code != 302:
                failures.append((row, typed, answer.content))
        connections.close_all()

    threads = [threading.Thread(target=edit, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    written = [(row, one) for row in rows for one in _history(plan, row)]
    assert len(written) == THREADS * EDITS
    assert [one for _, one in written if not one["value"].startswith(f"{one['modifiedBy']['email']} ")] == []
    for person in people:
        assert sum(write["applied"] for write in plan.writes(person)) == THREADS * EDITS / 2

    intents = list(Entry.objects.intents())
    changes = [one for start in range(0, len(intents), 100) for one in with_outcomes(intents[start : start + 100])]
    assert sum(change.is_applied for change in changes) == THREADS * EDITS
    by_id = {person.id: person for person in people}
    for change in changes:
        person = by_id[change.intent.actor_id]
        assert (change.intent.actor_name, change.intent.actor_email) == (person.name, person.email)
        assert json.loads(change.intent.new or "").startswith(f"{person.email} ")
        assert change.outcome
        assert change.outcome.actor_id == person.id


def _save(client: Client, plan: SitePlan, row: str, text: str) -> Any:
    """Save, and try again if Smartsheet is busy with another change by the same person."""
    while True:
        answer = client.post(plan.edit_path(row), {f"col-{plan.columns['Drawing']}": text})
        if b"Smartsheet is busy with another change to this sheet." not in answer.content:
            return answer


def _history(plan: SitePlan, row: str) -> list[dict[str, Any]]:
    path = f"/sheets/{plan.id}/rows/{plan.rows[row]}/columns/{plan.columns['Drawing']}/history?includeAll=true"
    data: list[dict[str, Any]] = plan.sandbox.call(plan.person, "GET", path)["data"]
    return [one for one in data if "@" in str(one.get("value"))]
