"""manage.py audit_settle: find out what came of edits without a clear answer. docs/audit-log.md"""

from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit.unsettled import Unsettled
from edits.settling import settle_due


class Command(BaseCommand):
    help = "Finds out from Smartsheet's own record what came of edits without a clear answer, and records it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on until it is stopped")

    def handle(self, *_args: Any, **options: Any) -> None:
        while True:
            tally = settle_due()
            if tally or not options["every"]:
                said = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in sorted(tally.items()))
                waiting = Unsettled.objects.count()
                self.stdout.write(f"Settled: {said or 'nothing'}. Still to be found out: {waiting} edits.")
            if not options["every"]:
                return
            sleep(options["every"])
