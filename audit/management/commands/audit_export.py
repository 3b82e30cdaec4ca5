"""manage.py audit_export: write the log to a file. docs/audit-log.md"""

import sys
from argparse import ArgumentTypeError
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from audit.argument_types import end, moment
from audit.export import exports
from audit.filtering.fields import Person
from audit.models import Entry, EntryQuerySet
from audit.recording import THIS_APP, NotRecorded
from audit.vocabulary import Origin

STANDARD_OUTPUT = Path("-")


class Command(BaseCommand):
    help = "Exports the audit log, or a part of it, as CSV, or as JSON Lines, which anyone can verify."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=sorted(exports.CONTENT_TYPES), required=True)
        parser.add_argument(
            "--since",
            type=moment,
            metavar="TIME",
            help="only entries from this day or time (UTC) on, such as 2026-11-30",
        )
        parser.add_argument(
            "--until",
            type=end,
            metavar="TIME",
            help="only entries up to the end of this day, or from before this time (UTC)",
        )
        parser.add_argument("--sheet", type=int, metavar="ID")
        parser.add_argument(
            "--person", type=_person, metavar="[REGION:]ID", help="without a region, this id in all regions"
        )
        parser.add_argument("file", help="a new file to write; - is standard output")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._export(options)
        except OSError as error:  # closing the file can raise it too
            raise CommandError(f"The file is incomplete, because it can't be written: {error.strerror}.") from error
        except Error as error:
            raise CommandError(f"The file is incomplete, because the log can't be read: {error}") from error

    def _export(self, options: dict[str, Any]) -> None:
        progress = _Progress(self)
        selection = _selection(**{name: options[name] for name in ("since", "until", "sheet", "person")})
        path = Path(options["file"])
        with _opened(path) as file:
            if selection.query and not selection.entries.exists():
                asked = ", ".join(f"--{name} {value}" for name, value in selection.query.items())
                self.stderr.write(f"The log has no entry with {asked}, so the file has none.")
            try:
                made = exports.begin(
                    selection, kind=options["format"], actor=THIS_APP, origin=Origin.COMMAND, progress=progress.show
                )
            except NotRecorded as error:
                if path.is_file():
                    path.unlink()  # so that the same command can be run again
                raise CommandError(f"{error} So nothing is exported.") from error
            progress.last_seq = made.last_seq
            for piece in made.pieces:
                file.write(piece)
            file.flush()
        name = made.name.rsplit(".", 1)[0]
        self.stderr.write(f"Exported to {options['file']} as {name}, up to link {made.last_seq} of the chain.")


class _Progress:
    """Prints on standard error, about once a second, how many links have been exported so far, and how fast."""

    def __init__(self, command: BaseCommand) -> None:
        self._command = command
        self._began = self._told = monotonic()
        self.last_seq = 0

    def show(self, seq: int) -> None:
        now = monotonic()
        if now - self._told >= 1:
            self._told = now
            pace = seq / (now - self._began)
            self._command.stderr.write(f"{seq:,} of {self.last_seq:,} links, {pace:,.0f} a second")


def _selection(
    *, since: datetime | None, until: datetime | None, sheet: int | None, person: Person | None
) -> exports.Selection:
    entries: EntryQuerySet = Entry.objects.all()
    if since:
        entries = entries.filter(at__gte=since)
    if until:
        entries = entries.filter(at__lt=until)
    if sheet is not None:
        entries = entries.on_sheet(sheet)
    if person is not None:
        entries = entries.by_actor(person.number, region=person.region)
    asked = {"since": since, "until": until, "sheet": sheet, "person": person}
    query = {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in asked.items()
        if value is not None
    }
    return exports.Selection(entries=entries, query=query, is_whole=not query)


def _person(text: str) -> Person:
    region, _, number = text.rpartition(":")
    try:
        return Person(int(number), region or None)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a person's id, such as 1234567890 or com:1234567890") from None


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    """Open a new file, standard output, or something that isn't a file, such as a pipe. An existing file isn't
    overwritten, because it may be the only copy of an earlier export.
    """
    if path == STANDARD_OUTPUT:
        return nullcontext(sys.stdout.buffer)
    try:
        return path.open("wb" if path.exists() and not path.is_file() else "xb")
    except FileExistsError:
        raise CommandError(f"{path} exists already. Choose another name, or delete this file first.") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
