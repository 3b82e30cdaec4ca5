"""Lists from the environment: taken as they are meant, or refused with a sentence that names the variable."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.environment import fernet_keys, names, origins

VARIABLE = "A_VARIABLE"


def test_origins_are_taken_as_browsers_send_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "https://app.example.com,http://localhost:5173")
    assert origins(VARIABLE) == ["https://app.example.com", "http://localhost:5173"]
    monkeypatch.delenv(VARIABLE)
    assert origins(VARIABLE) == []


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
def test_what_no_browser_sends_is_no_origin(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv(VARIABLE, origin)
    with pytest.raises(ImproperlyConfigured, match=VARIABLE):
        origins(VARIABLE)


def test_names_are_taken_once_each_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "eu, com,eu")
    assert names(VARIABLE, default=["au"], among={"com", "eu", "au"}, advice="") == ["eu", "com"]
    monkeypatch.delenv(VARIABLE)
    assert names(VARIABLE, default=["au"], among={"com", "eu", "au"}, advice="") == ["au"]


@pytest.mark.parametrize("given", ["moon", "com,moon", ",", "COM"])
def test_what_is_no_name_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(ImproperlyConfigured, match=f"{VARIABLE} is .*: use com or eu"):
        names(VARIABLE, default=["com"], among={"com", "eu"}, advice="use com or eu")


KEY = Fernet.generate_key().decode()
OLDER = Fernet.generate_key().decode()


def test_keys_are_taken_in_their_order() -> None:
    assert fernet_keys(VARIABLE, f"{KEY}, {OLDER},") == [KEY, OLDER]


@pytest.mark.parametrize("text", ["", ",", "no key", KEY[:-1], f"{KEY},no key"], ids=range(5))
def test_what_is_no_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{VARIABLE} must be Fernet keys") as refused:
        fernet_keys(VARIABLE, text)
    assert KEY[:-1] not in str(refused.value)
