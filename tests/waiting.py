"""Waits for other processes and threads, however busy the machine is. Lists the tests that wait longest."""

import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
# The paths below tests/ of the tests that wait longest, in this order. They start first, so that other tests can run
# while they wait.
LONG_WAITS = [
    "hosts",
    "gateway/test_failing_smartsheet.py",
    "browser",
    "edits/test_undoing_large_edits.py",
    "test_run_command.py",
    "test_slow_smartsheet.py",
    "test_deploy.py",
    "docs/test_recording_page.py",
    "sandbox/test_limit_flags.py",
    "edits/test_failing_smartsheet.py",
    "edits/forms/asking/test_killed_worker.py",
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
]

PATIENCE = 90.0  # seconds; on a quiet machine, the longest wait is a second or two
PAUSE = 0.02


def until(is_so: Callable[[], object], what: str, *, by: subprocess.Popen[Any] | None = None) -> None:
    """Return as soon as `is_so` returns a true value.

    If `is_so` doesn't return a true value within PATIENCE seconds, fail with the message `what`. `by` is the process
    that should make `is_so` return a true value. If this process has ended, fail immediately.
    """
    for _ in range(round(PATIENCE / PAUSE)):
        if is_so():
            return
        assert by is None or by.poll() is None, f"{what}: the process ended by itself"
        time.sleep(PAUSE)
    raise AssertionError(f"never: {what}")


def first(items: list[pytest.Item]) -> None:
    """Move the tests that wait long to the front."""
    places = {TESTS / path: place for place, path in enumerate(LONG_WAITS)}

    @cache
    def place(file: Path) -> int:
        return min((places[path] for path in (file, *file.parents) if path in places), default=len(places))

    items.sort(key=lambda item: place(item.path))
