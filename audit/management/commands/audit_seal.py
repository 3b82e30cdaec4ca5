"""manage.py audit_seal: seal what the log holds, and bring the anchors up to date. docs/audit-log.md"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections

from audit.argument_types import pause
from audit.proof import anchors, seals
from audit.proof.seal_keys import NoSealKey
from audit.shutdown import told_to_stop


class Command(BaseCommand):
    help = "Seals the audit log: once, or with --every for as long as it runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=pause, metavar="SECONDS", help="go on until stopped, 60 is a good pace")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["every"]:
            self._go_on(options["every"])
        else:
            self._once()

    def _once(self) -> None:
        try:
            for seal in seals.seal_all():
                self.stdout.write(f"Seal {seal.pk} is over {_links(seal.first_seq, seal.last_seq)}.")
        except (NoSealKey, seals.ChainBroken) as error:
            raise CommandError(str(error)) from None
        for name in anchors.publish():
            self.stderr.write(f"Anchor {name} has not got it yet; it is tried again with the next seal.")

    def _go_on(self, every: float) -> None:
        """Seal every so many seconds, where there is something to seal or a silence to prove, until SIGTERM or ^C.

        What goes wrong is said and tried again: a sealer that gives up would leave the log open for longer.
        """
        stopped = told_to_stop()
        while not stopped.is_set():
            try:
                if seals.state().is_due:
                    self._once()
                else:
                    anchors.publish()
            except (CommandError, Error) as error:
                self.stderr.write(f"{type(error).__name__}: {error}")
                close_old_connections()
            stopped.wait(every)


def _links(first: int, last: int) -> str:
    return f"the links {first} to {last}" if last >= first else f"nothing new since link {last}"
