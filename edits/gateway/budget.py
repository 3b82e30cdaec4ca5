"""The time that one request of a person may spend on Smartsheet."""

from time import monotonic


class Budget:
    """Seconds shared by all calls of one gateway.

    Reads may use all that is left. A write begins in the first half and gives up at three quarters: it has a
    fair chance of an answer, and the last quarter is kept for reading back what came of it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun = monotonic()

    def for_read(self) -> float:
        """The seconds left, 0 when there are none."""
        return max(0.0, self._seconds - self._spent())

    def for_write(self) -> float:
        """The seconds that a write may take, 0 when it is too late to begin one."""
        return self.to_end_write() if self.to_begin_write() else 0.0

    def to_begin_write(self) -> float:
        """The seconds left in which a write may begin."""
        return max(0.0, 0.5 * self._seconds - self._spent())

    def to_end_write(self) -> float:
        """The seconds until every write is over."""
        return max(0.0, 0.75 * self._seconds - self._spent())

    def _spent(self) -> float:
        return monotonic() - self._begun
