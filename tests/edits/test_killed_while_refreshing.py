"""If a process dies while it refreshes a token, the worst effect is that the token's owner must sign in again. What
they typed can be saved afterwards.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit.changes import with_outcomes
from audit.models import Entry
from identity.models import Token
from tests.audit.test_killed_process import database_url
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
ROW = "Dig foundations"
SEND = """
import json, time
import django
django.setup()
from django.test import Client
from identity.signin import oauth
from identity.models import Token

path, cookie, stop, fields = json.loads(input())

def stopping(call, before, after):
    def stops(*args, **kwargs):
        halt(before)
        result = call(*args, **kwargs)
        halt(after)
        return result
    return stops

def halt(where):
    if stop == where:
        print("here", flush=True)
        time.sleep(30)

oauth.refresh_token = stopping(oauth.refresh_token, "asking", "storing")
Token.renew = stopping(Token.renew, "", "using")
browser = Client()
browser.cookies["sessionid"] = cookie
browser.post(path, fields)
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment at which the process is killed. If `stop` names a step, the process stops itself before this step and
    is then killed. If not, the process is killed while the sandbox's sign-in has the fault `fault`.
    """

    stop: str = ""
    fault: dict[str, Any] = field(default_factory=dict)
    is_pair_lost: bool = False


MOMENTS = {
    "before Smartsheet is asked": Moment(stop="asking"),
    "before Smartsheet gets the request": Moment(fault={"delay": 600, "drop": "before"}),
    "while Smartsheet answers": Moment(fault={"body": "drip"}, is_pair_lost=True),
    "before the new pair is stored": Moment(stop="storing", is_pair_lost=True),
    "before the new pair is used": Moment(stop="using"),
}


@pytest.mark.parametrize("when", MOMENTS)
def test_typed_values_are_saved_in_the_end(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, bob: Person, when: str
) -> None:
    moment = MOMENTS[when]
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "typed"})
    now = timezone.now()
    Token.objects.update(issued_at=now - timedelta(days=7), expires_at=now)
    if moment.fault:
        sandbox.fault(path="/token", **moment.fault)
    killed(page, browser, sandbox, stop=moment.stop)
    # The dead process's lease would expire; the test doesn't wait for it.
    Token.objects.update(leased_until=timezone.now())
    assert plan.value(ROW, "Notes") is None

    page = page.save()
    if moment.is_pair_lost:
        assert page.status == 401
        assert "Nothing was saved. What you typed is still in the form." in page.text
        assert page.value(plan.columns["Notes"]) == "typed"
        come_back(browser, decide(sandbox, begin(browser, next_url=page.path), bob))
        page = Page.open(browser, page.path)
        assert page.value(plan.columns["Notes"]) == "typed"
        page = page.save()
    assert "1 cell changed" in page.text
    assert plan.value(ROW, "Notes") == "typed"
    assert len(plan.writes(bob)) == 1
    assert [change.phase for change in with_outcomes(Entry.objects.intents())] == ["applied"]


def killed(page: Page, browser: Client, sandbox: RunningSandbox, *, stop: str) -> None:
    """Send the form in a separate process, and kill this process with SIGKILL. If `stop` names a step, the process
    stops itself before this step and is then killed. If `stop` is "", the process is killed when a fault of the sandbox
    has affected the process's request.
    """
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SMARTSHEET_API_BASE": sandbox.api,
        "ALLOWED_HOSTS": "testserver",
        "LOG_LEVEL": "ERROR",
    }
    sent = {name: values for name, values in page.fields.items() if values}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SEND], cwd=ROOT, env=environment, **pipes) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps([page.path, browser.cookies["sessionid"].value, stop, sent]) + "\n")
        process.stdin.flush()
        if stop:
            assert process.stdout.readline() == "here\n"
        else:
            until(sandbox.has_used_faults, "its request", by=process)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
