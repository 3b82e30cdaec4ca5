"""The development server logs a request without its query, which can have a secret."""

import logging

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

LINE = "GET /identity/callback/?code=a-code&state=a-state HTTP/1.1"


@pytest.mark.parametrize("status", ["302", "400", "500"])
def test_it_logs_no_code(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No authorization code is logged, not even the code of a refused sign-in, because that code can still be used."""
    server = logging.getLogger("django.server")
    stderr = next(one for one in server.handlers if type(one) is logging.StreamHandler)
    written: list[str] = []
    monkeypatch.setattr(stderr, "emit", lambda record: written.append(stderr.format(record)))
    monkeypatch.setattr(server, "disabled", False)
    handler = object.__new__(WSGIRequestHandler)
    handler.request = object()  # type: ignore[assignment] # handed on, and looked at by nobody
    handler.log_message('"%s" %s %s', LINE, status, "0")
    (text,) = written
    assert f'"GET /identity/callback/?… HTTP/1.1" {status}' in text
