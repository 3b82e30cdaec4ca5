"""Durations of tasks and lags of predecessors, such as `1w 2d`, `4h` and the elapsed `e5d`.

https://help.smartsheet.com/articles/765727-enabling-dependencies-using-predecessors
https://developers.smartsheet.com/api/smartsheet/openapi/schemas/duration
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError

Json = Any

UNITS = {"weeks": "w", "days": "d", "hours": "h", "minutes": "m", "seconds": "s", "milliseconds": "ms"}
NAMES = {letter: name for name, letter in UNITS.items()}
MS_PER_HOUR = 3_600_000
MS = {"hours": MS_PER_HOUR, "minutes": 60_000, "seconds": 1_000, "milliseconds": 1}
LONGEST_MS = 100 * 365 * 24 * MS_PER_HOUR  # the sandbox's own limit, because Python has no dates after the year 9999
TEXT = re.compile(
    r"(?P<elapsed>e)?\s*(?P<parts>(\d+(\.\d+)?|\.\d+)\s*(ms|[wdhms])(\s*(\d+(\.\d+)?|\.\d+)\s*(ms|[wdhms]))*)"
)
PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|[wdhms])")


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration of a task, or a lag of a predecessor. `amounts` has (unit, amount) pairs in the order of UNITS. Only
    lags can be negative. An elapsed duration also counts non-working time.
    """

    amounts: tuple[tuple[str, float], ...]
    elapsed: bool = False
    negative: bool = False

    @classmethod
    def parse(cls, text: str) -> Duration | None:
        """Return the duration in a text; None if the text isn't a duration. Each unit can occur only once."""
        match = TEXT.fullmatch(text.strip().lower())
        if match is None:
            return None
        found = [(NAMES[letter], float(amount)) for amount, letter in PART.findall(match["parts"])]
        given = dict(found)
        if len(given) < len(found):
            return None
        duration = cls(tuple((name, given[name]) for name in UNITS if name in given), elapsed=bool(match["elapsed"]))
        return duration if duration.elapsed_ms() <= LONGEST_MS else None

    @classmethod
    def of_json(cls, given: Json, where: str) -> Duration:
        """Return the duration in a Duration object. `where` is the object's name in errors.

        Raises ApiError 1008 or 1031 if the object isn't valid.
        """
        if not isinstance(given, dict) or given.get("objectType", "DURATION") != "DURATION":
            raise ApiError(1008, f'Field "{where}" was of unexpected type.')
        flags, amounts = {"elapsed", "negative"}, set(UNITS)
        if unknown := sorted(given.keys() - flags - amounts - {"objectType"}):
            raise ApiError(1008, f'Unknown attribute "{unknown[0]}" found.')
        for name, value in given.items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if (name in flags and not isinstance(value, bool | None)) or (
                name in amounts and value is not None and not is_number
            ):
                raise ApiError(1008, f'Field "{name}" was of unexpected type.')
        found = tuple((name, float(given[name])) for name in UNITS if given.get(name))
        duration = cls(found, elapsed=given.get("elapsed") is True, negative=given.get("negative") is True)
        if any(amount < 0 for _, amount in found) or duration.elapsed_ms() > LONGEST_MS:
            raise ApiError(1031, duration.text, where)
        return duration

    @classmethod
    def of_days(cls, days: float) -> Duration:
        """Return a duration of this many days."""
        return cls((("days", float(days)),))

    @property
    def text(self) -> str:
        """The duration as a cell shows it, without a sign."""
        parts = " ".join(f"{amount:g}{UNITS[name]}" for name, amount in self.amounts) or "0d"
        return f"e{parts}" if self.elapsed else parts

    def json(self) -> dict[str, Json]:
        """Return the JSON of a Duration. Flags that are false are left out."""
        body: dict[str, Json] = {"objectType": "DURATION"}
        body |= {name: int(amount) if amount.is_integer() else amount for name, amount in self.amounts}
        flags = {"elapsed": self.elapsed, "negative": self.negative}
        return body | {name: True for name, value in flags.items() if value}

    def working_ms(self, *, hours_per_day: float, days_per_week: int) -> int:
        """Return the milliseconds of working time. A negative duration has negative milliseconds."""
        day = hours_per_day * MS_PER_HOUR
        return self._ms({**MS, "days": day, "weeks": day * days_per_week})

    def elapsed_ms(self) -> int:
        """Return the milliseconds of the duration, including non-working time.

        A negative duration has negative milliseconds.
        """
        return self._ms(MS | {"days": 24 * MS_PER_HOUR, "weeks": 7 * 24 * MS_PER_HOUR})

    def _ms(self, units: Mapping[str, float]) -> int:
        total: int = round(sum(amount * units[name] for name, amount in self.amounts))
        return -total if self.negative else total
