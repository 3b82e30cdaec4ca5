"""manage.py audit_settle: find out what came of edits without a clear answer. docs/audit-log.md"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from audit.argument_types import pause
from audit.recording import NotRecorded
from audit.shutdown import told_to_stop
from audit.unsettled import Unsettled
from edits.settling.settle import settle_due


class Command(BaseCommand):
    help = "Finds out from Smartsheet's own record what came of edits without a clear answer, and records it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=pause, metavar="SECONDS", help="go on until it is stopped")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["every"]:
            self._go_on(options["every"])
        else:
            self._once()

    def _once(self, *, is_silent: bool = False) -> None:
        """`is_silent`: says nothing where there was nothing to do."""
        tally = settle_due()
        if tally or not is_silent:
            said = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in sorted(tally.items()))
            waiting = Unsettled.objects.count()
            self.stdout.write(f"Settled: {said or 'nothing'}. Still to be found out: {waiting} edits.")

    def _go_on(self, every: float) -> None:
        """Until SIGTERM or ^C. A database that is away for a while is told of, and tried again."""
        stopped = told_to_stop()
        while not stopped.is_set():
            try:
                self._once(is_silent=True)
            except (Error, NotRecorded) as error:
                self.stderr.write(f"{type(error).__name__}: {error}")
                close_old_connections()
            stopped.wait(every)
