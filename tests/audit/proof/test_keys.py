"""The seal key comes from the settings, and is never shown. After a change of the key, old seals stay valid."""

import stat
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from audit.proof import seal_keys, seals
from audit.proof.seal_bytes import key_id, private_key, public_key, written
from audit.proof.seal_keys import NoSealKey

pytestmark = pytest.mark.django_db


def test_a_seal_names_its_key(new_key: Ed25519PrivateKey) -> None:
    assert seals.seal().key_id == key_id(new_key.public_key())


def test_an_older_key_is_accepted_as_long_as_it_is_listed(settings: Settings) -> None:
    older = seal_keys.private_key().public_key()
    seal = seals.signed(seals.seal())
    settings.AUDIT_SEAL_KEY = written(Ed25519PrivateKey.generate())
    assert not seal.is_signed_by(seal_keys.public_keys())
    settings.AUDIT_SEAL_PUBLIC_KEYS = [written(older)]
    assert seal.is_signed_by(seal_keys.public_keys())


def test_verifying_needs_no_private_key(settings: Settings) -> None:
    seal = seals.signed(seals.seal())
    settings.AUDIT_SEAL_PUBLIC_KEYS = [written(seal_keys.private_key().public_key())]
    settings.AUDIT_SEAL_KEY = ""
    assert seal.is_signed_by(seal_keys.public_keys())
    with pytest.raises(NoSealKey, match="set AUDIT_SEAL_KEY or AUDIT_SEAL_KEY_FILE"):
        seals.seal()


@pytest.mark.parametrize("wrong", ["short", "not base64 at all, but long enough to be one", "Zm9v"])
def test_a_wrong_key_is_named_and_not_shown(settings: Settings, wrong: str) -> None:
    settings.AUDIT_SEAL_KEY = wrong
    with pytest.raises(CommandError) as failure:
        call_command("audit_seal")
    assert str(failure.value) == "AUDIT_SEAL_KEY has no valid private key: 32 bytes in base64."
    settings.AUDIT_SEAL_KEY, settings.AUDIT_SEAL_PUBLIC_KEYS = "", [wrong]
    with pytest.raises(NoSealKey, match="AUDIT_SEAL_PUBLIC_KEYS"):
        seal_keys.public_keys()


def test_the_key_may_stand_in_a_file(settings: Settings, tmp_path: Path) -> None:
    out, file = StringIO(), tmp_path / "seal.key"
    call_command("audit_keys", file=file, stdout=out)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() not in out.getvalue()
    settings.AUDIT_SEAL_KEY_FILE = str(file)
    made = private_key(file.read_text().strip()).public_key()
    assert seals.seal().key_id == key_id(made)
    assert written(made) in out.getvalue()


def test_a_key_file_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "seal.key"
    file.write_text("precious")
    with pytest.raises(CommandError, match="cannot be made: File exists"):
        call_command("audit_keys", file=file)
    assert file.read_text() == "precious"


def test_a_file_that_is_not_there_is_named(settings: Settings) -> None:
    settings.AUDIT_SEAL_KEY_FILE = "/nowhere/seal.key"
    with pytest.raises(NoSealKey, match="/nowhere/seal"):
        seals.seal()


def test_the_command_makes_a_pair_and_shows_the_public_key_in_use(settings: Settings) -> None:
    out = StringIO()
    call_command("audit_keys", stdout=out)
    first, second, _ = out.getvalue().splitlines()
    private, public = first.removeprefix("AUDIT_SEAL_KEY="), second.removeprefix("Public key: ")
    assert written(private_key(private).public_key()) == public
    settings.AUDIT_SEAL_KEY = private
    again = StringIO()
    call_command("audit_keys", "--public", stdout=again)
    assert f"Public key: {public}" in again.getvalue()
    assert private not in again.getvalue()
    assert key_id(public_key(public)) in again.getvalue()
