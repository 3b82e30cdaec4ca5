"""A whole edit can be undone. The pages for undoing have a limited size. A cell gets its old value only if it still has
the value that the edit wrote. Each cell has a result.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from audit.recording import Actor, Change, Outcome, intend, settle
from audit.vocabulary import Action, Origin, Phase
from edits.rows import undo_views
from edits.saving import AddRow, CellChange, DeleteRow, UpdateRow, save, undo
from edits.saving.undo_plan import Plan
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.saving.conftest import ManyRows
from tests.running_sandbox import Person, RunningSandbox

Rows = Callable[[int], ManyRows]
KEY = "6f2c8f9e-58a7-4a1b-9a55-0b7e86b2d6b8"


@pytest.fixture
def user(browser: Client, bob: Person) -> User:
    return User.objects.get(smartsheet__smartsheet_id=bob.id)


@pytest.fixture
def rows(sandbox: RunningSandbox, bob: Person, user: User) -> Rows:
    """Return rows(), which creates a sheet whose notes are "was": rows(3) has three rows."""
    return lambda count: ManyRows(sandbox, bob, user, count)


def changed(sheet: ManyRows, text: str = "new") -> str:
    """Give each row a new note in one edit. Return the address of the page that undoes the edit."""
    result = save(sheet.read(), sheet.updates(text))
    assert result.saved_cells == sheet.count
    return f"/sheets/undo/edit/{result.edit_ids[0]}/"


def added(sheet: ManyRows, count: int = 3) -> tuple[str, list[int]]:
    """Add rows in one edit. Return the address of the page that undoes the edit, and the ids of the rows."""
    result = save(sheet.read([]), [AddRow((CellChange(sheet.task, None, f"added {n}"),)) for n in range(count)])
    return f"/sheets/undo/edit/{result.edit_ids[0]}/", [row.row_id or 0 for row in result.rows]


def ask(browser: Client, path: str) -> Page:
    return Page.open(browser, path)


def confirm(browser: Client, path: str, key: str | None = None) -> Page:
    found = re.search(r'name="once" value="([^"]+)"', ask(browser, path).html)
    assert key or found
    answer = browser.post(path, {"once": key or (found[1] if found else "")}, follow=True)
    return Page.of(browser, path, answer)


def write(sheet: ManyRows, row: int, note: str) -> None:
    """Change a note without the app."""
    cells = [{"columnId": sheet.notes, "value": note}]
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": sheet.row_ids[row], "cells": cells}])


def undoings() -> list[LoggedChange]:
    return with_outcomes(Entry.objects.intents().filter(origin=Origin.UNDO).order_by("id"))


def test_it_asks_first_and_the_edits_page_leads_to_it(browser: Client, rows: Rows) -> None:
    sheet = rows(3)
    path = changed(sheet)
    assert path in browser.get(f"/audit/?edit={path.split('/')[-2]}").content.decode()
    page = ask(browser, path)
    assert "changed 3 cells of 3 rows" in page.text
    assert "3 cells get their old values back in Smartsheet, in the name of Bob Baker" in page.text
    assert "row 0 Notes new 0 was" in page.text
    assert len(sheet.writes()) == 1


def test_an_action_of_the_site_itself_has_a_page_that_says_why_not(browser: Client, rows: Rows, bob: Person) -> None:
    sheet = rows(1)
    changes = [Change(row_id, "row", None, "", None, None) for row_id in sheet.row_ids]
    actor = Actor(id=bob.id, region="sandbox", name=bob.name, email=bob.email)
    facts: dict[str, Any] = {
        "actor": actor,
        "sheet_id": sheet.id,
        "sheet_name": "Sheet",
        "changes": changes,
        "origin": Origin.APP,
    }
    intent = intend(action="approve", **facts)
    settle(intent, [Outcome(Phase.APPLIED, None)])
    page = ask(browser, f"/sheets/undo/edit/{intent.edit_id}/")
    assert (page.status, undo.NO_CELL in page.text) == (200, True)


def test_it_restores_all_cells_in_one_call_and_each_entry_says_so(browser: Client, rows: Rows) -> None:
    sheet = rows(3)
    path = changed(sheet)
    originals = list(Entry.objects.intents().order_by("id"))
    page = confirm(browser, path)
    assert "Undone: 3 cells have their old values again" in page.text
    assert sheet.notes_now() == ["was"] * 3
    assert len(sheet.writes()) == 2
    found = undoings()
    assert [change.intent.refers_to for change in found] == [entry.pk for entry in originals]
    assert {change.phase for change in found} == {Phase.APPLIED}
    assert f"/sheets/undo/{originals[1].pk}/" not in browser.get(f"/audit/{originals[1].pk}/").content.decode()
    assert f"This undoes entry {originals[2].pk}" in Page.open(browser, f"/audit/{found[2].intent.pk}/").text


def test_several_cells_of_a_row_come_back_each_by_itself(browser: Client, rows: Rows) -> None:
    sheet = rows(1)
    cells = (CellChange(sheet.notes, "was", "new"), CellChange(sheet.done, None, typed=True))
    result = save(sheet.read(), [UpdateRow(sheet.row_ids[0], cells)])
    write(sheet, 0, "Alice's")
    page = confirm(browser, f"/sheets/undo/edit/{result.edit_ids[0]}/")
    assert "Undone in part" in page.text
    assert "1 cell has its old value again" in page.text
    assert sheet.notes_now() == ["Alice's"]
    assert [change.intent.column_id for change in undoings() if change.is_applied] == [sheet.done]


def test_cells_changed_since_are_not_undone_and_listed(browser: Client, rows: Rows) -> None:
    sheet = rows(3)
    path = changed(sheet)
    write(sheet, 1, "Alice's")
    page = ask(browser, path)
    assert "1 cell: Changed after this edit, so undoing leaves it as it is" in page.text
    assert "row 1 Notes Alice's by Bob Baker" in page.text
    page = confirm(browser, path)
    assert page.status == 200
    assert "2 cells have their old values again" in page.text
    assert sheet.notes_now() == ["was", "Alice's", "was"]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Return meanwhile(). After meanwhile(act), each undo calls `act` when it has read the rows, and before it sends
    anything.
    """

    def let(happen: Callable[[], object]) -> None:
        plan = undo.plan

        def plan_and_interfere(*asked: Any, **how: Any) -> Plan:
            planned = plan(*asked, **how)
            happen()
            return planned

        monkeypatch.setattr(undo, "plan", plan_and_interfere)

    return let


