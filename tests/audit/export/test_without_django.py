"""The verifier runs without Django. If it can't check signatures, it says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit import verify
from tests.audit.export.conftest import exported, public_key

ROOT = Path(__file__).resolve().parents[3]
BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names}:
            raise ImportError(name + " is not installed here")
sys.meta_path.insert(0, Blocked())
sys.argv = ["verify", {file!r}, "--key", {key!r}]
import runpy
runpy.run_module("audit.verify", run_name="__main__")
"""


def verified(file: Path, *, without: set[str]) -> subprocess.CompletedProcess[str]:
    code = BLOCKED.format(names=without, file=str(file), key=public_key())
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def file(sealed_log: None, tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_bytes(exported("jsonl"))
    return path


@pytest.mark.parametrize("more", [set(), {"orjson"}], ids=["orjson", "json"])
def test_it_verifies_without_django(file: Path, more: set[str]) -> None:
    done = verified(file, without={"django", "psycopg", "simple_history"} | more)

    assert (done.returncode, done.stderr) == (verify.PROVED, "")
    assert "The file as a whole is signed" in done.stdout


def test_without_cryptography_it_says_that_signatures_were_not_checked(file: Path) -> None:
    done = verified(file, without={"django", "cryptography"})

    assert (done.returncode, done.stderr) == (verify.NOT_PROVED, "")
    assert done.stdout.startswith("Not proved: signatures were NOT checked")


def test_it_finds_a_forgery_there_too(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"Done", b"Dane"))

    done = verified(file, without={"django", "cryptography", "orjson"})

    assert done.returncode == verify.WRONG
    assert "was altered" in done.stdout


def test_it_ends_quietly_if_no_one_reads_its_report(file: Path) -> None:
    """In `python -m audit.verify FILE | head -1`, for example, head ends before the verifier has written its whole
    report. The verifier then prints no error.
    """
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        command = [sys.executable, "-m", "audit.verify", str(file), "--key", public_key()]
        done = subprocess.run(command, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)

    assert (done.returncode, done.stderr) == (verify.PROVED, "")
