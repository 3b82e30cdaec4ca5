"""People can continue to work while old months are retired."""

from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection

from audit.models import Entry, Leaf
from audit.verification.start import start_of_chain
from audit.verification.verify import verify
from tests.audit import edits
from tests.audit.retention.conftest import Retire

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("old_log")]


def test_entries_written_in_the_meantime_are_kept(retire: Retire, tmp_path: Path) -> None:
    stop, written = Event(), []

    def work() -> None:
        try:
            while not stop.is_set():
                written.append(edits.saved(actor=edits.ALICE).edit_id)
        finally:
            connection.close()

    writers = [Thread(target=work) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        retire("2026-02")
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert written
    assert Entry.objects.filter(edit_id__in=written).count() == 2 * len(written)
    assert Leaf.objects.order_by("seq")[0].seq == 9
    assert verify(start_of_chain()).findings.kept == []
