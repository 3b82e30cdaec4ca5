"""manage.py audit_seal seals once, or runs as a process that makes seals until it is stopped."""

import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from audit.models import Seal
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import execute
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("log")
ROOT = Path(__file__).resolve().parents[3]


def test_once_seals_new_entries_and_says_so() -> None:
    edits.saved()
    out = StringIO()
    call_command("audit_seal", stdout=out)
    call_command("audit_seal", stdout=out)
    assert out.getvalue() == (
        "Seal 1 covers the links 1 to 2.\nSeal 2 covers no links, because none were added after link 2.\n"
    )


def test_a_failing_anchor_is_reported_and_the_seal_is_kept(settings: Settings) -> None:
    settings.AUDIT_ANCHORS, settings.AUDIT_ANCHOR_FILE = ["file"], "/nowhere/anchors.jsonl"
    err = StringIO()
    call_command("audit_seal", stdout=StringIO(), stderr=err)
    assert "Anchor file doesn't have all seals yet" in err.getvalue()
    assert Seal.objects.count() == 1


def test_a_broken_chain_is_an_error() -> None:
    edits.saved()
    with lifted(connection):
        execute("DELETE FROM audit_entry WHERE id = (SELECT min(id) FROM audit_entry)")
    with pytest.raises(CommandError, match="Link 1 of the chain does not follow from the link before it"):
        call_command("audit_seal")


@pytest.mark.django_db(transaction=True)
def test_it_runs_until_it_is_told_to_stop() -> None:
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        url = f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}"
    command = [sys.executable, "manage.py", "audit_seal", "--every", "0.1"]
    sealer = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE)
    try:
        until(lambda: Seal.objects.count() == 1, "a seal", by=sealer)
        edits.saved()
        until(lambda: Seal.objects.filter(last_seq=2).exists(), "a seal of both", by=sealer)
        sealer.send_signal(signal.SIGTERM)
        assert sealer.wait(PATIENCE) == 0
    finally:
        sealer.kill()
        said, _ = sealer.communicate()
    lines = said.decode().splitlines()
    assert lines[0] == "Seal 1 covers no links, because none were added after link 0."
    assert lines[-1].endswith("to 2.")  # a seal of one entry, if the process sealed between intent and outcome
