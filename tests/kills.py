"""`make test-kills`: settling by many kills and many examples, many edits at once, and many races for a token.

On SQLite and, where it is there, on PostgreSQL. KILLS (500), KILL_COUNTS (edits of 2, 500 and 501 rows), EXAMPLES
(300), EDITS (100 in each of ten threads), PROCESSES (8) with ROUNDS (20) each, and RACES (5) in the environment say
how many. Arguments go to pytest.
"""

import os
import sys
from collections.abc import Sequence

from tests.run import postgres_url, run

MANY = {
    "KILLS": "500",
    "KILL_COUNTS": "2,500,501",
    "EXAMPLES": "300",
    "EDITS": "100",
    "PROCESSES": "8",
    "ROUNDS": "20",
    "RACES": "5",
}
TESTS = [
    "tests/edits/settling/test_killed_anywhere.py",
    "tests/edits/settling/test_killed_rows.py",
    "tests/edits/saving/test_processes_at_once.py",
    "tests/edits/settling/test_property.py",
    "tests/edits/test_two_people_at_once.py",
    "tests/identity/test_refreshing_in_processes.py",
]


def main(arguments: Sequence[str]) -> int:
    """Run the tests on each database, and show their counts. Returns the exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--timeout=3600", *TESTS, *arguments]
    many = MANY | {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    failed = run("kills on SQLite", command, many)
    if postgres := postgres_url():
        failed |= run("kills on PostgreSQL", command, many | {"DATABASE_URL": postgres})
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
