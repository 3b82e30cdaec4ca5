"""Seals become rows of the auditor's sheet, at most one per hour. They are added with one person's token, and logged as
anchors.
"""

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from audit.models import Cursor, Entry, Seal
from audit.proof import anchors, seals
from audit.proof.seal_bytes import SignedSeal
from audit.vocabulary import Action, Origin, Phase
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sheet(
    client: Client,
    sign_in: Callable[[Client, Person], None],
    sandbox: RunningSandbox,
    alice: Person,
    settings: Settings,
) -> int:
    """A sheet of Alice, who has signed in."""
    made = sandbox.call(
        alice,
        "POST",
        "/sheets",
        {"name": "Seals", "columns": [{"title": "Seal", "primary": True, "type": "TEXT_NUMBER"}]},
    )
    sign_in(client, alice)
    number = int(made["result"]["id"])
    settings.AUDIT_ANCHORS, settings.AUDIT_ANCHOR_SHEET = ["sheet"], str(number)
    settings.AUDIT_ANCHOR_PERSON = frozenset({alice.email})
    return number


def rows_of(sandbox: RunningSandbox, person: Person, sheet: int) -> list[SignedSeal]:
    rows = sandbox.call(person, "GET", f"/sheets/{sheet}")["rows"]
    return [SignedSeal.from_json(json.loads(row["cells"][0]["value"])) for row in rows]


def test_a_row_holds_the_newest_seal(sheet: int, sandbox: RunningSandbox, alice: Person) -> None:
    seals.seal()
    newest = seals.signed(seals.seal())
    assert anchors.publish() == []
    assert rows_of(sandbox, alice, sheet) == [newest]
    assert Cursor.objects.get(name="anchor sheet").seq == newest.statement.number


def test_it_is_logged_as_an_anchoring_before_and_after(client: Client, sheet: int, alice: Person) -> None:
    seals.seal()
    anchors.publish()
    assert "anchored a seal" in client.get("/audit/").content.decode()
    intent, outcome = Entry.objects.filter(action=Action.ANCHOR).order_by("id")
    assert (intent.phase, outcome.phase) == (Phase.INTENT, Phase.APPLIED)
    assert (intent.sheet_id, intent.origin, intent.actor_email) == (sheet, Origin.COMMAND, alice.email)


def test_it_comes_at_most_once_an_hour_unless_the_settings_say_otherwise(
    sheet: int, sandbox: RunningSandbox, alice: Person, settings: Settings
) -> None:
    for _ in range(3):
        seals.seal()
        anchors.publish()
    assert len(rows_of(sandbox, alice, sheet)) == 1
    settings.AUDIT_ANCHOR_SHEET_SECONDS = 0.000001
    anchors.publish()
    assert [seal.statement.number for seal in rows_of(sandbox, alice, sheet)] == [1, 3]


def test_smartsheet_away_stops_no_sealing_and_is_tried_again(
    sheet: int, sandbox: RunningSandbox, alice: Person
) -> None:
    seals.seal()
    sandbox.fault(method="POST", path=f"/sheets/{sheet}/rows", status=500, times=1)
    assert anchors.publish() == ["sheet"]
    assert Seal.objects.count() == 1
    seals.seal()
    assert anchors.publish() == []
    assert [seal.statement.number for seal in rows_of(sandbox, alice, sheet)] == [2]


def test_the_anchors_person_must_have_signed_in(sheet: int, settings: Settings) -> None:
    settings.AUDIT_ANCHOR_PERSON = frozenset({"nobody@example.com"})
    seals.seal()
    assert anchors.publish() == ["sheet"]
    assert not Entry.objects.filter(action=Action.ANCHOR).exists()
    assert connection.is_usable()
