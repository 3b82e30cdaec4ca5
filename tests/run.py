"""Checks lint, types and import contracts, and runs the tests: `make test`. With --system, it runs only the system
tests: `make test-system` (tests/targets.py).

All tests run on PostgreSQL. Tests that can behave differently on SQLite also run on SQLite. The checks and the two test
runs are started at the same time, because many tests spend their time waiting. Without PostgreSQL, all tests run on
SQLite.

Arguments are passed to pytest: `make test ARGS="-k conflict"`. If the arguments name files or folders, all tests in
these files and folders run, even those of the other target.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.conformance.places import SHARED
from tests.databases import ON_EACH
from tests.targets import SYSTEM

LOCAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
CHECKS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy", "."],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
    "djlint": ["-m", "djlint", "templates", "api", "audit", "edits", "identity", "--lint", "--quiet"],
}
# The numbers of test processes. There are more processes than cores, because many tests spend their time waiting. The
# tests that wait longest start first (tests/waiting.py).
EVERYTHING, SOME = 4, 2
# Without this variable, Python stores compiled modules. Otherwise some hundred processes would compile them again.
COMPILED_ONCE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
NO_POSTGRES = {name: value for name, value in COMPILED_ONCE.items() if name != "DATABASE_URL"}
NOTHING_CHOSEN = int(pytest.ExitCode.NO_TESTS_COLLECTED)


@dataclass(frozen=True, slots=True)
class Part:
    """One command of the run. If `is_live` is True, the command's output is shown immediately. If not, the output is
    shown when the command ends.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    is_live: bool = False
    may_be_empty: bool = False

    def run(self) -> bool:
        """Run the command. Return whether it succeeded."""
        title = f"\n== {self.name}"
        started = time.monotonic()
        if self.is_live:
            print(title, flush=True)
            code, printed = subprocess.call(self.command, env=self.environment), ""
        else:
            ended = subprocess.run(
                self.command, env=self.environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            code, printed = ended.returncode, f"{title}\n{ended.stdout.decode(errors='replace')}"
        is_ok = code == 0 or (self.may_be_empty and code == NOTHING_CHOSEN)
        seconds = time.monotonic() - started
        print(f"{printed}-- {self.name}: {'ok' if is_ok else 'FAILED'} in {seconds:.0f} s", flush=True)
        return is_ok


def main(arguments: Sequence[str]) -> int:
    """Run everything, and list the failed parts at the end. Return the exit code."""
    is_system = arguments[:1] == ["--system"]
    postgres = postgres_url()
    side_by_side = [[part] for part in tests(postgres, arguments[is_system:], is_system=is_system)]
    if not is_system:
        side_by_side.append(checks())
    with ThreadPoolExecutor(len(side_by_side)) as pool:
        failed = [name for names in pool.map(run_in_turn, side_by_side) for name in names]
    if not postgres and "CI" in os.environ:
        failed.append("PostgreSQL is missing, but CI needs it")
    elif not postgres:
        print("\nPostgreSQL: skipped, no DATABASE_URL and no server on 127.0.0.1:5432")
    if not is_system:
        print(f"\nSystem tests: `make test-system`\n{conformance()}")
    print(f"\nFAILED: {', '.join(failed)}" if failed else "\nEverything passed.")
    return 1 if failed else 0


def run_in_turn(parts: Sequence[Part]) -> list[str]:
    """Run these parts one after the other. Return the names of the parts that failed."""
    return [part.name for part in parts if not part.run()]


def checks() -> list[Part]:
    return [Part(name, [sys.executable, *arguments], COMPILED_ONCE) for name, arguments in CHECKS.items()]


def tests(postgres: str | None, arguments: Sequence[str], *, is_system: bool) -> list[Part]:
    """Return the test runs. The first run is on PostgreSQL, and has all tests of the target. The second run is on
    SQLite, and has only the tests that depend on the database. Without PostgreSQL, there is only one run, with all
    tests on SQLite.
    """
    everything, on_each = chosen(arguments, is_system=is_system)
    if postgres is None:
        return [Part("pytest on SQLite", pytest_command(EVERYTHING, everything), NO_POSTGRES, is_live=True)]
    return [
        Part(
            "pytest on PostgreSQL",
            pytest_command(EVERYTHING, everything),
            COMPILED_ONCE | {"DATABASE_URL": postgres},
            is_live=True,
        ),
        Part("pytest on SQLite", pytest_command(SOME, on_each), NO_POSTGRES, may_be_empty=True),
    ]


def conformance() -> str:
    """Return a line about the conformance tests. These don't run here, because they download files."""
    if SHARED.exists():
        return "Conformance of the sandbox with Smartsheet: `make test-sandbox`"
    return "Conformance of the sandbox with Smartsheet: skipped, ../shared is missing (`make test-sandbox`)"


def chosen(arguments: Sequence[str], *, is_system: bool) -> tuple[list[str], list[str]]:
    """Return two lists of pytest's arguments: one for all tests of the target, and one for the tests of the target that
    run on each database. If possible, the arguments are paths, so that pytest doesn't collect other tests.
    """
    if any(Path(argument.partition("::")[0]).exists() for argument in arguments):
        everything, on_each = [], ["-m", "each_database"]
    elif is_system:
        everything = [f"tests/{path}" for path in SYSTEM]
        on_each = [*everything, "-m", "each_database"]
    else:
        # The files of system tests are also ignored, because pytest needs a third of the time to collect them.
        everything = ["-m", "not system", *(f"--ignore=tests/{path}" for path in SYSTEM)]
        on_each = [*(f"tests/{path}" for path in ON_EACH if not is_system_test(path)), *everything]
    return [*everything, *arguments], [*on_each, *arguments]


def is_system_test(path: str) -> bool:
    """Whether this path below tests/ is in the list of system tests, or in a folder of this list."""
    return any(path == root or path.startswith(f"{root}/") for root in SYSTEM)


def pytest_command(processes: int, arguments: Sequence[str]) -> list[str]:
    spread = ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]
    return [sys.executable, "-m", "pytest", "-q", *spread, "--durations=10", *arguments]


def postgres_url() -> str | None:
    """Return DATABASE_URL if it is a PostgreSQL URL. If not, return the URL of the local PostgreSQL server. If this
    server doesn't answer, return None.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        return given
    try:
        psycopg.connect(LOCAL_POSTGRES, connect_timeout=2).close()
    except psycopg.Error:
        return None
    return LOCAL_POSTGRES


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
