"""Makes requests wait before they are carried out, as if they came through a network."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from random import Random
from typing import Any

Json = Any

LONGEST_SECONDS = 30.0
MOST_TIMES = 20.0  # the largest exponent: e to this power is more than any sensible factor


class BadLatency(ValueError):
    """The description of a latency isn't valid. The exception's message says why."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How long requests wait before they are carried out. `read` is the median for GET requests, and `write` for all
    other requests, both in seconds. `spread` says how much the waits differ. The waits are log-normal.

    `spread` is the standard deviation of the logarithm. If it is 0.5, one request in twenty waits at least 2.3 times
    the median. If it is 1.2, one request in twenty waits at least seven times the median.
    """

    read: float = 0.0
    write: float = 0.0
    spread: float = 0.0


PROFILES = {
    "none": Profile(),
    "near": Profile(0.02, 0.05, 0.3),
    "usual": Profile(0.15, 0.4, 0.5),
    "slow": Profile(1.0, 2.5, 0.5),
    "erratic": Profile(0.2, 0.5, 1.2),
}


class Latency:
    """The random waits of one run. The same profile, seed and order of requests always give the same waits."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self.profile = profile
        self._chance = Random(f"latency {seed}")

    def wait_before(self, method: str) -> float:
        """Return the seconds that the next request has to wait before it is carried out."""
        median = self.profile.read if method in ("GET", "HEAD") else self.profile.write
        if not median:
            return 0.0
        spread = min(MOST_TIMES, self._chance.gauss(0.0, self.profile.spread))
        return min(LONGEST_SECONDS, median * math.exp(spread))

    def json(self) -> dict[str, Json]:
        """Return the current profile and all named profiles as JSON."""
        return asdict(self.profile) | {"profiles": {name: asdict(profile) for name, profile in PROFILES.items()}}


def read_profile(description: Json) -> Profile:
    """Return the profile that a JSON object describes, by a name or by numbers.

    Raises BadLatency if the object isn't valid.
    """
    if not isinstance(description, dict):
        raise BadLatency("a latency must be a JSON object")
    if set(description) == {"profile"}:
        if description["profile"] not in list(PROFILES):
            raise BadLatency(f"profile must be one of {', '.join(PROFILES)}")
        return PROFILES[description["profile"]]
    known = {each.name for each in fields(Profile)}
    if unknown := sorted(set(description) - known):
        raise BadLatency(f"unknown keys: {', '.join(unknown)}; known keys: profile, or {', '.join(sorted(known))}")
    if any(isinstance(part, bool) or not isinstance(part, (int, float)) or part < 0 for part in description.values()):
        raise BadLatency("read, write and spread must be numbers, 0 or more")
    return Profile(**description)
