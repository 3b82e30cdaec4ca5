"""The rules for one row also hold for 2, 500 and 501 rows. Each row and cell has a result, and each row has entries
in the log.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from audit.changes import with_outcomes
from audit.models import Entry
from audit.vocabulary import Action, Phase
from edits.gateway import budget
from edits.saving import AddRow, CellChange, DeleteRow, MoveRow, Place, RowChange, Status, UpdateRow, save
from tests.edits.saving.conftest import ManyRows

Rows = Callable[[int], ManyRows]
COUNTS = [2, 500, 501]


def logged(sheet: ManyRows) -> Counter[str]:
    """Return the outcomes of the sheet's changes in the log, with the number of changes for each outcome."""
    return Counter(change.phase.value for change in with_outcomes(Entry.objects.intents().on_sheet(sheet.id)))


def test_reading_the_baseline_takes_two_queries(rows: Rows, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    sheet = rows(2)
    with django_assert_num_queries(2):  # the token with its person; the log's newest entry
        sheet.read()


@pytest.mark.parametrize("count", COUNTS)
def test_updates(rows: Rows, count: int) -> None:
    sheet = rows(count)
    result = save(sheet.read(), sheet.updates())
    assert Counter(row.status for row in result.rows) == {Status.SAVED: count}
    assert [row.row_id for row in result.rows] == sheet.row_ids
    assert [row.cells[0].value for row in result.rows] == [f"new {n}" for n in range(count)]
    assert sheet.notes_now() == [f"new {n}" for n in range(count)]
    assert len(sheet.writes()) == -(-count // 500)
    assert logged(sheet) == {"applied": count}
    assert Entry.objects.intents().on_sheet(sheet.id).values("edit_id").distinct().count() == 1


@pytest.mark.parametrize("count", COUNTS)
def test_additions(rows: Rows, count: int) -> None:
    sheet = rows(1)
    changes = [AddRow((CellChange(sheet.task, None, f"added {n}"),)) for n in range(count)]
    result = save(sheet.read([]), changes)
    assert Counter(row.status for row in result.rows) == {Status.SAVED: count}
    labels = {row["id"]: row["cells"][0]["value"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]}
    assert [labels[row.row_id or 0] for row in result.rows] == [f"added {n}" for n in range(count)]
    assert len(sheet.writes()) == -(-count // 500)
    assert logged(sheet) == {"applied": count}


@pytest.mark.parametrize(("count", "calls"), [(2, 1), (440, 1), (441, 2)])
def test_deletions(rows: Rows, count: int, calls: int) -> None:
    sheet = rows(count)
    result = save(sheet.read(with_descendants=True), [DeleteRow(row_id) for row_id in sheet.row_ids])
    assert Counter(row.status for row in result.rows) == {Status.SAVED: count}
    assert sheet.call("GET", f"/sheets/{sheet.id}")["rows"] == []
    assert len(sheet.writes()) == calls
    assert logged(sheet) == {"applied": count}


def test_a_row_and_its_child_row_are_deleted_together(rows: Rows) -> None:
    sheet = rows(3)
    parent, child, other = sheet.row_ids
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": child, "parentId": parent}])
    result = save(sheet.read([child, parent], with_descendants=True), [DeleteRow(child), DeleteRow(parent)])
    assert [(row.status, row.count) for row in result.rows] == [(Status.SAVED, 1), (Status.SAVED, 2)]
    assert [row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]] == [other]
    assert logged(sheet) == {"applied": 2}


def test_a_row_that_a_deletion_takes_along_is_logged_too(rows: Rows) -> None:
    """A person deletes a row. After the sheet was read, someone else has made another row a child row of it. So
    Smartsheet deletes both rows.
    """
    sheet = rows(3)
    parent, moved, other = sheet.row_ids
    baseline = sheet.read([parent], with_descendants=True)
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": moved, "parentId": parent}])
    result = save(baseline, [DeleteRow(parent)])
    assert [row.status for row in result.rows] == [Status.SAVED]
    assert [row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]] == [other]
    taken = Entry.objects.outcomes().get(row_id=moved)
    assert (taken.action, taken.phase, taken.edit_id) == ("delete", "applied", result.edit_ids[0])


def test_a_row_that_is_gone_prevents_no_later_deletion_of_the_others(rows: Rows) -> None:
    """A person deletes three rows. After the sheet was read, someone else has deleted one of these rows. So Smartsheet
    deletes none of the rows, and doesn't say why.
    """
    sheet = rows(3)
    first, gone, last = sheet.row_ids
    baseline = sheet.read(with_descendants=True)
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={gone}")
    result = save(baseline, [DeleteRow(row_id) for row_id in sheet.row_ids])
    assert [row.status for row in result.rows] == [Status.NOT_SENT, Status.REFUSED, Status.NOT_SENT]
    again = save(sheet.read([first, last], with_descendants=True), [DeleteRow(first), DeleteRow(last)])
    assert [row.status for row in again.rows] == [Status.SAVED] * 2
    assert sheet.call("GET", f"/sheets/{sheet.id}")["rows"] == []


@pytest.mark.parametrize("place", ["parent", "sibling"])
def test_no_row_goes_where_the_same_save_deletes(rows: Rows, place: str) -> None:
    sheet = rows(3)
    parent, child, other = sheet.row_ids
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": child, "parentId": parent}])
    sheet.sandbox.forget_requests()
    baseline = sheet.read([parent, other], with_descendants=True)
    where = Place(parent_id=parent) if place == "parent" else Place(sibling_id=child)
    with pytest.raises(ValueError, match="same save deletes"):
        save(baseline, [MoveRow(other, where), DeleteRow(parent)])
    assert sheet.writes() == []


def test_moves(rows: Rows) -> None:
    sheet = rows(4)
    first, second, third, fourth = sheet.row_ids
    changes = [MoveRow(third, Place(parent_id=first)), MoveRow(fourth, Place(is_first=True))]
    result = save(sheet.read(), changes)
    assert [row.status for row in result.rows] == [Status.SAVED] * 2
    found = [(row["id"], row.get("parentId")) for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]]
    assert found == [(fourth, None), (first, None), (third, first), (second, None)]
    assert Entry.objects.intents().filter(action=Action.MOVE).count() == 2


