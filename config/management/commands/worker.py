"""manage.py worker: settles, seals, counts, streams and refreshes, until it is stopped. docs/operations.md"""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from config import worker


class Command(BaseCommand):
    help = "Does what is to be done beside the pages (settling, sealing, streaming …) until it is stopped."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stopping = threading.Event()
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            if hasattr(signal, name):  # SIGHUP is not known on Windows
                signal.signal(getattr(signal, name), lambda *_: stopping.set())
        found = worker.jobs()
        self.stdout.write(f"Working: {', '.join(job.name for job in found)}.")
        worker.work(found, stopping)
