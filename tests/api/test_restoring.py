"""Programs restore deleted rows by the rows' old ids, as people do on the log's pages. The child rows of a deleted row
are restored too. A repeated call doesn't restore a row twice.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry
from audit.unsettled import Unsettled
from audit.vocabulary import Action, Origin
from edits.gateway.client import Gateway
from edits.models import SaveKey
from edits.saving import Result, undo
from edits.saving.restoring import NOT_DELETED
from edits.settling.settle import settle_due
from edits.sheets import reading
from edits.sheets.sheet import Sheet
from tests.api.caller import Caller
from tests.api.test_editing import DIG, update
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox


def outline(plan: SitePlan) -> list[tuple[str, str]]:
    """Return each row's task, and the task of its parent row ("" if it has none)."""
    rows = plan.sandbox.sheet(plan.person, plan.name)["rows"]
    names = dict(zip([row["id"] for row in rows], plan.labels(), strict=True))
    return [(names[row["id"]], names.get(row.get("parentId"), "")) for row in rows]


def delete(caller: Caller, plan: SitePlan, row: str, rows: int = 1) -> None:
    caller.save(plan.id, {"do": "delete", "row_id": str(plan.rows[row]), "rows": rows})


def restoring(plan: SitePlan, *rows: str) -> list[dict[str, Any]]:
    return [{"do": "restore", "row_id": str(plan.rows[row])} for row in rows]


def test_a_deleted_row_is_restored_with_its_child_rows(caller: Caller, plan: SitePlan, bob: Person) -> None:
    before = outline(plan)
    delete(caller, plan, "Excavation", 3)
    rows = ("Excavation", DIG, "Drainage runs")
    answer = caller.save(plan.id, *restoring(plan, *rows))
    assert outline(plan) == before
    now = [row["id"] for row in plan.sandbox.sheet(bob, plan.name)["rows"]]
    ids = dict(zip(now, plan.labels(), strict=True))
    assert [ids[int(result["row_id"])] for result in answer["results"]] == list(rows)
    deleted = list(Entry.objects.intents().filter(action=Action.DELETE).order_by("line").values_list("pk", flat=True))
    undone = Entry.objects.intents().filter(origin=Origin.UNDO).order_by("pk")
    assert sorted(entry.refers_to or 0 for entry in undone) == deleted
    page = caller.client.get(f"/audit/{undone[0].pk}/").content.decode()
    assert "restored" in page
    assert f"/sheets/undo/{deleted[0]}/" not in caller.client.get(f"/audit/{deleted[0]}/").content.decode()


def test_a_repeat_restores_nothing_and_gives_the_same_rows(caller: Caller, plan: SitePlan, bob: Person) -> None:
    delete(caller, plan, "Excavation", 3)
    changes = restoring(plan, "Excavation", DIG)
    first = caller.save(plan.id, *changes)
    writes = len(plan.writes(bob))
    again = caller.save(plan.id, *changes)
    assert [one["row_id"] for one in again["results"]] == [one["row_id"] for one in first["results"]]
    assert [one["status"] for one in again["results"]] == ["unchanged"] * 2
    assert len(plan.writes(bob)) == writes


def test_a_repeat_with_the_same_key_gets_the_first_answer(caller: Caller, plan: SitePlan) -> None:
    delete(caller, plan, "Excavation", 3)
    changes, key = restoring(plan, "Excavation", DIG), str(uuid4())
    first = caller.save(plan.id, *changes, key=key)
    assert caller.save(plan.id, *changes, key=key) == {**first, "is_repeat": True}
    assert plan.labels().count(DIG) == 1


@pytest.mark.parametrize("is_restored_first", [True, False])
def test_a_key_of_another_save_is_refused(caller: Caller, plan: SitePlan, is_restored_first: bool) -> None:
    delete(caller, plan, DIG)
    key, saves = str(uuid4()), [restoring(plan, DIG), [update(plan, "Excavation", Notes=(None, "x"))]]
    first, second = saves if is_restored_first else reversed(saves)
    caller.save(plan.id, *first, key=key)
    before = plan.labels()
    problem = caller.save(plan.id, *second, key=key, status=422)
    assert problem["type"] == "urn:byline:problem:idempotency-key-reused"
    assert plan.labels() == before


def test_a_key_of_other_restored_rows_is_refused(caller: Caller, plan: SitePlan) -> None:
    for row in (DIG, "Drainage runs"):
        delete(caller, plan, row)
    key = str(uuid4())
    caller.save(plan.id, *restoring(plan, DIG), key=key)
    caller.save(plan.id, *restoring(plan, "Drainage runs"), key=key, status=422)
    assert "Drainage runs" not in plan.labels()


