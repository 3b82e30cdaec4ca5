"""The log's pages and the health check show the state of sealing. The page of an entry shows whether the entry is
unchanged.
"""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from audit.models import Entry
from audit.proof import seals
from audit.verification.start import remember
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import execute

pytestmark = pytest.mark.usefixtures("log")


@pytest.fixture
def page(reader: Client, settings: Settings, tmp_path: Path) -> Client:
    settings.AUDIT_VERIFIED_FILE = str(tmp_path / "verified.json")
    return reader


def text_of(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_an_entry_is_shown_with_its_checked_proof(page: Client) -> None:
    entry = edits.entries_of(edits.saved())[0]
    assert "Not sealed yet. This entry has been in the chain" in text_of(page, f"/audit/{entry.pk}/")
    seals.seal()
    shown = text_of(page, f"/audit/{entry.pk}/")
    assert "This entry hasn't changed since it was sealed" in shown
    assert '<dd class="datagrid-content mb-0">1, for places 1 to ' in shown


def test_an_entry_that_was_tampered_with_is_shown_as_that(page: Client) -> None:
    entry = edits.entries_of(edits.saved())[0]
    seals.seal()
    with lifted(connection):
        execute("UPDATE audit_entry SET reason = 'forged' WHERE id = %s", entry.pk)
    assert "was tampered with: the seal doesn't confirm this entry" in text_of(page, f"/audit/{entry.pk}/")


def test_the_log_shows_the_state_of_sealing(page: Client, settings: Settings) -> None:
    edits.saved()
    settings.AUDIT_SEAL_STALE = 0
    shown = text_of(page, "/audit/")
    assert "Not sealed yet: 3 entries wait for the first seal" in shown  # the third entry is about this reading
    assert "Sealing has stopped" not in shown
    settings.AUDIT_SEAL_STALE = 300
    seal = seals.seal()
    assert "Sealed <time" in text_of(page, "/audit/")
    remember(seal)
    assert "verified <time" in text_of(page, "/audit/")
    settings.AUDIT_SEAL_STALE = 0
    edits.saved()
    shown = text_of(page, "/audit/")
    assert "Sealing has stopped:</span>" in shown


def test_the_health_check_says_that_sealing_has_stopped_and_goes_on_serving(client: Client, settings: Settings) -> None:
    edits.saved()
    assert client.get("/healthz").json()["sealing"] == "ok"
    settings.AUDIT_SEAL_STALE = 0
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"], answer.json()["sealing"]) == (200, "ok", "stopped")
    seals.seal()
    assert client.get("/healthz").json()["sealing"] == "ok"
    assert Entry.objects.exists()
