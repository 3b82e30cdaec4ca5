"""What the development server logs of a request."""

import logging

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

LINE = "GET /identity/callback/?code=a-code&state=a-state HTTP/1.1"


@pytest.mark.parametrize("status", ["302", "400", "500"])
def test_it_logs_no_code(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes aren't logged, not even codes of refused sign-ins, which can still be used."""
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