def test_another_reason_for_restoring_under_the_same_key_is_refused(caller: Caller, plan: SitePlan) -> None:
    delete(caller, plan, DIG)
    key = str(uuid4())
    caller.save(plan.id, *restoring(plan, DIG), key=key, reason="Survey")
    problem = caller.save(plan.id, *restoring(plan, DIG), key=key, reason="Flood", status=422)
    assert problem["type"] == "urn:byline:problem:idempotency-key-reused"


def test_a_restoration_under_way_is_not_begun_again(caller: Caller, plan: SitePlan) -> None:
    delete(caller, plan, DIG)
    key = str(uuid4())
    first = caller.save(plan.id, *restoring(plan, DIG), key=key)
    SaveKey.objects.update(result=None, lease_ends_at=timezone.now() + timedelta(minutes=1))
    caller.save(plan.id, *restoring(plan, DIG), key=key, status=409)
    SaveKey.objects.update(lease_ends_at=timezone.now() - timedelta(minutes=1))  # as if the process had died
    again = caller.save(plan.id, *restoring(plan, DIG), key=key)
    assert [one["row_id"] for one in again["results"]] == [one["row_id"] for one in first["results"]]
    assert plan.labels().count(DIG) == 1


def test_a_restored_row_that_was_deleted_in_smartsheet_is_restored_again(caller: Caller, plan: SitePlan) -> None:
    before = outline(plan)
    delete(caller, plan, "Excavation", 3)
    rows = restoring(plan, "Excavation", DIG, "Drainage runs")
    gone = [one["row_id"] for one in caller.save(plan.id, *rows)["results"]]
    for _ in range(2):
        plan.sandbox.call(plan.person, "DELETE", f"/sheets/{plan.id}/rows?ids={gone[0]}")
        again = caller.save(plan.id, *rows)["results"]
        assert [one["status"] for one in again] == ["saved"] * 3
        assert not {one["row_id"] for one in again} & set(gone)
        assert outline(plan) == before
        gone = [one["row_id"] for one in again]
    assert [one["row_id"] for one in caller.save(plan.id, *rows)["results"]] == gone


def test_an_uncertain_second_restoration_is_not_repeated(caller: Caller, plan: SitePlan) -> None:
    delete(caller, plan, DIG)
    (first,) = caller.save(plan.id, *restoring(plan, DIG))["results"]
    plan.sandbox.call(plan.person, "DELETE", f"/sheets/{plan.id}/rows?ids={first['row_id']}")
    plan.sandbox.fault(method="POST", path="/rows$", drop="after", times=1)
    for _ in range(2):
        caller.save(plan.id, *restoring(plan, DIG), status=502)
    assert plan.labels().count(DIG) == 1


def test_rows_of_several_deletions_are_restored_at_once(caller: Caller, plan: SitePlan) -> None:
    before = outline(plan)
    for row in (DIG, "Drainage runs", "Excavation"):
        delete(caller, plan, row)
    caller.save(plan.id, *restoring(plan, "Excavation", "Drainage runs", DIG))
    assert outline(plan) == before


def test_the_result_says_what_the_new_row_does_not_have(caller: Caller, plan: SitePlan) -> None:
    put = {"id": plan.rows[DIG], "cells": [{"columnId": plan.columns["Notes"], "formula": '=Task1 + "!"'}]}
    plan.sandbox.call(plan.person, "PUT", f"/sheets/{plan.id}/rows", [put])
    delete(caller, plan, DIG)
    (result,) = caller.save(plan.id, *restoring(plan, DIG))["results"]
    assert result["status"] == "saved"
    assert result["detail"].startswith("Formulas in Notes refer to rows by their numbers")


def test_only_deleted_rows_are_restored(caller: Caller, plan: SitePlan) -> None:
    problem = caller.save(plan.id, *restoring(plan, DIG), status=422)
    assert [result["detail"] for result in problem["results"]] == [NOT_DELETED]
    delete(caller, plan, DIG)
    (first,) = caller.save(plan.id, *restoring(plan, DIG))["results"]
    caller.save(plan.id, {"do": "delete", "row_id": first["row_id"], "rows": 1})
    problem = caller.save(plan.id, *restoring(plan, DIG), status=422)
    assert [result["detail"] for result in problem["results"]] == [undo.ADDED_AGAIN]
    assert DIG not in plan.labels()


def test_others_restore_only_rows_whose_deletion_they_can_read(
    caller: Caller, plan: SitePlan, sign_in: SignIn, sandbox: RunningSandbox
) -> None:
    delete(caller, plan, DIG)
    stranger = sandbox.people()["charlie"]
    plan.unshare(stranger)
    other = Client()
    sign_in(other, stranger)
    problem = Caller(other).save(plan.id, *restoring(plan, DIG), status=422)
    assert [result["detail"] for result in problem["results"]] == [NOT_DELETED]
    assert DIG not in plan.labels()


