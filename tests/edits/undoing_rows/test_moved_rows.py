"""Undo moves rows back to their old places."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from django.test import Client

from audit.models import Entry
from audit.recording import Actor, Change, Json, Outcome, intend, settle
from audit.vocabulary import Action, Origin, Phase
from edits.saving import Place, row_places, undo
from tests.edits.conftest import SignIn
from tests.edits.saving.conftest import ManyRows
from tests.edits.undoing_rows.steps import (
    ARRANGED,
    Rows,
    ask,
    confirm,
    delete,
    edit_path_of,
    move,
    outline,
    path_of,
    put,
    undoings,
)
from tests.running_sandbox import Person, RunningSandbox


def test_a_moved_row_goes_back_in_ones_own_name_and_both_entries_say_so(
    browser: Client, sheet: ManyRows, bob: Person
) -> None:
    (moved,) = move(sheet, (4, Place(is_first=True)))
    assert outline(sheet) == ["4", "0", "1", ".2", "..3", "5"]
    page = ask(browser, path_of(moved))
    assert "Now Row 1, as the first row Before this move Row 5, a child row of “row 1”, after “row 2”" in page.text
    assert "Undone: “row 4” is at its old place again" in confirm(browser, path_of(moved)).text
    assert outline(sheet) == ARRANGED
    (undone,) = undoings()
    assert (undone.intent.action, undone.intent.refers_to, undone.intent.actor_id) == (Action.MOVE, moved.pk, bob.id)
    assert "moved back row row 4" in ask(browser, f"/audit/{undone.intent.pk}/").text
    assert path_of(moved) not in ask(browser, f"/audit/{moved.pk}/").html
    assert undo.AT_OLD_PLACE in ask(browser, path_of(moved)).text
    confirm(browser, path_of(undone.intent))
    assert outline(sheet)[0] == "4"


def test_the_page_says_that_a_row_was_the_first_child_row(browser: Client, sheet: ManyRows) -> None:
    (moved,) = move(sheet, (3, Place()))
    assert "Before this move Row 4, the first child row of “row 2”" in ask(browser, path_of(moved)).text


def test_the_entry_says_where_a_row_was_and_where_it_went(browser: Client, sheet: ManyRows) -> None:
    (moved,) = move(sheet, (4, Place(sibling_id=sheet.row_ids[0])))
    page = ask(browser, f"/audit/{moved.pk}/")
    one, before = sheet.row_ids[1], sheet.row_ids[2]
    assert f"row 5, a child row of the row with id {one}, after the row with id {before}" in page.text
    assert f"row 2, after the row with id {sheet.row_ids[0]}" in page.text
    assert "Smartsheet changed the value" not in ask(browser, "/audit/").text


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (0, lambda ids: Place()),
        (2, lambda ids: Place(sibling_id=ids[1])),  # outdented
        (5, lambda ids: Place(parent_id=ids[1])),  # indented
        (1, lambda ids: Place(sibling_id=ids[5])),  # with its child rows
        (3, lambda ids: Place(sibling_id=ids[2], is_above=True)),
    ],
)
def test_each_kind_of_move_can_be_undone(
    browser: Client, sheet: ManyRows, row: int, place: Callable[[Sequence[int]], Place]
) -> None:
    (moved,) = move(sheet, (row, place(sheet.row_ids)))
    assert outline(sheet) != ARRANGED
    confirm(browser, path_of(moved))
    assert outline(sheet) == ARRANGED


def test_a_row_that_was_moved_since_stays(browser: Client, sheet: ManyRows) -> None:
    (moved,) = move(sheet, (5, Place(is_first=True)))
    put(sheet, 5, parentId=sheet.row_ids[1])
    assert undo.ELSEWHERE in ask(browser, path_of(moved)).text
    assert browser.post(path_of(moved)).status_code == 409
    assert outline(sheet) == ["0", "1", ".5", ".2", "..3", ".4"]


def test_rows_that_were_moved_together_go_back_in_their_order(browser: Client, rows: Rows) -> None:
    sheet = rows(8)
    first, *_ = move(sheet, *((row, Place()) for row in (3, 1, 2, 5)))
    assert outline(sheet) == ["0", "4", "6", "7", "3", "1", "2", "5"]
    sheet.sandbox.forget_requests()
    page = ask(browser, edit_path_of(first))
    assert "Move back 4 rows" in page.text
    assert "row 3 Row 5, after “row 7” Row 4, after “row 2”" in page.text
    assert "Undone: 4 rows are at their old places again" in confirm(browser, edit_path_of(first)).text
    assert outline(sheet) == [str(row) for row in range(8)]
    assert len(sheet.writes()) == 2  # one call moves 1, 2 and 3 behind 0


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_rows_that_were_moved_together_go_back_one_by_one(browser: Client, rows: Rows, order: tuple[int, ...]) -> None:
    sheet = rows(6)
    entries = move(sheet, (1, Place()), (2, Place()), (4, Place()))
    for number in order:
        confirm(browser, path_of(entries[number]))
    assert outline(sheet) == [str(row) for row in range(6)]


def test_of_several_moved_rows_those_that_are_elsewhere_are_named(browser: Client, rows: Rows) -> None:
    sheet = rows(5)
    first, *_ = move(sheet, (1, Place()), (2, Place()))
    put(sheet, 1, parentId=sheet.row_ids[4])
    page = confirm(browser, edit_path_of(first))
    assert "1 row is at its old place again" in page.text
    assert undo.ELSEWHERE in page.text
    assert outline(sheet) == ["0", "2", "3", "4", ".1"]


def test_moves_by_several_requests_of_an_edit_are_undone(browser: Client, rows: Rows) -> None:
    sheet = rows(4)
    first, *_ = move(sheet, (3, Place(is_first=True)), (2, Place(sibling_id=sheet.row_ids[3], is_above=True)))
    assert outline(sheet) == ["2", "3", "0", "1"]
    confirm(browser, edit_path_of(first))
    assert outline(sheet) == ["0", "1", "2", "3"]


def test_if_the_row_before_is_gone_it_goes_behind_the_one_before_that(browser: Client, rows: Rows) -> None:
    sheet = rows(5)
    (moved,) = move(sheet, (3, Place(is_first=True)))
    delete(sheet, 2)
    confirm(browser, path_of(moved))
    assert outline(sheet) == ["0", "1", "3", "4"]


def test_if_the_row_before_was_taken_away_the_page_says_where_the_row_goes(browser: Client, sheet: ManyRows) -> None:
    (moved,) = move(sheet, (4, Place(is_first=True)))
    put(sheet, 2, toBottom=True)
    assert row_places.NO_SIBLING in ask(browser, path_of(moved)).text
    confirm(browser, path_of(moved))
    assert outline(sheet) == ["0", "1", ".4", "5", "2", ".3"]


def test_a_row_cannot_go_back_below_a_row_that_is_below_it_now(browser: Client, sheet: ManyRows) -> None:
    (moved,) = move(sheet, (2, Place()))
    put(sheet, 1, parentId=sheet.row_ids[2])
    assert undo.BELOW_ITSELF in ask(browser, path_of(moved)).text


def test_the_entry_of_an_older_version_says_that_the_move_cannot_be_undone(
    browser: Client, sheet: ManyRows, bob: Person
) -> None:
    actor = Actor(bob.id, sheet.read([]).actor.region, bob.name, bob.email)
    old: dict[str, Json] = {"parentId": None, "rowNumber": 3}
    new: dict[str, Json] = {"toBottom": True}
    change = Change(sheet.row_ids[5], "row 5", None, "", old, new)
    intent = intend(
        actor=actor, action=Action.MOVE, sheet_id=sheet.id, sheet_name="", changes=[change], origin=Origin.FORM
    )
    settle(intent, [Outcome(Phase.APPLIED, sheet.row_ids[5])])
    assert undo.NO_OLD_PLACE in ask(browser, path_of(Entry.objects.intents().latest("id"))).text


def test_a_move_is_undone_only_by_people_who_can_edit(
    browser: Client, sheet: ManyRows, sign_in: SignIn, sandbox: RunningSandbox
) -> None:
    (moved,) = move(sheet, (5, Place(is_first=True)))
    viewer = sandbox.people()["charlie"]
    share = [{"email": viewer.email, "accessLevel": "VIEWER"}]
    sheet.call("POST", f"/sheets/{sheet.id}/shares", share)
    other = Client()
    sign_in(other, viewer)
    assert "ask the owner of the sheet to share it with you as an editor" in ask(other, path_of(moved)).text
    assert other.post(path_of(moved)).status_code == 409
    assert outline(sheet)[0] == "5"
