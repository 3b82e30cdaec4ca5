"""Checks in which cases reconciling matches a change in our log with a state in a cell's history. The times, values and
people of the two can differ a little.
"""

from datetime import UTC, datetime, timedelta

import pytest

from audit.cell_histories import SKEW
from audit.changes import LoggedChange
from audit.models import Entry
from audit.vocabulary import Phase
from edits.settling.cell_comparison import Ours, Version, compare, versions
from edits.sheets.sheet import Contact, Json

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BOB, ALICE = Contact(email="bob@example.com", name="Bob"), Contact(email="alice@example.com", name="Alice")
ERASED: Json = {"objectType": "ERASED"}


def ours(value: Json, *, pk: int = 1, emails: tuple[str, ...] = (BOB.email,), evidence: str | None = None) -> Ours:
    """Return a change in our log. Its intent was logged at noon, and its outcome two seconds later."""
    intent = Entry(pk=pk, at=NOON, phase=Phase.INTENT, column_id=7, sheet_id=1)
    outcome = Entry(pk=pk + 100, at=NOON + 2 * SECOND, phase=Phase.APPLIED, evidence=evidence)
    is_comparable = bool(emails) and value != ERASED
    return Ours(LoggedChange(intent, (outcome,)), value, frozenset(emails), is_comparable)


def state(value: Json, *, after: timedelta = SECOND, by: Contact = BOB) -> Version:
    return Version(NOON + after, by, value, None)


def said(changes: list[Ours], states: list[Version]) -> list[str]:
    return [finding.phase.value for finding in compare(changes, states)]


@pytest.mark.parametrize(
    ("after", "phases"),
    [
        (-SKEW, ["confirmed"]),
        (-SKEW - SECOND, ["missing", "outside"]),
        (2 * SECOND + SKEW, ["confirmed"]),
        (3 * SECOND + SKEW, ["missing", "outside"]),
    ],
    ids=["earliest", "too-early", "latest", "too-late"],
)
def test_it_was_at_our_time(after: timedelta, phases: list[str]) -> None:
    assert said([ours("Rock")], [state("Rock", after=after)]) == phases


def test_a_settled_edit_blocks_others_until_no_request_can_arrive() -> None:
    late = state("Rock", after=timedelta(seconds=50) + SKEW)
    assert said([ours("Rock", evidence="{}")], [late]) == ["confirmed"]


def test_an_address_is_the_same_in_capitals_and_from_before() -> None:
    shouted = Contact(email="BOB@Example.com", name="Bob")
    assert said([ours("Rock", emails=("robert@example.com", BOB.email))], [state("Rock", by=shouted)]) == ["confirmed"]


def test_a_state_by_the_same_person_is_matched_first() -> None:
    states = [state("Rock", by=ALICE), state("Rock")]
    findings = compare([ours("Rock")], states)
    assert [(one.phase, one.version) for one in findings] == [("confirmed", states[1]), ("outside", states[0])]


@pytest.mark.parametrize("erased", [ours(ERASED), ours("Rock", emails=())], ids=["value-is-erased", "person-is-erased"])
def test_an_erased_value_is_not_compared_but_explains_a_state(erased: Ours) -> None:
    assert said([erased], [state("Rock")]) == []
    assert said([erased], [state("Rock"), state("Rock")]) == ["outside"]


@pytest.mark.parametrize(("sent", "held"), [(False, None), (None, False), (5, 5.0), (["a", "b"], ["b", "a"])])
def test_values_that_read_the_same_are_the_same(sent: Json, held: Json) -> None:
    assert said([ours(sent)], [state(held)]) == ["confirmed"]


@pytest.mark.parametrize(("sent", "held"), [(0, None), (0, False), ("5", 5), (True, 1)])
def test_values_that_do_not_are_not(sent: Json, held: Json) -> None:
    assert said([ours(sent)], [state(held)]) == ["missing", "outside"]


def test_states_are_read_with_what_was_before_them() -> None:
    history: list[dict[str, Json]] = [
        {"value": "Sand", "modifiedAt": "2026-11-23T12:00:02Z", "modifiedBy": {"email": ALICE.email, "name": "Alice"}},
        {"value": "Rock", "modifiedAt": "2026-11-23T12:00:01Z"},
        {"modifiedAt": "2026-11-23T12:00:00Z"},
    ]
    assert versions(history, 7) == [
        Version(NOON, Contact(email="", name=""), None, None),
        Version(NOON + SECOND, Contact(email="", name=""), "Rock", None),
        Version(NOON + 2 * SECOND, ALICE, "Sand", "Rock"),
    ]
