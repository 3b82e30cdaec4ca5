"""A site can call change_cells() to change cells of a row, even outside an HTTP request."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from edits.gateway.errors import NotFound
from edits.saving import Conflict, InTransaction, NoSuchColumn, Status, change_cells
from tests.edits.site_plan import SitePlan

ROW = "Dig foundations"


@pytest.fixture
def bob(browser: Client) -> User:
    return User.objects.get()


def test_cells_are_named_by_title_or_id(plan: SitePlan, bob: User) -> None:
    """A cell is named by its column's title or id. The test also shows that change_cells() works in a TestCase's
    transaction.
    """
    shown, spent = plan.cell(ROW, "Status").get("value"), plan.cell(ROW, "Spent").get("value")
    cells: dict[int | str, tuple[Any, Any]] = {"Status": (shown, "Blocked"), plan.columns["Spent"]: (spent, 24250)}
    row = change_cells(user=bob, sheet_id=plan.id, row_id=plan.rows[ROW], cells=cells)
    assert row.status is Status.SAVED
    assert (plan.value(ROW, "Status"), plan.value(ROW, "Spent")) == ("Blocked", 24250)
    assert plan.last_writer(ROW, "Status") == "bob@example.com"


def test_nothing_is_sent_within_a_transaction(plan: SitePlan, bob: User) -> None:
    with transaction.atomic(), pytest.raises(InTransaction, match="non_atomic_requests"):
        change_cells(user=bob, sheet_id=plan.id, row_id=plan.rows[ROW], cells={"Status": (None, "Blocked")})
    assert plan.sandbox.requests(path="/sheets/") == []


def test_a_cell_that_changed_in_the_meantime(plan: SitePlan, bob: User) -> None:
    shown = plan.cell(ROW, "Status").get("value")
    plan.write(ROW, Status="Complete")
    with pytest.raises(Conflict) as conflict:
        change_cells(user=bob, sheet_id=plan.id, row_id=plan.rows[ROW], cells={"Status": (shown, "Blocked")})
    (cell,) = conflict.value.row.conflicts()
    assert (cell.value, cell.by) == ("Complete", "Alice Archer")
    assert plan.value(ROW, "Status") == "Complete"


@pytest.mark.parametrize("column", ["Stattus", 12345])
def test_a_column_that_is_not_there(plan: SitePlan, bob: User, column: int | str) -> None:
    with pytest.raises(NoSuchColumn):
        change_cells(user=bob, sheet_id=plan.id, row_id=plan.rows[ROW], cells={column: (None, "Blocked")})
    assert plan.writes(plan.person) == []


def test_a_sheet_that_is_not_there(plan: SitePlan, bob: User) -> None:
    with pytest.raises(NotFound):
        change_cells(user=bob, sheet_id=1, row_id=1, cells={"Status": (None, "Blocked")})
