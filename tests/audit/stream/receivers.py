"""Receives streams over real connections: over HTTP or as syslog over TCP, each with or without TLS."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from audit.stream import signature


class Received:
    """The data that a receiver got, and the statuses with which it answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seqs: list[int] = []
        self.deliveries: list[tuple[dict[str, str], bytes]] = []
        self.frames: list[bytes] = []
        self.answers: list[int] = []  # the statuses of the first answers; all later answers have 200

    @property
    def in_order(self) -> list[int]:
        """Return each received entry's place in the chain, without duplicates. The entry that arrived first comes
        first.
        """
        return list(dict.fromkeys(self.seqs))


@contextmanager
def http_receiver(*, tls: ssl.SSLContext | None = None) -> Iterator[Received]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = received.answers.pop(0) if received.answers else 200
            if status == 200:
                received.deliveries.append((dict(self.headers), body))
                received.seqs += [json.loads(line)["seq"] for line in body.splitlines()]
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received = Received(server.server_address[1])
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def syslog_receiver(*, tls: ssl.SSLContext | None = None) -> Iterator[Received]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        received = Received(listener.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listener, received, tls))
        thread.start()
        try:
            yield received
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener: socket.socket, received: Received, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with suppress(OSError), connection:
            sent = tls.wrap_socket(connection, server_side=True) if tls else connection
            with sent, sent.makefile("rb") as stream:
                for frame in _frames(stream):
                    received.frames.append(frame)
                    received.seqs.append(json.loads(frame[frame.index(b"\xef\xbb\xbf") + 3 :])["seq"])


def _frames(stream: Any) -> Iterator[bytes]:
    """Yield the frames in a stream. If the last frame is incomplete, it is left out.
    https://www.rfc-editor.org/rfc/rfc6587#section-3.4.1
    """
    while True:
        length = b""
        while (byte := stream.read(1)).isdigit():
            length += byte
        if byte != b" ":
            return
        frame = stream.read(int(length))
        if len(frame) < int(length):
            return
        yield frame


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Whether a delivery's signature is valid, checked as docs/audit-log.md describes."""
    at, delivery = headers[signature.TIMESTAMP], headers[signature.DELIVERY]
    wanted = signature.signature(secret, f"{at}.{delivery}.".encode() + body)
    return wanted == headers[signature.SIGNATURE]


def certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a TLS context for a server, and the path of the certificate of the authority that clients must trust."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, path
