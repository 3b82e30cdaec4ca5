"""manage.py audit_erase: erase a person's names, or a personal value, from the audit log. docs/audit-log.md"""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.recording import THIS_APP, Actor, NotRecorded
from audit.retention.erasure import (
    Address,
    NameAlone,
    NothingToErase,
    Person,
    ReasonNamesThem,
    Values,
    What,
    erase,
    look,
    names_of,
    people_with,
)
from audit.vocabulary import Origin


class Command(BaseCommand):
    help = "Erases a person's names and e-mail addresses, or a personal value, from the log. The chain stays valid."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--person", type=_person, metavar="REGION:ID", help="everything in the log about this person")
        what.add_argument("--email", type=Address, help="everything with this e-mail address")
        what.add_argument(
            "--name",
            type=NameAlone,
            help="this name where it was recorded without an id, as for an admin user",
        )
        what.add_argument("--entry", type=_values, metavar="ID", help="the personal values of this entry")
        parser.add_argument("--reason", required=True, help="the reason; it stays in the log, so leave the name out")
        parser.add_argument("--by", metavar="NAME", help="who erases; the default is “this app”")
        parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")

    def handle(self, *_args: Any, **options: Any) -> None:
        what: What = options["person"] or options["email"] or options["name"] or options["entry"]
        people = people_with(what.email) if isinstance(what, Address) else []
        if not options["yes"]:
            self._ask(what)
        by = Actor(id=0, region="", name=options["by"], email="") if options["by"] else THIS_APP
        try:
            found = erase(what, by=by, reason=options["reason"], origin=Origin.COMMAND)
        except (NothingToErase, ReasonNamesThem, NotRecorded) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Erased: {found}. Other processes may use the name for a minute from now.")
        for region, number in people:
            self.stdout.write(
                f"Person {region}:{number} has used this address. To erase all other data about this person, run the"
                f" command again with --person {region}:{number}."
            )
        self.stdout.write(
            "Backups and the database's own journals still have the erased data: Byline's documentation of the audit"
            " log says for how long."
        )

    def _ask(self, what: What) -> None:
        found = look(what)
        names = f"{found.names} names ({', '.join(names_of(what)) or 'no names'})"
        question = f"{names} and {found.values} values of the log will be erased for good. Type yes: "
        try:
            answer = input(question)
        except EOFError:
            raise CommandError("Nothing was erased, because there is no terminal to confirm on. Use --yes.") from None
        if answer != "yes":
            raise CommandError("Nothing was erased.")


def _person(text: str) -> Person:
    region, _, number = text.partition(":")
    if not region or not (number.isascii() and number.isdigit()):
        raise ArgumentTypeError(f"“{text}” is not a region and an id, such as com:1234567890")
    return Person(region, int(number))


def _values(text: str) -> Values:
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"“{text}” is not the number of an entry")
    return Values(int(text))
