"""manage.py rotate_token_keys encrypts all stored tokens with the first of TOKEN_KEYS. See docs/operations.md."""

from collections import Counter
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity.tokens import key_rotation
from identity.tokens.key_rotation import Key


class Command(BaseCommand):
    help = "Encrypts all stored tokens with the first of TOKEN_KEYS. People can use the app while the command runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing, only count")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            before = key_rotation.tally()
            if not options["dry_run"]:
                self._rotate(before)
            self._report(before if options["dry_run"] else key_rotation.tally())
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None

    def _rotate(self, before: Counter[Key]) -> None:
        for met in key_rotation.rotate():
            self.stdout.write(
                f"{met.total()} of {before.total()} tokens read, {met[Key.OLDER]} of them encrypted again"
            )

    def _report(self, found: Counter[Key]) -> None:
        self.stdout.write(
            f"{found[Key.FIRST]} tokens are encrypted with the first key, {found[Key.OLDER]} with an older key, and"
            f" {found[Key.UNKNOWN]} with a key that TOKEN_KEYS lacks."
        )
        if found[Key.UNKNOWN]:
            self.stdout.write(
                "If no key in TOKEN_KEYS can decrypt a person's token, the person is asked to sign in again. If you "
                "have the missing key, add it."
            )
        elif not found[Key.OLDER]:
            self.stdout.write("No token needs an older key: only the first of TOKEN_KEYS is still needed.")