def test_a_cell_that_changes_between_reading_and_sending_is_left_alone(
    browser: Client, rows: Rows, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    sheet = rows(2)
    path = changed(sheet)
    meanwhile(lambda: save(sheet.read([sheet.row_ids[0]]), sheet.updates("meanwhile", shown="new 0")[:1]))
    page = Page.of(browser, path, browser.post(path, {"once": KEY}))
    assert "1 cell has its old value again" in page.text
    assert (
        "Another save of the same cell or row was in progress at this moment, so this change wasn't sent." in page.text
    )
    assert sheet.notes_now() == ["meanwhile 0", "was"]
    again = Page.of(browser, path, browser.post(path, {"once": KEY}, follow=True))
    assert (
        "You sent this form twice. Changes were undone only the first time. This page shows what is left to undo."
        in again.text
    )
    assert "It was made only once, the first time" not in again.text


def test_a_row_that_smartsheet_refuses_keeps_no_other_from_being_undone(
    browser: Client, rows: Rows, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    sheet = rows(3)
    path = changed(sheet)
    meanwhile(lambda: sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[1]}"))
    page = Page.of(browser, path, browser.post(path, {"once": KEY}))
    assert "2 cells have their old values again" in page.text
    assert re.search("row 1 Notes new 1 was", page.text)
    assert sheet.notes_now() == ["was", "was"]
    assert [change.phase for change in undoings()] == [Phase.APPLIED, Phase.REFUSED, Phase.APPLIED]


def test_rows_that_are_gone_are_named(browser: Client, rows: Rows) -> None:
    sheet = rows(2)
    path = changed(sheet)
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[0]}")
    page = ask(browser, path)
    assert "1 cell: This row no longer exists" in page.text
    assert "Put back the old value of 1 cell" in page.text


def test_once_undone_there_is_nothing_left_to_undo(browser: Client, rows: Rows) -> None:
    sheet = rows(2)
    path = changed(sheet)
    confirm(browser, path)
    page = ask(browser, path)
    assert "This cannot be undone" in page.text
    assert f"2 cells: {undo.NOTHING_LEFT}" in page.text
    assert browser.post(path).status_code == 409
    assert len(sheet.writes()) == 2


def test_an_undo_of_an_edit_can_be_undone(browser: Client, rows: Rows) -> None:
    sheet = rows(2)
    confirm(browser, changed(sheet))
    confirm(browser, f"/sheets/undo/edit/{undoings()[0].intent.edit_id}/")
    assert sheet.notes_now() == ["new 0", "new 1"]


def test_pressing_twice_undoes_once(browser: Client, rows: Rows) -> None:
    sheet = rows(2)
    path = changed(sheet)
    confirm(browser, path, KEY)
    page = Page.of(browser, path, browser.post(path, {"once": KEY}, follow=True))
    assert "You sent this change twice. It was made only once, the first time." in page.text
    assert len(sheet.writes()) == 2


def test_a_longer_edit_is_undone_in_parts(browser: Client, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo_views, "MOST_CHANGES", 2)
    sheet = rows(5)
    path = changed(sheet)
    page = confirm(browser, path)
    assert "2 cells have their old values again" in page.text
    assert "rows 1 to 2 of the edit. The edit is too long" in page.text
    assert f"{path}?from=2" in page.html
    assert sheet.notes_now() == ["was", "was", "new 2", "new 3", "new 4"]
    confirm(browser, f"{path}?from=2")
    assert "?from=" not in ask(browser, f"{path}?from=4").html
    confirm(browser, f"{path}?from=4")
    assert sheet.notes_now() == ["was"] * 5


def test_added_rows_that_are_as_they_were_added_are_deleted(browser: Client, rows: Rows) -> None:
    sheet = rows(1)
    path, row_ids = added(sheet)
    sheet.call(
        "PUT", f"/sheets/{sheet.id}/rows", [{"id": row_ids[1], "cells": [{"columnId": sheet.notes, "value": "x"}]}]
    )
    page = ask(browser, path)
    assert "1 row: Changed after this edit, so undoing leaves it as it is" in page.text
    assert "Delete 2 rows" in page.text
    page = confirm(browser, path)
    assert "2 added rows are deleted" in page.text
    left = [row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]]
    assert left == [sheet.row_ids[0], row_ids[1]]
    found = undoings()
    assert {change.intent.action for change in found} == {Action.DELETE}
    assert all(change.intent.refers_to for change in found)


