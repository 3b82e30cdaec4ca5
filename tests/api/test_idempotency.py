"""A call with the Idempotency-Key of an earlier call gets the earlier call's answer, and nothing is saved twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from edits.models import SaveKey
from tests.api.caller import Caller
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person


def row(plan: SitePlan, name: str = "Fence") -> dict[str, Any]:
    return {"do": "add", "cells": [{"column_id": str(plan.columns["Task"]), "value": name}]}


def test_a_repeat_gets_the_first_answer(caller: Caller, plan: SitePlan, bob: Person) -> None:
    key = str(uuid4())
    first = caller.save(plan.id, row(plan), key=key)
    again = caller.save(plan.id, row(plan), key=f'"{key}"')  # as a structured header
    assert again == {**first, "is_repeat": True}
    assert len(plan.writes(bob)) == 1


def test_another_body_under_the_same_key_is_refused(caller: Caller, plan: SitePlan, bob: Person) -> None:
    key = str(uuid4())
    caller.save(plan.id, row(plan), key=key)
    problem = caller.save(plan.id, row(plan, "Gate"), key=key, status=422)
    assert problem["type"] == "urn:byline:problem:idempotency-key-reused"
    assert len(plan.writes(bob)) == 1


def test_another_way_to_save_under_the_same_key_is_refused(caller: Caller, plan: SitePlan, bob: Person) -> None:
    key = str(uuid4())
    first = caller.save(plan.id, row(plan), key=key, reason="Survey")
    others: list[dict[str, Any]] = [
        {"reason": "Flood"}, {}, {"reason": "Survey", "unit": "cell"}, {"reason": "Survey", "is_partial": True},
    ]  # fmt: skip
    for other in others:
        problem = caller.save(plan.id, row(plan), key=key, status=422, **other)
        assert problem["type"] == "urn:byline:problem:idempotency-key-reused"
    assert caller.save(plan.id, row(plan), key=key, reason="Survey")["edit_ids"] == first["edit_ids"]
    assert len(plan.writes(bob)) == 1


def test_a_save_that_is_under_way_is_not_begun_again(caller: Caller, plan: SitePlan, bob: Person) -> None:
    key = str(uuid4())
    caller.save(plan.id, row(plan), key=key)
    SaveKey.objects.update(result=None, lease_ends_at=timezone.now() + timedelta(minutes=1))
    problem = caller.save(plan.id, row(plan), key=key, status=409)
    assert problem["type"] == "urn:byline:problem:idempotency-key-in-use"
    assert len(plan.writes(bob)) == 1


def test_an_uncertain_save_stays_uncertain(caller: Caller, plan: SitePlan, bob: Person) -> None:
    key = str(uuid4())
    plan.sandbox.fault(operation="rows-addToSheet", status=500, errorCode=4000)
    for is_repeat in (False, True):
        problem = caller.save(plan.id, row(plan), key=key, status=502)
        assert (problem["type"], problem["is_repeat"]) == ("urn:byline:problem:outcome-unknown", is_repeat)
    assert len(plan.writes(bob)) == 1


def test_after_a_refusal_the_key_is_free(caller: Caller, plan: SitePlan) -> None:
    key = str(uuid4())
    plan.sandbox.fault(operation="rows-addToSheet", status=503, errorCode=4001)
    caller.save(plan.id, row(plan), key=key, status=503)
    assert caller.save(plan.id, row(plan), key=key)["is_repeat"] is False


def test_a_key_belongs_to_one_person(caller: Caller, plan: SitePlan, alice: Person, sign_in: Any) -> None:
    key = str(uuid4())
    caller.save(plan.id, row(plan), key=key)
    client = Client()
    sign_in(client, alice)
    assert Caller(client).save(plan.id, row(plan), key=key)["is_repeat"] is False


def test_of_501_rows_the_second_request_is_refused(caller: Caller, plan: SitePlan, bob: Person) -> None:
    changes = [row(plan, f"row {number}") for number in range(501)]
    changes[500]["cells"].append({"column_id": str(plan.columns["Status"]), "value": "No such"})
    answer = caller.save(plan.id, *changes, status=207)
    assert [one["status"] for one in answer["results"]] == ["saved"] * 500 + ["refused"]
    assert answer["results"][500]["type"] == "urn:byline:problem:refused"
    assert len(plan.writes(bob)) == 2
