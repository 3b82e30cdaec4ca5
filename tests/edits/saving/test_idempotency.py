"""A save with a key is carried out only once. The key belongs to one person and to the content of one save. If the
process that carries out the save dies, the key is free for another process.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.utils import timezone

from audit.changes import with_outcomes
from audit.models import Entry
from audit.recording import Outcome, settle
from audit.settling import reopen
from audit.vocabulary import Phase
from edits.gateway import budget
from edits.gateway.errors import NotFound, NotMade, OutcomeUnknown, Refused
from edits.models import SaveKey
from edits.saving import (
    AddRow,
    CellChange,
    DeleteRow,
    InProgress,
    KeyReused,
    RowChange,
    Status,
    UpdateRow,
    idempotency,
    save,
    sending,
)
from edits.saving.results import CellResult, Result, RowResult, from_json, to_json
from tests.edits.saving.conftest import ManyRows

Rows = Callable[[int], ManyRows]


class Died(BaseException):
    """Raised to end a process at a chosen point."""


def die(*_args: object, **_more: object) -> None:
    raise Died


def lease_is_over() -> None:
    SaveKey.objects.update(lease_ends_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("count", [1, 2, 501])
def test_a_repeat_gets_the_first_result_and_sends_nothing(rows: Rows, count: int) -> None:
    sheet = rows(count)
    changes = sheet.updates()
    first = save(sheet.read(), changes, key="k")
    sent = len(sheet.writes())
    again = save(sheet.read(), changes, key="k")
    assert again.is_repeat
    assert [(row.row_id, row.status, row.cells) for row in again.rows] == [
        (row.row_id, row.status, row.cells) for row in first.rows
    ]
    assert again.edit_ids == first.edit_ids
    assert len(sheet.writes()) == sent


def test_another_content_under_the_same_key_is_refused(rows: Rows) -> None:
    sheet = rows(2)
    save(sheet.read(), sheet.updates(), key="k")
    with pytest.raises(KeyReused, match="used before for another save"):
        save(sheet.read(), sheet.updates("other", shown="new 0"), key="k")
    assert len(sheet.writes()) == 1


def test_a_save_without_effect_can_be_repeated(rows: Rows) -> None:
    sheet = rows(1)
    baseline = sheet.read()
    sheet.sandbox.fault(method="PUT", status=500, errorCode=4001, times=1)
    assert save(baseline, sheet.updates(), key="k").rows[0].status is Status.NOT_SENT
    assert save(sheet.read(), sheet.updates(), key="k").rows[0].status is Status.SAVED


def test_a_save_under_way_is_not_begun_a_second_time(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = rows(1)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "intend", die)
        with pytest.raises(Died):
            save(sheet.read(), sheet.updates(), key="k")
    with pytest.raises(InProgress, match="in progress"):
        save(sheet.read(), sheet.updates(), key="k")
    assert sheet.writes() == []


def test_a_process_that_died_before_its_intent_gives_the_key_up(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = rows(1)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "intend", die)
        with pytest.raises(Died):
            save(sheet.read(), sheet.updates(), key="k")
    lease_is_over()
    assert save(sheet.read(), sheet.updates(), key="k").rows[0].status is Status.SAVED
    assert len(sheet.writes()) == 1


@pytest.mark.parametrize("point", ["after its claim", "before its intent"])
def test_a_process_that_was_stopped_for_too_long_sends_nothing(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """A job's process stops before it records its intent, for example because its machine was suspended. Another
    process takes over the key and carries out the save. Then the first process goes on.
    """
    sheet = rows(1)
    changes = [AddRow((CellChange(sheet.task, None, "new"),))]
    others: list[Result] = []
    where, name = (idempotency, "claim") if point == "after its claim" else (sending, "intend")
    real = getattr(where, name)

    def stopping(*args: Any, **more: Any) -> Any:
        if others:
            return real(*args, **more)
        claimed = real(*args, **more) if name == "claim" else None
        others.append(Result(()))
        monkeypatch.setattr(budget, "monotonic", lambda: monotonic() + 60)
        lease_is_over()
        others[:] = [save(sheet.read(), changes, key="k")]
        return claimed or real(*args, **more)

    monkeypatch.setattr(where, name, stopping)
    late = save(sheet.read(), changes, key="k")
    repeat = save(sheet.read(), changes, key="k")
    (saved,) = others
    assert (late.rows[0].status, saved.rows[0].status) == (Status.NOT_SENT, Status.SAVED)
    assert (repeat.is_repeat, repeat.rows[0].row_id) == (True, saved.rows[0].row_id)
    assert len(sheet.writes()) == 1
    logged = {change.intent.edit_id: change.phase for change in with_outcomes(Entry.objects.intents())}
    assert logged == {saved.edit_ids[0]: Phase.APPLIED, late.edit_ids[0]: Phase.FAILED}


def test_one_that_died_after_it_is_never_repeated(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = rows(2)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "settle", die)
        with pytest.raises(Died):
            save(sheet.read(), sheet.updates(), key="k")
    lease_is_over()
    again = save(sheet.read(), sheet.updates(), key="k")
    assert [(row.row_id, row.status) for row in again.rows] == [(one, Status.UNKNOWN) for one in sheet.row_ids]
    assert again.error
    assert len(sheet.writes()) == 1
    assert Entry.objects.intents().on_sheet(sheet.id).count() == 2


def test_after_a_death_each_result_is_at_its_change(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """The save has four changes: a deletion, a conflict, an addition, and a row with a conflict in one of its cells."""
    sheet = rows(5)
    parent, child, second, third, _ = sheet.row_ids
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": child, "parentId": parent}])
    changes: list[RowChange] = [
        DeleteRow(parent),
        UpdateRow(second, (CellChange(sheet.notes, "something else", "mine"),)),
        AddRow((CellChange(sheet.task, None, "added"),)),
        UpdateRow(third, (CellChange(sheet.notes, "something else", "mine"), CellChange(sheet.done, None, True))),
    ]
    with monkeypatch.context() as patched:
        patched.setattr(sending, "settle", die)
        with pytest.raises(Died):
            save(sheet.read(with_descendants=True), changes, key="k", is_cell_by_cell=True)
    lease_is_over()
    again = save(sheet.read(with_descendants=True), changes, key="k", is_cell_by_cell=True)
    assert [(row.row_id, row.status) for row in again.rows] == [
        (parent, Status.UNKNOWN), (second, Status.NOT_SENT), (None, Status.UNKNOWN), (third, Status.UNKNOWN),
    ]  # fmt: skip
    assert [(cell.column_id, cell.status) for cell in again.rows[3].cells] == [
        (sheet.notes, Status.NOT_SENT), (sheet.done, Status.UNKNOWN),
    ]  # fmt: skip


def test_after_a_death_an_addition_that_was_not_sent_makes_the_others_uncertain(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A save adds two rows, one with a task and one with a note. Its process dies before it records the outcomes. When
    the save is repeated, the column for notes is gone. So it can't be known which of the two logged additions belongs
    to which row of the save.
    """
    sheet = rows(1)
    changes = [AddRow((CellChange(column, None, "x"),)) for column in (sheet.task, sheet.notes)]
    with monkeypatch.context() as patched:
        patched.setattr(sending, "settle", die)
        with pytest.raises(Died):
            save(sheet.read([]), changes, key="k")
    lease_is_over()
    sheet.call("DELETE", f"/sheets/{sheet.id}/columns/{sheet.notes}")
    assert [row.status for row in save(sheet.read([]), changes, key="k").rows] == [Status.UNKNOWN] * 2
    assert len(sheet.writes()) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_an_addition_whose_outcome_is_unknown_is_not_said_to_be_done(rows: Rows, count: int) -> None:
    sheet = rows(1)
    changes = [AddRow((CellChange(sheet.task, None, f"added {n}"),)) for n in range(count)]
    baseline = sheet.read([])
    sheet.sandbox.fault(method="POST", path=f"/sheets/{sheet.id}/rows", drop="after", times=1)
    assert {row.status for row in save(baseline, changes, key="k").rows} == {Status.UNKNOWN}
    again = save(sheet.read([]), changes, key="k")
    assert [(row.status, row.line) for row in again.rows] == [(Status.UNKNOWN, n) for n in range(count)]
    assert isinstance(again.error, OutcomeUnknown)
    assert len(sheet.writes()) == 1