def test_an_uncertain_restoration_is_unknown_until_it_is_settled(
    caller: Caller, plan: SitePlan, sandbox: RunningSandbox
) -> None:
    delete(caller, plan, DIG)
    sandbox.fault(method="POST", path="/rows$", drop="after", times=1)
    for _ in range(2):
        problem = caller.save(plan.id, *restoring(plan, DIG), status=502)
        assert [result["status"] for result in problem["results"]] == ["unknown"]
    assert plan.labels().count(DIG) == 1


@pytest.mark.django_db(transaction=True)
def test_a_settled_restoration_is_saved_for_its_key(caller: Caller, plan: SitePlan, settings: Settings) -> None:
    settings.SETTLE_AFTER = 0.1
    delete(caller, plan, DIG)
    plan.sandbox.fault(method="POST", path="/rows$", drop="after", times=1)
    key = str(uuid4())
    caller.save(plan.id, *restoring(plan, DIG), key=key, status=502)
    assert caller.save(plan.id, *restoring(plan, DIG), key=key, status=502)["is_repeat"]
    time.sleep(0.2)
    Unsettled.objects.update(due_at=F("at"))
    settle_due()
    (result,) = caller.save(plan.id, *restoring(plan, DIG), key=key)["results"]
    assert result["status"] == "saved"
    assert int(result["row_id"]) in {row["id"] for row in plan.sandbox.sheet(plan.person, plan.name)["rows"]}


@pytest.mark.parametrize("is_second_time", [False, True])
def test_two_calls_at_once_restore_a_row_once(
    caller: Caller, plan: SitePlan, monkeypatch: pytest.MonkeyPatch, is_second_time: bool
) -> None:
    delete(caller, plan, DIG)
    if is_second_time:
        (first,) = caller.save(plan.id, *restoring(plan, DIG))["results"]
        plan.sandbox.call(plan.person, "DELETE", f"/sheets/{plan.id}/rows?ids={first['row_id']}")
    read_outline, others = reading.read_outline, list[Any]()

    def slowly(gateway: Gateway, sheet_id: int) -> Sheet:
        """Read the sheet. Before the first call of this function returns, another API call restores the deleted row."""
        sheet = read_outline(gateway, sheet_id)
        if not others:
            others.append(None)
            others[0] = caller.save(plan.id, *restoring(plan, DIG))
        return sheet

    monkeypatch.setattr(reading, "read_outline", slowly)
    answer = caller.save(plan.id, *restoring(plan, DIG))
    (other,), (result,) = others[0]["results"], answer["results"]
    assert (other["status"], result["status"], result["row_id"]) == ("saved", "unchanged", other["row_id"])
    assert plan.labels().count(DIG) == 1


def test_a_row_that_someone_else_is_restoring_is_contested(
    caller: Caller, plan: SitePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete(caller, plan, DIG)
    read_outline, others = reading.read_outline, list[Any]()

    def slowly(gateway: Gateway, sheet_id: int) -> Sheet:
        """Read the sheet. Before the first call of this function returns, another API call tries to restore the row,
        but gets no answer from Smartsheet.
        """
        sheet = read_outline(gateway, sheet_id)
        if not others:
            others.append(None)
            plan.sandbox.fault(method="POST", path="/rows$", drop="after", times=1)
            others[0] = caller.save(plan.id, *restoring(plan, DIG), status=502)
        return sheet

    monkeypatch.setattr(reading, "read_outline", slowly)
    problem = caller.save(plan.id, *restoring(plan, DIG), status=409)
    assert problem["type"] == problem["results"][0]["type"] == "urn:byline:problem:contested"
    assert [(one["status"], one["detail"]) for one in problem["results"]] == [("not sent", undo.RESTORING)]
    assert plan.labels().count(DIG) == 1


def test_a_call_gives_way_to_another_one_after_its_plan(
    caller: Caller, plan: SitePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete(caller, plan, DIG)
    (first,) = caller.save(plan.id, *restoring(plan, DIG))["results"]
    plan.sandbox.call(plan.person, "DELETE", f"/sheets/{plan.id}/rows?ids={first['row_id']}")
    undo_now, others = undo.undo, list[Any]()

    def later(*args: Any, **kwargs: Any) -> Result:
        if not others:
            others.append(None)
            others[0] = caller.save(plan.id, *restoring(plan, DIG))
        return undo_now(*args, **kwargs)

    monkeypatch.setattr(undo, "undo", later)
    problem = caller.save(plan.id, *restoring(plan, DIG), status=409)
    assert [others[0]["results"][0]["status"], problem["results"][0]["status"]] == ["saved", "not sent"]
    assert plan.labels().count(DIG) == 1


def test_rows_are_restored_in_a_save_of_their_own(caller: Caller, plan: SitePlan) -> None:
    caller.save(plan.id, *restoring(plan, DIG), update(plan, DIG, Notes=(None, "x")), status=422)
