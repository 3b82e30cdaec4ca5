"""A running command stops when it gets a signal. If it was started with nohup, it continues to run when its terminal
closes.
"""

import subprocess
import sys

import pytest

PROGRAM = """
import os, signal
{before}
from audit.shutdown import told_to_stop
stopped = told_to_stop()
os.kill(os.getpid(), signal.{name})
print(stopped.wait(0.2))
"""


def told(name: str, before: str = "signal.signal(signal.SIGHUP, signal.SIG_DFL)") -> str:
    # The tests themselves can run under nohup, and programs inherit which signals are ignored.
    program = PROGRAM.format(name=name, before=before)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_stops_it(name: str) -> None:
    assert told(name) == "True"


def test_it_outlives_its_terminal_under_nohup() -> None:
    assert told("SIGHUP", before="signal.signal(signal.SIGHUP, signal.SIG_IGN)") == "False"
