"""The notice board, which is the remote system that the other project writes to."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any


class Board(ThreadingHTTPServer):
    """The remote system. It stores each text that it receives, and answers with `status` as soon as `may_answer` is
    set.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.may_answer, self.was_asked = 200, Event(), Event()
        self.texts: dict[str, str] = {}
        self.may_answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:  # http.server's name
        board: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        board.texts[self.path] = json.loads(body)["text"]
        board.was_asked.set()
        board.may_answer.wait(timeout=30)
        self.send_response(board.status)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:  # as above
        board: Any = self.server
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"text": board.texts.get(self.path)}).encode())

    def log_message(self, *_args: object) -> None:
        """Print nothing."""
