"""No log, page or unencrypted column contains a code, a token or the client secret."""

import logging
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from identity.models import SmartsheetUser, Token
from tests.identity.provider import TOKEN, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide

CODE = "a-code-that-nobody-may-see"
CLIENT_SECRET = "byline-demo-secret"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The records that are logged. The root logger's level is DEBUG. Other loggers have their levels from the
    settings.
    """
    with caplog.at_level(logging.DEBUG):
        yield caplog


def everything_stored() -> str:
    """Return the content of all tables of the models as text."""
    rows: list[str] = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608 # our own tables
            rows += [repr(row) for row in cursor.fetchall()]
    return "\n".join(rows)


def assert_secret(text: str, *secrets: str) -> None:
    assert [secret for secret in (CLIENT_SECRET, *secrets) if secret in text] == []


@pytest.mark.django_db
def test_a_sign_in_leaves_no_secret_behind(
    client: Client, sandbox: RunningSandbox, alice: Person, log: pytest.LogCaptureFixture
) -> None:
    callback_url = decide(sandbox, begin(client), alice)
    code = dict(parse_qsl(urlsplit(callback_url).query))["code"]
    answer = come_back(client, callback_url)
    token = Token.objects.get()
    secrets = (code, token.access_token, token.refresh_token)
    pages = [client.get(path).content.decode() for path in ("/", "/identity/me")]
    assert_secret("".join([log.text, str(answer.headers), *pages, everything_stored()]), *secrets)


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_a_failure_shows_no_secret(
    client: Client, provider: Provider, log: pytest.LogCaptureFixture, settings: Settings, status: int
) -> None:
    """A secret isn't shown even if Smartsheet's own answer contains it."""
    settings.DEBUG = True
    echo = {"errorCode": 1071, "message": f"{CODE} {CLIENT_SECRET}", "refId": CODE + "!", "error": CODE}
    provider.token = Answer(echo, status=status)
    page = provider.come_back(client, code=CODE)
    assert page.status_code >= 400
    assert_secret(log.text + page.content.decode() + everything_stored(), CODE)


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_failing_profile_shows_no_secret(
    client: Client, provider: Provider, log: pytest.LogCaptureFixture, status: int
) -> None:
    provider.profile = Answer({"message": "first-access first-refresh"}, status=status)
    page = provider.come_back(client, code=CODE)
    assert page.status_code >= 400
    assert_secret(log.text + page.content.decode() + everything_stored(), CODE, *TOKEN_TEXTS)


TOKEN_TEXTS = (str(TOKEN["access_token"]), str(TOKEN["refresh_token"]))


@pytest.mark.django_db
def test_the_admin_shows_no_secret(
    client: Client, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> None:
    sign_in(client, alice)
    token, person = Token.objects.get(), SmartsheetUser.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM identity_token")
        ciphertexts = cursor.fetchone()
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    base = "/admin/identity/smartsheetuser/"
    paths = [base, f"{base}{person.pk}/change/", f"{base}{person.pk}/history/", f"{base}{person.pk}/delete/"]
    pages = [client.get(path) for path in paths]
    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    text = "".join(page.content.decode() for page in pages)
    assert alice.email in text
    assert_secret(text, token.access_token, token.refresh_token, *ciphertexts)
