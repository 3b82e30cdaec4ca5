"""A receiver that answers a byte at a time, for ever, holds nobody up."""

import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from audit.stream import targets
from audit.stream.addresses import address
from audit.stream.json_lines import Line
from audit.stream.targets import NotDelivered, sender

LINE = Line(seq=1, at="2026-11-23T00:00:00.000000Z", action="change", json=b"{}")


@pytest.fixture
def port() -> Iterator[int]:
    """Where a byte comes every tenth of a second."""
    is_over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not is_over.wait(0.1):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server], daemon=True)
        thread.start()
        yield server.getsockname()[1]
        is_over.set()
        thread.join(5)


@pytest.mark.parametrize("where", ["http://127.0.0.1:{}/log", "syslog://127.0.0.1:{}?tcp"], ids=["http", "syslog"])
def test_it_is_given_up(monkeypatch: pytest.MonkeyPatch, port: int, where: str) -> None:
    monkeypatch.setattr(targets, "DEADLINE", 0.5)
    begun = monotonic()
    with pytest.raises(NotDelivered):
        sender(address(where.format(port)), secret="a secret of some length, for the test")([LINE])
    assert monotonic() - begun < 3