def test_one_added_row_is_undone_from_its_entry(browser: Client, rows: Rows) -> None:
    sheet = rows(1)
    _path, (row_id,) = added(sheet, 1)
    entry = Entry.objects.intents().get(action=Action.ADD)
    path = f"/sheets/undo/{entry.pk}/"
    assert "Comments and attachments of the row are deleted too" in ask(browser, path).text
    page = confirm(browser, path)
    assert "Undone: the added row “added 0” is deleted" in page.text
    assert [row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]] == sheet.row_ids
    assert (undoings()[0].intent.row_id, undoings()[0].intent.refers_to) == (row_id, entry.pk)


def test_the_rest_of_an_edit_is_undone_without_calling_it_a_part(browser: Client, rows: Rows) -> None:
    sheet = rows(2)
    path, row_ids = added(sheet, 2)
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={row_ids[0]}")
    page = confirm(browser, path)
    assert "Undone: 1 added row is deleted. Nothing of the edit is left to undo" in page.text
    path = changed(sheet)
    write(sheet, 1, "was")
    page = confirm(browser, path)
    assert "Undone: 1 cell has its old value again. Nothing of the edit is left to undo" in page.text


def test_an_added_row_with_child_rows_stays(browser: Client, rows: Rows) -> None:
    sheet = rows(1)
    path, row_ids = added(sheet, 2)
    child = {"id": sheet.row_ids[0], "parentId": row_ids[0]}
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [child])
    assert undo.HAS_CHILD_ROWS in ask(browser, path).text
    confirm(browser, path)
    left = {row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]}
    assert left == {sheet.row_ids[0], row_ids[0]}


