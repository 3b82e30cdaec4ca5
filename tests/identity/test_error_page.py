"""The debug page for an error shows no token, even if a local variable in one of Django's frames has it."""

from typing import Any

import pytest
from django.db import DataError, connection
from django.test import Client
from pytest_django import Settings

from identity.models import Token
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide


@pytest.mark.django_db
def test_a_token_that_cannot_be_stored_is_not_shown(
    client: Client, sandbox: RunningSandbox, alice: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Token] = []
    make = Token.of

    def remember(*args: Any, **kwargs: Any) -> Token:
        made.append(make(*args, **kwargs))
        return made[-1]

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "identity_token" in sql and not sql.startswith("SELECT"):
            raise DataError("invalid byte sequence")
        return execute(sql, params, many, context)

    monkeypatch.setattr(Token, "of", remember)
    settings.DEBUG = True
    client.raise_request_exception = False
    callback_url = decide(sandbox, begin(client), alice)
    with connection.execute_wrapper(fail):
        page = come_back(client, callback_url)
    assert page.status_code == 500
    text = page.content.decode()
    assert "invalid byte sequence" in text
    assert made[0].access_token not in text
    assert made[0].refresh_token not in text
