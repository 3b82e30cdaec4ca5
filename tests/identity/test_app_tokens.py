"""People make and end app tokens on the profile page. A token's text is shown once, after the token was made. The list
of tokens doesn't show the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from audit.models import Entry, PersonalText
from identity.apptokens import token_text
from identity.apptokens.models import AppToken
from tests.full_disk import refuse_rows
from tests.running_sandbox import Person, RunningSandbox

PAGE, ADD = "/identity/profile/", "/identity/tokens/add/"
FORM = {"name": "Nightly import", "scopes": ["read", "edit"], "days": "90"}
SignIn = Callable[[Client, Person], None]


@pytest.fixture
def browser(db: None, client: Client, sandbox: RunningSandbox, alice: Person, sign_in: SignIn) -> Client:
    sign_in(client, alice)
    return client


def text_in(page: str) -> str:
    (text,) = set(token_text.TOKEN.findall(page))
    return str(text)


def test_a_token_is_shown_once_and_stored_as_a_hash(browser: Client, alice: Person) -> None:
    answer = browser.post(ADD, FORM)
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    text = text_in(answer.content.decode())
    token = AppToken.objects.get()
    assert token.digest == token_text.digest_of(text)
    assert (token.name, token.scopes) == ("Nightly import", "edit read")
    assert timedelta(days=89) < token.expires_at - timezone.now() <= timedelta(days=90)
    page = browser.get(PAGE).content.decode()
    assert "Nightly import" in page
    assert not token_text.TOKEN.search(page)
    assert browser.get(ADD).status_code == 405


def test_its_making_is_an_entry_whose_name_can_be_erased(browser: Client, alice: Person) -> None:
    browser.post(ADD, FORM)
    token = AppToken.objects.get()
    entries = Entry.objects.filter(action="token_create").order_by("id")
    assert {(one.actor_id, one.subject, one.row_label, one.via) for one in entries} == {
        (alice.id, f"identity.apptoken/{token.pk}", f"App token {token.pk}", f'{{"token":{token.pk}}}')
    }
    assert [one.column_title for one in entries] == ["name", "scopes", "ends at"]
    assert "Nightly" not in str([one.new for one in entries])
    name = PersonalText.objects.get(text='"Nightly import"')
    assert (name.region, name.person_id) == ("sandbox", alice.id)


def test_it_is_ended_on_the_page(browser: Client) -> None:
    browser.post(ADD, FORM)
    token = AppToken.objects.get()
    page = browser.post(f"/identity/tokens/{token.pk}/end/", follow=True).content.decode()
    assert "The token “Nightly import” has ended." in page
    assert "The person ended it." in page
    assert "had already ended" in browser.post(f"/identity/tokens/{token.pk}/end/", follow=True).content.decode()
    assert Entry.objects.filter(action="token_end").count() == 1
    AppToken.objects.update(ended_at=timezone.now() - timedelta(days=31))
    assert "Nightly import" not in browser.get(PAGE).content.decode()


def test_the_same_form_sent_twice_makes_one_token(browser: Client) -> None:
    browser.post(ADD, FORM)
    answer = browser.post(ADD, FORM)
    assert (answer.status_code, AppToken.objects.count()) == (422, 1)
    assert "You already have a token called “Nightly import”." in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"name": "a\u202eb"}, "Use printable characters."),
        ({"name": "a\0b"}, "Null characters are not allowed."),
        ({"scopes": []}, "Choose at least one."),
        ({"scopes": ["admin"]}, "admin is not one of the available choices"),
        ({"days": "3650"}, "3650 is not one of the available choices"),
        ({"days": ""}, "This field is required."),
    ],
)
def test_mistakes_are_reported_and_the_form_is_kept(browser: Client, change: dict[str, object], words: str) -> None:
    answer = browser.post(ADD, FORM | change)
    page = answer.content.decode()
    assert (answer.status_code, words in page) == (422, True)
    assert "name" in change or 'value="Nightly import"' in page
    assert re.search("<details open>", page)
    assert not AppToken.objects.exists()


def test_the_number_of_tokens_is_limited(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.apptokens.forms.MOST", 2)
    for name in ("one", "two", "three"):
        answer = browser.post(ADD, FORM | {"name": name})
    assert "You have 2 tokens, the most that a person can have." in answer.content.decode()
    assert AppToken.objects.count() == 2


def test_without_an_entry_no_token(browser: Client) -> None:
    refuse_rows(Entry._meta.db_table, "NEW.action = 'token_create'")
    answer = browser.post(ADD, FORM)
    assert answer.status_code == 503
    assert "so no token was made" in answer.content.decode()
    assert not AppToken.objects.exists()


def test_a_deployment_without_tokens(browser: Client, settings: Settings) -> None:
    settings.APP_TOKEN_DAYS = 0
    assert "App tokens" not in browser.get(PAGE).content.decode()
    assert browser.post(ADD, FORM).status_code == 404


@pytest.mark.parametrize(("longest", "offered"), [(365, [7, 30, 90, 180, 365]), (60, [7, 30]), (3, [3])])
def test_how_long_a_token_can_last(browser: Client, settings: Settings, longest: int, offered: list[int]) -> None:
    settings.APP_TOKEN_DAYS = longest
    page = browser.get(PAGE).content.decode()
    assert [int(days) for days in re.findall(r'<option value="(\d+)"', page)] == offered


@hypothesis_settings(deadline=None)
@given(st.integers(0, len(token_text.PREFIX) + 48), st.sampled_from(token_text.BASE62))
def test_a_mistyped_token_is_not_well_formed(position: int, letter: str) -> None:
    text = token_text.new()
    assert token_text.is_well_formed(text)
    mistyped = text[:position] + letter + text[position + 1 :]
    assert token_text.is_well_formed(mistyped) == (mistyped == text)


def test_two_tokens_are_never_the_same() -> None:
    assert len({token_text.new() for _ in range(1_000)}) == 1_000
