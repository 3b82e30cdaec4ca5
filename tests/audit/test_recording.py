"""Tests of what intend() and settle() write to the log."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.context import RequestContext, using
from audit.models import Entry
from audit.recording import Change, Intent, InTransaction, Json, NotRecorded, Outcome, canonical, intend, note, settle
from audit.vocabulary import Action, Origin, Phase
from tests.audit.edits import ALICE, OTHER_ROW, ROW, SITE_PLAN, STATUS, cell, entries_of, intended, new_row

pytestmark = pytest.mark.django_db


def outcomes_of(intent: Intent) -> list[Entry]:
    return list(Entry.objects.of_edit(intent.edit_id).outcomes().order_by("id"))


def test_the_intent_names_person_cell_and_values() -> None:
    with using(RequestContext(request_id="abc", ip="192.0.2.7", user_agent="Firefox")):
        intent = intended(cell("Open", "Done"), reason="as agreed")
    (entry,) = entries_of(intent)
    assert (entry.actor_id, entry.actor_name, entry.actor_email) == (ALICE.id, ALICE.name, ALICE.email)
    assert (entry.region, entry.action, entry.phase, entry.origin) == ("sandbox", "change", "intent", "form")
    assert (entry.sheet_id, entry.sheet_name) == SITE_PLAN
    assert (entry.row_id, entry.row_label) == (ROW, "14 'Pour foundation'")
    assert (entry.column_id, entry.column_title) == (STATUS, "Status")
    assert (entry.old, entry.new, entry.reason) == ('"Open"', '"Done"', "as agreed")
    assert (entry.request_id, entry.ip, entry.user_agent) == ("abc", "192.0.2.7", "Firefox")
    assert isinstance(intent.edit_id, uuid.UUID)


def test_the_outcome_carries_the_same_person_and_request() -> None:
    with using(RequestContext(request_id="abc", ip="192.0.2.7")):
        intent = intended()
    settle(intent, [Outcome(Phase.REFUSED, ROW, message="Locked.", error_code=1020, ref_id="r1")])
    (entry,) = outcomes_of(intent)
    assert (entry.actor_id, entry.request_id, entry.ip) == (ALICE.id, "abc", "192.0.2.7")
    assert (entry.phase, entry.row_id, entry.row_label) == ("refused", ROW, "14 'Pour foundation'")
    assert (entry.message, entry.error_code, entry.ref_id) == ("Locked.", 1020, "r1")
    assert (entry.old, entry.new, entry.column_id) == (None, None, None)


def test_many_cells_are_one_statement() -> None:
    changes = [cell(column=column) for column in range(1, 21)]
    intended()  # after this, the person's commitment is cached
    with CaptureQueriesContext(connection) as queries:
        intended(*changes)
    assert ["audit_entry" in query["sql"] for query in queries].count(True) == 1
    assert Entry.objects.count() == 21


def test_a_large_edit_is_recorded_whole() -> None:
    changes = [cell(row=row, column=column) for row in range(1, 101) for column in range(1, 11)]
    intent = intended(*changes)
    settle(intent, [Outcome(Phase.APPLIED, row) for row in range(1, 101)])
    assert Entry.objects.intents().count() == 1000
    assert Entry.objects.outcomes().count() == 100


def test_each_row_has_its_own_outcome() -> None:
    intent = intended(cell(row=ROW), cell(row=ROW, column=502), cell(row=OTHER_ROW))
    settle(intent, [Outcome(Phase.REFUSED, OTHER_ROW, message="Locked."), Outcome(Phase.APPLIED, ROW)])
    assert {entry.row_id: (entry.phase, entry.line) for entry in outcomes_of(intent)} == {
        OTHER_ROW: ("refused", 1),
        ROW: ("applied", 0),
    }


def test_one_outcome_without_a_row_speaks_of_all_that_remain() -> None:
    intent = intended(cell(row=1), cell(row=2), cell(row=3))
    settle(intent, [Outcome(Phase.APPLIED, 2), Outcome(Phase.FAILED, None, message="Offline.")])
    assert {entry.row_id: entry.phase for entry in outcomes_of(intent)} == {1: "failed", 2: "applied", 3: "failed"}


def test_added_rows_get_their_outcomes_in_order() -> None:
    intent = intended(new_row({"Task": "A"}), new_row({"Task": "B"}), new_row({"Task": "C"}), action=Action.ADD)
    settle(intent, [Outcome(Phase.APPLIED, 91), Outcome(Phase.REFUSED, None), Outcome(Phase.APPLIED, 93)])
    found = sorted((entry.line, entry.row_id, entry.phase) for entry in outcomes_of(intent))
    assert found == [(0, 91, "applied"), (1, None, "refused"), (2, 93, "applied")]


def test_an_outcome_of_an_unknown_row_is_kept() -> None:
    intent = intended(cell())
    settle(intent, [Outcome(Phase.APPLIED, ROW), Outcome(Phase.APPLIED, 999)])
    assert [(entry.line, entry.row_id) for entry in outcomes_of(intent)] == [(0, ROW), (None, 999)]


@pytest.mark.parametrize(
    "outcomes",
    [
        [Outcome(Phase.INTENT, ROW)],
        [Outcome(Phase.CONFLICT, None)],
        [Outcome(Phase.APPLIED, ROW), Outcome(Phase.REFUSED, ROW)],
        {1: Outcome(Phase.APPLIED, ROW)},
        {-1: Outcome(Phase.APPLIED, ROW)},
    ],
)
def test_outcomes_that_cannot_be_right_are_refused(outcomes: list[Outcome] | dict[int, Outcome]) -> None:
    intent = intended(cell())
    with pytest.raises(ValueError, match=r"outcome|line"):
        settle(intent, outcomes)
    assert outcomes_of(intent) == []
    settle(intent, [Outcome(Phase.APPLIED, ROW)])


def test_returned_values_are_logged_if_they_differ() -> None:
    intent = intended(cell(new="x" * 10), cell(new=5.0, column=502, title="Cost"))
    settle(intent, [Outcome(Phase.APPLIED, ROW, returned={STATUS: "xxx", 502: 5, 777: "formula"})])
    row, deviation = outcomes_of(intent)
    assert (row.column_id, row.new) == (None, None)
    assert (deviation.column_id, deviation.phase, deviation.new) == (STATUS, "applied", '"xxx"')


def test_smartsheets_values_of_an_added_row_are_logged() -> None:
    intent = intended(new_row({"Task": "Paint", "No": 1}), action=Action.ADD)
    settle(intent, [Outcome(Phase.APPLIED, 91, "15 'Paint'", returned={None: {"Task": "Paint", "No": 2}})])
    (entry,) = outcomes_of(intent)
    assert (entry.row_label, entry.new) == ("15 'Paint'", '{"No":2,"Task":"Paint"}')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "true"),
        (5.0, "5"),
        (0.1, "0.1"),
        ("  Grüße 👋 ", '"  Grüße 👋 "'),
        ("nul \x00", '"nul \\u0000"'),
        ("half \ud800", '"half \\ud800"'),
        ({"b": [1.0, None], "a": False}, '{"a":false,"b":[1,null]}'),
    ],
)
def test_a_value_has_one_text(value: Json, text: str | None) -> None:
    assert canonical(value) == text
    intent = intended(cell(old=value, new=value))
    (entry,) = entries_of(intent)
    assert entry.old == entry.new == text
    assert (None if text is None else json.loads(text)) == value


@pytest.mark.parametrize(("value", "text"), [("inf", "Infinity"), ("-inf", "-Infinity"), ("nan", "NaN")])
def test_a_number_that_json_does_not_have_is_a_text(value: str, text: str) -> None:
    (entry,) = entries_of(intended(cell(old=float(value), new=[1, {"of": float(value)}])))
    assert (json.loads(entry.old or ""), json.loads(entry.new or "")) == (text, [1, {"of": text}])


def test_long_values_and_names_are_kept_whole() -> None:
    sheet, value = "S" * 5000, "Wörter und Zeichen " * 250
    intent = intended(cell(new=value, title="T" * 5000), sheet=(1, sheet), reason="R" * 5000)
    (entry,) = entries_of(intent)
    assert json.loads(entry.new or "") == value
    assert (len(entry.sheet_name), len(entry.column_title), len(entry.reason)) == (5000, 5000, 5000)


def test_names_that_no_database_takes_are_made_storable() -> None:
    intent = intended(Change(ROW, "nul \x00", STATUS, "half \ud800", None, 1))
    (entry,) = entries_of(intent)
    assert (entry.row_label, entry.column_title) == ("nul \N{REPLACEMENT CHARACTER}", "half ?")


def test_an_edit_without_a_change_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one change"):
        intend(actor=ALICE, action=Action.CHANGE, sheet_id=1, sheet_name="", changes=[], origin=Origin.FORM)


@pytest.mark.parametrize("wrong", [uuid.uuid4(), "12", b"1", 1.5], ids=["UUID", "text", "bytes", "float"])
def test_an_id_has_to_be_a_number(wrong: Any) -> None:
    writes: list[Callable[[], object]] = [
        lambda: intended(cell(row=wrong)),
        lambda: intended(cell(column=wrong)),
        lambda: intended(sheet=(wrong, "Board")),
        lambda: intended(actor=replace(ALICE, id=wrong)),
        lambda: note(actor=ALICE, action="print", sheet_id=wrong),
        lambda: note(actor=replace(ALICE, id=wrong), action="print"),
    ]
    for write in writes:
        with pytest.raises(TypeError, match="must be an int, not"):
            write()
    intent = intended()
    with pytest.raises(TypeError, match="row_id must be an int"):
        settle(intent, [Outcome(Phase.APPLIED, wrong)])
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("action", ["", "a" * 33])
def test_an_action_has_to_fit(action: str) -> None:
    with pytest.raises(ValueError, match="1 to 32 characters"):
        note(actor=ALICE, action=action)
    assert not Entry.objects.exists()


def test_an_unknown_origin_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        note(actor=ALICE, action=Action.SIGN_IN, origin="nonsense")  # type: ignore[arg-type] # that is the point
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [intended, lambda: settle(Intent(uuid.uuid4(), {}, ()), [])])
def test_it_refuses_to_write_within_an_open_transaction(write: Callable[[], object]) -> None:
    with transaction.atomic(), pytest.raises(InTransaction, match="non_atomic_requests"):
        write()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_intent_is_committed_when_intend_returns() -> None:
    intended()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT phase FROM audit_entry")
            assert cursor.fetchall() == [("intent",)]
    finally:
        other.close()


def test_it_raises_when_the_log_cannot_be_written() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry RENAME TO elsewhere")
    with pytest.raises(NotRecorded):
        intended()


def test_it_raises_when_the_outcome_cannot_be_written() -> None:
    intent = intended()
    with pytest.raises(NotRecorded):
        settle(intent, [Outcome(Phase.FAILED, ROW, error_code=2**70)])
    assert [entry.phase for entry in entries_of(intent)] == ["intent"]


def test_an_edit_with_an_impossible_cell_is_not_recorded_in_part() -> None:
    with pytest.raises(NotRecorded):
        intended(cell(), cell(column=2**70))
    assert not Entry.objects.exists()
