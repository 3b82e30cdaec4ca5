"""If a receiver sends its answer one byte at a time, and the answer never ends, nobody has to wait for the receiver."""

import itertools
import socket
import threading
from collections.abc import Iterator

import pytest

from audit.stream import targets
from audit.stream.addresses import address
from audit.stream.json_lines import Line
from audit.stream.targets import NotDelivered, sender

LINE = Line(seq=1, at="2026-11-23T00:00:00.000000Z", action="change", json=b"{}")


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server that sends one byte of a long TLS record every tenth of a second."""
    is_over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            for byte in itertools.cycle(b"\x16\x03\x03\x40\x00"):
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
                if is_over.wait(0.1):
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server], daemon=True)
        thread.start()
        yield server.getsockname()[1]
        is_over.set()
        thread.join(5)


@pytest.mark.parametrize(
    "where",
    ["http://127.0.0.1:{}/log", "https://127.0.0.1:{}/log", "syslog://127.0.0.1:{}?tcp", "syslog://127.0.0.1:{}?tls"],
    ids=["http", "https", "syslog", "syslog over TLS"],
)
def test_it_is_given_up(monkeypatch: pytest.MonkeyPatch, port: int, where: str) -> None:
    monkeypatch.setattr(targets, "DEADLINE", 0.5)
    with pytest.raises(NotDelivered):
        sender(address(where.format(port)), secret="a secret of some length, for the test")([LINE])


@pytest.fixture
def slow_reader() -> Iterator[int]:
    """The port of a server that reads a few bytes every tenth of a second."""
    is_over = threading.Event()

    def read(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not is_over.wait(0.1) and connection.recv(100):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        thread = threading.Thread(target=read, args=[server], daemon=True)
        thread.start()
        yield server.getsockname()[1]
        is_over.set()
        thread.join(5)


@pytest.mark.parametrize("where", ["http://127.0.0.1:{}/log", "syslog://127.0.0.1:{}?tcp"], ids=["http", "syslog"])
def test_a_slow_reader_is_disconnected(monkeypatch: pytest.MonkeyPatch, slow_reader: int, where: str) -> None:
    monkeypatch.setattr(targets, "DEADLINE", 0.5)
    lines = [LINE._replace(json=b"x" * 20_000)] * 500
    with pytest.raises(NotDelivered):
        sender(address(where.format(slow_reader)), secret="a secret of some length, for the test")(lines)


def test_an_end_that_is_ours_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the receiver has read nothing and the app closes the connection, the entries count as not delivered."""
    monkeypatch.setattr(targets, "DEADLINE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(NotDelivered, match="TimeoutError"):
        sender(address(f"syslog://127.0.0.1:{server.getsockname()[1]}"), secret="")([LINE])
