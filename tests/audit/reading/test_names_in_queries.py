"""When people filter the log by names of people or sheets, only the ids of these people and sheets are stored. Names in
the chain or in a saved filter couldn't be erased.
"""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils.http import urlencode

from audit.models import Entry
from audit.page_models import SavedFilter
from audit.retention.erasure import Address, Values, erase
from audit.vocabulary import Action, Origin
from tests.audit.edits import ALICE, SITE_PLAN, cell, saved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("log")]

QUERY = urlencode({"person": f"Alice Archer · sandbox:{ALICE.id}", "sheet": f"Site plan · {SITE_PLAN[0]}"})


def evidence(action: Action) -> str:
    return Entry.objects.get(action=action).evidence or ""


def test_a_reading_is_recorded_with_numbers_only(reader: Client) -> None:
    saved()
    assert len(reader.get(f"/audit/?{QUERY}").context["changes"]) == 1
    assert str(ALICE.id) in evidence(Action.READ)
    assert "Archer" not in evidence(Action.READ)


def test_words_that_were_searched_for_can_be_erased(reader: Client) -> None:
    saved(cell("Open", "Jane Roe <jane.roe@example.com>"))
    assert len(reader.get("/audit/?q=jane.roe%40example.com").context["changes"]) == 1
    read = Entry.objects.get(action=Action.READ)
    assert "jane" not in (read.evidence or "")
    assert "jane.roe@example.com" in reader.get(f"/audit/{read.pk}/").content.decode()

    erase(Address("jane.roe@example.com"), by=ALICE, reason="asked for", origin=Origin.COMMAND)

    assert "jane.roe@example.com" not in reader.get(f"/audit/{read.pk}/").content.decode()


def test_words_that_were_exported_by_can_be_erased(reader: Client) -> None:
    saved(cell("Open", "Jane Roe"))
    permission = Permission.objects.get(codename="export", content_type__app_label="audit")
    get_user_model().objects.get(username="charlie").user_permissions.add(permission)
    reader.post("/audit/export/?q=Jane+Roe", {"format": "csv"})
    exported = Entry.objects.get(action=Action.EXPORT)
    assert "Jane" not in (exported.evidence or "")
    assert "Jane Roe" in reader.get(f"/audit/{exported.pk}/").content.decode()

    erase(Values(exported.pk), by=ALICE, reason="asked for", origin=Origin.COMMAND)

    assert "Jane Roe" not in reader.get(f"/audit/{exported.pk}/").content.decode()


def test_an_export_is_recorded_with_numbers_only(reader: Client) -> None:
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
