"""A cell's history read page by page, newest first, as far back as matters; each state once.

A state that is written between two pages moves all others on by one, so that the next page begins with what the last
one ended with. https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from edits.gateway import operations
from edits.sheets.sheet import Json, parse_time

State = Mapping[str, Json]


class History(list[State]):
    """A cell's states, newest first. Whole, if all that are from the time in question, or later, are among them."""

    is_whole = True


def read_back(read: Callable[[int], Sequence[State]], *, to: datetime, most: int | None = None) -> History:
    """The states back to one from before `to`, by `read`, which is given the page's number; of `most` pages.

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
    """How many states at the beginning of a page are those at the end of what is known."""
    longest = min(len(known), len(some))
    return next((count for count in range(longest, 0, -1) if list(known[-count:]) == list(some[:count])), 0)


def _is_before(state: State, moment: datetime) -> bool:
    at = parse_time(state.get("modifiedAt"))
    return at is not None and at < moment