def test_a_mix_of_all(rows: Rows) -> None:
    sheet = rows(4)
    first, _second, third, fourth = sheet.row_ids
    result = save(
        sheet.read(with_descendants=True),
        [
            DeleteRow(fourth),
            AddRow((CellChange(sheet.task, None, "added"),)),
            UpdateRow(first, (CellChange(sheet.notes, "was", "new"), CellChange(sheet.done, None, True))),
            MoveRow(third, Place(is_first=True)),
        ],
    )
    assert [row.status for row in result.rows] == [Status.SAVED] * 4
    assert len(result.edit_ids) == 4
    assert sheet.notes_now() == ["was", "new", "was", None]
    assert logged(sheet) == {"applied": 5}


def test_each_cell_that_was_not_saved_says_why(rows: Rows) -> None:
    """The save has a conflict, an unchanged cell, a deleted row, a missing column, and a row that is saved."""
    sheet = rows(5)
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [
        {"id": sheet.row_ids[0], "cells": [{"columnId": sheet.notes, "value": "theirs"}]}
    ])  # fmt: skip
    changes = sheet.updates()
    changes[1] = UpdateRow(sheet.row_ids[1], (CellChange(sheet.notes, "was", "was"),))
    changes[3] = UpdateRow(sheet.row_ids[3], (CellChange(99, None, "x"), CellChange(sheet.notes, "was", "new")))
    baseline = sheet.read()
    gone = [row for row in baseline.sheet.rows if row.id != sheet.row_ids[2]]
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[2]}")
    result = save(sheet.read(), changes)
    assert len(gone) == 4
    assert [row.status for row in result.rows] == [
        Status.CONFLICT, Status.UNCHANGED, Status.REFUSED, Status.FORBIDDEN, Status.SAVED,
    ]  # fmt: skip
    (conflict,) = result.rows[0].conflicts()
    assert (conflict.value, conflict.by) == ("theirs", "Bob Baker")
    noted = Entry.objects.on_sheet(sheet.id).filter(line=None).order_by("id").values_list("phase", flat=True)
    assert list(noted) == [Phase.CONFLICT, Phase.UNCHANGED, Phase.REFUSED, Phase.FORBIDDEN]


