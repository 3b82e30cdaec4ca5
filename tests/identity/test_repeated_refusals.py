"""Refused sign-ins can't flood the log. For each address and minute, the log gets one entry, and later a count of the
other refusals.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.test import Client
from pytest_django import Settings

from audit.models import Entry
from edits.log_hooks.refusals import note_counted
from identity.signin.rate_limits import Attempts
from tests.identity.provider import ALICE, Provider

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def refusals(action: str = "sign_in") -> QuerySet[Entry]:
    return Entry.objects.filter(action=action, phase="refused").order_by("id")


def guess(client: Client, *, ip: str = "192.0.2.7", times: int = 1) -> None:
    for _ in range(times):
        client.get("/identity/callback/", {"state": "guessed", "code": "guessed"}, REMOTE_ADDR=ip)


def test_fault_31_one_address_has_one_entry_a_minute(client: Client, settings: Settings) -> None:
    settings.SIGN_IN_RATE_LIMIT = 20
    with time_machine.travel(NOON, tick=False) as clock:
        for _minute in range(5):
            guess(client, times=19)
            clock.shift(timedelta(seconds=60))
        note_counted()
    found = list(refusals())
    assert len(found) == 6
    assert {entry.ip for entry in found} == {"192.0.2.7"}
    assert found[0].message == "wrong_state"
    assert found[1].message == "wrong_state; 18 more events from 192.0.2.7 in the minute after 2026-11-30 12:00:00 UTC"
    assert found[5].message == "18 more events from 192.0.2.7 in the minute after 2026-11-30 12:04:00 UTC"
    assert found[5].reason == "Sign-ins were refused."


def test_fault_31_the_first_is_there_at_once_and_says_what_it_was(client: Client) -> None:
    guess(client)
    (entry,) = refusals()
    assert (entry.reason, entry.message) == ("This sign-in does not belong to this browser", "wrong_state")


def test_fault_31_the_worker_writes_a_count_only_once(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        guess(client, times=3)
        assert note_counted() == 0  # the minute of this address is not over
        clock.shift(timedelta(seconds=60))
        assert (note_counted(), note_counted()) == (1, 0)
    assert [entry.message.partition(" ")[0] for entry in refusals()] == ["wrong_state", "2"]


def test_fault_31_a_single_refusal_needs_no_count(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        guess(client)
        clock.shift(timedelta(seconds=60))
        note_counted()
    assert refusals().count() == 1
    assert not Attempts.objects.filter(what__startswith="refused").exists()


def test_fault_31_each_address_has_its_own(client: Client) -> None:
    for ip in ("192.0.2.7", "192.0.2.8", "2001:db8::1", "2001:db8::2"):
        guess(client, ip=ip, times=2)
    assert [entry.ip for entry in refusals()] == ["192.0.2.7", "192.0.2.8", "2001:db8::1"]  # one per IPv6 network


def test_fault_31_other_attempts_do_not_forget_a_count(client: Client) -> None:
    """New attempts to sign in delete the expired windows of the rate limits. They don't delete the counts that still
    have to be logged.
    """
    with time_machine.travel(NOON, tick=False) as clock:
        guess(client, times=3)
        clock.shift(timedelta(minutes=5))
        client.post("/identity/login/", REMOTE_ADDR="192.0.2.9")
        guess(client, ip="192.0.2.9")
        note_counted()
    assert "2 more events from 192.0.2.7" in refusals().latest("id").message


def test_fault_31_people_who_are_not_let_in(client: Client, provider: Provider, settings: Settings) -> None:
    """If the refused person is known, refusals are counted by person, not by address. After a refusal, the app revokes
    the person's token. These revocations are counted by person too.
    """
    settings.SIGN_IN_DOMAINS = {"example.net"}
    for _ in range(4):
        provider.come_back(client)
    entries = [(entry.action, entry.actor_id) for entry in Entry.objects.order_by("id")]
    assert entries == [("revoke", ALICE["id"]), ("sign_in", ALICE["id"])]
    assert len(provider.arrived("DELETE", "/2.0/token")) == 4


def test_fault_31_passwords(client: Client) -> None:
    User.objects.create_superuser("root", password="correct horse")
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            client.post("/admin/login/", {"username": "root", "password": "wrong"})
        clock.shift(timedelta(seconds=60))
        note_counted()
    assert [(entry.origin, entry.reason) for entry in refusals()] == [
        ("admin", "The user name or the password is wrong."),
        ("admin", "Passwords were refused."),
    ]
