"""Runs each app's jobs repeatedly. `manage.py byline_worker` starts it.

Each job has its own thread, so a job that waits or fails doesn't delay the others. Several workers can run at the same
time.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db import close_old_connections, connections

import audit.jobs
import edits.jobs
import identity.jobs
from byline.models import Worker

logger = logging.getLogger(__name__)

SEEN_EVERY = 30.0  # seconds between two updates of the time when the worker was last seen
PATIENCE = 10.0  # the most seconds that a stopped worker waits for each job that is still running


class Job(NamedTuple):
    """A function that is called repeatedly, with a pause of `every` seconds after each call."""

    name: str
    every: float
    do: Callable[[], object]


def jobs() -> list[Job]:
    """Return the jobs of all apps under the current settings."""
    own = Job("note that it runs", SEEN_EVERY, Worker.objects.note_running)
    return [own, *(Job(*job) for app in (edits.jobs, audit.jobs, identity.jobs) for job in app.jobs())]


def work(found: Iterable[Job], stopping: threading.Event) -> None:
    """Run the jobs until `stopping` is set. Then wait at most PATIENCE for each job that is still running."""
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
        except Exception:  # the next run can succeed, and other jobs continue
            logger.exception("The job “%s” failed. It runs again in %g seconds.", job.name, job.every)
        stopping.wait(job.every)
    connections.close_all()
