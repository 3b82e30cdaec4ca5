"""Each test runs either in `make test` or in `make test-system`, and not in both."""

import subprocess
import sys

from tests.databases import TESTS
from tests.run import chosen
from tests.targets import SYSTEM


def collected(*arguments: str) -> list[str]:
    """Return the ids of the tests that pytest would run with these arguments. The prefix tests/ is removed from the
    ids.
    """
    command = [sys.executable, "-m", "pytest", "--collect-only", "--quiet", *arguments]
    found = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, check=True).stdout
    return [line.removeprefix("tests/") for line in found.splitlines() if line.startswith("tests/")]


def is_below(test: str, paths: dict[str, str]) -> bool:
    path = test.partition("::")[0]
    return any(path == root or path.startswith(f"{root}/") for root in paths)


def test_all_of_the_list_is_there() -> None:
    assert [path for path in SYSTEM if not (TESTS / path).exists()] == []


def test_each_test_runs_in_one_target() -> None:
    others, system = (collected(*chosen([], is_system=is_system)[0]) for is_system in (False, True))
    assert [test for test in system if not is_below(test, SYSTEM)] == []
    assert sorted(others + system) == sorted(collected())


def test_paths_run_in_either_target() -> None:
    for is_system in (False, True):
        everything, on_each = chosen(["tests/hosts", "-k", "upgrade"], is_system=is_system)
        assert everything == ["tests/hosts", "-k", "upgrade"]
        assert on_each == ["-m", "each_database", "tests/hosts", "-k", "upgrade"]
