"""docs/others-pains.md names tests as proof: each of the forty-five has one, and each of these is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "others-pains.md").read_text()
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if re.match(r"\| \d", line)]
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))


def test_each_pain_is_told_once_with_its_proof() -> None:
    assert sorted(int(number) for number, *_ in ROWS) == list(range(1, 46))
    assert all("::" in proof for *_, proof in ROWS)


@pytest.mark.parametrize(("file", "test"), NAMED, ids=["::".join(pair) for pair in NAMED])
def test_every_test_that_it_names_is_there(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE), f"{file}::{test}"


def test_nothing_asks_for_a_whole_table_as_of_then() -> None:
    code = [path for app in ("config", "identity", "edits", "audit") for path in (ROOT / app).rglob("*.py")]
    assert [path for path in code if "as_of(" in path.read_text()] == []
