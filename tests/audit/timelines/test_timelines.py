"""Tests of the timelines of a person, sheet, row, cell and record."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from audit.cell_histories import CellHistory, Line, State, side_by_side
from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry, erased
from audit.recording import Change, Json, Outcome, canonical, note, settle
from audit.retention.erasure import Values, erase
from audit.vocabulary import Action, Origin, Phase
from tests.audit.edits import (
    ALICE,
    BOB,
    BUDGET,
    NOTES,
    OTHER_ROW,
    ROW,
    SITE_PLAN,
    STATUS,
    cell,
    intended,
    new_row,
    saved,
)
from tests.audit.reading.test_log_page import words_of

pytestmark = pytest.mark.django_db
PLAN = f"/audit/sheets/{SITE_PLAN[0]}/"


@pytest.fixture
def written(db: None) -> None:
    saved(cell(new="first"))
    saved(cell(new="other row", row=OTHER_ROW), actor=BOB)
    saved(cell(new="notes", column=NOTES, title="Notes"), actor=BOB)
    saved(cell(new="budget"), sheet=BUDGET)
    saved(cell(old="first", new="second"))


def values(client: Client, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200
    return [change.new.strip('"') for change in page.context["page"].changes]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"/audit/people/sandbox/{BOB.id}/", ["notes", "other row"]),
        (f"/audit/people/eu/{BOB.id}/", []),
        (PLAN, ["second", "notes", "other row", "first"]),
        (f"{PLAN}rows/{ROW}/", ["second", "notes", "first"]),
        (f"{PLAN}rows/{ROW}/columns/{STATUS}/", ["second", "first"]),
        ("/audit/sheets/5/", []),
    ],
)
def test_each_shows_its_own_newest_first(reader: Client, address: str, expected: list[str]) -> None:
    assert values(reader, address) == expected


def test_it_is_read_a_page_at_a_time(reader: Client) -> None:
    for number in range(60):
        saved(cell(new=str(number)))
    address = f"{PLAN}rows/{ROW}/"
    first = reader.get(address)
    older = first.context["page"].older
    assert f'href="?before={older}"' in first.content.decode()
    assert values(reader, address) + values(reader, f"{address}?before={older}") == [
        str(number) for number in reversed(range(60))
    ]
    assert "No older entries" in words_of(reader, f"{address}?before=1")
    assert reader.get(f"{address}?before=x").status_code == 404


def test_an_edit_of_many_cells_has_no_single_sentence(reader: Client) -> None:
    rows = [cell(row=number) for number in range(25)]
    settle(intended(*rows), [Outcome(Phase.REFUSED if number == 24 else Phase.APPLIED, number) for number in range(25)])
    for page in (PLAN, f"/audit/people/sandbox/{ALICE.id}/"):
        words = words_of(reader, page)
        assert "Alice Archer changed 25 cells in 25 rows of Site plan" in words
        assert "All 25" in words
        assert "24 rows saved 1 row refused" in words
    assert "changed Status in row" in words_of(reader, f"{PLAN}rows/5/")


def test_a_record_shows_what_changed_field_by_field(reader: Client) -> None:
    fields = [Change(None, "Bob", None, "locale", "en_US", "de_DE"), Change(None, "Bob", None, "zone", "UTC", "Berlin")]
    note(actor=ALICE, action=Action.RECORD, subject="identity.smartsheetuser/5", changes=fields)
    note(actor=ALICE, action=Action.RECORD, subject="identity.smartsheetuser/55", changes=fields)
    words = words_of(reader, "/audit/records/identity.smartsheetuser/5/")
    assert words.count("Alice Archer changed") == 2
    assert "zone UTC Berlin" in words
    assert "locale en_US de_DE" in words


def test_personal_values_of_a_record_stand_in_clear_unless_erased(reader: Client) -> None:
    made = Change(None, "Bob", None, "", None, {"phone": "0123"}, is_personal=True)
    phone = Change(None, "Bob", None, "phone", "0123", "0456", is_personal=True)
    for change, what in ((made, "created"), (phone, "changed")):
        note(actor=ALICE, action=Action.RECORD, subject="identity.smartsheetuser/5", changes=[change], message=what)
    page = "/audit/records/identity.smartsheetuser/5/"
    words = words_of(reader, page)
    assert "Alice Archer created it" in words
    assert "changed phone 0123 0456" in words
    erase(Values(Entry.objects.get(message="changed").pk), by=ALICE, reason="asked", origin=Origin.APP)
    words = words_of(reader, page)
    assert "0456" not in words
    assert "erased" in words


def test_reading_a_timeline_of_others_is_an_entry(reader: Client) -> None:
    saved()
    reader.get(PLAN)
    assert Entry.objects.filter(action=Action.READ, evidence__contains=PLAN).count() == 1


def state(entry: Entry, value: str, *, by: str = ALICE.email, late: int = 1) -> State:
    return State(entry.at + timedelta(seconds=late), by, by, canonical(value))


def beside(changes: Sequence[LoggedChange], states: Sequence[State], **more: Any) -> list[Line]:
    """Return the lines of a timeline that shows our log next to Smartsheet's history. The history's `position` is the
    newest entry's id: it says that the history was read after this entry was written.
    """
    newest = Entry.objects.latest("id").pk
    history = replace(CellHistory(states, position=newest), **more)
    return side_by_side(changes, history, since=None, until=None)


def test_the_same_event_is_on_one_line_and_others_on_separate_ones() -> None:
    for value in ("one", "two"):
        saved(cell(new=value))
    changes = with_outcomes(Entry.objects.intents().newest_first())
    two, one = (change.intent for change in changes)
    outside = state(two, "three", by="eve@example.com", late=5)
    lines = beside(changes, [outside, state(two, "two"), state(one, "0", late=-900)])
    told = [(line.ours and line.ours.new, line.theirs and line.theirs.value) for line in lines]
    assert told == [(None, '"three"'), ('"two"', '"two"'), ('"one"', None), (None, '"0"')]
    assert [line.is_outside for line in lines] == [True, False, False, True]
    assert [line.is_missing for line in lines] == [False, False, True, False]
    assert lines[0].was == '"two"'


@pytest.mark.parametrize(
    "theirs",
    [
        {"value": "three"},
        {"value": "two", "by": "eve@example.com"},
        {"value": "two", "late": 600},
        {"value": "two", "late": -600},
    ],
    ids=["another-value", "another-person", "much-later", "much-earlier"],
)
def test_only_the_same_event_is_the_same(theirs: dict[str, str | int]) -> None:
    saved(cell(new="two"))
    changes = with_outcomes(Entry.objects.intents())
    lines = beside(changes, [state(changes[0].intent, **theirs)])  # type: ignore[arg-type] # as state() takes them
    assert len(lines) == 2


def test_states_of_other_times_are_left_to_other_pages() -> None:
    saved(cell(new="two"))
    changes = with_outcomes(Entry.objects.intents())
    entry = changes[0].intent
    states = [state(entry, "new", late=50), state(entry, "two"), state(entry, "old", late=-50)]
    lines = side_by_side(changes, CellHistory(states), since=entry.at, until=entry.at + timedelta(seconds=20))
    assert [line.theirs and line.theirs.value for line in lines] == ['"two"']
    assert CellHistory().states == ()


def test_an_erased_value_is_not_shown_as_outside() -> None:
    saved(cell(new="one"))
    saved(cell(new="two"))
    one, two = with_outcomes(Entry.objects.intents().order_by("id"))
    theirs = [state(two.intent, "two"), state(one.intent, "one")]
    one.intent.names = erased(one.intent)
    unknown = replace(two, intent=Entry.objects.get(pk=two.intent.pk), clear={})
    unknown.intent.new = json.dumps({"hmac": "0" * 64, "objectType": "COMMITMENT"}, separators=(",", ":"))
    lines = beside([unknown, one], theirs)
    assert [(line.is_outside, line.is_missing, line.is_erased) for line in lines] == [
        (False, False, True),
        (False, False, False),
    ]


def test_fault_13_a_person_is_known_by_all_addresses_that_they_had() -> None:
    saved(cell(new="two"))
    changes = with_outcomes(Entry.objects.intents())
    theirs = [state(changes[0].intent, "two", by="Alice.Archer@example.com")]

    def addresses(*, region: str, person_id: int, then: str) -> frozenset[str]:
        assert (region, person_id) == (ALICE.region, ALICE.id)
        return frozenset({then, "alice.archer@example.com"})

    assert len(beside(changes, theirs)) == 2
    (line,) = beside(changes, theirs, addresses=addresses)
    assert not line.is_outside


def test_fault_14_what_was_saved_after_the_history_was_read_is_not_missing_in_it() -> None:
    saved(cell(new="one"))
    before = Entry.objects.latest("id").pk
    saved(cell(new="two"))
    changes = with_outcomes(Entry.objects.intents().newest_first())
    assert [line.is_missing for line in beside(changes, [])] == [True, True]
    assert [line.is_missing for line in beside(changes, [], position=before)] == [False, True]


def test_changes_older_than_the_read_states_are_not_missing() -> None:
    saved(cell(new="one"))
    changes = with_outcomes(Entry.objects.intents())
    newer = [state(changes[0].intent, "two", late=500)]
    older = [*newer, state(changes[0].intent, "zero", late=-500)]
    assert [[line.is_missing for line in beside(changes, some, has_more=True)] for some in (newer, older)] == [
        [False, False],
        [False, True, False],
    ]


@pytest.mark.parametrize(
    ("phase", "lines"),
    [(None, 1), (Phase.UNKNOWN, 1), (Phase.NOT_APPLIED, 1), (Phase.REFUSED, 2), (Phase.FAILED, 2)],
)
def test_a_late_save_is_not_shown_as_outside(phase: Phase | None, lines: int) -> None:
    intent = intended(cell(new="two"))
    if phase:
        settle(intent, [Outcome(phase, None)])
    changes = with_outcomes(Entry.objects.intents())
    assert len(beside(changes, [state(changes[0].intent, "two")])) == lines


def added(new: dict[str, Json], *, row: int = ROW) -> Entry:
    """Add a row with these values. Return the intent."""
    intent = intended(new_row(new), action=Action.ADD)
    settle(intent, [Outcome(Phase.APPLIED, row)])
    return Entry.objects.intents().get(edit_id=intent.edit_id)


def test_the_timeline_of_a_cell_has_the_addition_of_its_row(reader: Client) -> None:
    added({"Status": "Open", "Notes": "Wet"})
    added({"Status": "Other"}, row=OTHER_ROW)
    saved(cell(old="Open", new="Done"))
    saved(cell(new="Dry", column=NOTES, title="Notes"))
    words = words_of(reader, f"{PLAN}rows/{ROW}/columns/{STATUS}/")
    assert words.index("Open Done") < words.index("Alice Archer added row")
    assert "Other" not in words
    other = words_of(reader, f"{PLAN}rows/{OTHER_ROW}/columns/{STATUS}/")
    assert "Status of Paint the walls" in other
    assert "A cell of Paint the walls" in words_of(reader, f"{PLAN}rows/{OTHER_ROW}/columns/503/")
    assert "Dry" not in words
    same = words_of(reader, f"/audit/?sheet={SITE_PLAN[0]}&row={ROW}&column={STATUS}")
    assert "added row" in same
    assert "Dry" not in same


def test_the_addition_of_a_row_explains_only_the_first_state_of_a_cell() -> None:
    entry = added({"Status": "Open", "Notes": "Wet"})
    (change,) = with_outcomes([entry])
    (line,) = beside([change], [state(entry, "Open")])
    assert (line.is_outside, line.is_missing) == (False, False)
    later, first = beside([change], [state(entry, "Wet", late=9), state(entry, "Open")])
    assert (later.is_outside, first.is_outside) == (True, False)
    assert all(line.is_outside or not line.theirs for line in beside([change], [state(entry, "Closed")]))
    assert len(beside([change], [state(entry, "Open", by="eve@example.com")])) == 2
    assert [line.is_outside for line in beside([change], [state(entry, "Open")], has_more=True)].count(True) == 1


def test_a_cell_that_was_empty_in_the_added_row_is_not_missing_in_smartsheet() -> None:
    (change,) = with_outcomes([added({"Notes": "Wet"})])
    (line,) = beside([change], [])
    assert not line.is_missing
