"""Tokens are encrypted in the database. The keys that encrypt them can be changed."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from identity.checks import token_keys
from identity.models import Token
from identity.tokens.access_tokens import SignInAgain, token_for
from identity.tokens.encryption import WrongTokenKey, cipher
from tests.identity.provider import TOKEN, Answer, Provider

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


def stored() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM identity_token")
        access, refresh = cursor.fetchone()
    return access, refresh


def test_the_database_holds_ciphertext(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    access, refresh = stored()
    assert "first" not in access + refresh
    assert cipher().decrypt(access) == b"first-access"
    assert cipher().decrypt(refresh) == b"first-refresh"


def test_the_same_text_is_encrypted_differently_each_time(client: Client, provider: Provider) -> None:
    provider.token = Answer(TOKEN | {"refresh_token": TOKEN["access_token"]})
    provider.come_back(client)
    access, refresh = stored()
    assert access != refresh


def test_old_keys_still_read_and_the_first_encrypts(client: Client, provider: Provider, settings: Settings) -> None:
    settings.TOKEN_KEYS = [OLD]
    provider.come_back(client)
    settings.TOKEN_KEYS = [NEW, OLD]
    token = Token.objects.get()
    assert token.access_token == "first-access"
    token.save()
    settings.TOKEN_KEYS = [NEW]
    assert Token.objects.get().access_token == "first-access"


def test_a_wrong_key_says_what_is_wrong(client: Client, provider: Provider, settings: Settings) -> None:
    settings.TOKEN_KEYS = [OLD]
    provider.come_back(client)
    settings.TOKEN_KEYS = [NEW, OTHER]
    with pytest.raises(WrongTokenKey, match="No key in TOKEN_KEYS decrypts the stored text") as raised:
        Token.objects.get()
    assert raised.value.__suppress_context__


def test_a_wrong_key_asks_people_to_sign_in_and_breaks_no_page(
    client: Client, provider: Provider, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TOKEN_KEYS = [OLD]
    provider.come_back(client)
    settings.TOKEN_KEYS = [NEW]
    assert client.get("/").status_code == 200
    user = User.objects.get()
    with pytest.raises(SignInAgain):
        token_for(user)
    assert "No key in TOKEN_KEYS decrypts the stored text" in caplog.text
    assert provider.come_back(client).status_code == 302
    assert token_for(user) == "first-access"


def test_text_that_is_not_ciphertext_is_not_a_token(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_token SET access_token = 'planted'")
    with pytest.raises(WrongTokenKey):
        Token.objects.get()


@pytest.mark.parametrize("lookup", ["access_token", "access_token__contains", "access_token__startswith"])
def test_people_cannot_be_found_by_token(db: None, lookup: str) -> None:
    with pytest.raises(FieldError):
        Token.objects.filter(**{lookup: "x"})


def test_a_dump_leaves_tokens_out(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    dump = StringIO()
    call_command("dumpdata", "identity", stdout=dump)
    assert "identity.token" in dump.getvalue()
    assert "access_token" not in dump.getvalue()
    assert "refresh_token" not in dump.getvalue()


@pytest.mark.parametrize("keys", [[], ["no key"], [OLD, ""], "no list", None, [None]])
def test_unusable_keys_are_named_at_the_start(settings: Settings, keys: object) -> None:
    settings.TOKEN_KEYS = keys
    assert [error.id for error in token_keys()] == ["identity.E001"]
    with pytest.raises(ImproperlyConfigured, match="TOKEN_KEYS must be a list of Fernet keys"):
        cipher()


def test_usable_keys_pass(settings: Settings) -> None:
    settings.TOKEN_KEYS = [NEW, OLD]
    assert token_keys() == []
