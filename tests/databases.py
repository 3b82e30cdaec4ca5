"""Which tests run on each database. `make test` runs everything on one of them, and these on the other too."""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
# Paths below tests/, each with the reason why another database may behave differently.
ON_EACH = {
    "audit": "SQL, triggers, locks and plans of its own",
    "docs/test_odd_rows.py": "histories and triggers in a project that is not ours",
    "docs/test_known_problems.py": "locks, triggers and statements of other projects",
    "docs/test_recording_page.py": "the log in a project that is not ours",
    "edits/reconciling": "leases, and entries found again by SQL",
    "edits/saving": "saving",
    "edits/settling": "leases and locks between processes, and what a killed one leaves behind",
    "edits/test_adding_rows.py": "saving",
    "edits/test_conflicts.py": "saving",
    "edits/test_database_dies.py": "each has its own way of dying",
    "edits/test_deleting_rows.py": "saving",
    "edits/test_history_calls.py": "a budget that processes share",
    "edits/test_killed_process.py": "what a killed process leaves behind",
    "edits/test_killed_while_refreshing.py": "leases, and what a killed process leaves behind",
    "edits/test_log_cannot_be_written.py": "statements that fail",
    "edits/test_row_form.py": "saving",
    "edits/test_same_cell_at_once.py": "two savers who must see each other",
    "edits/test_sent_twice.py": "keys that only one of two may take",
    "edits/test_two_people_at_once.py": "saving in threads",
    "edits/test_undoing.py": "saving",
    "edits/test_unsent.py": "saving",
    "hosts": "migrations and pages in a site that is not ours",
    "identity/test_connecting.py": "accounts and states that one of two may take",
    "identity/test_disconnecting.py": "tokens and sessions that end",
    "identity/test_ended_at_once.py": "sessions that end in other processes",
    "identity/test_history.py": "rows of histories in one transaction",
    "identity/test_key_rotation.py": "tokens that are encrypted again while they are refreshed",
    "identity/test_logged_events.py": "entries in one transaction with what they tell of",
    "identity/test_meanwhile.py": "sign-ins at the same time",
    "identity/test_refreshing.py": "leases",
    "identity/test_refreshing_in_processes.py": "leases between processes",
    "identity/test_repeated_refusals.py": "counts that are locked",
    "identity/test_session_limits.py": "sessions",
    "identity/test_session_list.py": "sessions",
    "identity/test_sign_in.py": "people, sessions and tokens that are made",
    "identity/test_sign_out.py": "sessions",
    "identity/test_state.py": "sign-ins that can be used once",
    "identity/test_token_owners.py": "rows that are deleted with others",
    "identity/test_tokens.py": "tokens",
    "identity/test_unrecorded_events.py": "statements that fail",
    "test_database_away.py": "each has its own way of being away",
    "test_deploy.py": "backup and restore",
    "test_databases.py": "so that neither run is empty",
    "test_health.py": "full, locked and read-only databases",
    "test_worker.py": "the whole worker",
}


def mark(items: list[pytest.Item]) -> None:
    """Mark what runs on each database with `each_database`."""
    roots = {TESTS / path for path in ON_EACH}
    for item in items:
        if item.path in roots or not roots.isdisjoint(item.path.parents):
            item.add_marker(pytest.mark.each_database)
