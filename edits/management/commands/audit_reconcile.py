"""manage.py audit_reconcile: compare the log of a sheet with Smartsheet's own cell history. See docs/audit-log.md."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.argument_types import moment
from audit.recording import NotRecorded
from edits.gateway.errors import GatewayError
from edits.settling.reconcile import NobodyToAsk, last_editor, person_of, reconcile, summary


class Command(BaseCommand):
    help = "Compares the log of a sheet with Smartsheet's own cell history, and records the differences."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sheet", type=int, required=True, metavar="ID")
        parser.add_argument("--since", type=moment, required=True, metavar="TIME", help="2026-11-30, or a time (UTC)")
        who = parser.add_mutually_exclusive_group()
        who.add_argument("--region", help="the sheet's region, needed if several regions have sheets with this id")
        who.add_argument(
            "--person", type=_person, metavar="REGION:ID", help="read with this person's token, not the last editor's"
        )
        parser.add_argument("--all-cells", action="store_true", help="also compare the other cells of the edited rows")

    def handle(self, *_args: Any, **options: Any) -> None:
        sheet_id, who = options["sheet"], options["person"]
        try:
            report = reconcile(
                sheet_id=sheet_id,
                since=options["since"],
                reader=person_of(region=who[0], number=who[1])
                if who
                else last_editor(sheet_id=sheet_id, region=options["region"]),
                tell=self.stderr.write,
                all_cells=options["all_cells"],
            )
        except (NobodyToAsk, NotRecorded) as error:
            raise CommandError(str(error)) from error
        except GatewayError as error:
            raise CommandError(f"The sheet cannot be read. {error.message}") from error
        self.stdout.write(summary(report))
        if report.stopped_by:
            raise CommandError("The findings so far are recorded. Run the command again to continue.")


def _person(text: str) -> tuple[str, int]:
    region, _, number = text.rpartition(":")
    if not region or not (number.isascii() and number.isdigit()):
        raise ArgumentTypeError(f"“{text}” is not a person, such as com:1234567890")
    return region, int(number)
