"""A server that sends the bytes that a test gives. Tests use it for answers that the sandbox never sends."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Sequence
from time import sleep
from typing import BinaryIO


def answer(body: str, *headers: str, status: str = "200 OK") -> bytes:
    """The bytes of a whole HTTP answer. The body is encoded as Latin-1."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode("latin-1")


class ScriptedServer:
    """A context manager that runs a server. The server answers each request with the next of `answers`, and keeps
    connections open.

    `pause` seconds pass between two bytes. `requests` has the heads of the received requests as text. In the end,
    `was_cut_off` says whether a client closed the connection before an answer was complete.
    """

    def __init__(self, *answers: bytes, pause: float = 0.0) -> None:
        self.requests: list[str] = []
        self.was_cut_off = False
        self._answers: Sequence[bytes] = answers
        self._pause = pause
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.api = f"http://127.0.0.1:{self._listener.getsockname()[1]}/2.0"

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        remaining = list(self._answers)
        while remaining:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                while remaining and (head := _read_request(stream)):
                    self.requests.append(head)
                    self._send(connection, remaining.pop(0))

    def _send(self, connection: socket.socket, answer: bytes) -> None:
        if not self._pause:
            connection.sendall(answer)
            return
        for byte in answer:
            sleep(self._pause)
            try:
                connection.send(bytes([byte]))
            except OSError:
                self.was_cut_off = True
                return


def _read_request(stream: BinaryIO) -> str:
    """Read the next request with its body, and return its head. If there is no further request, return ""."""
    head = ""
    while (line := stream.readline()) not in (b"\r\n", b""):
        head += line.decode()
    length = re.search(r"Content-Length: (\d+)", head)
    stream.read(int(length[1]) if length else 0)
    return head
