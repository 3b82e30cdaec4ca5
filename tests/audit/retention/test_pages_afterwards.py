"""Entries that refer to retired entries are still shown. Links to retired entries open a page that says where the
retired entries are.
"""

from dataclasses import replace

import pytest
from django.test import Client

from audit.models import Entry
from audit.recording import Outcome, intend, settle
from audit.vocabulary import Action, Origin, Phase
from tests.audit import edits
from tests.audit.retention.conftest import JANUARY, Retire, seal_and_anchor, written_at


@pytest.mark.usefixtures("log")
def test_the_undoing_of_a_retired_change_is_shown(reader: Client, retire: Retire) -> None:
    with written_at(JANUARY):
        (first, _) = edits.entries_of(edits.saved(edits.cell("Open", "Januaryish")))
    seal_and_anchor()
    undo = intend(
        actor=edits.BOB,
        action=Action.CHANGE,
        sheet_id=edits.SITE_PLAN[0],
        sheet_name=edits.SITE_PLAN[1],
        changes=[replace(edits.cell("Januaryish", "Open"), refers_to=first.pk)],
        origin=Origin.UNDO,
    )
    settle(undo, [Outcome(Phase.APPLIED, None)])
    seal_and_anchor()
    retire("2026-02")
    assert not Entry.objects.filter(pk=first.pk).exists()
    (entry, _) = edits.entries_of(undo)
    sheet = edits.SITE_PLAN[0]
    for path in ("", f"{entry.pk}/", "charts/", f"sheets/{sheet}/", f"sheets/{sheet}/rows/{edits.ROW}/"):
        assert reader.get(f"/audit/{path}").status_code == 200
    assert f"/audit/{first.pk}/" in reader.get(f"/audit/{entry.pk}/").content.decode()
    gone = reader.get(f"/audit/{first.pk}/")
    assert gone.status_code == 404
    assert "2 entries from before 2026-02 were retired." in gone.content.decode()
    assert "There is no page" in reader.get(f"/audit/{entry.pk + 1000}/").content.decode()
