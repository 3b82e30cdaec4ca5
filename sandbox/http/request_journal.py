"""Stores the request journal: the latest requests since the sandbox was started or last reset."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

KEPT = 100_000
SECRET_PARAMETERS = {"code", "refresh_token", "client_secret", "hash", "access_token", "Signature"}


@dataclass(slots=True)
class Arrival:
    """A request in the journal. `status` is None if no answer was sent. `applied` says whether the operation was
    carried out. `latency` is the number of seconds that the latency profile made the request wait. A fault's delay
    isn't included.
    """

    method: str
    path: str
    query: str
    at: str
    operation: str | None = None
    person_id: int | None = None
    status: int | None = None
    applied: bool = False
    latency: float = 0.0

    def json(self) -> dict[str, Any]:
        """Return the request as JSON for `GET /_sandbox/requests`."""
        body = asdict(self)
        body["personId"] = body.pop("person_id")
        return body


class Journal:
    """The latest requests, oldest first. The journal never contains tokens or secrets."""

    def __init__(self) -> None:
        self.arrivals: deque[Arrival] = deque(maxlen=KEPT)

    def note(self, *, method: str, path: str, query: str) -> Arrival:
        """Add a request to the journal."""
        arrival = Arrival(method, path, without_secrets(query), datetime.now(UTC).isoformat())
        self.arrivals.append(arrival)
        return arrival

    def clear(self) -> None:
        """Clear the journal."""
        self.arrivals.clear()


def without_secrets(query: str) -> str:
    """Return the query string, with the word `hidden` in place of each code, token and secret."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(name in SECRET_PARAMETERS for name, _ in pairs):
        return query
    return urlencode([(name, "hidden" if name in SECRET_PARAMETERS else value) for name, value in pairs])
