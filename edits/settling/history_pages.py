"""Reads a cell's history page by page, as far back as necessary. The pages have the newest states first.

If a state is written between two reads, it moves all other states back by one. So the next page begins with the last
state of the page before. That state is returned only once.
https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from edits.gateway import operations
from edits.sheets.sheet import Json, parse_time

State = Mapping[str, Json]


class History(list[State]):
    """The states of a cell, newest first. `is_whole` says that no state since the time in question is missing."""

    is_whole = True


def read_back(read: Callable[[int], Sequence[State]], *, to: datetime, most: int | None = None) -> History:
    """Read the states back to the first one before `to`, but at most `most` pages. `read` gets a page by its number.

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
    """Return how many states at the beginning of a page are the same as the last of the known states."""
    longest = min(len(known), len(some))
    return next((count for count in range(longest, 0, -1) if list(known[-count:]) == list(some[:count])), 0)


def _is_before(state: State, moment: datetime) -> bool:
    at = parse_time(state.get("modifiedAt"))
    return at is not None and at < moment
