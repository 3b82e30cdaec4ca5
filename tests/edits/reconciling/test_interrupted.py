"""A run of reconciling respects the limit of histories per minute. If it ends early, its results are kept."""

import time
from datetime import datetime

import pytest
import time_machine
from django.core.management import CommandError
from django.utils import timezone
from pytest_django import Settings

from audit.vocabulary import Phase
from edits.gateway.errors import NotFound
from edits.settling import history_budget, reconcile
from edits.settling.history_budget import HistoryReader
from identity.models import SmartsheetUser
from tests.edits.reconciling.conftest import Fabricate, Reconciler, Save, results
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three_cells(save: Save) -> None:
    save("Rock")
    save("Blocked", column="Status")
    save("Fill foundations", column="Task")


@pytest.mark.usefixtures("three_cells")
def test_no_more_histories_are_read_than_may_be(
    reconciler: Reconciler,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.SMARTSHEET_HISTORY_CALLS = 2
    reconciler.plan.sandbox.forget_requests()
    waits: list[float] = []
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            clock.shift(seconds)

        monkeypatch.setattr(time, "sleep", sleep)
        assert reconciler.found() == ["confirmed"] * 3
    assert waits == [pytest.approx(history_budget.MINUTE, abs=0.01)]
    assert capsys.readouterr().err.count("histories per minute is reached: waiting 60 s") == 1
    assert len(reconciler.plan.sandbox.requests(path="/history")) == 3


@pytest.mark.usefixtures("three_cells")
def test_it_goes_on_where_smartsheet_went_away(reconciler: Reconciler, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox = reconciler.plan.sandbox
    columns = sorted(reconciler.plan.columns[title] for title in ("Notes", "Status", "Task"))
    sandbox.fault(path=f"/columns/{columns[1]}/history", status=503, times=0)
    with pytest.raises(CommandError, match="Run the command again to continue"):
        reconciler.run()
    assert "1 of 3 cells compared: 1 confirmed. The run ended early" in capsys.readouterr().out
    assert [entry.column_id for entry in reconciler.results()] == columns[:1]
    assert '"stoppedBy":"Unavailable"' in (results().get(phase=Phase.DONE).evidence or "")

    sandbox.control("DELETE", "faults")
    sandbox.forget_requests()
    assert reconciler.found() == ["confirmed"] * 3
    read = [int(one["path"].split("/")[-2]) for one in sandbox.requests(path="/history")]
    assert read == [*columns[1:], columns[0]]  # cells that weren't compared come first


@pytest.mark.usefixtures("three_cells")
def test_losing_access_to_the_sheet_does_not_count_as_deleted_rows(
    reconciler: Reconciler, plan: SitePlan, bob: Person
) -> None:
    person = SmartsheetUser.objects.get(smartsheet_id=bob.id)
    said: list[str] = []

    def tell(words: str) -> None:
        said.append(words)
        if len(said) == 1:
            plan.unshare(bob)

    since = datetime.fromisoformat(reconciler.since)
    report = reconcile.reconcile(sheet_id=plan.id, since=since, reader=person, tell=tell)
    assert (report.read, report.found) == (1, {"confirmed": 1, "not comparable": 0})
    assert isinstance(report.stopped_by, NotFound)


def test_temporary_failures_are_retried_and_counted(save: Save, reconciler: Reconciler, plan: SitePlan) -> None:
    save("Rock")
    plan.sandbox.fault(path="/history", status=500, errorCode=4004, times=2)
    assert reconciler.found() == ["confirmed"]
    assert len(plan.sandbox.requests(path="/history")) == len(HistoryReader._default_manager.get().read) == 3


def test_a_rate_limited_read_is_repeated(save: Save, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edits.settling.reconcile.MINUTE", 0.1)
    save("Rock")
    reconciler.plan.sandbox.fault(path="/history", status=429, errorCode=4003, times=4)
    assert reconciler.found() == ["confirmed"]


def test_a_long_history_is_read_back_as_far_as_it_matters(
    save: Save, fabricate: Fabricate, reconciler: Reconciler, by_bob: SitePlan
) -> None:
    save("Rock")
    for number in range(101):
        by_bob.write("Dig foundations", Notes=f"Sand {number}")
    assert reconciler.found().count("outside") == 101
    assert reconciler.results()[0].phase == "confirmed"


def test_an_edit_made_while_it_reads_is_left_to_the_next_run(
    save: Save, fabricate: Fabricate, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(_region: str, _person_id: int, *, leave: int) -> None:
        fabricate("Sand")

    save("Rock")
    with monkeypatch.context() as patched:
        patched.setattr("edits.settling.reconcile.spend_history", meanwhile)
        assert reconciler.found() == ["confirmed"]
    assert reconciler.found() == ["confirmed", "missing"]
