"""Lists the tests that run on each database. All tests run on PostgreSQL. The tests in this list also run on SQLite."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
# Paths below tests/, each with the reason why another database can behave differently. Code that formats, parses or
# shows values doesn't depend on the database.
ON_EACH = {
    "api/test_app_tokens.py": "tokens, and counts that are locked",
    "api/test_changes.py": "queries for the last changes of a sheet",
    "api/test_editing.py": "saving",
    "api/test_idempotency.py": "keys that only one of two requests may use",
    "api/test_killed_callers.py": "keys and leases that a killed process leaves behind",
    "api/test_log.py": "SQL, and query plans",
    "api/test_repeats_and_places.py": "saving",
    "audit/charts": "sums by SQL",
    "audit/database": "triggers, roles, indexes and connections",
    "audit/export/test_command.py": "files from rows, with the hashes that triggers wrote",
    "audit/export/test_download.py": "a cursor that stays open while rows are sent",
    "audit/filtering": "SQL",
    "audit/proof/test_anchors.py": "seals that are retried",
    "audit/proof/test_inclusion.py": "hashes that triggers wrote",
    "audit/proof/test_seal_command.py": "locks between processes",
    "audit/proof/test_sealing.py": "locks",
    "audit/reading/test_large_edits.py": "plans",
    "audit/reading/test_odd_addresses.py": "numbers and texts that a database doesn't accept",
    "audit/reading/test_page_queries.py": "plans",
    "audit/reading/test_paging.py": "SQL",
    "audit/retention": "triggers that allow retiring and erasing, and what is left on the disk",
    "audit/stream/test_delivery.py": "rows that are read while other rows are written",
    "audit/stream/test_killed.py": "what a killed process leaves behind",
    "audit/test_access.py": "SQL",
    "audit/test_chain.py": "triggers and locks",
    "audit/test_grouping.py": "SQL",
    "audit/test_id_ranges.py": "SQL, and partitions",
    "audit/test_killed_process.py": "what a killed process leaves behind",
    "audit/test_own_records.py": "histories in one transaction with entries",
    "audit/test_project_checks.py": "settings of each database",
    "audit/test_record_histories.py": "histories in one transaction with entries",
    "audit/test_recording.py": "triggers, and values that a database doesn't accept",
    "audit/test_search.py": "indexes of text",
    "audit/test_swallowed_entries.py": "triggers that aren't ours",
    "audit/test_tallies.py": "sums by SQL, and locks",
    "audit/test_via.py": "triggers that write the hashes of both versions",
    "audit/timelines": "SQL",
    "audit/upgrade": "migrations of a filled log",
    "audit/verification": "rows that were changed without the triggers",
    "byline/test_site_checks.py": "options of connections",
    "byline/test_worker.py": "the whole worker",
    "docs/test_odd_rows.py": "histories and triggers in a project that is not ours",
    "docs/test_known_problems.py": "locks, triggers and statements of other projects",
    "docs/test_recording_page.py": "the log in a project that is not ours",
    "edits/forms/test_row_rules_of_forms.py": "saving",
    "edits/forms/test_unsaved.py": "saving, and keys that only one of two forms may use",
    "edits/reconciling": "leases, and queries for entries",
    "edits/forms/designing/test_two_designers.py": "two designers who save the same form",
    "edits/forms/designing/test_form_history.py": "histories in one transaction with entries",
    "edits/forms/test_many_people.py": "processes that save at the same time",
    "edits/forms/asking/test_answers.py": "queries of the log",
    "edits/forms/asking/test_asking.py": "counts that are locked",
    "edits/forms/asking/test_erasing.py": "triggers",
    "edits/forms/asking/test_killed_worker.py": "what a killed worker leaves behind",
    "edits/forms/asking/test_reminders.py": "mails that only one worker may send",
    "edits/forms/asking/test_sending.py": "mails that only one worker may send",
    "edits/forms/test_form_definition.py": "two designers who save at the same moment",
    "edits/forms/test_watching.py": "workers that reserve a form with one UPDATE",
    "edits/saving": "saving",
    "edits/settling": "leases and locks between processes, and what a killed process leaves behind",
    "edits/test_adding_rows.py": "saving",
    "edits/test_database_dies.py": "each database fails in its own way",
    "edits/test_deleting_rows.py": "saving",
    "edits/test_history_calls.py": "a budget that processes share",
    "edits/test_in_page.py": "saving, and reading the log",
    "edits/test_killed_process.py": "what a killed process leaves behind",
    "edits/test_killed_while_refreshing.py": "leases, and what a killed process leaves behind",
    "edits/test_log_cannot_be_written.py": "statements that fail",
    "edits/test_row_form.py": "saving",
    "edits/test_same_cell_at_once.py": "two saves, each of which must see the other",
    "edits/test_sent_twice.py": "keys that only one of two requests may use",
    "edits/test_two_people_at_once.py": "saving in threads",
    "edits/test_undoing.py": "saving",
    "edits/test_undoing_edits.py": "saving of many rows",
    "edits/test_undoing_large_edits.py": "saving of many rows",
    "edits/test_unsent.py": "saving",
    "hosts/test_own_tests.py": "migrations in a site that is not ours",
    "hosts/test_upgrade.py": "migrations of a filled database",
    "identity/test_connecting.py": "accounts and states that only one of two people can use",
    "identity/test_disconnecting.py": "tokens and sessions that end",
    "identity/test_ended_at_once.py": "sessions that end in other processes",
    "identity/test_history.py": "rows of histories in one transaction",
    "identity/test_key_rotation.py": "tokens that are encrypted again while they are refreshed",
    "identity/test_logged_events.py": "entries in the same transaction as the event",
    "identity/test_meanwhile.py": "sign-ins at the same time",
    "identity/test_refreshing.py": "leases",
    "identity/test_refreshing_in_processes.py": "leases between processes",
    "identity/test_repeated_refusals.py": "counts that are locked",
    "identity/test_session_limits.py": "sessions",
    "identity/test_session_list.py": "sessions",
    "identity/test_sign_in.py": "new people, sessions and tokens",
    "identity/test_sign_out.py": "sessions",
    "identity/test_state.py": "sign-ins that can be used once",
    "identity/test_token_owners.py": "rows that are deleted together with other rows",
    "identity/test_tokens.py": "tokens",
    "identity/test_unrecorded_events.py": "statements that fail",
    "test_database_away.py": "each database is unavailable in its own way",
    "test_deploy.py": "backup and restore",
    "test_databases.py": "so that neither run is empty",
    "test_health.py": "full, locked and read-only databases",
}


def mark(items: list[pytest.Item]) -> None:
    """Add the mark `each_database` to the tests that run on both databases."""
    for item in below(items, ON_EACH):
        item.add_marker(pytest.mark.each_database)


def below(items: Iterable[pytest.Item], paths: Iterable[str]) -> Iterator[pytest.Item]:
    """Yield the tests whose file or folder is one of the paths. The paths are relative to tests/."""
    roots = {TESTS / path for path in paths}
    is_below = cache(lambda path: path in roots or not roots.isdisjoint(path.parents))
    return (item for item in items if is_below(item.path))
