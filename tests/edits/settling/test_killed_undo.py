"""The process that undoes moves and deletions is killed before and after each of its calls. After settling, the undo
can be completed. Then each row is in the sheet once, at its old place.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.db.models import F
from django.utils import timezone

from audit.changes import with_outcomes
from audit.models import Entry
from audit.unsettled import Unsettled
from edits.gateway.client import Gateway
from edits.models import SaveKey
from edits.saving import DeleteRow, InProgress, MoveRow, Place, Result, save, sending, undo
from edits.saving.restoring import restore
from edits.saving.sheet_lease import SheetLease
from edits.settling.settle import settle_due
from identity.models import SmartsheetUser
from tests.edits.saving.conftest import ManyRows
from tests.edits.settling.conftest import SECONDS
from tests.edits.settling.killed_rows import die_at
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick")]

# The functions at whose calls the process dies: before the intent, before the call, and before the outcome.
MOMENTS = [(sending, "intend"), (Gateway, "add_rows"), (sending, "settle")]


@pytest.fixture
def sheet(sandbox: RunningSandbox, bob: Person, bob_user: User) -> ManyRows:
    """A sheet in which row 2 is a child row of row 1, and row 3 is a child row of row 2. The sheet was made a while
    ago.
    """
    sandbox.control("POST", "clock", {"ahead": -60})
    sheet = ManyRows(sandbox, bob, bob_user, 5)
    for child in (2, 3):
        place = {"id": sheet.row_ids[child], "parentId": sheet.row_ids[child - 1]}
        sheet.call("PUT", f"/sheets/{sheet.id}/rows", [place])
    return sheet


def outline(sheet: ManyRows) -> list[tuple[str, str | None]]:
    """The name of each row, and of its parent row."""
    rows = sheet.call("GET", f"/sheets/{sheet.id}")["rows"]
    names = {row["id"]: row["cells"][0]["value"] for row in rows}
    return [(names[row["id"]], names.get(row.get("parentId"))) for row in rows]


def undo_all(sheet: ManyRows, intents: list[Entry]) -> None:
    undo.undo(undo.plan(sheet.user, with_outcomes(intents), region=intents[0].region))


def killed(work: Callable[[], object], owner: Any, name: str, place: int) -> bool:
    """Do the work in a child process that is killed when it calls the function `name` of `owner`. `place` is the number
    of the call at which the process is killed, counted from 0. Return whether the process was killed.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            die_at(owner, name, place)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def settle_all() -> None:
    SheetLease._default_manager.all().delete()  # as if it had expired
    time.sleep(SECONDS + 0.1)
    while Unsettled.objects.exists() or settle_due():
        Unsettled.objects.update(due_at=F("at"))
        settle_due()


@pytest.mark.parametrize("call", [0, 1, 2])
@pytest.mark.parametrize(("owner", "name"), MOMENTS)
def test_a_killed_restoration_is_completed_later(sheet: ManyRows, owner: Any, name: str, call: int) -> None:
    before = outline(sheet)
    top = sheet.row_ids[1]
    result = save(sheet.read([top], with_descendants=True), [DeleteRow(top)])
    sheet.sandbox.control("POST", "clock", {"ahead": 0})
    intents = list(Entry.objects.intents().of_edit(result.edit_ids[0]).order_by("id"))
    assert killed(lambda: undo_all(sheet, intents), owner, name, call)
    settle_all()
    undo_all(sheet, intents)
    assert outline(sheet) == before


@pytest.mark.parametrize("call", [0, 1, 2])
@pytest.mark.parametrize(("owner", "name"), MOMENTS)
def test_a_killed_restoration_is_completed_with_its_key(sheet: ManyRows, owner: Any, name: str, call: int) -> None:
    before = outline(sheet)
    rows = sheet.row_ids[1:4]
    save(sheet.read([rows[0]], with_descendants=True), [DeleteRow(rows[0])])
    sheet.sandbox.control("POST", "clock", {"ahead": 0})
    person = SmartsheetUser.objects.get(user=sheet.user).as_profile()

    def restored() -> Result:
        return restore(sheet.user, sheet.id, rows, person=person, may_read=lambda _: True, key="killed")

    assert killed(restored, owner, name, call)
    with pytest.raises(InProgress):
        restored()
    SaveKey.objects.update(lease_ends_at=timezone.now())
    settle_all()
    first = restored()
    assert outline(sheet) == before
    assert [row.row_id for row in restored().rows] == [row.row_id for row in first.rows]
    assert outline(sheet) == before


@pytest.mark.parametrize(("owner", "name"), [(sending, "intend"), (Gateway, "update_rows"), (sending, "settle")])
def test_a_killed_undo_of_a_move_is_completed_later(sheet: ManyRows, owner: Any, name: str) -> None:
    before = outline(sheet)
    result = save(sheet.read([sheet.row_ids[2]]), [MoveRow(sheet.row_ids[2], Place(is_first=True))])
    sheet.sandbox.control("POST", "clock", {"ahead": 0})
    intents = list(Entry.objects.intents().of_edit(result.edit_ids[0]))
    assert killed(lambda: undo_all(sheet, intents), owner, name, 0)
    settle_all()
    undo_all(sheet, intents)
    assert outline(sheet) == before
