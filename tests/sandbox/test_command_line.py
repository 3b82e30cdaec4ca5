import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.running_sandbox import ROOT, RunningSandbox
from tests.waiting import PATIENCE, until


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_help_explains_itself() -> None:
    done = run("--help")
    assert done.returncode == 0
    for word in ("--port", "--state", "--tls", "--rows", "--columns", "--rate-limit", "/_sandbox/", "/2.0"):
        assert word in done.stdout


def test_it_ends_quietly_if_no_one_reads_the_operations() -> None:
    """If a reader such as `head` ends before the sandbox has written everything, the sandbox prints no error."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        command = [sys.executable, "-m", "sandbox", "--operations"]
        done = subprocess.run(command, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_port_in_use_is_said_in_one_line(sandbox: RunningSandbox) -> None:
    port = sandbox.url.rsplit(":", 1)[1]
    done = run("--port", port)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert port in line
    assert "--port" in line


@pytest.mark.parametrize("content", ["{", "[]", '{"people": {"1": {"id": "x"}}}', '"text"'])
def test_another_kind_of_file_is_not_overwritten(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    done = run("--port", "0", "--state", str(path))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert str(path) in line
    assert path.read_text() == content


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_even_while_an_answer_is_due(number: signal.Signals) -> None:
    with RunningSandbox() as sandbox:
        sandbox.fault(delay=600)
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{sandbox.api}/users/me", timeout=0.2)
        sandbox.process.send_signal(number)
        assert sandbox.process.wait(PATIENCE) == 0


def test_operations_that_are_not_emulated_are_printed_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with RunningSandbox() as sandbox:
        requests.get(f"{sandbox.api}/proofs/1", timeout=30)
        requests.get(f"{sandbox.api}/serverinfo-nope", timeout=30)
    said = capfd.readouterr().err
    assert "NOT EMULATED: GET /2.0/proofs/1" in said


def test_a_client_that_leaves_before_its_body_has_arrived_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    with RunningSandbox() as sandbox:
        host, port = sandbox.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as client:
            client.sendall(b"PUT /2.0/sheets/1/rows HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 9\r\n\r\n[")
            until(sandbox.requests, "the beginning of the request")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset
        until(lambda: requests.get(f"{sandbox.api}/serverinfo", timeout=PATIENCE).ok, "another answer")
    assert "Traceback" not in capfd.readouterr().err


def test_a_large_sheet_is_made_to_measure() -> None:
    with RunningSandbox("--rows", "1000", "--columns", "30") as sandbox:
        sheet = sandbox.sheet(sandbox.people()["bob"], "Large sheet")
        assert (len(sheet["rows"]), len(sheet["columns"])) == (1000, 30)
        assert all("value" in cell for cell in sheet["rows"][-1]["cells"])


def test_a_state_file_that_cannot_be_read_is_said_in_one_line(tmp_path: Path) -> None:
    done = run("--port", "0", "--state", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"{tmp_path} cannot be read: Is a directory"]


def test_a_port_that_is_none_is_said_in_one_line() -> None:
    done = run("--port", "70000")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "70000" in done.stderr


def test_a_certificate_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    done = run("--port", "0", "--tls", str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "cert.pem" in line
    assert "Try another --port" not in line


def test_no_one_can_inject_lines_into_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    with RunningSandbox() as sandbox:
        requests.get(f"{sandbox.api}/sheets/1%0aGET%20/2.0/forged%1b%5b2J", timeout=30)
    said = capfd.readouterr().err
    assert "/2.0/sheets/1%0AGET%20/2.0/forged%1B%5B2J" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("arguments", [("--redirect-url", "nowhere"), ("--app", "mine", "secret", "nowhere")])
def test_a_redirect_url_that_is_none_is_said(arguments: tuple[str, ...]) -> None:
    done = run("--port", "0", *arguments)
    assert done.returncode == 2
    assert "nowhere is not a valid redirect URL" in done.stderr
