"""The rate limit: so many requests a minute for each access token."""

from __future__ import annotations

from sandbox.clock import elapsed
from sandbox.errors import ApiError

WINDOW_SECONDS = 60.0


class RateLimit:
    """Counts requests per token in windows of one minute, heavy ones as several. `per_minute` 0 switches it off."""

    def __init__(self, per_minute: int, heavy_cost: int) -> None:
        self.per_minute, self.heavy_cost = per_minute, max(1, heavy_cost)
        self._windows: dict[str, tuple[float, int]] = {}

    def spend(self, token: str, *, is_heavy: bool) -> None:
        """Count a request. Raises ApiError 4003 when the token's minute is used up."""
        if not self.per_minute:
            return
        cost = self.heavy_cost if is_heavy else 1
        started, used = self._windows.get(token, (0.0, 0))
        if not 0 <= elapsed() - started < WINDOW_SECONDS or not used:
            started, used = elapsed(), 0
        if used + cost > self.per_minute:
            raise ApiError(4003)
        self._windows[token] = (started, used + cost)

    def reset(self) -> None:
        """Begin anew for everybody."""
        self._windows.clear()
