"""The worker's jobs for the log."""

import logging
from collections.abc import Callable

from django.db import connection

from audit import tallies
from audit.conf import settings
from audit.database import partitions
from audit.proof import anchors, seals
from audit.stream import delivery

logger = logging.getLogger(__name__)


def jobs() -> list[tuple[str, float, Callable[[], object]]]:
    """Return the jobs under the current settings: for each job, its name, the seconds between two runs, and its
    function. Several workers can run the same job at the same time.
    """
    found: list[tuple[str, float, Callable[[], object]]] = [("count for the charts", 10, _count)]
    if settings.AUDIT_SEAL_KEY or settings.AUDIT_SEAL_KEY_FILE:
        found.append(("seal", 60, _seal))
    else:
        logger.warning("This worker does not seal: neither AUDIT_SEAL_KEY nor AUDIT_SEAL_KEY_FILE is set.")
    if settings.AUDIT_STREAM_TO:
        found.append(("stream", 2, _stream))
    if connection.vendor == "postgresql":
        found.append(("create upcoming partitions", 86_400, lambda: partitions.prepare_ahead(connection)))
    return found


def _count() -> None:
    while tallies.count_new():
        pass


def _seal() -> None:
    for _ in seals.seal_all():
        pass
    anchors.publish()


def _stream() -> None:
    while delivery.send_new():
        pass
