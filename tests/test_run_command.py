"""`make run` starts everything, and tells newcomers what to do. Ctrl-C ends all its processes."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from run import SELECTORS, is_sound, make_venv, seconds_to_start
from tests.crowd import free_port
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parent.parent
# A program that handles Ctrl-C again, and then starts `make run`. Processes that a shell starts in the background
# ignore Ctrl-C, and so do the processes that these start.
LISTENS_TO_CTRL_C = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "run.py"])
"""


def test_a_sandbox_with_much_data_has_more_time_to_start(tmp_path: Path) -> None:
    """The more data the sandbox has to read, the more time it gets. A busy machine needs a minute to read 20,000 rows
    of 25 columns. If all sandboxes had the same time, a demo with much data couldn't start again.
    """
    state = tmp_path / "sandbox.json"
    assert seconds_to_start(state) == 30
    with state.open("wb") as file:
        file.truncate(110_000_000)  # a file without content takes no space on the disk
    assert seconds_to_start(state) == 140


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "run.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=PATIENCE
    )


@contextmanager
def started(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `make run`, wait until it is ready, and yield the process and its output. In the end, check that all
    processes of `make run` have ended.
    """
    with subprocess.Popen(
        [sys.executable, "-c", LISTENS_TO_CTRL_C],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "who can sign in" in line:
                    break
            yield process, "".join(lines)
        finally:
            process.terminate()


@pytest.mark.parametrize("variable", ["APP_PORT", "SANDBOX_PORT"])
def test_it_says_which_port_is_in_use(variable: str) -> None:
    ports = {"APP_PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports[variable] = str(taken.getsockname()[1])
        result = run(**ports)
    assert result.returncode == 1
    assert f"Port {ports[variable]}" in result.stderr
    assert variable in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("number", ["abc", "-1", "0", "65536", ""])
def test_it_says_what_a_port_may_be(number: str) -> None:
    result = run("no-command", APP_PORT=number)
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert ("APP_PORT" in result.stderr) is bool(number)  # an empty variable counts as unset


def test_it_does_not_give_one_port_to_both_programs() -> None:
    number = str(free_port())
    result = run(APP_PORT=number, SANDBOX_PORT=number)
    assert result.returncode == 1
    assert f"both {number}" in result.stderr


def test_it_names_the_commands_when_one_is_unknown() -> None:
    result = run("frobnicate")
    assert result.returncode == 1
    assert "'frobnicate'" in result.stderr
    assert "setup" in result.stderr


@pytest.fixture
def in_the_background() -> Iterator[None]:
    """Make the test process ignore Ctrl-C, as if a shell had started it in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("in_the_background")
def test_fault_19_it_serves_both_programs_and_ctrl_c_ends_them(tmp_path: Path) -> None:
    app, sandbox = free_port(), free_port()
    environment = {
        "APP_PORT": str(app),
        "SANDBOX_PORT": str(sandbox),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "SANDBOX_STATE": str(tmp_path / "sandbox.json"),
        "http_proxy": "http://127.0.0.1:1",  # requests to this machine must not go through it
    }
    with started(environment) as (process, said):
        assert f"http://127.0.0.1:{app}/" in said, said
        assert "Alice" in said
        front_page = requests.get(f"http://127.0.0.1:{app}/", timeout=PATIENCE)
        assert "Sign in with Smartsheet" in front_page.text
        assert requests.get(f"http://127.0.0.1:{sandbox}/_sandbox/people", timeout=PATIENCE).ok
        process.send_signal(signal.SIGINT)
        later, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Running:" not in said + later  # newcomers don't need the list of the worker's jobs
    for port in (app, sandbox):
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/", timeout=2)


def test_it_serves_a_public_host_outside_debug(tmp_path: Path) -> None:
    number = free_port()
    environment = {
        "APP_PORT": str(number),
        "SANDBOX_PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "SANDBOX_STATE": str(tmp_path / "sandbox.json"),
        "DEBUG": "false",
        "BASE_URL": "https://byline.example.com",
        "TRUSTED_PROXIES": "1",
        "SECRET_KEY": "k7#Vd0b!2mQx9zR4tYw6uPa8sDf1gHj3kLe5nBc7vMi2oTq-Wp8Zr",
        "TOKEN_KEYS": "wTC1zWX2qxNezJO0_sSQ3kkW9L1QRToKQE7JKw6m2nA=",
        "SMARTSHEET_CLIENT_ID": "byline-demo",
        "SMARTSHEET_CLIENT_SECRET": "byline-demo-secret",
    }
    proxied = {"Host": "byline.example.com", "X-Forwarded-Proto": "https"}
    with started(environment) as (process, said):
        assert "who can sign in" in said
        front_page = requests.get(f"http://127.0.0.1:{number}/", headers=proxied, timeout=PATIENCE)
        style = re.search(r"/static/byline/css/byline\.[0-9a-f]+\.css", front_page.text)
        assert front_page.status_code == 200
        assert style
        assert requests.get(f"http://127.0.0.1:{number}{style[0]}", headers=proxied, timeout=PATIENCE).ok
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def test_an_incomplete_virtual_environment_is_recreated(tmp_path: Path) -> None:
    venv = tmp_path / "a venv"
    assert not is_sound(venv)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    assert not is_sound(venv)  # this is how Ctrl-C leaves the environment
    (venv / "stamp-pip-requirements.txt").touch()
    assert not is_sound(venv)  # after an update of Python, the packages belong to the old version
    make_venv(venv)
    assert is_sound(venv)
    assert not (venv / "stamp-pip-requirements.txt").exists()


def test_the_selectors_that_are_replaced_exist_in_tabler() -> None:
    """`make run` replaces parts of Tabler's selectors that make scrolling slow. If a new version of Tabler spelled
    these parts differently, they wouldn't be replaced.
    """
    tabler = (ROOT / "node_modules/@tabler/core/dist/css/tabler.min.css").read_bytes()
    assert [selector for selector in SELECTORS if selector not in tabler] == []
