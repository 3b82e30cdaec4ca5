"""A stream that is killed again and again: its receiver has every entry, in the chain's order."""

import os
import signal
import subprocess
import sys
import time

import pytest

from audit.export.chain_rows import last_seq
from audit.models import Cursor
from audit.recording import note
from tests.audit.edits import ALICE, cell
from tests.audit.stream.receivers import Received, http_receiver, syslog_receiver
from tests.audit.test_killed_process import ROOT, database_url

ENTRIES, KILLS = 300, 3
STREAM = """
import django
django.setup()
from audit.stream import delivery
delivery.AT_ONCE = 7
target = delivery.stream_to({address!r})
while target.send_next(7):
    pass
"""


def stream(address: str) -> subprocess.Popen[bytes]:
    known = {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "AUDIT_STREAM_SECRET": "secret",
    }
    return subprocess.Popen([sys.executable, "-c", STREAM.format(address=address)], cwd=ROOT, env=os.environ | known)


def killed_in_between(received: Received, address: str) -> None:
    """Killed as soon as more has arrived than before, wherever the process is then."""
    before = len(received.seqs)
    with stream(address) as process:
        while len(received.seqs) <= before + 20 and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["http", "syslog"])
def test_nothing_is_lost_and_all_is_in_order(kind: str) -> None:
    note(actor=ALICE, action="change", changes=[cell(row=row) for row in range(ENTRIES)])
    receiver = http_receiver() if kind == "http" else syslog_receiver()
    with receiver as received:
        address = f"{kind}://127.0.0.1:{received.port}"
        for _ in range(KILLS):
            killed_in_between(received, address)
        with stream(address) as process:
            assert process.wait() == 0

    assert received.in_order == list(range(1, last_seq() + 1))
    assert len(received.in_order) >= ENTRIES
    assert Cursor.objects.get().seq == last_seq()
