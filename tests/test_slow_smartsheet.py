"""Smartsheet hangs, and 200 people open their lists of sheets. All pages that don't need Smartsheet still answer."""

import pytest

from identity.conf import settings
from tests.audit.test_killed_process import database_url
from tests.crowd import App, at_once, sign_in_many
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

PEOPLE = 200
AT_MOST = 5.0  # the most seconds until such a page answers


@pytest.mark.django_db(transaction=True)
def test_fault_24_other_pages_work_while_smartsheet_hangs(sandbox: RunningSandbox, alice: Person) -> None:
    sessions = sign_in_many(PEOPLE, token=alice.token)
    sandbox.fault(path="/2.0/sheets", delay=600, times=0)
    with App(sandbox, database_url=database_url(), SMARTSHEET_DEADLINE="300") as app:
        opened = at_once(app, "/sheets/", sessions)
        calls = settings.SMARTSHEET_MAX_CALLS
        until(lambda: sum(one.done() for one in opened) == PEOPLE - calls, "all answers that needn't wait")
        answers = [one.result() for one in opened if one.done()]
        assert {(answer.status, answer.headers["Retry-After"]) for answer in answers} == {(503, "5")}
        assert b"Busy right now" in answers[0].body
        assert len(sandbox.requests(path="/2.0/sheets")) == calls

        for path, session in [("/healthz", ""), ("/", ""), ("/", sessions[0]), ("/audit/", sessions[0])]:
            assert app.get(path, session=session, timeout=AT_MOST).status == 200
        assert b"Only your own entries are shown" in app.get("/audit/", session=sessions[1], timeout=AT_MOST).body
        assert sum(one.done() for one in opened) == PEOPLE - calls  # the others are still waiting
