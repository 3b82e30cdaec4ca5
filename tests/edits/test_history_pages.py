"""In a history of several pages, each state is read once, even if states are written in the meantime."""

from datetime import UTC, datetime
from typing import Any

import pytest

from edits.gateway import operations
from edits.settling.history_pages import read_back

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def state(number: int) -> dict[str, Any]:
    return {"value": number, "modifiedAt": f"2026-11-23T12:00:{number:02}Z"}


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "HISTORY_PER_PAGE", 3)


class Cell:
    """A cell whose history has `count` states, newest first. Before the second page and each later page is read,
    `meanwhile` new states are added.
    """

    def __init__(self, count: int, meanwhile: int = 0) -> None:
        self.states = [state(number) for number in reversed(range(count))]
        self.meanwhile = meanwhile
        self.pages: list[int] = []

    def read(self, page: int) -> list[dict[str, Any]]:
        if self.pages:
            for _ in range(self.meanwhile):
                self.states.insert(0, state(len(self.states)))
        self.pages.append(page)
        return self.states[(page - 1) * 3 : page * 3]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
@pytest.mark.parametrize("meanwhile", [0, 1, 2])
def test_each_state_comes_once(count: int, meanwhile: int) -> None:
    cell = Cell(count, meanwhile)
    history = read_back(cell.read, to=LONG_AGO)
    assert [one["value"] for one in history] == list(reversed(range(count)))
    assert history.is_whole


def test_it_reads_no_further_than_to_the_time_in_question() -> None:
    cell = Cell(30)
    history = read_back(cell.read, to=datetime(2026, 11, 23, 12, 0, 26, tzinfo=UTC))
    assert ([one["value"] for one in history], cell.pages) == ([29, 28, 27, 26, 25, 24], [1, 2])
    assert history.is_whole


def test_of_too_many_pages_it_says_that_they_are_not_all() -> None:
    cell = Cell(30)
    history = read_back(cell.read, to=LONG_AGO, most=2)
    assert (len(history), history.is_whole, cell.pages) == (6, False, [1, 2])
