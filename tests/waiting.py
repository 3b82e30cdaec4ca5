"""Waiting for what another process or thread does, however busy the machine is."""

import subprocess
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 90.0  # seconds; what is waited for takes a second or two on a quiet machine
PAUSE = 0.02


def until(is_so: Callable[[], object], what: str, *, by: subprocess.Popen[Any] | None = None) -> None:
    """Return as soon as `is_so` gives something true.

    Fails with `what` when it never does, and at once when the process that should bring it about has ended.
    """
    for _ in range(round(PATIENCE / PAUSE)):
        if is_so():
            return
        assert by is None or by.poll() is None, f"{what}: the process ended by itself"
        time.sleep(PAUSE)
    raise AssertionError(f"never: {what}")
