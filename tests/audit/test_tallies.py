"""Daily sums are computed from the chain. Each entry is counted exactly once, even if several processes count."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from audit import tallies
from audit.models import Entry
from audit.page_models import Tally
from audit.recording import Outcome, note, settle
from audit.vocabulary import Action, Phase
from tests.audit.edits import ALICE, BOB, BUDGET, ROW, SITE_PLAN, cell, intended, saved


def counted() -> Counter[tuple[int, int, str, str]]:
    found: Counter[tuple[int, int, str, str]] = Counter()
    for key, number in tallies.sums(Tally.objects.all()).items():
        found[key.actor_id, key.sheet_id, key.action, key.outcome] += number
    return found


@pytest.mark.usefixtures("log")
def test_edits_outcomes_and_acts_are_counted_by_themselves() -> None:
    saved(cell(row=1), cell(row=1, column=7), cell(row=2))
    saved(actor=BOB, sheet=BUDGET)
    settle(intended(actor=BOB), [Outcome(Phase.REFUSED, ROW)])
    note(actor=BOB, action=Action.SIGN_IN)
    while tallies.count_new(limit=3):
        pass
    heads = Entry.objects.heads().intents().by_actor(ALICE.id).count()
    assert counted() == {
        (ALICE.id, SITE_PLAN[0], "change", "intent"): heads,
        (ALICE.id, SITE_PLAN[0], "change", "applied"): 2,
        (BOB.id, BUDGET[0], "change", "intent"): 1,
        (BOB.id, BUDGET[0], "change", "applied"): 1,
        (BOB.id, SITE_PLAN[0], "change", "intent"): 1,
        (BOB.id, SITE_PLAN[0], "change", "refused"): 1,
        (BOB.id, 0, "sign_in", "done"): 1,
    }
    assert {tally.day for tally in Tally.objects.all()} == {datetime.now(UTC).date()}


@pytest.mark.usefixtures("log")
def test_uncounted_entries_are_the_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    saved()
    assert tallies.count_new() == 2
    assert tallies.count_new() == 0
    assert not tallies.tail().counts
    saved(actor=BOB)
    tail = tallies.tail()
    assert {key.actor_id for key in tail.counts} == {BOB.id}
    assert tail.until is None
    monkeypatch.setattr(tallies, "TAIL", 1)
    assert tallies.tail().until is not None


@pytest.mark.django_db(transaction=True)
def test_of_many_who_count_at_once_each_counts_other_entries() -> None:
    for _ in range(20):
        saved()

    def count(_worker: int) -> int:
        try:
            return sum(iter(lambda: tallies.count_new(limit=3), 0))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(count, range(4))) == 40
    assert counted().total() == 40
