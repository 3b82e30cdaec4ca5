"""Runs each app's jobs, again and again: `manage.py worker`.

Each job has a thread of its own, so that one that waits or fails delays no other. Any number of workers can run: each
job is safe beside itself.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db import close_old_connections, connections

import audit.jobs
import edits.jobs
import identity.jobs

logger = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds that a worker that has to stop waits for running jobs


class Job(NamedTuple):
    """A function to call, with a pause of `every` seconds between two calls."""

    name: str
    every: float
    do: Callable[[], object]


def jobs() -> list[Job]:
    """The jobs of all apps under the current settings."""
    return [Job(*job) for app in (edits.jobs, audit.jobs, identity.jobs) for job in app.jobs()]


def work(found: Iterable[Job], stopping: threading.Event) -> None:
    """Run the jobs until `stopping` is set, then wait a little for those that are running."""
    threads = [threading.Thread(target=_repeat, args=(job, stopping), name=job.name, daemon=True) for job in found]
    for thread in threads:
        thread.start()
    stopping.wait()
    for thread in threads:
        thread.join(PATIENCE)


def _repeat(job: Job, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            close_old_connections()
            job.do()
        except Exception:  # the next run may succeed, and the other jobs continue
            logger.exception("The job “%s” failed. It runs again in %g seconds.", job.name, job.every)
        stopping.wait(job.every)
    connections.close_all()