def test_a_repeat_gets_the_settled_outcome(rows: Rows) -> None:
    sheet = rows(2)
    baseline = sheet.read()
    sheet.sandbox.fault(method="PUT", path=f"/sheets/{sheet.id}/rows", drop="before", times=1)
    first = save(baseline, sheet.updates(), key="k")
    assert {row.status for row in first.rows} == {Status.UNKNOWN}
    edit = reopen(first.edit_ids[0])
    assert edit
    settle(edit.intent, {0: Outcome(Phase.APPLIED, sheet.row_ids[0]), 1: Outcome(Phase.NOT_APPLIED, sheet.row_ids[1])})
    again = save(sheet.read(), sheet.updates(), key="k")
    assert [row.status for row in again.rows] == [Status.SAVED, Status.NOT_SENT]
    assert isinstance(again.error, NotMade)


@pytest.mark.parametrize("key", ["k" * 10_000, "a\x00b", "\ud800"])
def test_a_key_may_be_anything(rows: Rows, key: str) -> None:
    sheet = rows(1)
    assert not save(sheet.read(), sheet.updates(), key=key).is_repeat
    assert save(sheet.read(), sheet.updates(), key=key).is_repeat


def test_a_personal_value_is_not_stored_with_the_key(rows: Rows) -> None:
    result = Result((RowResult(1, Status.SAVED, (CellResult(7, Status.SAVED, "secret"),), label="Ann"),))
    kept = from_json(to_json(result, personal=frozenset({7})))
    assert "secret" not in repr(kept)
    assert "Ann" not in repr(kept)
    assert kept.rows[0].cells[0].status is Status.SAVED


