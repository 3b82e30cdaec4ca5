"""docs/known-problems-of-audit-logs.md names a test for each of its 45 problems, and all of these tests exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "known-problems-of-audit-logs.md").read_text()
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if re.match(r"\| \d", line)]
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))


def test_each_problem_has_a_number_and_a_test() -> None:
    assert sorted(int(number) for number, *_ in ROWS) == list(range(1, 46))
    assert all("::" in proof for *_, proof in ROWS)


@pytest.mark.parametrize(("file", "test"), NAMED, ids=["::".join(pair) for pair in NAMED])
def test_the_named_tests_exist(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE), f"{file}::{test}"


def test_as_of_is_used_nowhere() -> None:
    apps = ("config", "api", "byline", "identity", "edits", "audit")
    code = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    assert [path for path in code if "as_of(" in path.read_text()] == []
