"""If several runs reconcile one sheet at the same time, each result is recorded only once."""

import threading
from collections.abc import Sequence

import pytest
from django.db import connections

from edits.settling import reconcile
from edits.settling.cell_comparison import Finding, Ours, Version, compare
from tests.edits.reconciling.conftest import Fabricate, Reconciler, Save
from tests.edits.site_plan import SitePlan

pytestmark = pytest.mark.django_db(transaction=True)
RUNS = 3


def test_findings_are_recorded_once(
    save: Save, fabricate: Fabricate, reconciler: Reconciler, plan: SitePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    save("Rock")
    fabricate("Gravel")
    plan.write("Dig foundations", Notes="Sand")
    together = threading.Barrier(RUNS)

    def compared(ours: Sequence[Ours], states: Sequence[Version]) -> list[Finding]:
        """Compare as usual, then wait until all other runs have compared too. Only then do the runs record results."""
        found = compare(ours, states)
        together.wait()
        return found

    monkeypatch.setattr(reconcile, "compare", compared)

    def run() -> None:
        try:
            reconciler.run()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(RUNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(entry.phase for entry in reconciler.results()) == ["confirmed", "missing", "outside"]
