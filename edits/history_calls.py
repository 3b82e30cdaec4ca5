"""How many cell histories this process reads, a minute and token: Smartsheet lets 30 be read, and people want some.

https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from collections import defaultdict, deque
from time import monotonic

from django.conf import settings

MINUTE = 60.0


class NoHistoryLeft(Exception):
    """As many histories were read with this token as may be, in this minute; the next may be in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No history may be read with this token for {seconds:.0f} seconds.")
        self.seconds = seconds


class HistoryCalls:
    """Counts the readings of cell histories in this process, a minute and token."""

    def __init__(self) -> None:
        self._made: defaultdict[tuple[str, int], deque[float]] = defaultdict(deque)

    def spend(self, region: str, person_id: int) -> None:
        """One more with this person's token. Raises NoHistoryLeft."""
        made, now = self._made[region, person_id], monotonic()
        while made and made[0] <= now - MINUTE:
            made.popleft()
        if len(made) >= settings.SMARTSHEET_HISTORY_CALLS:
            raise NoHistoryLeft(made[0] + MINUTE - now)
        made.append(now)


history_calls = HistoryCalls()
