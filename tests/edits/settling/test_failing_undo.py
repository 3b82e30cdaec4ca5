"""Smartsheet fails at one call while moves or deletions are undone. After settling, the undo can be completed. Then
each row is in the sheet once, at its old place. For each new row, the log says which deleted row it restores.
"""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from audit.unsettled import Unsettled
from audit.vocabulary import Action, Origin
from edits.gateway.client import Gateway
from edits.saving import DeleteRow, MoveRow, Place, save
from edits.saving.restoring import restore
from identity.models import SmartsheetUser
from tests.edits.saving.conftest import ManyRows
from tests.edits.settling.test_killed_undo import outline, settle_all, sheet, undo_all

__all__ = ["sheet"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick")]

FAULTS: dict[str, dict[str, Any]] = {
    "dropped before": {"drop": "before"},
    "dropped after": {"drop": "after"},
    "500": {"status": 500, "errorCode": 4000},
    "500, applied": {"status": 500, "errorCode": 4000, "apply": True},
    "503": {"status": 503},
    "busy sheet": {"status": 500, "errorCode": 4004},
    "429": {"status": 429},
    "truncated": {"body": "truncated"},
    "empty, applied": {"body": "empty", "apply": True},
    "hung": {"delay": 5},
}
METHODS = {"add_rows": "POST", "update_rows": "PUT"}
every_fault = pytest.mark.parametrize("fault", FAULTS)
AT_LATER_CALLS = ("dropped before", "dropped after", "503")


def failing(monkeypatch: pytest.MonkeyPatch, sheet: ManyRows, name: str, call: int, fault: str) -> None:
    """Let Smartsheet fail during one call of a gateway's method. `call` is the number of this call, counted from 0."""
    calls, right = 0, getattr(Gateway, name)

    def called(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call + 1:
            sheet.sandbox.fault(method=METHODS[name], path="/rows$", times=1, **FAULTS[fault])
        return right(*args, **kwargs)

    monkeypatch.setattr(Gateway, name, called)


def again(sheet: ManyRows, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Smartsheet work without faults, and settle all outcomes that aren't certain yet."""
    monkeypatch.undo()
    sheet.sandbox.end_faults()
    settings.SMARTSHEET_DEADLINE = 30.0
    settle_all()


def check_log(sheet: ManyRows) -> None:
    """Check that for each new row, the log says that undo added it, and that no two new rows restore the same deleted
    row.
    """
    additions = Entry.objects.intents().filter(action=Action.ADD, origin=Origin.UNDO).order_by("id")
    added = {change.row_id: change.intent.refers_to for change in with_outcomes(additions) if change.is_applied}
    ids = {row["id"] for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]}
    assert added.keys() == ids - set(sheet.row_ids)
    assert not Unsettled.objects.exists()
    assert len(set(added.values())) == len(added)


@pytest.mark.parametrize(
    ("fault", "call"),
    [*((fault, 0) for fault in FAULTS), *((fault, call) for fault in AT_LATER_CALLS for call in (1, 2))],
)
@pytest.mark.parametrize("is_by_api", [True, False])
def test_a_restoration_that_fails_is_completed_later(
    sheet: ManyRows, settings: Settings, monkeypatch: pytest.MonkeyPatch, fault: str, call: int, is_by_api: bool
) -> None:
    before, rows = outline(sheet), sheet.row_ids[1:4]
    deleted = save(sheet.read([rows[0]], with_descendants=True), [DeleteRow(rows[0])])
    sheet.sandbox.control("POST", "clock", {"ahead": 0})
    intents = list(Entry.objects.intents().of_edit(deleted.edit_ids[0]).order_by("id"))
    person = SmartsheetUser.objects.get(user=sheet.user).as_profile()

    def put_back(key: str) -> None:
        if is_by_api:
            restore(sheet.user, sheet.id, rows, person=person, may_read=lambda _: True, key=key)
        else:
            undo_all(sheet, intents)

    settings.SMARTSHEET_DEADLINE = 2.0 if fault == "hung" else 30.0
    failing(monkeypatch, sheet, "add_rows", call, fault)
    put_back("first")
    put_back("first")
    again(sheet, settings, monkeypatch)
    put_back("second")
    put_back("third")
    assert outline(sheet) == before
    check_log(sheet)


@every_fault
def test_an_undo_of_a_move_that_fails_is_completed_later(
    sheet: ManyRows, settings: Settings, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    before = outline(sheet)
    moved = save(sheet.read([sheet.row_ids[2]]), [MoveRow(sheet.row_ids[2], Place(is_first=True))])
    sheet.sandbox.control("POST", "clock", {"ahead": 0})
    intents = list(Entry.objects.intents().of_edit(moved.edit_ids[0]))
    settings.SMARTSHEET_DEADLINE = 2.0 if fault == "hung" else 30.0
    failing(monkeypatch, sheet, "update_rows", 0, fault)
    undo_all(sheet, intents)
    again(sheet, settings, monkeypatch)
    undo_all(sheet, intents)
    undo_all(sheet, intents)
    assert outline(sheet) == before
    assert len(with_outcomes(Entry.objects.undoings_of(intents[0].pk))) <= 2
    assert not Unsettled.objects.exists()
