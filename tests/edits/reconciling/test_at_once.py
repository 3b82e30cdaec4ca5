"""Several runs for one sheet at once say everything once."""

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


def test_what_is_found_is_said_once(
    save: Save, fabricate: Fabricate, reconciler: Reconciler, plan: SitePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    save("Rock")
    fabricate("Gravel")
    plan.write("Dig foundations", Notes="Sand")
    together = threading.Barrier(RUNS)

    def compared(ours: Sequence[Ours], states: Sequence[Version]) -> list[Finding]:
        """As ever, but that all runs have read the history before any records what it found."""
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
