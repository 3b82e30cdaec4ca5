"""Programs call the API with app tokens. A token allows only what its scopes say. Refusals have reasons, and each use
of a token is logged.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.test import Client
from pytest_django import Settings

from audit.models import Entry
from audit.via import Part
from edits.log_hooks.refusals import note_counted
from identity.apptokens import token_text
from identity.apptokens.models import AppToken, Ending
from identity.models import SmartsheetUser, Token
from identity.profiles import account
from identity.tokens.revocation import follow_up
from tests.api.caller import BASE, Caller
from tests.edits.site_plan import SitePlan
from tests.full_disk import refuse_rows
from tests.running_sandbox import Person
from tests.waiting import PATIENCE

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
Make = Callable[..., "Program"]


class Program(Caller):
    """A program with an app token and no cookies."""

    def __init__(self, text: str) -> None:
        self.client, self.text = Client(enforce_csrf_checks=True), text
        self.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
        self.token = ""

    @property
    def app_token(self) -> AppToken:
        return AppToken.objects.get(digest=token_text.digest_of(self.text))

    @property
    def via(self) -> str:
        """What the column `via` has in the log entries that this program caused."""
        return f'{{"token":{self.app_token.pk}}}'

    def refusal(self, path: str = "/me") -> tuple[int, str, str]:
        """Make a call that the API must refuse. Return the status, type and detail of the refusal."""
        answer = self.client.get(BASE + path)
        problem = answer.json()
        return answer.status_code, problem["type"].rpartition(":")[2], problem["detail"]


@pytest.fixture
def person(caller: Caller) -> SmartsheetUser:
    """Bob, who has signed in."""
    return SmartsheetUser.objects.get()


@pytest.fixture
def make(person: SmartsheetUser) -> Make:
    """Return make(), which creates a program with a new token of Bob's. make("read", "edit") gives the token these two
    scopes.
    """

    def make_program(*scopes: str, days: int = 90) -> Program:
        return Program(AppToken.objects.make(person=person, name=str(uuid4()), scopes=scopes, days=days)[1])

    return make_program


def entries(action: str = "token_use") -> QuerySet[Entry]:
    return Entry.objects.filter(action=action).order_by("id")


def new_row(plan: SitePlan) -> dict[str, Any]:
    return {"do": "add", "cells": [{"column_id": str(plan.columns["Task"]), "value": "Fence"}]}


def test_a_program_acts_in_the_persons_name(make: Make, plan: SitePlan, bob: Person) -> None:
    program = make("read", "edit")
    me = program.get("/me")
    assert (me["id"], me["scopes"], me["csrf_token"]) == (str(bob.id), ["read", "edit"], None)
    assert me["token"]["number"] == program.app_token.pk
    assert program.get("/sheets")["sheets"]
    answer = program.save(plan.id, new_row(plan))
    edit = Entry.objects.filter(edit_id=answer["edit_ids"][0])
    assert {(entry.actor_id, entry.origin, entry.via) for entry in edit} == {(bob.id, "api", program.via)}
    assert Entry.objects.came_by(Part("token", str(program.app_token.pk))).filter(action="add").count() == 2


def test_a_refusal_is_logged_with_the_token(make: Make, plan: SitePlan) -> None:
    program = make("edit")
    cell = {"column_id": str(plan.columns["Remaining"]), "shown": None, "value": 1}
    row = plan.rows["Dig foundations"]
    program.save(plan.id, {"do": "update", "row_id": str(row), "cells": [cell]}, status=403)
    assert Entry.objects.get(phase="forbidden").via == program.via


def test_a_conflict_shows_a_value_only_to_those_who_can_read(make: Make, plan: SitePlan) -> None:
    """In a conflict, the answer has the cell's present value only if the token can read sheets. Otherwise, a token that
    can only edit could find out each cell's value: it would send a change with a wrong old value in `shown`.
    """
    plan.write("Dig foundations", Notes="Rock")
    cell = {"column_id": str(plan.columns["Notes"]), "shown": "Sand", "value": "Clay"}
    change = {"do": "update", "row_id": str(plan.rows["Dig foundations"]), "cells": [cell]}
    for scopes, shown in ((["edit"], None), (["read", "edit"], "Rock")):
        problem = make(*scopes).save(plan.id, change, status=409)
        (found,) = problem["results"][0]["cells"]
        assert (found["status"], found["value"]) == ("conflict", shown)
        assert bool(found["by"]) is bool(found["at"]) is (shown is not None)
    saved = make("edit").save(plan.id, change | {"cells": [cell | {"shown": "Rock"}]})
    assert [(one["status"], one["value"]) for one in saved["results"][0]["cells"]] == [("saved", "Clay")]


def test_values_of_a_restored_row_are_only_for_those_who_can_read(make: Make, caller: Caller, plan: SitePlan) -> None:
    """A token that can't read sheets gets no values of a restored row. Otherwise, it could delete and restore each row
    to read its values.
    """
    row_id = str(plan.rows["Dig foundations"])
    caller.save(plan.id, {"do": "delete", "row_id": row_id})
    program, key = make("edit"), str(uuid4())
    for is_repeat in (False, True):
        answer = program.save(plan.id, {"do": "restore", "row_id": row_id}, key=key)
        (row,) = answer["results"]
        assert (row["status"], answer["is_repeat"]) == ("saved", is_repeat)
        assert row["cells"]
        assert all(cell["value"] is None for cell in row["cells"])
    assert "Dig foundations" in plan.labels()


@pytest.mark.parametrize(
    ("scopes", "path", "needed"),
    [(["edit", "log"], "/sheets", "read"), (["log"], "/sheets/7", "read"), (["edit"], "/sheets/7/rows?id=7", "read")],
)
def test_a_scope_that_is_missing(make: Make, plan: SitePlan, scopes: list[str], path: str, needed: str) -> None:
    program = make(*scopes)
    assert program.refusal(path) == (403, "scope-missing", f"This app token doesn't have the scope “{needed}”.")
    (entry,) = entries()
    assert (entry.phase, entry.via, entry.row_label) == (
        "refused", program.via, f"App token {program.app_token.pk}",
    )  # fmt: skip
    assert plan.sandbox.requests() == []


def test_a_token_that_reads_does_not_write(make: Make, plan: SitePlan) -> None:
    problem = make("read", "log").save(plan.id, new_row(plan), status=403)
    assert problem["type"] == "urn:byline:problem:scope-missing"
    assert plan.sandbox.requests() == []


def test_a_session_does_not_widen_a_token(make: Make, caller: Caller, plan: SitePlan) -> None:
    """If a request has a token and a session, the session is ignored."""
    caller.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make('log').text}"
    caller.get("/sheets", status=403)
    caller.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token_text.new()}"
    caller.get("/sheets", status=401)
    caller.client.defaults["HTTP_AUTHORIZATION"] = "Basic cHJveHk6cHJveHk="  # a proxy's own credentials
    caller.get("/sheets")


def test_the_first_use_of_each_day_is_an_entry(make: Make, bob: Person) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        program = make("read")
        for hours in (0, 1, 10, 2, 24):
            clock.shift(timedelta(hours=hours))
            program.get("/me")
        assert program.app_token.used_at == NOON + timedelta(hours=37)
    assert [(entry.phase, entry.actor_id, entry.via) for entry in entries()] == [("done", bob.id, program.via)] * 3


def test_a_use_that_cannot_be_recorded_is_none(make: Make, plan: SitePlan) -> None:
    program = make("read")
    refuse_rows(Entry._meta.db_table, "NEW.action = 'token_use'")
    assert program.get("/me", status=503)["type"] == "urn:byline:problem:log-unavailable"
    assert program.app_token.used_at is None


def test_a_token_ends_at_its_time(make: Make) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        program = make("read", days=7)
        clock.shift(timedelta(days=7))
        assert program.refusal() == (401, "app-token-not-accepted", "This app token has ended: It has expired.")
    assert entries().get().phase == "refused"


def revoked(person: SmartsheetUser) -> None:
    AppToken.objects.get().end(Ending.REVOKED)


def barred(person: SmartsheetUser) -> None:
    account.block(person, by=person.user)


def disconnected(person: SmartsheetUser) -> None:
    account.disconnect(person)


@pytest.mark.parametrize("end", [revoked, barred, disconnected], ids=lambda end: end.__name__)
def test_a_token_that_was_ended(make: Make, person: SmartsheetUser, end: Callable[[SmartsheetUser], None]) -> None:
    program = make("read")
    end(person)
    status, kind, detail = program.refusal()
    assert (status, kind) == (401, "app-token-not-accepted")
    assert Ending(end.__name__).label in detail
    (ended,) = entries("token_end")
    assert (ended.reason, ended.via) == (Ending(end.__name__).label, program.via)
    barred(person)  # a later event changes nothing
    assert entries("token_end").count() == 1


def test_a_person_who_left_smartsheet_has_no_tokens_left(make: Make, plan: SitePlan, person: SmartsheetUser) -> None:
    program = make("read")
    headers = {"Authorization": f"Bearer {person.token.access_token}"}
    assert plan.sandbox.http.delete(f"{plan.sandbox.api}/token", headers=headers, timeout=PATIENCE).ok
    assert program.refusal("/sheets")[:2] == (401, "sign-in-again")
    assert follow_up(person.user_id) is False  # follow_up() was already done
    assert not Token.objects.exists()
    assert program.refusal()[1] == "app-token-not-accepted"
    assert entries("token_end").get().reason == Ending.LEFT.label


def test_someone_who_was_taken_off_the_list_is_refused(make: Make, settings: Settings) -> None:
    program = make("read")
    settings.SIGN_IN_PEOPLE = frozenset({"sandbox:1"})
    assert program.refusal()[2] == "The person who made this app token can't use this app."
    settings.SIGN_IN_PEOPLE = frozenset()
    program.get("/me")


def test_someone_barred_without_a_signal_is_refused_as_well(make: Make) -> None:
    program = make("read")
    get_user_model()._default_manager.update(is_active=False)
    assert program.refusal()[:2] == (401, "app-token-not-accepted")


UNKNOWN = ["", "x", "byline_", "é" * 20, "byline_" + "0" * 49, "a" * 10_000]


@pytest.mark.parametrize("text", [*UNKNOWN, "one that could be"], ids=range(len(UNKNOWN) + 1))
def test_unknown_tokens(db: None, text: str) -> None:
    text = token_text.new() if text == "one that could be" else text
    status, kind, _detail = Program(text).refusal()
    assert (status, kind) == (401, "app-token-not-accepted")
    entry = entries().get()
    assert (entry.phase, entry.actor_id, entry.via) == ("refused", 0, None)
    assert len(text) < 5 or text[:20] not in f"{vars(entry)}"


def test_fault_31_unknown_tokens_are_counted_by_address(db: None) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(30):
            Program(token_text.new()).refusal()
        clock.shift(timedelta(minutes=1))
        note_counted()
    assert [(entry.ip, entry.message) for entry in entries()] == [
        ("127.0.0.1", ""), ("127.0.0.1", "29 more events from 127.0.0.1 in the minute after 2026-11-30 12:00:00 UTC"),
    ]  # fmt: skip


def test_fault_31_refusals_of_a_known_token_are_counted_by_token(make: Make, bob: Person) -> None:
    programs = [make("log"), make("log")]
    for program in programs * 5:
        program.refusal("/sheets")
    assert [(entry.actor_id, entry.via) for entry in entries()] == [(bob.id, program.via) for program in programs]


def test_each_token_has_a_rate_limit_of_its_own(make: Make, settings: Settings) -> None:
    settings.APP_TOKEN_RATE_LIMIT = 3
    with time_machine.travel(NOON, tick=False) as clock:
        first, second = make("read"), make("read")
        for _ in range(3):
            first.get("/me")
        problem = first.get("/me", status=429)
        first.get("/me", status=429)
        assert (problem["type"], first.answer["Retry-After"]) == ("urn:byline:problem:too-many-calls", "60")
        second.get("/me")
        clock.shift(timedelta(minutes=1))
        first.get("/me")
    assert [entry.reason for entry in entries() if entry.phase == "refused"] == [
        "More than 3 calls a minute were made with this app token."
    ]


def test_a_token_of_one_person_is_not_anothers(make: Make, caller: Caller, alice: Person, sign_in: Any) -> None:
    other = Client()
    sign_in(other, alice)
    other.post(f"/identity/tokens/{make('read').app_token.pk}/end/")
    assert AppToken.objects.get().is_active
