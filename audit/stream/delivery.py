"""Sends all entries to other systems, in the order of the chain. Each entry is sent at least once.

A cursor stores how far a stream has got. The cursor moves only after the target has accepted the entries. If the
process is killed before that, the next run sends the same entries again. Receivers recognise them by `seq`.
"""

import logging
from dataclasses import dataclass, field
from time import monotonic

from audit.conf import settings
from audit.export import chain_rows
from audit.models import Cursor
from audit.stream import json_lines, targets
from audit.stream.addresses import Address, address
from audit.stream.targets import NotDelivered, Send, TooMuch

logger = logging.getLogger(__name__)

AT_ONCE = 500  # the most entries in one delivery
SHORTEST_REST, LONGEST_REST = 1.0, 60.0  # seconds; the wait after a failure doubles each time


@dataclass(slots=True)
class Rest:
    """How long to wait before sending again to a target that failed."""

    until: float = 0.0
    seconds: float = 0.0

    def begin(self) -> float:
        """Begin to wait after a failure. Returns the number of seconds to wait, which doubles with each further
        failure, up to LONGEST_REST.
        """
        self.seconds = min(self.seconds * 2, LONGEST_REST) or SHORTEST_REST
        self.until = monotonic() + self.seconds
        return self.seconds

    @property
    def is_over(self) -> bool:
        return monotonic() >= self.until


@dataclass(slots=True)
class Stream:
    """A stream of the log to one target."""

    address: Address
    send: Send
    rest: Rest = field(default_factory=Rest)
    at_once: int = AT_ONCE  # entries in a delivery; fewer after the target has refused a delivery as too large

    def send_next(self, limit: int = AT_ONCE) -> int:
        """Send the entries at the next places of the chain: at most `limit` places. Returns the number of places whose
        entries were sent.

        Raises NotDelivered if the target didn't accept the entries. The next call then sends the same entries.
        """
        name = f"stream:{self.address.name}"
        cursor, _ = Cursor.objects.get_or_create(name=name)
        last_seq = min(cursor.seq + min(limit, self.at_once), chain_rows.last_seq())
        if last_seq <= cursor.seq:
            return 0
        if lines := json_lines.lines(first_seq=cursor.seq + 1, last_seq=last_seq):
            try:
                self.send(lines)
            except TooMuch:
                self.at_once = max(1, (last_seq - cursor.seq) // 2)
                raise
        # If another process has already moved this cursor, the result is 0, and that process sends the next entries.
        is_ours = Cursor.objects.filter(name=name, seq=cursor.seq).update(seq=last_seq)
        self.rest = Rest()
        return last_seq - cursor.seq if is_ours else 0


def stream_to(text: str) -> Stream:
    """The stream to an address, such as https://siem.example.com/log. Raises NotAnAddress."""
    place = address(text)
    return Stream(place, targets.sender(place, secret=settings.AUDIT_STREAM_SECRET))


_streams: dict[str, Stream] = {}


def send_new(limit: int = AT_ONCE) -> int:
    """Send new entries to each address in AUDIT_STREAM_TO: those at the next places of the chain, at most `limit`
    places. Returns the number of places for all addresses together. The worker calls this function.

    A target that failed is skipped for a while. The time for which it is skipped gets longer after each further
    failure. The other targets don't wait.
    """
    sent = 0
    for text in settings.AUDIT_STREAM_TO:
        stream = _streams.get(text) or _streams.setdefault(text, stream_to(text))
        if not stream.rest.is_over:
            continue
        try:
            sent += stream.send_next(limit)
        except NotDelivered as error:
            logger.warning("The audit log is not streamed: %s Trying again in %.0f s.", error, stream.rest.begin())
    return sent
