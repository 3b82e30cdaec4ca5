"""Reads a cell's history page by page, as far back as necessary. The pages have the newest states first.

If the cell gets a new state between the reading of two pages, all other states move back by one. The second page then
begins with the last state of the first page. That state is returned only once.
https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from edits.gateway import operations
from edits.sheets.sheet import Json, parse_time

State = Mapping[str, Json]


class History(list[State]):
    """The states of a cell, newest first. `is_whole` is false if states are missing, because the history has too many
    pages.
    """

    is_whole = True


def read_back(read: Callable[[int], Sequence[State]], *, to: datetime, most: int | None = None) -> History:
    """Read pages of the history until a page ends with a state from before `to`, but read at most `most` pages. `read`
    is the function that returns a page by its number.

    Raises what `read` raises.
    """
    history = History()
    page = 1
    while True:
        some = read(page)
        history += some[_again(history, some) :]
        if len(some) < operations.HISTORY_PER_PAGE or _is_before(some[-1], to):
            return history
        if page == most:
            history.is_whole = False
            return history
        page += 1


def _again(known: Sequence[State], some: Sequence[State]) -> int:
    """Return how many states at the beginning of the page `some` repeat the last states in `known`."""
    longest = min(len(known), len(some))
    return next((count for count in range(longest, 0, -1) if list(known[-count:]) == list(some[:count])), 0)


def _is_before(state: State, moment: datetime) -> bool:
    at = parse_time(state.get("modifiedAt"))
    return at is not None and at < moment
