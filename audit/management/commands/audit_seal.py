"""manage.py audit_seal: seal the log, and send the seals to the anchors. docs/audit-log.md"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections

from audit.argument_types import pause
from audit.proof import anchors, seals
from audit.proof.seal_keys import NoSealKey
from audit.shutdown import told_to_stop


class Command(BaseCommand):
    help = "Seals the audit log once, or repeatedly with --every."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=pause, metavar="SECONDS", help="repeat until stopped; 60 is a good interval"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["every"]:
            self._go_on(options["every"])
        else:
            self._once()

    def _once(self) -> None:
        try:
            for seal in seals.seal_all():
                self.stdout.write(f"Seal {seal.pk} covers {_links(seal.first_seq, seal.last_seq)}.")
        except (NoSealKey, seals.ChainBroken) as error:
            raise CommandError(str(error)) from None
        for name in anchors.publish():
            self.stderr.write(f"Anchor {name} doesn't have all seals yet. They will be sent with the next seal.")

    def _go_on(self, every: float) -> None:
        """Seal the log in a loop, with a pause of `every` seconds between two rounds. A round makes a seal only if
        there are new entries, or if an empty seal is due. The loop ends at SIGTERM or ^C.

        An error is printed, but doesn't end the loop, because entries without a seal could be changed unnoticed.
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
    return f"the links {first} to {last}" if last >= first else f"no links, because none were added after link {last}"
