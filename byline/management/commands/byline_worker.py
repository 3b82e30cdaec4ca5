"""manage.py byline_worker runs all jobs until it is stopped. See docs/operations.md."""

from typing import Any

from django.core.management.base import BaseCommand

from audit.shutdown import told_to_stop
from byline import worker


class Command(BaseCommand):
    help = "Runs the jobs of the apps (settling, sealing, streaming …) until it is stopped."

    def handle(self, *_args: Any, verbosity: int, **_options: Any) -> None:
        stopping = told_to_stop()
        found = worker.jobs()
        if verbosity:
            self.stdout.write(f"Running: {', '.join(job.name for job in found)}.")
        worker.work(found, stopping)
