"""`make run` as a newcomer meets it: what it says, what it starts, and that Ctrl-C ends all of it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "run.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60)


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


def test_it_names_the_commands_when_one_is_unknown() -> None:
    result = run("frobnicate")
    assert result.returncode == 1
    assert "'frobnicate'" in result.stderr
    assert "setup" in result.stderr


def test_it_serves_both_programs_and_ctrl_c_ends_them(tmp_path: Path) -> None:
    app, sandbox = free_port(), free_port()
    environment = {
        "APP_PORT": str(app),
        "SANDBOX_PORT": str(sandbox),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "SANDBOX_STATE": str(tmp_path / "sandbox.json"),
    }
    command = [sys.executable, "run.py"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "who can sign in" in line:
                break
        said = "".join(lines)
        assert f"http://127.0.0.1:{app}/" in said, said
        assert "Alice" in said
        front_page = requests.get(f"http://127.0.0.1:{app}/", timeout=10)
        assert "Sign in with Smartsheet" in front_page.text
        assert requests.get(f"http://127.0.0.1:{sandbox}/_sandbox/people", timeout=10).ok
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
    for port in (app, sandbox):
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/", timeout=2)
