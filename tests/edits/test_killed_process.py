"""If a process is killed between intent and outcome, it isn't certain whether Smartsheet has made the change. The log
shows the change as not certain yet.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from audit.changes import with_outcomes
from audit.models import Entry
from tests.audit.test_killed_process import database_url
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
ROW = "Dig foundations"
EDIT = """
import sys
import django
django.setup()
from django.test import Client
client = Client()
client.cookies["sessionid"] = sys.argv[1]
client.post(sys.argv[2], {sys.argv[3]: "Rock"})
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_applied", [False, True])
def test_the_intent_stays_without_an_outcome(browser: Client, plan: SitePlan, bob: Person, is_applied: bool) -> None:
    hang = {"delay": 20, "drop": "before"} if not is_applied else {"body": "drip"}
    plan.sandbox.fault(method="PUT", person=bob.id, **hang)
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SMARTSHEET_API_BASE": plan.sandbox.api,
        "ALLOWED_HOSTS": "testserver",
    }
    command = [sys.executable, "-c", EDIT, browser.cookies["sessionid"].value]
    command += [plan.edit_path(ROW), f"col-{plan.columns['Notes']}"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        until(plan.sandbox.has_used_faults, "the whole request", by=process)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL

    (change,) = with_outcomes(Entry.objects.intents())
    assert (change.outcome, change.phase, change.intent.actor_id) == (None, "intent", bob.id)
    assert change.intent.new == '"Rock"'
    assert plan.value(ROW, "Notes") == ("Rock" if is_applied else None)
    page = browser.get(f"/audit/?sheet={plan.id}").content.decode()
    assert "not certain yet" in page
    assert "Last changed here" not in browser.get(plan.edit_path(ROW)).content.decode()
    assert timezone.now() >= change.intent.at
