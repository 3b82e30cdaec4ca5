"""manage.py audit_verify: check that the audit log hasn't been changed. docs/audit-log.md"""

import csv
import json
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from audit.conf import path_of
from audit.escaping import printable
from audit.models import Seal
from audit.proof.seal_keys import NoSealKey
from audit.verification.findings import Report
from audit.verification.start import NoSuchStart, Start, Verified, remember, since, start_of_chain
from audit.verification.verify import verify

SHOWN = 20  # the most findings that are printed; --json prints more
NO_KEY = (
    "No seal key is set, so no seal protects the entries: the database's owner can rewrite all of them unnoticed. Set"
    " AUDIT_SEAL_KEY for the worker and AUDIT_SEAL_PUBLIC_KEYS here; manage.py audit_keys makes the keys."
)
WIDTH = 30  # characters of the progress bar


class Command(BaseCommand):
    help = (
        "Verifies the audit log, by default all of it. Exits with 0 if it finds nothing wrong. Exits with 1 if "
        "something is wrong or couldn't be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--since", metavar="SEAL|DATE", help="start after this seal, or after the last seal before this day"
        )
        where.add_argument(
            "--continue",
            action="store_true",
            dest="goes_on",
            help="start at the last verified seal; older entries aren't read again",
        )
        parser.add_argument("--anchors", type=Path, metavar="FILE", help="compare the seals with those of an anchor")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            last = Verified.last()
            start = self._start(options, last)
            report = verify(
                start,
                anchors=options["anchors"],
                remembered=last.seal if last else None,
                progress=_Bar(self),
            )
        except OSError as error:
            what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise CommandError(f"The log couldn't be verified: {what}.") from error
        except (NoSuchStart, NoSealKey, UnicodeDecodeError, csv.Error, Error) as error:
            raise CommandError(f"The log couldn't be verified: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(report.to_json(), indent=2))
        else:
            self._tell(report)
        if not report.is_whole:
            sys.exit(1)
        if not options["since"]:  # with --since, this run didn't read older entries
            self._remember(report)

    def _start(self, options: dict[str, Any], last: Verified | None) -> Start:
        if options["since"]:
            return since(options["since"])
        if not options["goes_on"]:
            return start_of_chain()
        if last is None:
            self.stderr.write(
                f"No verified seal could be read from {path_of('AUDIT_VERIFIED_FILE')}, so everything is verified."
            )
        start = last.start() if last else None
        if last and not start:
            self.stderr.write(
                "The last verified seal is no longer in the database, so everything is verified. If the database"
                f" was recreated on purpose, delete {path_of('AUDIT_VERIFIED_FILE')}."
            )
        return start or start_of_chain()

    def _tell(self, report: Report) -> None:
        if not report.is_full:
            self.stdout.write(
                f"Not all of the log was read: this run starts after link {report.started_after}, at"
                f" {printable(report.starts_at)}. Older entries were NOT read."
            )
        for finding in report.findings.kept[:SHOWN]:
            self.stdout.write(printable(f"{finding.kind.upper()}: {finding.text}"))
        if report.findings.count > SHOWN:
            kinds = ", ".join(f"{kind} {count}" for kind, count in report.findings.kinds.items())
            more = report.findings.count - SHOWN
            self.stdout.write(f"and {more} more. In total: {kinds}. --json lists the first thousand of each kind.")
        verdict = f"{report.findings.count} finding{'' if report.findings.count == 1 else 's'}"
        if report.is_whole:
            verdict = "All is well" if report.is_full else f"Nothing is wrong after link {report.started_after}"
            if not report.has_keys:
                verdict = "Nothing wrong was found, but nothing is proved"
        entries = f"{report.entries} {'entry' if report.entries == 1 else 'entries'}"
        seals = f"{report.seals} seal{'' if report.seals == 1 else 's'}"
        self.stdout.write(
            f"{verdict}: {entries} and {seals}, from {printable(report.starts_at)}, to link"
            f" {report.last_seq}; {report.unsealed} not sealed yet. {report.seconds:.1f} s, {report.rate} entries/s."
        )
        if not report.has_keys:
            self.stdout.write(NO_KEY)
        if report.anchored:
            held, last = report.anchored, report.last_seal or 0
            self.stdout.write(
                f"Seals in the anchor's file: {held.count}. The newest of them is seal {held.newest}, and the newest in"
                f" the database is seal {last}."
            )
        if report.first_bad_entry is not None:
            self.stdout.write(f"The first bad entry is {report.first_bad_entry}.")

    def _remember(self, report: Report) -> None:
        if report.last_seal is None:
            return
        try:
            remember(Seal.objects.get(pk=report.last_seal))
        except OSError as error:
            self.stderr.write(f"AUDIT_VERIFIED_FILE can't be written, so the next --continue starts earlier: {error}")


class _Bar:
    """If standard error is a terminal, shows there how much of the log has been verified."""

    def __init__(self, command: BaseCommand) -> None:
        self._out, self._begun = command.stderr, monotonic()

    def __call__(self, done: int, of: int) -> None:
        if self._out.isatty():
            rate = done / max(monotonic() - self._begun, 0.001)
            bar = ("█" * (WIDTH * done // of)).ljust(WIDTH, "░")
            self._out.write(f"\r{bar} {done:,} of {of:,}, {rate:,.0f}/s, {(of - done) / rate:.0f} s left ", ending="")
            self._out.flush()
