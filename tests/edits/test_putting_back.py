"""Undo moves rows back to their old places. For deleted rows, it adds new rows at the old places: beneath the same
rows, in the same order, with the same formulas and formats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from audit import verify as offline
from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from audit.proof import seals
from audit.recording import Actor, Change, Json, Outcome, intend, settle
from audit.verification.start import start_of_chain
from audit.verification.verify import verify
from audit.vocabulary import Action, Origin, Phase
from edits.saving import DeleteRow, MoveRow, Place, Status, row_places, save, undo
from edits.saving.putting_back import PLAIN
from tests.audit.export.conftest import public_key
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.saving.conftest import ManyRows
from tests.running_sandbox import Person, RunningSandbox

FORMULA = '=Task@row + "!"'
RED = ",,,,,,,,2,,,,,,,,"


@pytest.fixture
def user(browser: Client, bob: Person) -> User:
    return User.objects.get(smartsheet__smartsheet_id=bob.id)


Rows = Callable[[int], ManyRows]


@pytest.fixture
def rows(sandbox: RunningSandbox, bob: Person, user: User) -> Rows:
    return lambda count: ManyRows(sandbox, bob, user, count)


@pytest.fixture
def sheet(rows: Rows) -> ManyRows:
    """A sheet with the rows 0 to 5. Rows 2 and 4 are beneath row 1, and row 3 is beneath row 2. Row 2 has a formula."""
    sheet = rows(6)
    put(sheet, 2, parentId=sheet.row_ids[1])
    put(sheet, 4, parentId=sheet.row_ids[1], toBottom=True)
    put(sheet, 3, parentId=sheet.row_ids[2])
    put(sheet, 2, cells=[{"columnId": sheet.notes, "formula": FORMULA, "format": RED}], expanded=False)
    put(sheet, 4, format=RED)
    return sheet


def put(sheet: ManyRows, row: int, **attributes: Any) -> None:
    """Change or move a row without the app."""
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": sheet.row_ids[row], **attributes}])


def outline(sheet: ManyRows) -> list[str]:
    """The rows' names in their order, indented by one dot per level."""
    depths: dict[int, int] = {}
    found = []
    for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]:
        depths[row["id"]] = depths.get(row.get("parentId"), -1) + 1
        name = next((cell["value"] for cell in row["cells"] if cell["columnId"] == sheet.task), "")
        found.append("." * depths[row["id"]] + name.removeprefix("row "))
    return found


ARRANGED = ["0", "1", ".2", "..3", ".4", "5"]


def row_named(sheet: ManyRows, name: str) -> dict[str, Any]:
    found = sheet.call("GET", f"/sheets/{sheet.id}?include=format")["rows"]
    row: dict[str, Any] = next(row for row in found if any(cell.get("value") == name for cell in row["cells"]))
    return row


def move(sheet: ManyRows, *moves: tuple[int, Place]) -> list[Entry]:
    """Move rows in one edit, and return the edit's intents."""
    changes = [MoveRow(sheet.row_ids[row], place) for row, place in moves]
    result = save(sheet.read(), changes)
    result.raise_error()
    return list(Entry.objects.intents().of_edit(result.edit_ids[0]).order_by("id"))


def delete(sheet: ManyRows, *row_numbers: int) -> list[Entry]:
    """Delete rows in one edit, and return the edit's intents."""
    ids = [sheet.row_ids[row] for row in row_numbers]
    result = save(sheet.read(ids, with_descendants=True), [DeleteRow(row_id) for row_id in ids])
    result.raise_error()
    return list(Entry.objects.intents().of_edit(result.edit_ids[0]).order_by("id"))


def path_of(entry: Entry) -> str:
    return f"/sheets/undo/{entry.pk}/"


def edit_path_of(entry: Entry) -> str:
    return f"/sheets/undo/edit/{entry.edit_id}/"


def ask(browser: Client, path: str) -> Page:
    return Page.open(browser, path)


def confirm(browser: Client, path: str, key: str = "") -> Page:
    found = re.search(r'name="once" value="([^"]+)"', ask(browser, path).html)
    assert found or key, ask(browser, path).text
    answer = browser.post(path, {"once": key or (found[1] if found else "")}, follow=True)
    return Page.of(browser, path, answer)  # type: ignore[arg-type] # the test client's response class


def undoings() -> list[LoggedChange]:
    return with_outcomes(Entry.objects.intents().filter(origin=Origin.UNDO).order_by("id"))


# Moves


def test_a_moved_row_goes_back_in_ones_own_name_and_both_entries_say_so(
    browser: Client, sheet: ManyRows, bob: Person
) -> None:
    (moved,) = move(sheet, (4, Place(is_first=True)))
    assert outline(sheet) == ["4", "0", "1", ".2", "..3", "5"]
    page = ask(browser, path_of(moved))
    assert "Now Row 1, as the first row Before this move Row 5, beneath “row 1”, after “row 2”" in page.text
    assert "Undone: “row 4” is at its old place again" in confirm(browser, path_of(moved)).text
    assert outline(sheet) == ARRANGED
    (undone,) = undoings()
    assert (undone.intent.action, undone.intent.refers_to, undone.intent.actor_id) == (Action.MOVE, moved.pk, bob.id)
    assert "moved back row row 4" in ask(browser, f"/audit/{undone.intent.pk}/").text
    assert path_of(moved) not in ask(browser, f"/audit/{moved.pk}/").html
    assert undo.AT_OLD_PLACE in ask(browser, path_of(moved)).text
    confirm(browser, path_of(undone.intent))
    assert outline(sheet)[0] == "4"


def test_the_entry_says_where_a_row_was_and_where_it_went(browser: Client, sheet: ManyRows) -> None:
    (moved,) = move(sheet, (4, Place(sibling_id=sheet.row_ids[0])))
    page = ask(browser, f"/audit/{moved.pk}/")
    one, before = sheet.row_ids[1], sheet.row_ids[2]
    assert f"row 5, beneath the row with id {one}, after the row with id {before}" in page.text
    assert f"row 2, after the row with id {sheet.row_ids[0]}" in page.text
    assert "Smartsheet changed the value" not in ask(browser, "/audit/").text


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (0, lambda ids: Place()),
        (2, lambda ids: Place(sibling_id=ids[1])),  # outdented
        (5, lambda ids: Place(parent_id=ids[1])),  # indented
        (1, lambda ids: Place(sibling_id=ids[5])),  # with the rows beneath it
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
    assert len(sheet.writes()) == 2  # 1, 2 and 3 go behind 0 together


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


# Deleted rows


def test_a_deleted_row_comes_back_with_the_rows_beneath_it(browser: Client, sheet: ManyRows) -> None:
    top, *_ = delete(sheet, 1)
    assert outline(sheet) == ["0", "5"]
    page = ask(browser, path_of(top))
    assert "4 new rows are added at the old places" in page.text
    assert "with the old hierarchy, values, formulas and formats" in page.text
    assert "“row 1” and the rows beneath it." in page.text
    assert "Undone: 4 deleted rows are in the sheet again, as new rows" in confirm(browser, path_of(top)).text
    assert outline(sheet) == ARRANGED
    assert [change.intent.action for change in undoings()] == [Action.ADD] * 4
    page = ask(browser, f"/audit/{undoings()[0].intent.pk}/")
    assert "restored row row 1 to" in page.text
    assert f"This undoes entry {top.pk}" in page.text
    assert path_of(top) not in ask(browser, f"/audit/{top.pk}/").html


@pytest.mark.django_db(transaction=True)
def test_the_log_and_its_export_verify_with_these_entries(browser: Client, sheet: ManyRows, tmp_path: Path) -> None:
    (moved,) = move(sheet, (5, Place(is_first=True)))
    confirm(browser, path_of(moved))
    top, *_ = delete(sheet, 1)
    confirm(browser, path_of(top))
    assert '"row":{' in (top.evidence or "")
    list(seals.seal_all())
    assert verify(start_of_chain()).findings.kept == []
    file = tmp_path / "log.jsonl"
    call_command("audit_export", "--format", "jsonl", str(file), stderr=StringIO())
    assert json.dumps(top.evidence) in file.read_text()
    assert offline.main([str(file), "--key", public_key()]) == offline.PROVED


def test_formulas_formats_and_folding_come_back(browser: Client, sheet: ManyRows) -> None:
    before = {name: row_named(sheet, name) for name in ("row 2", "row 4")}
    (last,) = delete(sheet, 4)
    first, *_ = delete(sheet, 2)
    confirm(browser, path_of(first))
    confirm(browser, path_of(last))
    assert outline(sheet) == ARRANGED
    for name, old in before.items():
        new = row_named(sheet, name)
        assert new["id"] != old["id"]
        assert new["cells"] == old["cells"]
        assert (new.get("format"), new["expanded"]) == (old.get("format"), old["expanded"])
    assert row_named(sheet, "row 2")["cells"][1]["formula"] == FORMULA


def test_a_restored_row_with_a_formula_can_be_undone_again(browser: Client, sheet: ManyRows) -> None:
    put(sheet, 5, cells=[{"columnId": sheet.notes, "formula": FORMULA}])
    (deleted,) = delete(sheet, 5)
    confirm(browser, path_of(deleted))
    (restored,) = undoings()
    page = confirm(browser, path_of(restored.intent))
    assert "the added row “row 5” is deleted" in page.text
    assert outline(sheet) == ARRANGED[:-1]


def test_deleted_rows_come_back_one_by_one_in_any_order(browser: Client, sheet: ManyRows) -> None:
    entries = {entry.row_label: entry for entry in delete(sheet, 1)}
    confirm(browser, path_of(entries["row 3"]))  # its parents don't exist, so it goes to the bottom
    assert outline(sheet) == ["0", "5", "3"]
    page = ask(browser, path_of(entries["row 1"]))
    assert f"1 row: {undo.ADDED_AGAIN}" in page.text
    page = confirm(browser, path_of(entries["row 1"]))
    assert outline(sheet) == ["0", "1", ".2", ".4", "5", "3"]
    assert (
        "Undone: 3 deleted rows are in the sheet again, as new rows. Nothing of the edit is left to undo" in page.text
    )
    assert "Undone in part" not in page.text


def test_it_says_undone_in_part_if_a_restored_row_was_deleted_since(browser: Client, sheet: ManyRows) -> None:
    entries = {entry.row_label: entry for entry in delete(sheet, 1)}
    confirm(browser, path_of(entries["row 3"]))
    restored = undoings()[0].row_id or 0
    save(sheet.read([restored], with_descendants=True), [DeleteRow(restored)]).raise_error()
    page = confirm(browser, path_of(entries["row 1"]))
    assert "Undone in part" in page.text
    assert f"1 row: {undo.ADDED_AGAIN}" in page.text


def test_a_row_goes_beneath_the_new_row_that_stands_for_its_old_parent(browser: Client, sheet: ManyRows) -> None:
    (leaf,) = delete(sheet, 3)
    (middle,) = delete(sheet, 2)
    confirm(browser, path_of(middle))
    confirm(browser, path_of(leaf))
    assert outline(sheet) == ARRANGED


def test_a_row_whose_parent_is_gone_goes_to_the_bottom_and_the_page_says_so(browser: Client, sheet: ManyRows) -> None:
    (leaf,) = delete(sheet, 3)
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[2]}")
    page = ask(browser, path_of(leaf))
    assert row_places.NO_PARENT in page.text
    assert "The row doesn't go exactly to its old place" in page.text
    assert "at the old place" not in page.text
    confirm(browser, path_of(leaf))
    assert outline(sheet) == ["0", "1", ".4", "5", "3"]


def test_the_page_names_the_row_of_a_family_that_cannot_go_to_its_old_place(browser: Client, sheet: ManyRows) -> None:
    middle = next(entry for entry in delete(sheet, 2) if entry.row_id == sheet.row_ids[2])
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[1]}")
    page = ask(browser, path_of(middle))
    assert f"“row 2”: {row_places.NO_PARENT}" in page.text
    assert "Not every row goes exactly to its old place" in page.text
    assert "at the old places" not in page.text
    assert "with the old hierarchy" not in page.text


def test_rows_that_were_deleted_one_after_the_other_come_back_in_their_order(browser: Client, rows: Rows) -> None:
    sheet = rows(6)
    entries = [delete(sheet, row)[0] for row in (2, 3, 1)]
    for entry in (entries[1], entries[0], entries[2]):
        confirm(browser, path_of(entry))
    assert outline(sheet) == [str(row) for row in range(6)]


def test_one_of_many_deleted_rows_comes_back_to_its_place_with_few_queries(
    browser: Client, rows: Rows, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sheet = rows(152)
    entries = delete(sheet, *range(1, 151))
    with django_assert_max_num_queries(60):
        ask(browser, path_of(entries[148]))
    confirm(browser, path_of(entries[148]))
    confirm(browser, path_of(entries[100]))
    assert outline(sheet) == ["0", "101", "149", "151"]


def test_what_cannot_be_restored_is_named(browser: Client, sheet: ManyRows) -> None:
    primary = {"title": "A", "type": "TEXT_NUMBER", "primary": True}
    other = sheet.call("POST", "/sheets", {"name": "Other", "columns": [primary]})["result"]
    column_id = other["columns"][0]["id"]
    row = {"cells": [{"columnId": column_id, "value": "x"}]}
    source = sheet.call("POST", f"/sheets/{other['id']}/rows", row)["result"]
    link = {"sheetId": other["id"], "rowId": source["id"], "columnId": column_id}
    put(sheet, 5, cells=[{"columnId": sheet.notes, "value": None, "linkInFromCell": link}])
    put(sheet, 0, cells=[{"columnId": sheet.notes, "formula": '=Task2 + "1"'}])
    first, *_ = delete(sheet, 0, 5)
    page = ask(browser, edit_path_of(first))
    assert "In Notes, the values of links to cells of other sheets are kept, but not the links." in page.text
    assert (
        "Formulas in Notes name rows by their numbers. Check that these numbers still mean the same rows." in page.text
    )
    confirm(browser, edit_path_of(first))
    assert row_named(sheet, "row 5")["cells"][1]["value"] == "x"


def test_if_smartsheet_refuses_a_formula_the_row_gets_its_value(
    browser: Client, sheet: ManyRows, sandbox: RunningSandbox
) -> None:
    (top, _leaf) = delete(sheet, 2)
    ask(browser, path_of(top))
    sandbox.fault(method="POST", path="/rows", status=400, errorCode=1162, message="No formulas today.", times=1)
    page = confirm(browser, path_of(top))
    assert f"{PLAIN.format('row 2')}Smartsheet refuses this: No formulas today." in page.text
    assert outline(sheet) == ARRANGED
    assert row_named(sheet, "row 2")["cells"][1]["value"] == "row 2!"
    assert "formula" not in row_named(sheet, "row 2")["cells"][1]
    assert [change.phase for change in undoings()] == [Phase.REFUSED, Phase.APPLIED, Phase.APPLIED]


def test_a_refused_lock_is_left_out_though_other_rows_were_saved_with_the_same_key(
    sheet: ManyRows, alice: Person, sign_in: SignIn
) -> None:
    put(sheet, 0, locked=True)
    share = {"email": alice.email, "accessLevel": "ADMIN"}
    (shared,) = sheet.call("POST", f"/sheets/{sheet.id}/shares", [share])["result"]
    changes = with_outcomes(delete(sheet, 0, 5))
    sign_in(Client(), alice)
    by_alice = User.objects.get(smartsheet__smartsheet_id=alice.id)
    plan = undo.plan(by_alice, changes, region="sandbox")
    sheet.call("PUT", f"/sheets/{sheet.id}/shares/{shared['id']}", {"accessLevel": "EDITOR"})
    result = undo.undo(plan, key="pressed once")
    assert [row.status for row in result.rows] == [Status.SAVED, Status.SAVED]
    assert [row.message.startswith(PLAIN.format("row 0")) for row in result.rows] == [True, False]
    assert outline(sheet) == ARRANGED


def test_if_the_upper_row_fails_those_beneath_it_are_not_sent(
    browser: Client, sheet: ManyRows, sandbox: RunningSandbox
) -> None:
    top, *_ = delete(sheet, 1)
    sandbox.fault(method="POST", path="/rows", status=400, errorCode=1041, times=1)
    page = confirm(browser, path_of(top), key="x")
    assert page.status != 200
    assert outline(sheet) == ["0", "5"]
    confirm(browser, path_of(top))
    assert outline(sheet) == ARRANGED


def test_an_uncertain_restoration_is_neither_repeated_nor_passed_over(
    browser: Client, sheet: ManyRows, sandbox: RunningSandbox
) -> None:
    top, *_ = delete(sheet, 1)
    sandbox.fault(method="POST", path="/rows", drop="before", times=1)
    confirm(browser, path_of(top))
    page = ask(browser, path_of(top))
    assert undo.RESTORING in page.text
    assert undo.PARENT_RESTORING in page.text
    assert outline(sheet) == ["0", "5"]


def test_pressing_twice_restores_once(browser: Client, sheet: ManyRows) -> None:
    top, *_ = delete(sheet, 1)
    confirm(browser, path_of(top), key="twice")
    page = confirm(browser, path_of(top), key="twice")
    assert "You sent this change twice. The change was made the first time, and nothing was sent again." in page.text
    assert outline(sheet) == ARRANGED


def test_a_deletion_of_an_older_version_is_restored_at_the_bottom(
    browser: Client, sheet: ManyRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edits.saving.batches.evidence_of_deleted", lambda *_args, **_how: None)
    top, *_ = delete(sheet, 1)
    monkeypatch.undo()
    page = ask(browser, edit_path_of(top))
    assert "4 new rows are added at the bottom of the sheet" in page.text
    assert "their place, history, formulas, comments and attachments are lost" in page.text
    confirm(browser, edit_path_of(top))
    assert outline(sheet) == ["0", "5", "1", "2", "3", "4"]


def test_1000_rows_come_back_in_a_few_calls_on_short_pages(browser: Client, rows: Rows, settings: Settings) -> None:
    settings.SMARTSHEET_DEADLINE = 120.0  # a busy machine is slow
    sheet = rows(1_001)
    names = outline(sheet)
    first, *_ = delete(sheet, *range(1, 1_001))
    sheet.sandbox.forget_requests()
    page = ask(browser, edit_path_of(first))
    assert "Add 1,000 new rows" in page.text
    assert len(page.html) < 60_000
    assert "1,000 deleted rows are in the sheet again" in confirm(browser, edit_path_of(first)).text
    assert outline(sheet) == names
    assert len(sheet.writes()) == 2


def test_if_time_runs_out_the_rest_is_undone_later(
    browser: Client, rows: Rows, sandbox: RunningSandbox, settings: Settings
) -> None:
    sheet = rows(60)
    parents, children = sheet.row_ids[:30], sheet.row_ids[30:]
    for parent, child in zip(parents, children, strict=True):
        sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": child, "parentId": parent}])
    before = outline(sheet)
    first, *_ = delete(sheet, *range(30))
    ask(browser, edit_path_of(first))
    settings.SMARTSHEET_DEADLINE = 4.0
    sandbox.fault(method="POST", path="/rows$", delay=0.3, times=0)
    page = confirm(browser, edit_path_of(first))
    sandbox.end_faults()
    settings.SMARTSHEET_DEADLINE = 120.0
    assert "Undone in part" in page.text
    assert "Undo the rest…" in page.text
    assert 30 <= len(outline(sheet)) < 60
    assert "in the sheet again" in confirm(browser, edit_path_of(first)).text
    assert outline(sheet) == before