def test_every_entry_says_how_the_save_came(rows: Rows) -> None:
    sheet = rows(2)
    changes = sheet.updates()
    changes[1] = UpdateRow(sheet.row_ids[1], (CellChange(sheet.notes, "something else", "mine"),))
    save(sheet.read(), changes, via={"form": "status", "version": 3})
    kept = Entry.objects.on_sheet(sheet.id).order_by("id").values_list("phase", "via")
    assert list(kept) == [(phase, '{"form":"status","version":3}') for phase in ("conflict", "intent", "applied")]


def test_cell_by_cell_saves_what_can_be_saved_of_a_row(rows: Rows) -> None:
    sheet = rows(1)
    cells = (CellChange(sheet.notes, "something else", "mine"), CellChange(sheet.done, None, True))
    whole = save(sheet.read(), [UpdateRow(sheet.row_ids[0], cells)])
    assert [(cell.column_id, cell.status) for cell in whole.rows[0].cells] == [
        (sheet.notes, Status.CONFLICT), (sheet.done, Status.NOT_SENT),
    ]  # fmt: skip
    one_by_one = save(sheet.read(), [UpdateRow(sheet.row_ids[0], cells)], is_cell_by_cell=True)
    assert [(cell.column_id, cell.status) for cell in one_by_one.rows[0].cells] == [
        (sheet.notes, Status.CONFLICT), (sheet.done, Status.SAVED),
    ]  # fmt: skip
    assert sheet.notes_now() == ["was"]


@pytest.mark.parametrize(
    "changes",
    [
        [UpdateRow(1, (CellChange(2, None, "x"),)), UpdateRow(1, (CellChange(3, None, "x"),))],
        [UpdateRow(1, (CellChange(2, None, "x"), CellChange(2, None, "y")))],
        [MoveRow(1, Place()), MoveRow(1, Place(is_first=True))],
    ],
)
def test_the_same_row_or_cell_twice_is_refused_before_anything_is_logged(rows: Rows, changes: list[RowChange]) -> None:
    sheet = rows(1)
    with pytest.raises(ValueError, match=r"two changes|twice"):
        save(sheet.read(), changes)
    assert not Entry.objects.on_sheet(sheet.id).exists()


def test_a_deletion_needs_to_know_what_goes_with_it(rows: Rows) -> None:
    sheet = rows(1)
    with pytest.raises(ValueError, match="has their child rows"):
        save(sheet.read(), [DeleteRow(sheet.row_ids[0])])


@pytest.mark.parametrize("is_in_request", [False, True])
def test_in_a_job_the_deadline_begins_with_the_save(rows: Rows, settings: Settings, is_in_request: bool) -> None:
    """A save must end before its deadline. In a job, the time starts when the save starts, so the job can do long work
    between reading a sheet and saving it. In a request, the time starts with the request, because a person is waiting.
    """
    sheet = rows(1)
    settings.SMARTSHEET_DEADLINE = 4
    if is_in_request:
        budget.request_began()
    try:
        baseline = sheet.read()
        baseline.gateway._budget._begun -= 10  # as if the job had done something else for ten seconds
        result = save(baseline, sheet.updates())
    finally:
        budget.request_ended()
    assert result.rows[0].status is (Status.NOT_SENT if is_in_request else Status.SAVED)
