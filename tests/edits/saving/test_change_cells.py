"""A site can call change_cells() to change cells of a row, even outside an HTTP request."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from audit.context import RequestContext, using
from audit.models import Entry
from audit.vocabulary import Origin
from edits.gateway.errors import NotFound, SignInAgain
from edits.gateway.sdk_client import client_for
from edits.saving import Conflict, InTransaction, NoSuchColumn, Status, change_cells, read
from identity.tokens import access_tokens
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


def test_the_log_says_where_a_change_comes_from(plan: SitePlan, bob: User) -> None:
    """Each entry has an origin. If change_cells() is called outside of a request, the origin is `command`. In a view,
    it is `app`, or the origin that the view passes.
    """

    def change(typed: str, **more: Any) -> Entry:
        shown = plan.cell(ROW, "Notes").get("value")
        change_cells(user=bob, sheet_id=plan.id, row_id=plan.rows[ROW], cells={"Notes": (shown, typed)}, **more)
        return Entry.objects.intents().latest("id")

    assert change("Rock").origin == "command"
    with using(RequestContext(request_id="a" * 32)):
        assert change("Sand").origin == "app"
        entry = change("Clay", origin=Origin.API, reason="Import", via={"job": "nightly"})
    assert (entry.origin, entry.reason, entry.via) == ("api", "Import", '{"job":"nightly"}')


def test_a_change_without_cells(plan: SitePlan, bob: User) -> None:
    row = change_cells(user=bob, sheet_id=plan.id, row_id=plan.rows[ROW], cells={})
    assert row.status is Status.UNCHANGED
    entry = Entry.objects.get(action="change")
    assert (entry.phase, entry.origin, entry.message) == ("unchanged", "command", "The change had no cells.")


@pytest.mark.parametrize("wrong", [{"origin": "nonsense"}, {"via": {"No key": 1}}])
def test_facts_that_the_log_does_not_take(plan: SitePlan, bob: User, wrong: Any) -> None:
    """An invalid `origin` or `via` raises ValueError before anything is written. So the save's key can be used for
    another call.
    """
    place: dict[str, Any] = {"user": bob, "sheet_id": plan.id, "row_id": plan.rows[ROW], "key": "k"}
    cells: dict[int | str, tuple[Any, Any]] = {"Notes": (plan.cell(ROW, "Notes").get("value"), "Rock")}
    with pytest.raises(ValueError, match=r"nonsense|No key"):
        change_cells(**place, cells=cells, **wrong)
    assert not Entry.objects.filter(action="change").exists()
    assert change_cells(**place, cells=cells).status is Status.SAVED


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


def test_a_deactivated_user_changes_nothing(plan: SitePlan, bob: User) -> None:
    User.objects.update(is_active=False)
    cells: dict[int | str, tuple[Any, Any]] = {"Notes": (plan.cell(ROW, "Notes").get("value"), "Rock")}
    with pytest.raises(SignInAgain):
        change_cells(user=bob, sheet_id=plan.id, row_id=plan.rows[ROW], cells=cells)
    with pytest.raises(SignInAgain):
        read(bob, plan.id)
    with pytest.raises(access_tokens.SignInAgain):
        client_for(bob)
    assert plan.sandbox.requests(method="PUT") == []


@pytest.mark.parametrize(("ids", "named"), [({"sheet_id": "3604"}, "sheet_id"), ({"row_id": "17"}, "row_ids")])
def test_an_id_that_is_a_text_is_named(plan: SitePlan, bob: User, ids: dict[str, Any], named: str) -> None:
    arguments = {"sheet_id": plan.id, "row_id": plan.rows[ROW]} | ids
    with pytest.raises(TypeError, match=f"{named} must be an int, not str."):
        change_cells(user=bob, cells={"Notes": (None, "Rock")}, **arguments)
