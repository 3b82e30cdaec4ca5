"""manage.py audit_keys: create a key pair for seals. docs/audit-log.md"""

import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.proof import seal_bytes, seal_keys


class Command(BaseCommand):
    help = "Creates a key for sealing the audit log, or shows the public key in use."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--file", type=Path, help="write the new private key there, for AUDIT_SEAL_KEY_FILE")
        which.add_argument(
            "--public", action="store_true", help="show the public key in use, for auditors, and create no key"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["public"]:
            key = self._key_in_use()
        else:
            key = Ed25519PrivateKey.generate()
            self._hand_over(seal_bytes.written(key), options["file"])
        public = key.public_key()
        self.stdout.write(f"Public key: {seal_bytes.written(public)}")
        self.stdout.write(f"Its id in seals: {seal_bytes.key_id(public)}")

    def _key_in_use(self) -> Ed25519PrivateKey:
        try:
            return seal_keys.private_key()
        except seal_keys.NoSealKey as error:
            raise CommandError(str(error)) from None

    def _hand_over(self, private: str, file: Path | None) -> None:
        if file is None:
            self.stdout.write(f"AUDIT_SEAL_KEY={private}")
            return
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{file} cannot be made: {error.strerror}.") from None
        with os.fdopen(descriptor, "w") as opened:
            opened.write(private + "\n")
        self.stdout.write(f"The private key is in {file}, which only you can read: AUDIT_SEAL_KEY_FILE={file}")
