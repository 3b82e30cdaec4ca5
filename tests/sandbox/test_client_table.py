"""The table of clients in docs/sandbox.md, and how `make test-sandbox` reads a client's steps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance import client_table
from tests.conformance.client_table import ADDRESSES, MARK, write_table
from tests.conformance.client_table import client_table as table_of
from tests.conformance.outcome import Outcome
from tests.sandbox.documentation import DOCUMENT


def printed(**steps: str | None) -> str:
    """Return what a client's program prints for these steps and their problems."""
    lines = [json.dumps({"step": name, "problem": problem}) for name, problem in steps.items()]
    return "\n".join(["DEBUG: something", *lines])


def all_passed() -> list[Outcome]:
    outcomes = [Outcome(name) for name in ADDRESSES]
    for outcome in outcomes:
        outcome.read_steps(printed(list=None, read=None, write=None))
    return outcomes


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "sandbox.md"
    path.write_text(f"Before\n<!-- {MARK} -->\n<!-- end of {MARK} -->\nAfter\n")
    monkeypatch.setattr(client_table, "DOCUMENT", path)
    return path


def test_the_document_has_a_line_for_every_client() -> None:
    table = DOCUMENT.read_text().partition(f"<!-- {MARK} -->")[2].partition(f"<!-- end of {MARK} -->")[0]
    lines = [line for line in table.splitlines() if line.startswith("| [")]
    assert [line.split("](")[0].removeprefix("| [") for line in lines] == list(ADDRESSES)
    assert [line.split("](")[1].split(")")[0] for line in lines] == list(ADDRESSES.values())


def test_steps_with_a_problem_are_failures() -> None:
    outcome = Outcome("client")
    outcome.read_steps(printed(list=None, read="TypeError: no", write=None))
    assert (outcome.passed, outcome.steps, outcome.failed) == (2, ["list", "write"], ["read: TypeError: no"])


def test_a_client_that_takes_fewer_than_three_steps_has_failed() -> None:
    outcome = Outcome("client")
    outcome.read_steps(printed(list=None, read=None))
    assert len(outcome.failed) == 1


def test_the_table_is_written_once_when_all_clients_pass(document: Path) -> None:
    assert "out of date" in write_table(all_passed())
    assert document.read_text() == f"Before\n<!-- {MARK} -->\n{table_of(all_passed())}\n<!-- end of {MARK} -->\nAfter\n"
    assert write_table(all_passed()) == ""


def test_the_table_stays_when_a_client_failed_or_was_not_tried(document: Path) -> None:
    before = document.read_text()
    failed = all_passed()
    failed[0].failed.append("read: TypeError: no")
    assert write_table(failed) == write_table(all_passed()[1:]) == ""
    assert document.read_text() == before
