"""Runs long tests: `make test-kills`. The tests kill many edits, try many random examples, make many edits at the same
time, and let many processes refresh a token at the same time.

The tests run on SQLite, and on PostgreSQL if there is one. Environment variables set how many cases the tests try:

- KILLS=500 is the number of killed edits of one row.
- KILL_COUNTS=2,500,501 means that edits of 2 rows, of 500 rows and of 501 rows are killed.
- EXAMPLES=300 is the number of random examples.
- EDITS=100 is the number of edits in each of ten threads.
- PROCESSES=8 is the number of processes that save at the same time. Each process saves in ROUNDS=20 rounds.
- API_ROUNDS=25 is the number of rounds of each program that calls the API.
- API_ROWS=50 is the number of rows that such a program changes in each round.
- RACES=5 adds five pairs of runs to the test in which many processes refresh a token at the same time.
- FILLERS=50 is the number of people who fill in a form.

The command's arguments are passed to pytest.
"""

import os
import sys
from collections.abc import Sequence

from tests.run import Part, postgres_url

MANY = {
    "KILLS": "500",
    "KILL_COUNTS": "2,500,501",
    "EXAMPLES": "300",
    "EDITS": "100",
    "PROCESSES": "8",
    "ROUNDS": "20",
    "API_ROUNDS": "25",
    "API_ROWS": "50",
    "RACES": "5",
    "FILLERS": "50",
}
TESTS = [
    "tests/api/test_killed_callers.py",
    "tests/edits/forms/test_many_people.py",
    "tests/edits/settling/test_killed_anywhere.py",
    "tests/edits/settling/test_killed_rows.py",
    "tests/edits/settling/test_killed_undo.py",
    "tests/edits/saving/test_processes_at_once.py",
    "tests/edits/settling/test_property.py",
    "tests/edits/test_two_people_at_once.py",
    "tests/identity/test_refreshing_in_processes.py",
]


def main(arguments: Sequence[str]) -> int:
    """Run the tests on each database, and show how many cases they tried. Return the exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--timeout=3600", *TESTS, *arguments]
    many = MANY | {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    is_green = Part("kills on SQLite", command, many, is_live=True).run()
    if postgres := postgres_url():
        is_green &= Part("kills on PostgreSQL", command, many | {"DATABASE_URL": postgres}, is_live=True).run()
    return 0 if is_green else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
