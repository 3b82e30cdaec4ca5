"""Saving, settling and reconciling recognise a person whose main address has changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from audit.recording import Actor, Change, intend
from audit.vocabulary import Origin
from edits.saving import Status, save
from edits.settling.settle import settle_due
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from tests.edits.reconciling.conftest import results
from tests.edits.saving.conftest import ManyRows
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "alice.archer@example.com"


@pytest.fixture
def sheet(sandbox: RunningSandbox, alice: Person, sign_in: Callable[[Client, Person], None], db: None) -> ManyRows:
    """A sheet that Alice owns. Her main address changes after she has signed in."""
    sign_in(Client(), alice)
    sandbox.control("POST", "clock", {"ahead": -60})
    sheet = ManyRows(sandbox, alice, User.objects.get(smartsheet__smartsheet_id=alice.id), 1)
    sandbox.control("POST", "clock", {"ahead": 0})
    sandbox.make_primary(alice, NEW)
    return sheet


def test_fault_13_what_was_read_back_is_theirs(sheet: ManyRows) -> None:
    baseline = sheet.read()
    sheet.sandbox.fault(method="PUT", path=f"/sheets/{sheet.id}/rows", drop="after", times=1)
    assert save(baseline, sheet.updates()).rows[0].status is Status.SAVED


def test_fault_13_what_settling_finds_in_a_history_is_theirs(sheet: ManyRows, settings: Settings) -> None:
    settings.SETTLE_AFTER = 0
    change = Change(sheet.row_ids[0], "row 0", sheet.notes, "Notes", "was", "new 0")
    actor = Actor(id=sheet.person.id, region="sandbox", name=sheet.person.name, email=sheet.person.email)
    intend(actor=actor, action="change", sheet_id=sheet.id, sheet_name="", changes=[change], origin=Origin.FORM)
    cell = {"columnId": sheet.notes, "value": "new 0"}
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": sheet.row_ids[0], "cells": [cell]}])
    settle_due()
    assert [logged.phase for logged in with_outcomes(Entry.objects.intents())] == ["applied"]


def test_fault_13_what_reconciling_finds_is_theirs(sheet: ManyRows) -> None:
    save(sheet.read(), sheet.updates())
    since = timezone.now() - timedelta(seconds=30)
    call_command("audit_reconcile", f"--sheet={sheet.id}", f"--since={since.isoformat()}")
    assert [entry.phase for entry in results()] == ["confirmed", "done"]


def test_fault_13_all_addresses_that_are_known_count(alice: Person, sheet: ManyRows) -> None:
    person = SmartsheetUser.objects.get()
    known = {"email": "A.Archer@example.com", "alternateEmails": [{"email": "x@example.com", "confirmed": False}, "?"]}
    person.remember(Profile("sandbox", alice.id, {**person.profile, **known}), at=person.fetched_at)
    found = SmartsheetUser.objects.addresses(region="sandbox", person_id=alice.id, then="Old@Example.com")
    assert found == {"a.archer@example.com", "alice@example.com", NEW, "old@example.com"}
    assert SmartsheetUser.objects.addresses(region="sandbox", person_id=1) == frozenset()
