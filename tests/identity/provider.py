"""An OAuth provider whose answers the test chooses, including answers that Smartsheet and the sandbox never give."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from django.test import Client

from tests.signing_in import begin

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

TOKEN = {"access_token": "first-access", "token_type": "bearer", "expires_in": 604799, "refresh_token": "first-refresh"}
ALICE: dict[str, Any] = {
    "id": 4583173393803140,
    "email": "alice@example.org",
    "firstName": "Alice",
    "lastName": "Ashby",
}


@dataclass
class Answer:
    """The answer to requests for a path."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds before the answer is sent

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Arrival:
    """A request that has arrived at the provider."""

    method: str
    path: str
    form: dict[str, str]
    authorization: str | None


class Provider:
    """A context manager that runs an HTTP server with one answer for each path. A test can change these answers."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.is_over = Event()
        self.token = Answer(TOKEN)
        self.profile = Answer(ALICE)
        self.revocation = Answer({"resultCode": 0, "message": "SUCCESS"})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.is_over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def arrived(self, method: str, path: str) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if (arrival.method, arrival.path) == (method, path)]

    def come_back(self, client: Client, *, next_url: str = "", **query: str) -> "Response":
        """Begin a sign-in, and come back to the app's callback. The callback's query has a code, unless the test passes
        another query.
        """
        query = query or {"code": "a-code"}
        state = dict(parse_qsl(urlsplit(begin(client, next_url=next_url)).query))["state"]
        return client.get("/identity/callback/", {"state": state, **query})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._answer(provider.token)

            def do_GET(self) -> None:
                self._answer(provider.profile)

            def do_DELETE(self) -> None:
                self._answer(provider.revocation)

            def _answer(self, answer: Answer) -> None:
                form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                authorization = self.headers.get("Authorization")
                arrival = Arrival(self.command, self.path, dict(parse_qsl(form)), authorization)
                provider.arrivals.append(arrival)
                if provider.is_over.wait(answer.delay):
                    return
                body = answer.bytes()
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        return Handler
