"""Smartsheet gives answers that are unusual but possible. A row is reported as saved only if it is certain that
it was saved. A change never blocks another change of the same save.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from audit.changes import with_outcomes
from audit.models import Entry
from edits.gateway.client import Gateway
from edits.gateway.errors import OutcomeUnknown, Refused
from edits.saving import (
    AddRow,
    CellChange,
    DeleteRow,
    MoveRow,
    NotRecorded,
    Place,
    RowChange,
    Status,
    UpdateRow,
    batches,
    save,
    sending,
)
from tests.edits.saving.conftest import ManyRows

Rows = Callable[[int], ManyRows]


def phases() -> list[str]:
    return [change.phase.value for change in with_outcomes(Entry.objects.intents().order_by("id"))]


def test_a_row_that_is_changed_and_moved_in_one_save_is_not_contested_by_itself(rows: Rows) -> None:
    sheet = rows(3)
    first, second, _ = sheet.row_ids
    changes: list[RowChange] = [
        UpdateRow(first, (CellChange(sheet.notes, "was", "new"),)),
        MoveRow(first, Place()),
        UpdateRow(second, (CellChange(sheet.notes, "was", "gone"),)),
        DeleteRow(second),
    ]
    result = save(sheet.read(with_descendants=True), changes)
    assert [row.status for row in result.rows] == [Status.SAVED] * 4
    assert sheet.notes_now() == ["was", "new"]


def test_a_row_is_not_deleted_while_another_save_changes_a_child_row(rows: Rows) -> None:
    """A person deletes a row. Meanwhile, another save has changed a child row of this row. If the deletion were sent,
    Smartsheet would delete both rows, although the log says only that the parent row is deleted.
    """
    sheet = rows(3)
    top, child, other = sheet.row_ids
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": child, "parentId": top, "toBottom": True}])
    baseline = sheet.read(with_descendants=True)
    save(sheet.read(), [UpdateRow(child, (CellChange(sheet.notes, "was", "theirs"),))])
    result = save(baseline, [DeleteRow(top), DeleteRow(other)])
    assert [row.status for row in result.rows] == [Status.NOT_SENT, Status.SAVED]
    assert sheet.notes_now() == ["was", "theirs"]
    assert phases() == ["applied", "failed", "failed", "applied"]


def test_results_in_another_order_are_matched_by_their_rows(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = rows(3)
    answer_with(monkeypatch, lambda results: results[::-1])
    result = save(sheet.read(), sheet.updates())
    assert [(row.row_id, row.cells[0].value) for row in result.rows] == [
        (row_id, f"new {place}") for place, row_id in enumerate(sheet.row_ids)
    ]


def test_a_row_that_an_answer_does_not_name_is_unknown_and_has_an_error(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rows are saved. The answer has two results, but both are for the first row."""
    sheet = rows(2)
    answer_with(monkeypatch, lambda results: [results[0], results[0]])
    result = save(sheet.read(), sheet.updates())
    assert [row.status for row in result.rows] == [Status.SAVED, Status.UNKNOWN]
    assert phases() == ["applied", "unknown"]
    with pytest.raises(OutcomeUnknown):
        result.raise_error()


ERROR = {"errorCode": 1042, "message": "No."}


@pytest.mark.parametrize(
    ("done", "failed"),
    [
        ([0, 1], [{"rowId": 0}]),
        ([0, 1], [{"index": 1}]),
        ([0], [{"rowId": 0, "index": 1}]),
        ([], [{"rowId": 0, "index": 1}, {"index": 0}]),
        ([0], [{"index": 1, "rowId": 999}]),
        ([0], [{"index": 2}]),
        ([0], [{"index": -1}]),
    ],
)
def test_an_answer_that_contradicts_itself_is_read_back(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, done: list[int], failed: list[dict[str, int]]
) -> None:
    """The answer says that a row was both saved and refused. Or it has a refusal that names two rows, or that names a
    row that wasn't sent.
    """
    sheet = rows(2)
    ids = dict(enumerate(sheet.row_ids))
    items = [{"error": ERROR} | {name: ids.get(at, at) if name == "rowId" else at for name, at in one.items()}
             for one in failed]  # fmt: skip
    real = Gateway._call

    def called(self: Gateway, name: str, method: str, *more: Any) -> Any:
        if method == "PUT":
            return {"resultCode": 3, "result": [{"id": ids[at]} for at in done], "failedItems": items}
        return real(self, name, method, *more)

    baseline = sheet.read()
    monkeypatch.setattr(Gateway, "_call", called)
    result = save(baseline, sheet.updates(), is_partial=True)
    assert ([row.status for row in result.rows], phases()) == ([Status.UNKNOWN] * 2, ["unknown"] * 2)


