"""Values of environment variables are read correctly, or refused with a sentence that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.environment import fernet_keys, names, number, origin, origins

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "A_VARIABLE"
ORIGINS = "CORS_ALLOWED_ORIGINS"


def test_origins_are_taken_as_browsers_send_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ORIGINS, "https://app.example.com,http://localhost:5173")
    assert origins(ORIGINS) == ["https://app.example.com", "http://localhost:5173"]
    monkeypatch.delenv(ORIGINS)
    assert origins(ORIGINS) == []


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "app.example.com",
        "https://",
        "https://*.example.com",
        "https://app.example.com/",
        "https://app.example.com/page",
        "https://App.example.com",
        "https://jane@app.example.com",
        "file://app.example.com",
        "https://app.example.com https://b.example.com",
    ],
)
def test_origins_that_no_browser_sends_are_refused(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv(ORIGINS, origin)
    with pytest.raises(ImproperlyConfigured, match=ORIGINS):
        origins(ORIGINS)


def test_names_are_taken_once_each_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "eu, com,eu")
    assert names(VARIABLE, default=["au"], among={"com", "eu", "au"}, advice="") == ["eu", "com"]
    monkeypatch.delenv(VARIABLE)
    assert names(VARIABLE, default=["au"], among={"com", "eu", "au"}, advice="") == ["au"]


@pytest.mark.parametrize("given", ["moon", "com,moon", ",", "COM"])
def test_unknown_names_are_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(ImproperlyConfigured, match=f"{VARIABLE} is .*: use com or eu"):
        names(VARIABLE, default=["com"], among={"com", "eu"}, advice="use com or eu")


KEY = Fernet.generate_key().decode()
OLDER = Fernet.generate_key().decode()


def test_keys_are_taken_in_their_order() -> None:
    assert fernet_keys(VARIABLE, f"{KEY}, {OLDER},") == [KEY, OLDER]


@pytest.mark.parametrize("text", ["", ",", "no key", KEY[:-1], f"{KEY},no key"], ids=range(5))
def test_invalid_keys_are_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{VARIABLE} must be Fernet keys") as refused:
        fernet_keys(VARIABLE, text)
    assert KEY[:-1] not in str(refused.value)


@pytest.mark.parametrize("given", ["https://app.example.com", "https://app.example.com/", "http://[::1]:8000"])
def test_an_address_of_the_app_is_an_origin(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(VARIABLE, given)
    assert origin(VARIABLE, default="") == given.rstrip("/")


@pytest.mark.parametrize(
    "given",
    [
        "app.example.com",
        "ftp://app.example.com",
        "https://",
        "https://a.example/byline",
        "https://a.example:x",
        "http://[::1",
        "https://A.example",
    ],
)
def test_invalid_addresses_are_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(ImproperlyConfigured, match=f"{VARIABLE} must be an address"):
        origin(VARIABLE, default="")


@pytest.mark.parametrize("given", ["nan", "inf", "-1", "1e10", "many", "12h", ""])
def test_invalid_durations_are_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """The app doesn't start if a duration is invalid, for example if it is too long to be added to a date. If the app
    started with such a duration, each page would fail.
    """
    monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(ImproperlyConfigured, match=f"{VARIABLE} must be a number from 0 to 1000000000"):
        number(VARIABLE, default=1)


@pytest.mark.parametrize(("given", "value"), [("0.5", 0.5), ("1e3", 1000), (" 60 ", 60), ("1000000000", 10**9)])
def test_numbers_are_read(monkeypatch: pytest.MonkeyPatch, given: str, value: float) -> None:
    monkeypatch.setenv(VARIABLE, given)
    assert number(VARIABLE, default=1) == value


def test_a_command_ends_quietly_if_no_one_reads_what_it_prints() -> None:
    """In `manage.py help | head -1`, for example, head ends before the command has written everything. The command then
    prints no error.
    """
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        command = [sys.executable, "manage.py", "help"]
        done = subprocess.run(command, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert "BrokenPipe" not in done.stderr
    assert "Traceback" not in done.stderr