def test_an_unknown_outcome_comes_before_a_refusal() -> None:
    """One row was refused, and the outcome of another row is unknown. The result's `error` is the unknown outcome,
    because some pages show only this error. With the refusal, they would say that nothing was changed.
    """
    refused, unknown = RowResult(1, Status.REFUSED, error=Refused("no")), RowResult(2, Status.UNKNOWN)
    result = Result((refused, replace(unknown, error=OutcomeUnknown("?"))))
    assert isinstance(result.error, OutcomeUnknown)
    assert isinstance(Result((refused,)).error, Refused)
    assert isinstance(from_json(to_json(Result((refused,)), personal=frozenset())).error, Refused)


def test_keys_belong_to_one_person(rows: Rows) -> None:
    sheet = rows(1)
    save(sheet.read(), sheet.updates(), key="k")
    SaveKey.objects.update(person_id=1)
    changes = [UpdateRow(one.row_id, tuple(one.cells)) for one in sheet.updates("newer", shown="new 0")]
    assert save(sheet.read(), changes, key="k").rows[0].status is Status.SAVED


def test_a_killed_job_reads_again_and_repeats_its_save(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job is killed after Smartsheet has made its change. When it runs again, the sheet already has the new values,
    so the job passes other values as `shown`. It gets the results of the first save, and nothing is sent again.
    """
    sheet = rows(2)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "settle", die)
        with pytest.raises(Died):
            save(sheet.read(), sheet.updates("same"), key="k")
    with pytest.raises(InProgress):
        save(sheet.read(), sheet.updates("same", shown="was"), key="k")
    lease_is_over()
    baseline = sheet.read()
    seen = {row.id: row.cells[sheet.notes].value for row in baseline.sheet.rows}
    changes = [
        UpdateRow(one.row_id, (CellChange(sheet.notes, seen[one.row_id], one.cells[0].typed),))
        for one in sheet.updates("same")
    ]
    assert changes[0].cells[0].shown == "same 0"
    again = save(baseline, changes, key="k")
    assert (again.is_repeat, [row.status for row in again.rows]) == (True, [Status.UNKNOWN] * 2)
    assert len(sheet.writes()) == 1


def test_a_repeat_has_the_same_kind_of_error(rows: Rows) -> None:
    sheet = rows(2)
    gone, left = sheet.row_ids
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={gone}")
    changes = [DeleteRow(gone), DeleteRow(left)]
    first = save(sheet.read(with_descendants=True), changes, key="k")
    again = save(sheet.read(with_descendants=True), changes, key="k")
    assert (again.is_repeat, [row.status for row in again.rows]) == (True, [Status.REFUSED, Status.SAVED])
    assert [type(row.error) for row in (first.rows[0], again.rows[0])] == [NotFound, NotFound]
