"""What is to be done beside the pages, again and again: `manage.py worker`.

Each job goes its own way in a thread of its own, so that one that waits or fails holds up no other. Any number of
workers may run: each job is safe beside itself.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import close_old_connections, connection, connections

from audit import tallies
from audit.database import partitions
from audit.proof import anchors, seals
from audit.stream import delivery
from edits.saving import idempotency
from edits.settling.settle import settle_due
from identity.profiles.refresh import refresh_stale_profiles
from identity.sessions.browsers import sweep_expired

logger = logging.getLogger(__name__)

PROFILES_AT_ONCE = 20
PATIENCE = 10.0  # seconds that a worker which is told to stop waits for what is under way


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do `every` so many seconds, from the end of one time to the beginning of the next."""

    name: str
    every: float
    do: Callable[[], object]


def jobs() -> list[Job]:
    """What there is to do under these settings."""
    found = [
        Job("settle", 15, settle_due),
        Job("count for the charts", 10, lambda: _until_nothing_is_left(tallies.count_new)),
        Job("refresh profiles", 60, lambda: refresh_stale_profiles(PROFILES_AT_ONCE)),
        Job("sweep sessions", 3600, sweep_expired),
        Job("forget old keys of saves", 3600, idempotency.forget_old),
    ]
    if settings.AUDIT_SEAL_KEY or settings.AUDIT_SEAL_KEY_FILE:
        found.append(Job("seal", 60, _seal))
    else:
        logger.warning("Nothing is sealed by this worker: neither AUDIT_SEAL_KEY nor AUDIT_SEAL_KEY_FILE is set.")
    if settings.AUDIT_STREAM_TO:
        found.append(Job("stream", 2, lambda: _until_nothing_is_left(delivery.send_new)))
    if connection.vendor == "postgresql":
        found.append(Job("make the coming months", 86_400, lambda: partitions.prepare_ahead(connection)))
    return found


def work(found: Iterable[Job], stopping: threading.Event) -> None:
    """Do the jobs until `stopping` is set, then wait a little for those under way."""
    threads = [threading.Thread(target=_go_on, args=(job, stopping), name=job.name, daemon=True) for job in found]
    for thread in threads:
        thread.start()
    stopping.wait()
    for thread in threads:
        thread.join(PATIENCE)


def _go_on(job: Job, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            close_old_connections()
            job.do()
        except Exception:  # the next time may go better, and the other jobs go on
            logger.exception("The job “%s” failed; it is tried again in %g seconds.", job.name, job.every)
        stopping.wait(job.every)
    connections.close_all()


def _seal() -> None:
    for _ in seals.seal_all():
        pass
    anchors.publish()


def _until_nothing_is_left(some: Callable[[], int]) -> None:
    while some():
        pass
