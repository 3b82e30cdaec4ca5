"""Every entry to whoever else keeps the log: at least once, in the chain's order, from where the last run ended.

How far a stream has got is its cursor, moved only after what was sent has been taken. Killed in between, the next run
sends the same lines again: receivers tell them by `seq`.
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

AT_ONCE = 500  # entries in a delivery
SHORTEST_REST, LONGEST_REST = 1.0, 60.0  # seconds after a failure, doubled with each


@dataclass(slots=True)
class Rest:
    """How long to leave somebody alone who did not take what was sent."""

    until: float = 0.0
    seconds: float = 0.0

    def begin(self) -> float:
        """Rest from now on; gives the seconds."""
        self.seconds = min(self.seconds * 2, LONGEST_REST) or SHORTEST_REST
        self.until = monotonic() + self.seconds
        return self.seconds

    @property
    def is_over(self) -> bool:
        return monotonic() >= self.until


@dataclass(slots=True)
class Stream:
    """The log on its way to one place."""

    address: Address
    send: Send
    rest: Rest = field(default_factory=Rest)
    at_once: int = AT_ONCE  # fewer where somebody said that it was too much

    def send_next(self, limit: int = AT_ONCE) -> int:
        """Send the next `limit` places of the chain at most, and give how many there were.

        Raises NotDelivered: the cursor stays, and the same are sent the next time.
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
        # Whoever streams there too may have been quicker; then what comes next is for them to send.
        is_ours = Cursor.objects.filter(name=name, seq=cursor.seq).update(seq=last_seq)
        self.rest = Rest()
        return last_seq - cursor.seq if is_ours else 0


def stream_to(text: str) -> Stream:
    """The stream to an address such as https://siem.example.com/log. Raises NotAnAddress."""
    place = address(text)
    return Stream(place, targets.sender(place, secret=settings.AUDIT_STREAM_SECRET))


_streams: dict[str, Stream] = {}


def send_new(limit: int = AT_ONCE) -> int:
    """For a worker: send to each of AUDIT_STREAM_TO the next `limit` entries at most, and give how many were sent.

    Whoever did not take theirs is left alone for a while, longer each time, and holds up nobody else.
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
