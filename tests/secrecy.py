"""Watches a whole test run for leaked secrets.

It stores every access token, refresh token, code and app token that tests use. It also stores every word that is
logged, shown on an error page (with and without DEBUG) or sent to the database. At the end, it checks that no secret is
among these words. It also searches the database file, if there is one. There is one exception: the page that shows a
new app token can have this token.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.signals import got_request_exception, request_started
from django.db import connections
from django.db.backends.signals import connection_created
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.debug import get_exception_reporter_class

from identity.apptokens import token_text
from identity.tokens.encryption import EncryptedTextField

WORD = re.compile(r"[A-Za-z0-9_-]{10,}")


class Watch(logging.Handler):
    """Stores the secrets, and the words that were logged, shown or stored."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()
        self.words: dict[str, str] = {}  # for each word, the place where it first appeared

    def keep(self, secret: object) -> None:
        if isinstance(secret, str) and WORD.fullmatch(secret):
            self.secrets.add(secret)

    def read(self, text: str, where: str) -> None:
        for word in WORD.findall(text):
            self.words.setdefault(word, where)

    def emit(self, record: logging.LogRecord) -> None:
        self.read(self.format(record), f"log of {record.name}")

    def leaks(self) -> dict[str, str]:
        """Return where secrets leaked. The keys are the beginnings of the leaked secrets, and the values are the places
        where the secrets appeared.
        """
        return {f"{secret[:4]}…": self.words[secret] for secret in self.secrets if secret in self.words}

    # Sources of texts

    def hear_request(self, environ: dict[str, Any] | None = None, **_more: object) -> None:
        for code in parse_qs((environ or {}).get("QUERY_STRING", "")).get("code", []):
            self.keep(code)

    def hear_exception(self, request: HttpRequest, **_more: object) -> None:
        reporter_class: Any = get_exception_reporter_class(request)
        reporter = reporter_class(request, *sys.exc_info())
        where = f"the DEBUG page of {sys.exc_info()[0]} at {request.path}"
        self.read(reporter.get_traceback_html(), where)
        self.read(reporter.get_traceback_text(), where)

    def hear_connection(self, connection: Any, **_more: object) -> None:
        """Watch the statements of a connection. This is a receiver of `connection_created`. The signal is sent for new
        connections, and when a connection object connects again.
        """
        if self.hear_statement not in connection.execute_wrappers:
            connection.execute_wrappers.append(self.hear_statement)

    def hear_statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        self.read(repr(params), f"the database: {sql[:60]}")
        return execute(sql, params, many, context)


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch this process during the block."""
    watch = Watch()
    with pytest.MonkeyPatch.context() as patch:
        prepare, answer = EncryptedTextField.get_prep_value, BaseHandler.get_response
        new_app_token = token_text.new

        def new() -> str:
            text = new_app_token()
            watch.keep(text)
            return text

        def get_prep_value(field: Any, value: Any) -> Any:
            watch.keep(value)
            return prepare(field, value)

        def get_response(handler: BaseHandler, request: HttpRequest) -> HttpResponseBase:
            response = answer(handler, request)
            if isinstance(response, HttpResponse) and (response.status_code >= 400 or may_leak(request, response)):
                watch.read(response.content.decode(errors="replace"), f"the page of {request.path}")
            return response

        patch.setattr(EncryptedTextField, "get_prep_value", get_prep_value)
        patch.setattr(BaseHandler, "get_response", get_response)
        patch.setattr(token_text, "new", new)
        logging.getLogger().addHandler(watch)
        listened: dict[Signal, Callable[..., None]] = {
            request_started: watch.hear_request,
            got_request_exception: watch.hear_exception,
            connection_created: watch.hear_connection,
        }
        for signal, receiver in listened.items():
            signal.connect(receiver)
        try:
            yield watch
        finally:
            for signal, receiver in listened.items():
                signal.disconnect(receiver)
            logging.getLogger().removeHandler(watch)


def may_leak(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a page has a text that looks like an app token. The page that shows a new app token doesn't count."""
    is_new = request.path == reverse("identity:add_app_token")
    return token_text.PREFIX.encode() in response.content and not is_new


def read_database_file(watch: Watch) -> None:
    """On SQLite, give `watch` every word in the database file. Some of the words remain from deleted or rolled-back
    rows.
    """
    database = connections["default"]
    if database.vendor == "sqlite":
        for path in Path(database.settings_dict["NAME"]).parent.glob("*.sqlite3*"):
            watch.read(path.read_bytes().decode("latin-1"), f"the file {path.name}")


def known_secrets() -> set[str]:
    """Return the secrets in the settings."""
    keys = {str(region["client_secret"]) for region in settings.SMARTSHEET_REGIONS.values()}
    return keys | {settings.SECRET_KEY, *settings.TOKEN_KEYS}
