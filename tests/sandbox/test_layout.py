"""The sandbox's files have unique names, and none is too long."""

from collections import Counter

from tests.running_sandbox import ROOT

FILES = sorted((ROOT / "sandbox").rglob("*.py"))
MOST_LINES = 300


def test_no_file_name_occurs_twice() -> None:
    counts = Counter(path.name for path in FILES if path.name != "__init__.py")
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_file_is_too_long() -> None:
    assert {path.name for path in FILES if len(path.read_text().splitlines()) > MOST_LINES} == set()
