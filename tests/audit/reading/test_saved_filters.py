"""Saved filters have names, belong to one person, and work without JavaScript."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from audit.page_models import SavedFilter
from tests.audit.reading.test_log_page import body_of

pytestmark = pytest.mark.django_db

QUERY = "sheet=5&outcome=refused"


def save(client: Client, name: str = "Refused in the plan", query: str = QUERY) -> SavedFilter | None:
    client.post("/audit/filters/", {"name": name, "query": query})
    return SavedFilter.objects.filter(name=name).first()


def test_a_filter_in_force_can_be_saved_and_is_there_from_then_on(reader: Client) -> None:
    assert 'action="/audit/filters/"' not in body_of(reader)
    assert f'name="query" value="{QUERY.replace("&", "&amp;")}"' in body_of(reader, f"/audit/?{QUERY}&before=7")
    save(reader, query=f"{QUERY}&before=7&q=")
    body = body_of(reader)
    assert f'href="/audit/?{QUERY.replace("&", "&amp;")}">Refused in the plan</a>' in body
    assert "The filter “Refused in the plan” is saved." in body


def test_it_can_be_renamed(reader: Client) -> None:
    saved = save(reader)
    assert saved
    assert 'value="Refused in the plan"' in body_of(reader, f"/audit/filters/{saved.pk}/")
    response = reader.post(f"/audit/filters/{saved.pk}/", {"name": "Refused"})
    assert response.headers["Location"] == f"/audit/?{QUERY}"
    saved.refresh_from_db()
    assert (saved.name, saved.query) == ("Refused", QUERY)


def test_it_can_be_deleted(reader: Client) -> None:
    saved = save(reader)
    assert saved
    reader.post(f"/audit/filters/{saved.pk}/", {"name": saved.name, "delete": "yes"})
    assert not SavedFilter.objects.exists()


def test_a_name_is_given_once(reader: Client) -> None:
    save(reader)
    page = reader.post("/audit/filters/", {"name": "Refused in the plan", "query": "sheet=6"})
    assert SavedFilter.objects.get().query == QUERY
    assert page.status_code == 400
    typed = page.content.decode()
    assert "You already have a filter with this name." in typed
    assert 'value="Refused in the plan"' in typed
    assert 'name="query" value="sheet=6"' in typed
    other = save(reader, name="Other")
    assert other
    response = reader.post(f"/audit/filters/{other.pk}/", {"name": "Refused in the plan"})
    assert response.status_code == 400
    assert "You already have a filter with this name." in response.content.decode()


@pytest.mark.parametrize(
    ("name", "query", "message"),
    [
        ("", QUERY, "Give the filter a name."),
        ("x" * 81, QUERY, "A name can have up to 80 characters."),
        ("Everything", "", "There is no active filter to save."),
    ],
    ids=["no name", "long name", "no filter"],
)
def test_an_unsaved_change_is_explained(reader: Client, name: str, query: str, message: str) -> None:
    page = reader.post("/audit/filters/", {"name": name, "query": query})
    assert not SavedFilter.objects.exists()
    assert message in page.content.decode()


def test_there_is_a_limit(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SavedFilter, "MOST", 1)
    save(reader)
    page = reader.post("/audit/filters/", {"name": "One more", "query": QUERY})
    assert not SavedFilter.objects.filter(name="One more").exists()
    assert "saved filters, and can&#x27;t save more" in page.content.decode()


def test_other_peoples_are_theirs(reader: Client) -> None:
    other = get_user_model().objects.create_user("dora")
    theirs = SavedFilter.objects.create(user=other, name="Dora's", query="sheet=8")
    save(reader, name="Dora's")
    assert SavedFilter.objects.filter(name="Dora's").count() == 2
    assert "sheet=8" not in body_of(reader)
    assert reader.get(f"/audit/filters/{theirs.pk}/").status_code == 404
    assert reader.post(f"/audit/filters/{theirs.pk}/", {"delete": "yes"}).status_code == 404
    theirs.refresh_from_db()


@pytest.mark.parametrize("address", ["/audit/filters/", "/audit/filters/1/"])
def test_signed_out_people_save_nothing(client: Client, address: str) -> None:
    assert client.post(address, {"name": "x", "query": QUERY}).status_code == 302
    assert not SavedFilter.objects.exists()


def test_names_are_escaped(reader: Client) -> None:
    saved = save(reader, name="<script>alert(1)</script>")
    assert saved
    for address in ("/audit/", f"/audit/filters/{saved.pk}/"):
        assert "<script>alert" not in body_of(reader, address)