@pytest.mark.parametrize("index", [True, 1.0, "1", None])
def test_a_refusal_without_an_index_does_not_say_which_row_it_means(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, index: object
) -> None:
    sheet = rows(2)
    answer = {"resultCode": 3, "result": [{"id": sheet.row_ids[0]}], "failedItems": [{"index": index, "error": ERROR}]}
    baseline = sheet.read()
    monkeypatch.setattr(Gateway, "_call", lambda *_call: answer)
    result = save(baseline, sheet.updates(), is_partial=True)
    assert ([row.status for row in result.rows], phases()) == ([Status.SAVED, Status.UNKNOWN], ["applied", "unknown"])


@pytest.mark.parametrize("is_known", [True, False])
def test_two_new_rows_with_one_id_are_unknown(rows: Rows, monkeypatch: pytest.MonkeyPatch, is_known: bool) -> None:
    """In the answer, both new rows have the same id, or they have the ids of rows that were there before. If the log
    had these ids, undoing an addition would delete a wrong row.
    """
    sheet = rows(2)
    real = Gateway._call

    def called(self: Gateway, name: str, method: str, *more: Any) -> Any:
        answer = real(self, name, method, *more)
        first, _ = answer["result"] if method == "POST" else (None, None)
        known = [{"id": row_id} for row_id in sheet.row_ids]
        return answer | {"result": known if is_known else [first, first]} if first else answer

    monkeypatch.setattr(Gateway, "_call", called)
    added = [AddRow((CellChange(sheet.task, None, name),)) for name in ("one", "two")]
    result = save(sheet.read(), added)
    assert ([row.status for row in result.rows], phases()) == ([Status.UNKNOWN] * 2, ["unknown"] * 2)


def test_a_row_that_is_refused_by_itself_has_an_error(rows: Rows) -> None:
    sheet = rows(2)
    baseline = sheet.read()
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[1]}")
    result = save(baseline, sheet.updates(), is_partial=True)
    assert [type(row.error) for row in result.rows] == [type(None), Refused]


@pytest.mark.django_db(transaction=True)
def test_a_conflict_that_cannot_be_committed_is_not_recorded(rows: Rows) -> None:
    sheet = rows(1)
    baseline = sheet.read()
    connection.ensure_connection()
    begin = "_start_transaction_under_autocommit" if connection.vendor == "sqlite" else "set_autocommit"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, begin, refuse)
        with pytest.raises(NotRecorded):
            save(baseline, sheet.updates(shown="something else"))
    assert sheet.writes() == []


def refuse(*_arguments: Any, **_more: Any) -> None:
    """Raise the error of a database that is shutting down."""
    raise OperationalError("server closed the connection unexpectedly")


def answer_with(patch: pytest.MonkeyPatch, change: Callable[[list[Any]], list[Any]]) -> None:
    """Let Smartsheet carry out the requests, but replace the results in each answer to a PUT request. `change` gets the
    real results, and returns the results that replace them.
    """
    real = Gateway._call

    def called(self: Gateway, name: str, method: str, *more: Any) -> Any:
        answer = real(self, name, method, *more)
        return answer | {"result": change(answer["result"])} if method == "PUT" else answer

    patch.setattr(Gateway, "_call", called)


@pytest.mark.parametrize("kind", ["change", "deletion", "move", "addition"])
@pytest.mark.parametrize("is_read_back", [True, False])
def test_an_error_of_our_own_after_a_write_leaves_the_outcome_unknown(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, kind: str, is_read_back: bool
) -> None:
    """If this app fails while it reads an answer, Smartsheet has perhaps made the write. So the caller gets a result
    that says this, and no exception.
    """
    sheet = rows(2)
    first, second = sheet.row_ids
    changes: dict[str, RowChange] = {
        "change": UpdateRow(first, (CellChange(sheet.notes, "was", "new"),)),
        "deletion": DeleteRow(first),
        "move": MoveRow(second, Place(is_first=True)),
        "addition": AddRow((CellChange(sheet.task, None, "row 2"),)),
    }
    baseline = sheet.read(with_descendants=True)
    with monkeypatch.context() as patch:
        patch.setattr(batches, "_results", fail)
        for batch in (batches.UpdateBatch, batches.DeleteBatch) if not is_read_back else ():
            patch.setattr(batch, "proven", fail)
        result = save(baseline, [changes[kind]])
    if is_read_back and kind in {"change", "deletion"}:
        assert (result.rows[0].status, result.error, phases()) == (Status.SAVED, None, ["applied"])
    else:
        assert (result.rows[0].status, type(result.error), phases()) == (Status.UNKNOWN, OutcomeUnknown, ["unknown"])
    assert len(sheet.writes()) == 1


def test_an_outcome_that_the_log_cannot_store_stays_unsettled(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = rows(1)
    baseline = sheet.read()
    with monkeypatch.context() as patch:
        patch.setattr(sending, "settle", fail)
        result = save(baseline, sheet.updates())
    assert (result.rows[0].status, result.is_logged, phases()) == (Status.SAVED, False, ["intent"])


def fail(*_arguments: Any, **_more: Any) -> None:
    """Raise an unexpected error."""
    raise AttributeError("'NoneType' object has no attribute 'get'")
