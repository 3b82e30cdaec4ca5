"""All tests that docs/security.md names as proof exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))
STATES = {"done", "partly", "Smartsheet's", "the operator's", "not here", "open"}


@pytest.mark.parametrize(("file", "test"), NAMED, ids=["::".join(pair) for pair in NAMED])
def test_the_named_tests_exist(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE), f"{file}::{test}"


def test_every_requirement_that_is_done_has_a_test() -> None:
    rows = [line.split("|")[1:-1] for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) > 60
    for number, _requirement, state, _what, proof in rows:
        assert state.strip() in STATES, number
        assert ("::" in proof) == (state.strip() in {"done", "partly"}), number
