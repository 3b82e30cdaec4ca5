"""`make test`: lint, types, import contracts, then the tests: on PostgreSQL, and on SQLite what may differ there.

Without PostgreSQL everything runs on SQLite.

Arguments go to pytest: `make test ARGS="-k conflict"`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from tests.conformance.places import SHARED
from tests.databases import ON_EACH

LOCAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
CHECKS = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy", "."],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
    "djlint": ["-m", "djlint", "templates", "api", "audit", "edits", "identity", "--lint", "--quiet"],
}
# Four on two cores, since many tests wait; those first that wait longest (tests/waiting.py).
SPREAD = ["-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]
# Not each process again, even where the environment asks for it: some hundred are started.
COMPILED_ONCE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
NOTHING_CHOSEN = int(pytest.ExitCode.NO_TESTS_COLLECTED)


def main(arguments: Sequence[str]) -> int:
    """Run everything, and list the failed parts at the end. Returns the exit code."""
    failed = [name for name, command in checks() if run(name, command)]
    sqlite = {name: value for name, value in COMPILED_ONCE.items() if name != "DATABASE_URL"}
    if postgres := postgres_url():
        code = run("pytest on PostgreSQL", pytest_command(arguments), COMPILED_ONCE | {"DATABASE_URL": postgres})
        failed += ["pytest on PostgreSQL"] if code else []
        code = run("pytest on SQLite", pytest_command([*on_each(arguments), *arguments]), sqlite)
        failed += ["pytest on SQLite"] if code not in (0, NOTHING_CHOSEN) else []
    else:
        code = run("pytest on SQLite", pytest_command(arguments), sqlite)
        failed += ["pytest on SQLite"] if code else []
        if "CI" in os.environ:
            failed.append("PostgreSQL is not there, and in CI it must be")
        else:
            print("\nPostgreSQL: skipped, no DATABASE_URL and no server on 127.0.0.1:5432")
    print(f"\n{conformance()}")
    print(f"\nFAILED: {', '.join(failed)}" if failed else "\nAll green.")
    return 1 if failed else 0


def conformance() -> str:
    """A line about the conformance tests, which don't run here because they download files."""
    if SHARED.exists():
        return "Conformance of the sandbox with Smartsheet: `make test-sandbox`"
    return "Conformance of the sandbox with Smartsheet: skipped, ../shared is not there (`make test-sandbox`)"


def checks() -> list[tuple[str, list[str]]]:
    return [(name, [sys.executable, *arguments]) for name, arguments in CHECKS.items()]


def on_each(arguments: Sequence[str]) -> list[str]:
    """What of the chosen tests runs on each database: of all, by their paths, so that no others are collected."""
    if any(Path(argument.partition("::")[0]).exists() for argument in arguments):
        return ["-m", "each_database"]
    return [f"tests/{path}" for path in ON_EACH]


def pytest_command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *SPREAD, "--durations=10", *arguments]


def run(name: str, command: list[str], environment: dict[str, str] | None = None) -> int:
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    code = subprocess.call(command, env=environment)
    print(f"-- {name}: {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    return code


def postgres_url() -> str | None:
    """DATABASE_URL if it names a PostgreSQL, else the local server if one answers."""
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
