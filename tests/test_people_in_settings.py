"""People, accounts and domains in environment variables are normalised, so that they can be compared."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import people

NAME = "BYLINE_TEST_LIST"


def test_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " Alice@Example.com, sandbox:17 ,,")
    assert people.people(NAME) == {"alice@example.com", "sandbox:17"}


def test_an_account_by_its_id_is_one_of_the_default_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "17,sandbox:18")
    assert people.accounts(NAME) == {"sandbox:17", "sandbox:18"}


def test_domains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "Example.COM,build.example.org")
    assert people.domains(NAME) == {"example.com", "build.example.org"}


@pytest.mark.parametrize(
    "value", ["17", "sandbox:", "sandbox:x", "eu:17", "a b@example.com", "@example.com", "sandbox:१७"]
)
def test_values_that_are_not_people(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        people.people(NAME)


@pytest.mark.parametrize("value", ["@example.com", "example", "example.com.", "bücher.example", "a@b.example"])
def test_values_that_are_not_domains(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        people.domains(NAME)


def test_only_the_demo_has_default_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    assert people.people(NAME, in_demo=[people.ALICE]) == {"alice@example.com"}
    monkeypatch.setattr(people, "IS_DEMO", False)
    assert people.people(NAME, in_demo=[people.ALICE]) == frozenset()
