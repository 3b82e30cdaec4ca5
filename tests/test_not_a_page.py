"""If the URL of a button is opened with GET, people see a page that explains the mistake, and programs get an empty
answer.
"""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_browser_gets_a_page(client: Client) -> None:
    answer = client.get("/identity/logout/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Nothing was changed." in answer.content.decode()


def test_a_program_gets_what_django_gives(client: Client) -> None:
    answer = client.get("/identity/logout/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Allow"], answer.content) == (405, "POST", b"")


def test_other_answers_are_not_changed(client: Client) -> None:
    assert client.get("/nowhere/").status_code == 404
    assert client.get("/healthz")["Content-Type"] == "application/json"
