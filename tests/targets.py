"""Lists the tests that `make test-system` runs. `make test` runs all other tests."""

import pytest

from tests import databases

# The paths of system tests below tests/, each with what it starts, builds, kills or tests. System tests take minutes.
# `make test` doesn't run them, because people run `make test` after each change of the app's code.
SYSTEM = {
    "api/test_document.py": "random requests, which take seconds per operation",
    "api/test_killed_callers.py": "programs that are killed while they call the API",
    "api/test_reading_the_whole_log.py": "edits of hundreds of rows",
    "audit/reading/test_large_edits.py": "edits of thousands of cells",
    "audit/reading/test_page_queries.py": "logs of thousands of entries",
    "audit/stream/test_killed.py": "streams that are killed",
    "audit/upgrade": "the tables and entries of an earlier version",
    "browser": "Chromium",
    "docs/test_from_node.py": "a site in Node.js",
    "docs/test_into_your_site.py": "a site that a reader of the page makes",
    "docs/test_odd_rows.py": "programs in a site that isn't ours",
    "docs/test_recording_page.py": "a site that a reader of the page makes",
    "edits/forms/asking/test_killed_worker.py": "workers that are killed",
    "edits/forms/test_many_people.py": "processes that save at the same time",
    "edits/saving/test_processes_at_once.py": "processes that save at the same time",
    "edits/settling/test_failing_undo.py": "undos that fail in each way, at each call",
    "edits/settling/test_killed_anywhere.py": "edits that are killed",
    "edits/settling/test_killed_rows.py": "edits that are killed",
    "edits/settling/test_killed_undo.py": "undos that are killed",
    "edits/settling/test_many_rows.py": "edits of hundreds of rows",
    "edits/settling/test_property.py": "random sequences of failures",
    "edits/test_failing_smartsheet.py": "each way in which Smartsheet can fail, in each page",
    "edits/test_hostile_texts_in_log.py": "every page, with many hostile texts",
    "edits/test_killed_process.py": "processes that are killed while they save",
    "edits/test_killed_while_refreshing.py": "processes that are killed while they refresh a token",
    "edits/test_undoing_large_edits.py": "edits of thousands of cells",
    "edits/test_wide_rows.py": "rows of hundreds of columns",
    "gateway/test_memory.py": "answers that fill the memory",
    "hosts": "the wheel in the environments of two other sites",
    "identity/test_refreshing_in_processes.py": "processes that refresh a token at the same time",
    "sandbox": "the sandbox alone, for changes to sandbox/",
    "test_deploy.py": "nginx, backup and restore",
    "test_run_command.py": "`make run`",
    "test_settings.py": "a program for each setting that can't be used",
    "test_slow_smartsheet.py": "gunicorn, with 200 people",
    "test_targets.py": "the collection of all tests, several times",
}


def mark(items: list[pytest.Item]) -> None:
    """Mark the system tests with `system`."""
    for item in databases.below(items, SYSTEM):
        item.add_marker(pytest.mark.system)
