"""A small server that repeats the sandbox's answers from memory, so that the sandbox's own work isn't measured."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import requests


class Replay:
    """A context manager that runs the server. The server requests each URL from `origin` (http://host:port) once, and
    then repeats the answer. It supports only GET.
    """

    def __init__(self, origin: str) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(origin, {}))
        self._thread = Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Replay:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(origin: str, kept: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # sends the head and a small body in one packet

        def do_GET(self) -> None:
            if self.path not in kept:
                token = self.headers["Authorization"]
                answer = requests.get(origin + self.path, headers={"Authorization": token}, timeout=60)
                answer.raise_for_status()
                kept[self.path] = answer.content
            self.send_response(200)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(kept[self.path])))
            self.end_headers()
            self.wfile.write(kept[self.path])

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler
