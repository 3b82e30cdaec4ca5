"""For deleted rows, undo adds new rows at the old places: under the same parent rows, in the same order, with the same
formulas and formats.
"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from audit import verify as offline
from audit.changes import with_outcomes
from audit.proof import seals
from audit.verification.start import start_of_chain
from audit.verification.verify import verify
from audit.vocabulary import Action, Phase
from edits.saving import DeleteRow, Place, Status, row_places, save, undo
from edits.saving.putting_back import PLAIN
from tests.audit.export.conftest import public_key
from tests.edits.conftest import SignIn
from tests.edits.saving.conftest import ManyRows
from tests.edits.undoing_rows.steps import (
    ARRANGED,
    FORMULA,
    Rows,
    ask,
    confirm,
    delete,
    edit_path_of,
    move,
    outline,
    path_of,
    put,
    row_named,
    undoings,
)
from tests.running_sandbox import Person, RunningSandbox


def test_a_deleted_row_comes_back_with_its_child_rows(browser: Client, sheet: ManyRows) -> None:
    top, *_ = delete(sheet, 1)
    assert outline(sheet) == ["0", "5"]
    page = ask(browser, path_of(top))
    assert "4 new rows are added at the old places" in page.text
    assert "with the old hierarchy, values, formulas and formats" in page.text
    assert "“row 1” and its child rows." in page.text
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


def test_a_row_becomes_a_child_row_of_the_new_row_that_stands_for_its_old_parent(
    browser: Client, sheet: ManyRows
) -> None:
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
        "Formulas in Notes refer to rows by their numbers. Check that they still refer to the right rows." in page.text
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


def test_if_the_parent_row_fails_its_child_rows_are_not_sent(
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
    assert "You sent this change twice. It was made only once, the first time." in page.text
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


def test_a_second_click_is_told_if_only_some_of_the_rows_came_back(
    browser: Client, sheet: ManyRows, user: User
) -> None:
    for row in range(1, 5):
        put(sheet, row, cells=[{"columnId": sheet.notes, "value": ""}])
    top, *others = delete(sheet, 0, 1)
    plan = undo.plan(user, with_outcomes([top, *others]), region="sandbox")
    sheet.call("PUT", f"/sheets/{sheet.id}/columns/{sheet.notes}", {"type": "DATE", "validation": True})
    result = undo.undo(plan, key="twice")
    assert [row.status for row in result.rows] == [Status.REFUSED, *[Status.SAVED] * 4]
    page = confirm(browser, edit_path_of(top), key="twice")
    assert (
        "You sent this form twice. Changes were undone only the first time. This page shows what is left to undo."
        in page.text
    )
    assert outline(sheet) == ARRANGED[1:]