def test_deleted_rows_come_back_as_new_rows_once(browser: Client, rows: Rows) -> None:
    sheet = rows(3)
    result = save(sheet.read(sheet.row_ids[:2], with_descendants=True), [DeleteRow(one) for one in sheet.row_ids[:2]])
    path = f"/sheets/undo/edit/{result.edit_ids[0]}/"
    page = ask(browser, path)
    assert "2 new rows are added at the old places" in page.text
    assert "2 rows: To be added again" in page.text
    assert "Undone: 2 deleted rows are in the sheet again, as new rows" in confirm(browser, path).text
    now = sheet.call("GET", f"/sheets/{sheet.id}")["rows"]
    assert [row["cells"][0]["value"] for row in now] == ["row 0", "row 1", "row 2"]
    assert sheet.notes_now() == ["was"] * 3
    assert undo.ADDED_AGAIN in ask(browser, path).text
    assert len(undoings()) == 2


def test_two_who_undo_the_same_deletion_add_one_row(
    browser: Client, rows: Rows, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    sheet = rows(2)
    result = save(sheet.read(sheet.row_ids[:1], with_descendants=True), [DeleteRow(sheet.row_ids[0])])
    (deleted,) = with_outcomes(Entry.objects.intents().filter(action=Action.DELETE))
    planned = undo.plan(sheet.user, [deleted], region=deleted.intent.region)
    meanwhile(lambda: undo.undo(planned))
    path = f"/sheets/undo/edit/{result.edit_ids[0]}/"
    answer = browser.post(path, {"once": KEY})
    assert answer.status_code == 409
    assert "Another undo of the same deletion was in progress" in answer.content.decode()
    assert sheet.notes_now() == ["was"] * 2


def test_columns_that_were_removed_since_are_named(browser: Client, rows: Rows) -> None:
    sheet = rows(1)
    result = save(sheet.read(with_descendants=True), [DeleteRow(sheet.row_ids[0])])
    sheet.call("DELETE", f"/sheets/{sheet.id}/columns/{sheet.notes}")
    path = f"/sheets/undo/edit/{result.edit_ids[0]}/"
    assert "The new rows also don't get the values of Notes." in ask(browser, path).text
    confirm(browser, path)
    (row,) = sheet.call("GET", f"/sheets/{sheet.id}")["rows"]
    assert row["cells"][0]["value"] == "row 0"


def test_a_deletion_whose_undoing_is_not_certain_is_not_undone_again(
    browser: Client, rows: Rows, sandbox: RunningSandbox
) -> None:
    sheet = rows(1)
    result = save(sheet.read(with_descendants=True), [DeleteRow(sheet.row_ids[0])])
    path = f"/sheets/undo/edit/{result.edit_ids[0]}/"
    ask(browser, path)
    sandbox.fault(method="POST", path="/rows$", drop="after", times=1)
    assert browser.post(path, {"once": KEY}).status_code == 502
    assert undo.RESTORING in ask(browser, path).text


def test_others_edits_are_undone_by_who_may_edit_and_seen_by_who_may_see(
    rows: Rows, sign_in: SignIn, sandbox: RunningSandbox, browser: Client
) -> None:
    sheet = rows(2)
    path = changed(sheet)
    stranger = Client()
    charlie = sandbox.people()["charlie"]
    sign_in(stranger, charlie)
    assert stranger.get(path).status_code == 404
    assert stranger.post(path).status_code == 404
    assert browser.get(f"/sheets/undo/edit/{KEY}/").status_code == 404
    assert browser.get(f"{path}?from=99").status_code == 404
    assert sheet.notes_now() == ["new 0", "new 1"]


@pytest.mark.parametrize("start", ["x", "-1", "²", "9" * 30])
def test_an_odd_start_begins_at_the_first_row(browser: Client, rows: Rows, start: str) -> None:
    sheet = rows(1)
    assert "Put back the old value of 1 cell" in ask(browser, f"{changed(sheet)}?from={start}").text


def test_where_nothing_was_sent_the_page_says_why(browser: Client, rows: Rows, sandbox: RunningSandbox) -> None:
    sheet = rows(2)
    path = changed(sheet)
    ask(browser, path)
    sandbox.fault(method="PUT", status=429, times=10)
    answer = browser.post(path, {"once": KEY})
    assert answer.status_code == 429
    assert sheet.notes_now() == ["new 0", "new 1"]
