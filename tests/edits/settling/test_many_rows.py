"""Edits of many rows are settled. If Smartsheet makes either all changes of a request or none, one row is enough to
settle the request. If Smartsheet can make only some of the changes, each row is settled by itself.

This also works if the first of several requests was carried out and the next wasn't.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from audit import recording
from audit.recording import Actor, intend
from audit.settling import reopen
from audit.unsettled import Unsettled
from audit.vocabulary import Action, Origin
from edits.gateway.client import Gateway
from edits.saving import AddRow, CellChange, DeleteRow, MoveRow, Place, RowChange, batches, save, sending
from edits.settling.changed_cells import MOST_CELLS
from edits.settling.settle import settle_due
from tests.edits.saving.conftest import ManyRows
from tests.edits.settling.conftest import AT_ONCE, a_minute_passes, logged
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.django_db(transaction=True)

WRITES = {
    Action.CHANGE: "update_rows",
    Action.ADD: "add_rows",
    Action.DELETE: "delete_rows",
    Action.MOVE: "update_rows",
}
NEVER = 99


class Killed(BaseException):
    """Raised when the process dies."""


@dataclass
class Death:
    """Ends a process before it makes a call to Smartsheet, or before it records an outcome.

    `before_call` is the number of the call, and `before_outcome` is the number of the outcome. Both count from 0.
    """

    before_call: int = NEVER
    before_outcome: int = NEVER

    def befall(self, patch: pytest.MonkeyPatch, action: Action) -> None:
        write = getattr(Gateway, WRITES[action])
        self._die_at(patch, Gateway, WRITES[action], write, self.before_call)
        self._die_at(patch, sending, "settle", recording.settle, self.before_outcome)

    @staticmethod
    def _die_at(patch: pytest.MonkeyPatch, owner: Any, name: str, real: Callable[..., Any], place: int) -> None:
        left = iter(range(NEVER))

        def dies(*arguments: Any, **more: Any) -> Any:
            if next(left) == place:
                raise Killed
            return real(*arguments, **more)

        patch.setattr(owner, name, dies)


@pytest.fixture(autouse=True)
def at_once(quick: None, settings: Settings) -> None:
    settings.SETTLE_AFTER = AT_ONCE
    settings.SMARTSHEET_HISTORY_CALLS = 25


@pytest.fixture
def rows(sandbox: RunningSandbox, bob: Person, bob_user: User) -> Callable[[int], ManyRows]:
    """Return rows(). With it, rows(501) creates a sheet with 501 rows and an empty row at the end. The sheet
    seems to be a minute old, because the sandbox's clock is set back while the sheet is made.
    """

    def rows(count: int) -> ManyRows:
        sandbox.control("POST", "clock", {"ahead": -60})
        sheet = ManyRows(sandbox, bob, bob_user, count)
        sheet.call("POST", f"/sheets/{sheet.id}/rows", [{"toBottom": True, "cells": []}])
        sandbox.control("POST", "clock", {"ahead": 0})
        return sheet

    return rows


def changes_of(sheet: ManyRows, action: Action) -> Sequence[RowChange]:
    """Return one change for each row of the sheet."""
    match action:
        case Action.ADD:
            return [AddRow((CellChange(sheet.task, None, f"added {n}"),)) for n in range(sheet.count)]
        case Action.DELETE:
            return [DeleteRow(row_id) for row_id in sheet.row_ids]
        case Action.MOVE:
            return [MoveRow(row_id, Place()) for row_id in sheet.row_ids]
        case _:
            return sheet.updates()


def kill(sheet: ManyRows, action: Action, death: Death, *, is_partial: bool = False) -> list[int]:
    """Make an edit of all rows. End it with an exception at `death`, as if its process had died. Return the ids of the
    sheet's rows.
    """
    changes = changes_of(sheet, action)
    baseline = sheet.read([] if action is Action.ADD else None, with_descendants=action is Action.DELETE)
    with pytest.MonkeyPatch.context() as patch:
        death.befall(patch, action)
        with pytest.raises(Killed):
            save(baseline, changes, is_partial=is_partial)
    sheet.sandbox.forget_requests()
    return sheet.row_ids


def phases() -> list[str]:
    return [change.phase.value for change in logged()]


def settle() -> list[str]:
    time.sleep(AT_ONCE + 0.1)
    settle_due()
    return phases()


def done(sheet: ManyRows, action: Action) -> list[bool]:
    """Return, for each row, whether Smartsheet has made the change."""
    now = sheet.call("GET", f"/sheets/{sheet.id}")["rows"]
    ids = [row["id"] for row in now]
    match action:
        case Action.ADD:
            labels = {cell.get("value") for row in now for cell in row["cells"]}
            return [f"added {n}" in labels for n in range(sheet.count)]
        case Action.DELETE:
            return [row_id not in ids for row_id in sheet.row_ids]
        case Action.MOVE:
            end = next(place for place, row in enumerate(now) if not any("value" in cell for cell in row["cells"]))
            return [ids.index(row_id) > end for row_id in sheet.row_ids]
        case _:
            notes = {row["id"]: [cell.get("value") for cell in row["cells"]][1] for row in now}
            return [notes[row_id] != "was" for row_id in sheet.row_ids]


ACTIONS = [Action.CHANGE, Action.ADD, Action.DELETE, Action.MOVE]
DEATHS = {
    "before the first call": (Death(before_call=0), [False, False, False]),
    "after the first call": (Death(before_outcome=0), [True, True, False]),
    "between the calls": (Death(before_call=1), [True, True, False]),
    "after the second call": (Death(before_outcome=1), [True, True, True]),
}


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("action", ACTIONS)
def test_killed_around_two_calls(
    rows: Callable[[int], ManyRows], monkeypatch: pytest.MonkeyPatch, action: Action, death: str
) -> None:
    """The test limits each request to two rows, so an edit of three rows makes two requests."""
    for limit in ("ROWS_PER_WRITE", "IDS_PER_URL"):
        monkeypatch.setattr(batches, limit, 2)
    sheet = rows(3)
    where, expected = DEATHS[death]
    kill(sheet, action, where)
    assert done(sheet, action) == expected
    assert settle() == ["applied" if is_done else "not_applied" for is_done in expected]
    assert len(sheet.sandbox.requests(path="/history")) <= 2
    assert not Unsettled.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("count", "death"), [(2, "after the first call"), (500, "after the first call"), (501, "between the calls")]
)
def test_killed_with_as_many_rows_as_a_call_takes_and_one_more(
    rows: Callable[[int], ManyRows], count: int, action: Action, death: str
) -> None:
    where, _ = DEATHS[death]
    sheet = rows(count)
    kill(sheet, action, where)
    is_done = done(sheet, action)
    assert any(is_done)
    assert settle() == ["applied" if one else "not_applied" for one in is_done]
    assert len(sheet.sandbox.requests(path="/history")) <= 2
    assert not Unsettled.objects.exists()


def test_a_partial_request_is_settled_row_by_row_over_several_runs(
    rows: Callable[[int], ManyRows], settings: Settings
) -> None:
    """An edit changes six rows, but two of them have been deleted. So Smartsheet saves four rows. Settling has to read
    a cell history for each of these four. It can read only two histories per minute, so it has to run again after a
    minute.
    """
    settings.SMARTSHEET_HISTORY_CALLS = 2
    sheet = rows(6)
    baseline, changes = sheet.read(), sheet.updates()
    for place in (1, 4):
        sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[place]}")
    with pytest.MonkeyPatch.context() as patch:
        Death(before_outcome=0).befall(patch, Action.CHANGE)
        with pytest.raises(Killed):
            save(baseline, changes, is_partial=True)
    sheet.sandbox.forget_requests()
    assert settle() == ["applied", "undecidable", "applied", "intent", "intent", "intent"]
    assert settle() == ["applied", "undecidable", "applied", "intent", "intent", "intent"]  # within the minute
    a_minute_passes()
    assert settle() == ["applied", "undecidable", "applied", "applied", "undecidable", "applied"]
    assert len(sheet.sandbox.requests(path="/history")) == 4
    assert not Unsettled.objects.exists()
    assert all(len(change.outcomes) == 1 for change in logged())


def test_rows_of_a_partial_request_that_were_not_written_take_no_history(rows: Callable[[int], ManyRows]) -> None:
    sheet = rows(40)
    sheet.sandbox.control("POST", "clock", {"ahead": 600})  # makes the writes this many seconds old
    kill(sheet, Action.CHANGE, Death(before_call=0), is_partial=True)
    sheet.call("PUT", f"/sheets/{sheet.id}", {"name": "renamed"})  # creates a new version
    assert settle() == ["not_applied"] * 40
    assert not sheet.sandbox.requests(path="/history")


def test_partial_additions_are_matched_by_their_rows(rows: Callable[[int], ManyRows]) -> None:
    sheet = rows(1)
    baseline = sheet.read([])
    columns = [sheet.task, 99, sheet.task]
    changes = [AddRow((CellChange(sheet.task, None, f"added {n}"),)) for n in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        real = Gateway.add_rows

        def with_a_wrong_column(self: Gateway, sheet_id: int, raw: Any, **more: Any) -> Any:
            for row, column_id in zip(raw, columns, strict=True):
                row["cells"][0]["columnId"] = column_id
            return real(self, sheet_id, raw, **more)

        patch.setattr(Gateway, "add_rows", with_a_wrong_column)
        Death(before_outcome=0).befall(patch, Action.CHANGE)
        with pytest.raises(Killed):
            save(baseline, changes, is_partial=True)
    assert settle() == ["applied", "not_applied", "applied"]
    *_, first, last = (row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"])
    assert [change.row_id for change in logged()] == [first, None, last]


def test_added_rows_are_matched_and_equal_ones_are_in_the_order_of_the_request(
    rows: Callable[[int], ManyRows],
) -> None:
    sheet = rows(1)
    contents = ["same", "other", "same", ""]
    changes = [AddRow((CellChange(sheet.task, None, text),) if text else ()) for text in contents]
    with pytest.MonkeyPatch.context() as patch:
        Death(before_outcome=0).befall(patch, Action.ADD)
        with pytest.raises(Killed):
            save(sheet.read([]), changes)
    ids = [row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]][2:]
    assert settle() == ["applied"] * 4
    assert [change.row_id for change in logged()] == ids


def test_a_row_that_was_changed_later_was_still_added_with_the_others(rows: Callable[[int], ManyRows]) -> None:
    sheet = rows(3)
    kill(sheet, Action.ADD, Death(before_outcome=0))
    ids = [row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]][4:]
    sheet.call(
        "PUT", f"/sheets/{sheet.id}/rows", [{"id": ids[1], "cells": [{"columnId": sheet.task, "value": "else"}]}]
    )
    assert settle() == ["applied"] * 3
    assert [change.row_id for change in logged()] == [ids[0], None, ids[2]]


def test_a_row_without_evidence_is_decided_by_the_others_of_its_request(
    rows: Callable[[int], ManyRows], alice: Person
) -> None:
    sheet = rows(3)
    kill(sheet, Action.CHANGE, Death(before_outcome=0))
    sheet.call("DELETE", f"/sheets/{sheet.id}/rows?ids={sheet.row_ids[0]}")
    assert settle() == ["applied"] * 3
    assert len(sheet.sandbox.requests(path="/history")) == 1
    assert f'"byRow":{sheet.row_ids[1]}' in (logged()[0].evidence or "")


def test_of_a_request_that_can_be_read_in_two_ways_no_more_is_read_than_may_tell(
    rows: Callable[[int], ManyRows], bob_actor: Actor
) -> None:
    """Two edits with the same content are unsettled. A state in a cell's history could come from either edit, so
    settling can't decide which edit was made. It reads only MOST_CELLS histories for each edit, although each edit has
    more cells.
    """
    sheet = rows(30)
    kill(sheet, Action.CHANGE, Death(before_outcome=0))
    edit = reopen(logged()[0].intent.edit_id)
    assert edit
    same = [change for line in edit.lines for change in line.changes]
    intend(actor=bob_actor, action="change", sheet_id=sheet.id, sheet_name="", changes=same, origin=Origin.FORM)
    for _ in range(3):
        settle()
        a_minute_passes()
    assert phases() == ["undecidable"] * 60
    assert len(sheet.sandbox.requests(path="/history")) == 2 * MOST_CELLS


def test_a_move_that_was_undone_by_hand_proves_nothing(rows: Callable[[int], ManyRows]) -> None:
    sheet = rows(1)
    kill(sheet, Action.MOVE, Death(before_outcome=0))
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": sheet.row_ids[0], "toTop": True}])
    assert settle() == ["undecidable"]


@pytest.mark.parametrize(
    "place",
    [
        Place(is_first=True),
        Place(parent_id=1),
        Place(parent_id=1, is_first=True),
        Place(sibling_id=1),
        Place(sibling_id=1, is_above=True),
    ],
)
def test_every_place_that_a_row_can_go_to_is_recognised(rows: Callable[[int], ManyRows], place: Place) -> None:
    """The test moves the last two rows to `place`. If `parent_id` or `sibling_id` is 1, the first row is meant."""
    sheet = rows(4)
    first, _, *moved = sheet.row_ids
    place = replace(place, parent_id=place.parent_id and first, sibling_id=place.sibling_id and first)
    with pytest.MonkeyPatch.context() as patch:
        Death(before_outcome=0).befall(patch, Action.MOVE)
        with pytest.raises(Killed):
            save(sheet.read(), [MoveRow(row_id, place) for row_id in moved])
    assert settle() == ["applied", "applied"]
