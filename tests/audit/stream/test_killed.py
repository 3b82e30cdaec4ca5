"""If the process of a stream is killed repeatedly, its receiver still gets every entry, in the chain's order."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import pytest

from audit.export.chain_rows import last_seq
from audit.models import Cursor
from audit.recording import note
from tests.audit.edits import ALICE, cell
from tests.audit.stream.receivers import Received, http_receiver, syslog_receiver
from tests.audit.test_killed_process import ROOT, database_url

ENTRIES, KILLS = 300, 3
# A parent process that forks the streams, so that modules are imported only once. For each line that it reads, it
# starts one stream, prints the stream's process id, and prints the exit code when the stream ends.
STREAMS = """
import os, sys
import django
django.setup()
from audit.stream import delivery
delivery.AT_ONCE = 7
for _line in sys.stdin:
    child = os.fork()
    if child == 0:
        target = delivery.stream_to({address!r})
        while target.send_next(7):
            pass
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Streams:
    """Starts processes that send the log to an address, one process after the other."""

    def __init__(self, address: str) -> None:
        known = {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "AUDIT_STREAM_SECRET": "secret",
        }
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        command = [sys.executable, "-c", STREAMS.format(address=address)]
        self.parent: subprocess.Popen[str] = subprocess.Popen(command, cwd=ROOT, env=os.environ | known, **pipes)

    def start(self) -> int:
        """Start a stream. Return its process id."""
        assert self.parent.stdin
        self.parent.stdin.write("\n")
        self.parent.stdin.flush()
        return self.read()

    def read(self) -> int:
        """Return the next number that the parent process prints: the id of a new stream's process, or the exit code of
        a stream's process that has ended.
        """
        assert self.parent.stdout
        return int(self.parent.stdout.readline())

    def kill_in_between(self, received: Received) -> None:
        """Start a stream, and kill its process as soon as more entries have arrived. The process can be doing anything
        at that moment.
        """
        before = len(received.seqs)
        process = self.start()
        with suppress(ProcessLookupError):  # on a busy machine, the stream may have sent everything and ended
            while len(received.seqs) <= before + 20:
                os.kill(process, 0)
                time.sleep(0.001)
            os.kill(process, signal.SIGKILL)
        assert self.read() in {-signal.SIGKILL, 0}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["http", "syslog"])
def test_nothing_is_lost_and_all_is_in_order(kind: str) -> None:
    note(actor=ALICE, action="change", changes=[cell(row=row) for row in range(ENTRIES)])
    receiver = http_receiver() if kind == "http" else syslog_receiver()
    with receiver as received:
        address = f"{kind}://127.0.0.1:{received.port}"
        streams = Streams(address)
        with streams.parent:
            for _ in range(KILLS):
                streams.kill_in_between(received)
            streams.start()
            assert streams.read() == 0

    assert received.in_order == list(range(1, last_seq() + 1))
    assert len(received.in_order) >= ENTRIES
    assert Cursor.objects.get().seq == last_seq()
