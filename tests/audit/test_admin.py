"""The admin shows only a part of the log, and can't change the log."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from tests.audit.edits import entries_of, saved

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("root"), backend=BACKEND)
    return client


def test_it_lists_and_shows_entries(administrator: Client) -> None:
    entry = entries_of(saved())[0]
    assert "Alice Archer" in administrator.get("/admin/audit/entry/").content.decode()
    page = administrator.get(f"/admin/audit/entry/{entry.pk}/change/").content.decode()
    assert "Alice Archer" in page
    assert 'name="_save"' not in page


def test_it_neither_adds_changes_nor_deletes(administrator: Client) -> None:
    entry = entries_of(saved())[0]
    address = f"/admin/audit/entry/{entry.pk}"
    assert administrator.post("/admin/audit/entry/add/", {}).status_code == 403
    assert administrator.post(f"{address}/change/", {"actor_name": "Mallory"}).status_code == 403
    assert administrator.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    delete = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    administrator.post("/admin/audit/entry/", delete)
    assert [entry.actor_name for entry in Entry.objects.exclude(sheet_id=None)] == ["Alice Archer"] * 2


def test_it_counts_only_so_far(administrator: Client) -> None:
    saved()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        administrator.get("/admin/audit/entry/")
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert len(counts) == 1
    assert "LIMIT 10000" in counts[0]
