"""The list of tests that run on each database is complete."""

import re

from tests.databases import ON_EACH, TESTS

ASKS_WHICH = re.compile(r"\.vendor\b")


def is_on_each(path: str) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in ON_EACH)


def test_all_of_the_list_is_there() -> None:
    assert [path for path in ON_EACH if not (TESTS / path).exists()] == []


def test_tests_that_depend_on_the_database_run_on_each() -> None:
    """Many tests that depend on the database are skipped on PostgreSQL or on SQLite. A test that is skipped on
    PostgreSQL runs only if its file is in the list of tests that also run on SQLite.
    """
    asking = [
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("test_*.py")
        if path.name != "test_databases.py" and ASKS_WHICH.search(path.read_text())
    ]
    assert len(asking) > 20
    assert [path for path in asking if not is_on_each(path)] == []
