"""Receives callbacks. It is a real HTTP server that stores the requests and answers them as configured."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import PATIENCE

Json = Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request that was received, with the monotonic times when it began and when it was answered."""

    headers: dict[str, str]
    raw: bytes
    began: float
    ended: float

    @property
    def body(self) -> Json:
        return json.loads(self.raw)

    def is_signed_with(self, secret: str) -> bool:
        digest = hmac.new(secret.encode(), self.raw, hashlib.sha256).hexdigest()
        return self.headers["smartsheet-hmac-sha256"] == digest


class Receiver:
    """Receives verification requests and callbacks. The function `verify` returns the answer to a verification request.
    By default, this answer has the challenge in a header.

    Callbacks are answered with the statuses in `answers`, one after the other. When only one status is left, each
    further callback gets this status. `seconds` is the time that each answer to a callback takes.
    """

    def __init__(self) -> None:
        self.answers = [200]
        self.seconds = 0.0
        self.verify: Callable[[str], tuple[int, dict[str, str], bytes]] = by_header
        self.verifications: list[Delivery] = []
        self.callbacks: list[Delivery] = []
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self, count: int) -> list[Delivery]:
        """Wait until `count` callbacks have arrived, and return them."""
        self.wait_until(lambda: len(self.callbacks) >= count, f"{count} callbacks")
        return self.callbacks

    def events(self, count: int = 1) -> list[dict[str, Json]]:
        """Wait for `count` callbacks, and return their events."""
        return [event for delivery in self.wait(count)[:count] for event in delivery.body["events"]]

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        with self._arrived:
            assert self._arrived.wait_for(is_so, PATIENCE), f"no {what}, only {self.callbacks}"

    def take(self, headers: dict[str, str], raw: bytes) -> tuple[int, dict[str, str], bytes]:
        """Store a request, and return the answer to it."""
        began = time.monotonic()
        challenge = headers.get("smartsheet-hook-challenge")
        if challenge is None:
            time.sleep(self.seconds)
        with self._arrived:
            delivery = Delivery(headers, raw, began, time.monotonic())
            self._arrived.notify_all()
            if challenge is not None:
                self.verifications.append(delivery)
                return self.verify(challenge)
            self.callbacks.append(delivery)
            return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]), {}, b""


def by_header(challenge: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Smartsheet-Hook-Response": challenge}, b""


def by_json(challenge: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps({"smartsheetHookResponse": challenge}).encode()


def wrongly(challenge: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Smartsheet-Hook-Response": challenge[::-1]}, b"{}"


def with_status_202(challenge: str) -> tuple[int, dict[str, str], bytes]:
    return 202, {"Smartsheet-Hook-Response": challenge}, b""


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, body = receiver.take({name.lower(): value for name, value in self.headers.items()}, raw)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Print nothing."""

    return Handler
