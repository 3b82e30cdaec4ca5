"""manage.py audit_retire: export old months of the audit log, then remove them. docs/audit-log.md"""

from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.proof.seal_keys import NoSealKey
from audit.recording import THIS_APP, Actor, NotRecorded
from audit.retention import retired_export, retiring
from audit.retention.limits import CannotRetire, boundary


class Command(BaseCommand):
    help = "Exports and verifies past months that are sealed and anchored, then removes them from the log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--before", type=_month, required=True, metavar="YYYY-MM", help="the first month that stays"
        )
        parser.add_argument(
            "--export", type=Path, required=True, metavar="FILE", help="a new file for the removed entries"
        )
        parser.add_argument("--reason", default="", help="the reason; it stays in the log")
        parser.add_argument("--by", metavar="NAME", help="who retires the entries; the default is “this app”")
        parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")

    def handle(self, *_args: Any, **options: Any) -> None:
        by = Actor(id=0, region="", name=options["by"], email="") if options["by"] else THIS_APP
        try:
            retiring.check_rights()
            found = boundary(options["before"])
            self.stdout.write(
                f"{found.count} entries will be removed, up to seal {found.seal.pk}: all from before"
                f" {found.before:%Y-%m}, and {len(found.younger)} that were written later but are under the same seal."
            )
            if not options["yes"]:
                _ask()
            export = retired_export.write(found, options["export"], by=by, progress=lambda _seq: None)
            self.stdout.write(f"{options['export']} has these entries, and is valid. Its SHA-256 is {export.sha256}.")
            retiring.retire(found, export, by=by, reason=options["reason"])
        except (CannotRetire, NotRecorded, NoSealKey, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{found.count} entries were retired. Keep the file: the log no longer has them.")


def _ask() -> None:
    try:
        answer = input("Type yes: ")
    except EOFError:
        raise CommandError("Nothing was retired, because there is no terminal to confirm on. Use --yes.") from None
    if answer != "yes":
        raise CommandError("Nothing was retired.")


def _month(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise ArgumentTypeError(f"{text} is not a month such as 2026-11.") from None
