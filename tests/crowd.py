"""Runs the app in gunicorn, as in production, and lets any number of signed-in people open its pages at the same
time.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.running_sandbox import Sandbox
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parent.parent
SERVER = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "--log-level", "warning"]


@dataclass(frozen=True, slots=True)
class Seen:
    """The answer that a browser got, and how many seconds the browser waited for the answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class App:
    """A context manager that runs `gunicorn` with one process on a free port. If `is_heard` is True, the app's log is
    printed.
    """

    def __init__(self, sandbox: Sandbox, *, database_url: str, is_heard: bool = True, **environment: str) -> None:
        self.port = free_port()
        self._errors = None if is_heard else subprocess.DEVNULL
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SMARTSHEET_API_BASE": sandbox.api,
            "SMARTSHEET_AUTHORIZE_URL": f"{sandbox.url}/b/authorize",
            "BASE_URL": f"http://127.0.0.1:{self.port}",
            "LOG_LEVEL": "ERROR",
            **environment,
        }

    def __enter__(self) -> App:
        command = [*SERVER, "--bind", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stderr=self._errors, start_new_session=True
        )
        until(self._answers, "the app", by=self.process)
        return self

    def __exit__(self, *_exception: object) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)  # so that gunicorn doesn't wait for requests that hang
        self.process.wait(PATIENCE)

    def get(self, path: str, *, session: str = "", timeout: float = PATIENCE) -> Seen:
        """Open a page in the session with this key. If the key is "", no one is signed in."""
        begun = perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Cookie": f"sessionid={session}"} if session else {})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        return Seen(answer.status, dict(answer.getheaders()), body, perf_counter() - begun)

    def _answers(self) -> bool:
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False


def at_once(app: App, path: str, sessions: Iterable[str]) -> list[Future[Seen]]:
    """Let the people with these sessions open the page at the same time. Return a future for each answer. Some futures
    may never be done.
    """
    sessions = list(sessions)
    pool = ThreadPoolExecutor(len(sessions))
    opened = [pool.submit(app.get, path, session=session) for session in sessions]
    pool.shutdown(wait=False)
    return opened


def sign_in_many(count: int, *, token: str, scope: str = "READ_SHEETS") -> list[str]:
    """Sign in `count` different people, all with this access token. Return their session keys."""
    from django.test import Client

    from identity.models import SmartsheetUser
    from identity.profiles.profile import Profile
    from identity.signin.oauth import Grant

    def session_of(number: int) -> str:
        facts: dict[str, Any] = {"id": 10**6 + number, "firstName": "Nr.", "lastName": str(number)}
        profile = Profile.parse("sandbox", facts | {"email": f"nr-{number}@example.com"})
        grant = Grant(access_token=token, refresh_token="", expires_at=None, scope=scope)
        client = Client()
        user = SmartsheetUser.objects.signed_in(profile, grant).user
        client.force_login(user, backend="identity.backends.SmartsheetBackend")
        return client.cookies["sessionid"].value

    return [session_of(number) for number in range(count)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
