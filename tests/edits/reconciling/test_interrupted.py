"""A run keeps to the histories that may be read in a minute, and what ends it early costs nothing that was found."""

from datetime import datetime
from time import monotonic

import pytest
from django.core.management import CommandError
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
    monkeypatch.setattr(history_budget, "MINUTE", 1.0)
    settings.SMARTSHEET_HISTORY_CALLS = 2
    reconciler.plan.sandbox.forget_requests()
    begun = monotonic()
    assert reconciler.found() == ["confirmed"] * 3
    assert monotonic() - begun >= 1.0
    assert capsys.readouterr().err.count("as may be in a minute: waiting ") == 1
    assert len(reconciler.plan.sandbox.requests(path="/history")) == 3


@pytest.mark.usefixtures("three_cells")
def test_it_goes_on_where_smartsheet_went_away(reconciler: Reconciler, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox = reconciler.plan.sandbox
    columns = sorted(reconciler.plan.columns[title] for title in ("Notes", "Status", "Task"))
    sandbox.fault(path=f"/columns/{columns[1]}/history", status=503, times=0)
    with pytest.raises(CommandError, match="Run it again to go on"):
        reconciler.run()
    assert "1 of 3 cells compared: 1 confirmed. It was ended early" in capsys.readouterr().out
    assert [entry.column_id for entry in reconciler.results()] == columns[:1]
    assert '"stoppedBy":"Unavailable"' in (results().get(phase=Phase.DONE).evidence or "")

    sandbox.control("DELETE", "faults")
    sandbox.forget_requests()
    assert reconciler.found() == ["confirmed"] * 3
    read = [int(one["path"].split("/")[-2]) for one in sandbox.requests(path="/history")]
    assert read == [*columns[1:], columns[0]]  # what was not compared comes first


@pytest.mark.usefixtures("three_cells")
def test_a_sheet_that_is_taken_away_meanwhile_is_not_taken_for_gone_rows(
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


def test_what_smartsheet_may_do_a_moment_later_is_asked_again_and_counted(
    save: Save, reconciler: Reconciler, plan: SitePlan
) -> None:
    save("Rock")
    plan.sandbox.fault(path="/history", status=500, errorCode=4004, times=2)
    assert reconciler.found() == ["confirmed"]
    assert len(plan.sandbox.requests(path="/history")) == len(HistoryReader._default_manager.get().read) == 3


def test_what_is_asked_too_often_is_asked_again(
    save: Save, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
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
