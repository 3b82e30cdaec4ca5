"""manage.py audit_stream: send every entry of the log to standard output, syslog or HTTPS. docs/audit-log.md"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections

from audit.conf import settings
from audit.shutdown import told_to_stop
from audit.stream.addresses import NotAnAddress
from audit.stream.delivery import Stream, stream_to
from audit.stream.targets import NotDelivered

PAUSE = 1.0  # seconds to wait before checking for new entries again


class Command(BaseCommand):
    help = "Streams all entries of the audit log until you stop the command. It starts where the last run ended."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", required=True, metavar="ADDRESS", help="stdout, syslog://host:port?tcp or ?tls, or https://…"
        )
        parser.add_argument("--once", action="store_true", help="stop when all existing entries are delivered")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            stream = stream_to(options["to"])
        except NotAnAddress as error:
            raise CommandError(str(error)) from None
        if stream.address.kind == "http" and not settings.AUDIT_STREAM_SECRET:
            raise CommandError("AUDIT_STREAM_SECRET is not set. The command needs this secret to sign deliveries.")
        if options["once"]:
            self._once(stream)
        else:
            self._go_on(stream)

    def _once(self, stream: Stream) -> None:
        try:
            while stream.send_next():
                pass
        except NotDelivered as error:
            raise CommandError(str(error)) from error

    def _go_on(self, stream: Stream) -> None:
        """Send new entries until SIGTERM or ^C. An error is printed, and sending is tried again. The wait before a new
        try gets longer with each error in a row.
        """
        stopped = told_to_stop()
        while not stopped.is_set():
            try:
                pause = 0.0 if stream.send_next() else PAUSE
            except NotDelivered as error:
                pause = stream.rest.begin()
                self.stderr.write(f"{error} Trying again in {pause:.0f} s.")
            except Error as error:
                pause = stream.rest.begin()
                self.stderr.write(
                    f"The database doesn't answer ({type(error).__name__}). Trying again in {pause:.0f} s."
                )
                close_old_connections()
            stopped.wait(pause)
