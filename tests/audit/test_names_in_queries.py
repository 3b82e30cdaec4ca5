"""An address that names people and sheets beside their numbers leaves the numbers alone behind: no name that stands in
the chain, or in a saved filter, could be erased."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils.http import urlencode

from audit.models import Entry
from audit.reading.saved_filters import SavedFilter
from audit.recording import Action
from tests.audit.edits import ALICE, SITE_PLAN, saved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chain_at_once")]

QUERY = urlencode({"person": f"Alice Archer · sandbox:{ALICE.id}", "sheet": f"Site plan · {SITE_PLAN[0]}"})


def evidence(action: Action) -> str:
    return Entry.objects.get(action=action).evidence or ""


def test_what_was_read_is_recorded_by_numbers(reader: Client) -> None:
    saved()
    assert len(reader.get(f"/audit/?{QUERY}").context["changes"]) == 1
    assert str(ALICE.id) in evidence(Action.READ)
    assert "Archer" not in evidence(Action.READ)


def test_what_was_exported_is_recorded_by_numbers(reader: Client) -> None:
    saved()
    permission = Permission.objects.get(codename="export", content_type__app_label="audit")
    get_user_model().objects.get(username="charlie").user_permissions.add(permission)
    response = reader.post(f"/audit/export/?{QUERY}", {"format": "jsonl"})
    header, *lines = b"".join(response.streaming_content).splitlines()  # type: ignore[attr-defined] # it streams
    assert b"Archer" not in header
    assert len(lines) == 3
    assert str(ALICE.id) in evidence(Action.EXPORT)
    assert "Archer" not in evidence(Action.EXPORT)


def test_a_filter_is_saved_by_numbers(reader: Client) -> None:
    reader.post("/audit/filters/", {"name": "hers", "query": QUERY})
    assert str(ALICE.id) in SavedFilter.objects.get().query
    assert "Archer" not in SavedFilter.objects.get().query
