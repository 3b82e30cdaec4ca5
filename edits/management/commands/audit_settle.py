"""manage.py audit_settle: find the outcomes of unsettled edits. See docs/audit-log.md."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from audit.argument_types import pause
from audit.recording import NotRecorded
from audit.shutdown import told_to_stop
from audit.unsettled import Unsettled
from edits.settling.settle import settle_due


class Command(BaseCommand):
    help = "Finds out from Smartsheet whether unsettled edits were saved, and records these outcomes in the log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=pause, metavar="SECONDS", help="settle every SECONDS until stopped")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["every"]:
            self._go_on(options["every"])
        else:
            self._once()

    def _once(self, *, is_silent: bool = False) -> None:
        """Settle once and print the results. If nothing was settled and `is_silent` is true, print nothing."""
        tally = settle_due()
        if tally or not is_silent:
            said = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in sorted(tally.items()))
            waiting = Unsettled.objects.count()
            self.stdout.write(f"Settled: {said or 'nothing'}. Edits still unsettled: {waiting}.")

    def _go_on(self, every: float) -> None:
        """Settle repeatedly until SIGTERM or ^C. If the database doesn't answer, print the error and try again."""
        stopped = told_to_stop()
        while not stopped.is_set():
            try:
                self._once(is_silent=True)
            except (Error, NotRecorded) as error:
                self.stderr.write(f"{type(error).__name__}: {error}")
                close_old_connections()
            stopped.wait(every)
