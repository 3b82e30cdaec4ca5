"""Waits for other processes and threads, however busy the machine is; and lists the tests that wait most."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
# Below tests/, the longest first. They start first, so that other tests run while they wait.
LONG_WAITS = [
    "gateway/test_failing_smartsheet.py",
    "test_run_command.py",
    "test_slow_smartsheet.py",
    "test_deploy.py",
    "docs/test_recording_page.py",
    "sandbox/test_limit_flags.py",
    "edits/test_failing_smartsheet.py",
    "edits/settling/test_killed_anywhere.py",
    "edits/settling/test_property.py",
    "sandbox/webhooks/test_delivery.py",
    "identity/test_refreshing_in_processes.py",
    "gateway/test_memory.py",
    "gateway/test_gateway_for.py",
    "gateway/test_connections.py",
    "edits/settling/test_hard_cases.py",
    "edits/settling/test_settling.py",
    "edits/settling/test_holding_up.py",
    "edits/test_same_cell_at_once.py",
    "edits/test_over_tls.py",
    "edits/test_killed_while_refreshing.py",
    "gateway/test_deadline.py",
    "identity/test_dripping.py",
    "identity/test_callback_errors.py",
    "sandbox/test_faults.py",
    "sandbox/test_command_line.py",
    "audit/stream",
    "test_settings.py",
    "browser",
]

PATIENCE = 90.0  # seconds; what is waited for takes a second or two on a quiet machine
PAUSE = 0.02


def until(is_so: Callable[[], object], what: str, *, by: subprocess.Popen[Any] | None = None) -> None:
    """Return as soon as `is_so` returns something true.

    Fails with `what` if it never does, and at once if the process that should cause it has ended.
    """
    for _ in range(round(PATIENCE / PAUSE)):
        if is_so():
            return
        assert by is None or by.poll() is None, f"{what}: the process ended by itself"
        time.sleep(PAUSE)
    raise AssertionError(f"never: {what}")


def first(items: list[pytest.Item]) -> None:
    """Put the tests that wait long before the others."""
    places = {TESTS / path: place for place, path in enumerate(LONG_WAITS)}

    def place(item: pytest.Item) -> int:
        return min((places[path] for path in (item.path, *item.path.parents) if path in places), default=len(places))

    items.sort(key=place)
