"""The rate limit: so many requests a minute for each access token."""

from __future__ import annotations

import time

from sandbox.errors import ApiError

WINDOW_SECONDS = 60.0


class RateLimit:
    """Counts requests per token in windows of one minute. `per_minute` 0 switches it off."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._windows: dict[str, tuple[float, int]] = {}

    def spend(self, token: str, cost: int) -> None:
        """Count a request. Raises ApiError 4003 when the token's minute is used up."""
        if not self.per_minute:
            return
        started, used = self._windows.get(token, (0.0, 0))
        if time.monotonic() - started >= WINDOW_SECONDS or not used:
            started, used = time.monotonic(), 0
        if used + cost > self.per_minute:
            raise ApiError(4003)
        self._windows[token] = (started, used + cost)

    def reset(self) -> None:
        """Begin anew for everybody."""
        self._windows.clear()
