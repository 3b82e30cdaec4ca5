"""Settling records an outcome only if it is certain, and records it only once."""

import os
import signal
import threading
import time
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import Settings

from audit.models import Cursor, Entry
from audit.recording import Outcome, settle
from audit.settling import CURSOR
from audit.unsettled import Unsettled
from audit.vocabulary import Phase
from edits.settling.settle import settle_due
from identity.models import Token
from tests.edits.settling.conftest import AT_ONCE, ROW, logged, settled
from tests.edits.site_plan import SitePlan
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_once(quick: None, settings: Settings) -> None:
    settings.SETTLE_AFTER = AT_ONCE


def test_the_entry_names_its_evidence(intended: Any, by_bob: SitePlan) -> None:
    intended("Rock")
    by_bob.write(ROW, Notes="Rock")
    assert settled() == ["applied"]
    (change,) = logged()
    assert change.outcome
    assert change.outcome.refers_to == change.intent.pk
    assert '"byThisPerson":true' in (change.outcome.evidence or "")
    assert "modifiedAt" in (change.outcome.evidence or "")
    assert "@" not in (change.outcome.evidence or "")


def test_a_change_that_is_not_in_the_history_was_not_made(intended: Any, plan: SitePlan) -> None:
    intended("Rock")
    assert settled() == ["not_applied"]


def test_another_persons_write_at_that_time_proves_nothing(intended: Any, plan: SitePlan) -> None:
    intended("Rock")
    plan.write(ROW, Notes="Rock")
    assert settled() == ["undecidable"]


def test_one_trace_of_two_like_edits_proves_neither(intended: Any, by_bob: SitePlan) -> None:
    intended("Rock")
    intended("Rock")
    by_bob.write(ROW, Notes="Rock")
    assert settled() == ["undecidable", "undecidable"]


def test_a_trace_of_an_edit_that_is_known_speaks_for_no_other(intended: Any, by_bob: SitePlan) -> None:
    intended("Rock")
    settle(intended("Rock"), [Outcome(Phase.APPLIED, None)])
    by_bob.write(ROW, Notes="Rock")
    assert settled() == ["not_applied", "applied"]


def test_a_row_that_may_have_been_deleted_again_is_not_called_not_added(intended: Any, plan: SitePlan) -> None:
    intended("Paint", action="add")
    plan.write(ROW, Notes="something else")
    assert settled() == ["undecidable"]


def test_a_row_that_is_gone_takes_its_history_along(intended: Any, plan: SitePlan) -> None:
    intended("Rock")
    plan.delete(ROW)
    assert settled() == ["undecidable"]


def test_recent_edits_are_not_settled(intended: Any) -> None:
    intended("Rock")
    settle_due()
    assert [change.outcome for change in logged()] == [None]
    assert not Unsettled.objects.exists()


def test_a_late_answer_outweighs_what_was_found_out(intended: Any, plan: SitePlan) -> None:
    late, unclear = intended("Rock"), intended("Sand")
    assert settled() == ["not_applied", "not_applied"]
    settle(late, [Outcome(Phase.APPLIED, None)])
    settle(unclear, [Outcome(Phase.UNKNOWN, None)])
    assert [change.phase for change in logged()] == ["applied", "not_applied"]
    assert [len(change.outcomes) for change in logged()] == [2, 2]


def test_without_a_token_it_waits_and_then_gives_up(intended: Any, settings: Settings) -> None:
    intended("Rock")
    token = Token.objects.get()
    Token.objects.all().delete()
    time.sleep(AT_ONCE + 0.1)
    assert settle_due() == {"put off": 1}
    assert [change.outcome for change in logged()] == [None]
    settings.SETTLE_PATIENCE = 0
    Unsettled.objects.update(due_at=Unsettled.objects.get().at)
    assert settle_due() == {"undecidable": 1}
    assert token.access_token not in "".join(entry.message for entry in Entry.objects.all())


def test_no_more_histories_are_read_than_may_be(intended: Any, by_bob: SitePlan, settings: Settings) -> None:
    settings.SMARTSHEET_HISTORY_CALLS = 1
    intended("Rock")
    intended("Sand")
    by_bob.write(ROW, Notes="Rock")
    time.sleep(AT_ONCE + 0.1)
    before = len(by_bob.sandbox.requests(path="/history"))
    assert settle_due()["put off"] >= 1
    assert len(by_bob.sandbox.requests(path="/history")) - before <= 1


def test_two_at_once_say_it_once(intended: Any, by_bob: SitePlan) -> None:
    for number in range(6):
        intended(f"Rock {number}")
    time.sleep(AT_ONCE + 0.1)

    def work() -> None:
        settle_due()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(change.outcomes) for change in logged()] == [1] * 6


def test_it_looks_at_no_link_twice(intended: Any, django_assert_max_num_queries: Any) -> None:
    intended("Rock")
    assert settled() == ["not_applied"]
    assert Cursor.objects.get(name=CURSOR).seq < Entry.objects.count()
    time.sleep(AT_ONCE + 0.1)
    settle_due()
    assert Cursor.objects.get(name=CURSOR).seq == Entry.objects.count()
    with django_assert_max_num_queries(12):
        settle_due()


def test_the_command_says_what_it_did(intended: Any, capsys: pytest.CaptureFixture[str]) -> None:
    intended("Rock")
    time.sleep(AT_ONCE + 0.1)
    call_command("audit_settle")
    assert "Settled: 1 not applied. Edits still unsettled: 0." in capsys.readouterr().out


def test_the_command_goes_on_where_the_database_was_away(intended: Any) -> None:
    intended("Rock")
    time.sleep(AT_ONCE + 0.1)
    rename("audit_unsettled", "elsewhere")
    out, err = StringIO(), StringIO()

    def mend_and_stop() -> None:
        try:
            until(err.getvalue, "an error")
            rename("elsewhere", "audit_unsettled")
            until(out.getvalue, "an outcome")
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    usual = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT)]
    meanwhile = threading.Thread(target=mend_and_stop)
    try:
        meanwhile.start()
        call_command("audit_settle", "--every=0.2", stdout=out, stderr=err)
    finally:
        meanwhile.join()
        for number, handler in usual:
            signal.signal(number, handler)
    assert "Settled: 1 not applied" in out.getvalue()
    assert "Error" in err.getvalue()


def rename(table: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")
    if threading.current_thread() is not threading.main_thread():
        connections.close_all()
