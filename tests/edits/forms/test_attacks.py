"""Requests that no page sends can't get around a form's limits. They are refused, and the log shows the refusals."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from audit.recording import THIS_APP
from audit.vocabulary import Phase
from edits.forms.definition import Allow, Audience, OptionsWhen, Prefill, State, StateWhen
from edits.forms.filling.prefill import SALT
from tests.api.caller import Caller
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.forms.progress_form import MINE, THEIRS, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


def send(client: Client, path: str, data: dict[str, Any]) -> Page:
    return Page.of(client, path, client.post(path, data))


def sent(form: ProgressForm, row: str = MINE, **typed: str) -> dict[str, Any]:
    """Return the data that a program sends for a form. Each keyword argument maps a column's title to a text."""
    version = form.stored.version
    return {"version": version, **{f"col-{form.column(title)}": text for title, text in typed.items()}}


def refusals(form: ProgressForm) -> list[Entry]:
    """Return the log's entries about refusals. Fails if the log has other entries about changes of the sheet."""
    entries = list(Entry.objects.on_sheet(form.plan.id).exclude(action__startswith="form_"))
    assert {entry.phase for entry in entries} <= {Phase.FORBIDDEN}, [entry.phase for entry in entries]
    for entry in entries:
        assert json.loads(entry.via or "{}")["form"] == "progress"
    return entries


def is_refused(form: ProgressForm, person: Person, page: Page, *, status: int) -> bool:
    """Whether the attempt was logged. Fails if the answer has another status, or if something was written."""
    assert page.status == status, (page.status, page.text)
    assert form.plan.writes(person) == []
    return bool(refusals(form))


def test_a_row_outside_of_the_rule(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = send(browser, form.row_path(THEIRS), sent(form, Spent="1"))
    assert is_refused(form, bob, page, status=403)
    assert "This isn't one of your rows" in page.text
    assert "Spent 1" in page.text
    (entry,) = refusals(form)
    assert (entry.row_id, entry.column_title) == (form.plan.rows[THEIRS], "Spent")


def test_opening_a_row_outside_of_the_rule_isnt_logged_as_an_attempt_to_change_it(
    browser: Client, form: ProgressForm
) -> None:
    page = Page.open(browser, form.row_path(THEIRS))
    assert (page.status, page.fields) == (403, {})
    assert refusals(form) == []


def test_a_row_that_left_the_rule_after_it_was_opened(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "1"})
    form.plan.write(MINE, Responsible="dora@example.com")
    page = page.save()
    assert is_refused(form, bob, page, status=403)
    assert "Spent 1" in page.text


def test_a_row_of_another_sheet(browser: Client, form: ProgressForm, bob: Person) -> None:
    path = f"{form.path}rows/{form.plan.rows[MINE] + 1}/"
    page = send(browser, path, sent(form, Spent="1"))
    assert page.status == 404
    assert form.plan.writes(bob) == []
    assert "Spent 1" in page.text


@pytest.mark.parametrize("title", ["Budget", "Responsible", "Task", "Remaining", "Permit no."])
def test_a_column_that_isnt_in_the_form_or_only_shown(
    browser: Client, form: ProgressForm, bob: Person, title: str
) -> None:
    page = send(browser, form.row_path(MINE), sent(form, Status="Complete", **{title: "99"}))
    assert is_refused(form, bob, page, status=403)
    assert "You typed: 99" in page.text
    (entry,) = refusals(form)
    assert entry.column_id == form.column(title)


def test_a_column_that_no_sheet_has(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = send(browser, form.row_path(MINE), sent(form, Spent="1") | {"col-99999999999999999999": "1"})
    assert is_refused(form, bob, page, status=403)


def test_a_hidden_field(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = send(browser, form.row_path(MINE), sent(form, Spent="1", Notes="sneaked in"))
    assert is_refused(form, bob, page, status=422)
    assert "You typed: sneaked in" in page.text
    assert form.plan.value(MINE, "Notes") is None


def test_a_field_that_is_always_hidden(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.publish(fields=(form.field("Spent"), form.field("Notes", state=State.HIDDEN)))
    page = send(browser, form.row_path(MINE), sent(form, Notes="sneaked in"))
    assert is_refused(form, bob, page, status=403)


def test_another_part_of_a_hidden_field(browser: Client, form: ProgressForm, bob: Person) -> None:
    """A field can have more than one input: for its value, for a link's address, for a value that isn't an option, and
    for a confirmation. A request has values for the last three inputs of a hidden field. The app writes none of them.
    """
    notes = form.column("Notes")
    extra = {f"link-col-{notes}": "https://example.com", f"other-col-{notes}": "x", f"sure-col-{notes}": '["x"]'}
    page = send(browser, form.row_path(MINE), sent(form, Spent="1") | extra)
    assert page.status in {302, 403, 422}
    written = [write["body"] for write in form.plan.writes(bob)]
    assert str(notes) not in json.dumps(written)
    assert form.plan.value(MINE, "Notes") is None


def test_a_condition_cant_be_met_with_a_field_that_isnt_written(
    browser: Client, form: ProgressForm, bob: Person
) -> None:
    """The field Notes is shown if the row's status is Blocked. The form can't change the status. So a request with
    notes is refused, even if the request also has the status Blocked.
    """
    task, _, notes, spent = form.definition.fields
    form.publish(fields=(task, form.field("Status", state=State.SHOWN), notes, spent))
    page = send(browser, form.row_path(MINE), sent(form, Status="Blocked", Notes="sneaked in"))
    assert is_refused(form, bob, page, status=403)
    assert form.plan.value(MINE, "Notes") is None


def test_a_value_that_isnt_allowed(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = send(browser, form.row_path(MINE), sent(form, Status="Whatever"))
    assert page.status == 422
    assert form.plan.writes(bob) == []


def link_to(form: ProgressForm, mode: Prefill, **values: str) -> str:
    fields = tuple(form.field(title, prefill=mode) for title in ("Spent", "Notes"))
    form.publish(fields=fields)
    query = "&".join(f"f.{form.column(title)}={text}" for title, text in values.items())
    return f"{form.row_path(MINE)}?{query}"


@pytest.mark.parametrize("mode", [Prefill.LOCKED, Prefill.HIDDEN])
def test_a_locked_value_that_was_altered(browser: Client, form: ProgressForm, bob: Person, mode: Prefill) -> None:
    page = Page.open(browser, link_to(form, mode, Spent="42"))
    page.fields["prefill"] = [signing.dumps({"values": {str(form.column("Spent")): 1}}, salt="another")]
    page = send(browser, form.row_path(MINE), {name: values[0] for name, values in page.fields.items()})
    assert is_refused(form, bob, page, status=403)


@pytest.mark.parametrize("mode", [Prefill.LOCKED, Prefill.HIDDEN])
def test_a_value_beside_a_locked_one(browser: Client, form: ProgressForm, bob: Person, mode: Prefill) -> None:
    page = Page.open(browser, link_to(form, mode, Spent="42"))
    fields = {name: values[0] for name, values in page.fields.items()}
    page = send(browser, form.row_path(MINE), fields | {f"col-{form.column('Spent')}": "1"})
    assert is_refused(form, bob, page, status=403)


def test_locked_values_of_another_row_version_or_person(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = Page.open(browser, link_to(form, Prefill.LOCKED, Spent="42"))
    (token,) = page.fields["prefill"]
    found = signing.loads(token, salt=SALT)
    for key, other in {"row": 1, "author": "sandbox:1", "version": 1, "form": 99}.items():
        assert found[key] != other
        forged = signing.dumps({**found, key: other}, salt=SALT)
        page = send(browser, form.row_path(MINE), sent(form) | {"prefill": forged})
        assert is_refused(form, bob, page, status=403)


def test_a_form_that_was_closed_after_it_was_opened(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "1"})
    form.stored.close(seen=form.stored.revision, actor=THIS_APP)
    page = page.save()
    assert is_refused(form, bob, page, status=409)
    assert "This form is closed" in page.text
    assert "Spent 1" in page.text


def test_a_form_past_its_closing_date(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "1"})
    form.stored.closes_at = timezone.now() - timedelta(minutes=1)
    form.stored.save()
    page = page.save()
    assert is_refused(form, bob, page, status=409)
    assert "It was open until" in page.text


def test_a_form_that_was_published_again(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "1"})
    form.publish(sentence="Please say more.")
    page = page.save()
    assert is_refused(form, bob, page, status=409)
    assert page.value(form.column("Spent")) == "1"
    assert page.save().was_redirected
    assert form.plan.value(MINE, "Spent") == 1


def test_a_form_that_only_adds_rows(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.publish(allow=frozenset({Allow.ADD}))
    page = send(browser, form.row_path(MINE), sent(form, Spent="1"))
    assert is_refused(form, bob, page, status=403)


def test_a_form_that_adds_no_rows(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.publish(allow=frozenset({Allow.EDIT}))
    page = send(browser, form.add_path, sent(form, Spent="1"))
    assert is_refused(form, bob, page, status=403)


def test_a_form_for_other_people(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.publish(audience=Audience.LISTED, people=("dora@example.com",), domains=("example.org",))
    assert Page.open(browser, form.row_path(MINE)).status == 403
    page = send(browser, form.row_path(MINE), sent(form, Spent="1"))
    assert is_refused(form, bob, page, status=403)


def test_a_person_who_can_only_look_at_the_sheet(
    client: Client, sign_in: SignIn, plan: SitePlan, charlie: Person, db: None
) -> None:
    sign_in(client, charlie)
    form = ProgressForm(plan, rule=None)
    page = send(client, form.row_path(MINE), sent(form, Spent="1"))
    assert is_refused(form, charlie, page, status=403)


def test_someone_elses_form(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = send(browser, form.row_path(MINE), sent(form, Spent="1") | {"author": "sandbox:1"})
    assert page.status == 409
    assert form.plan.writes(bob) == []


@pytest.mark.parametrize(
    "junk", ["[" * 100_000, "\ud800", "null", '{"objectType": 1}', '{"value": {}, "hyperlink": {}}']
)
def test_junk_in_hidden_fields(browser: Client, form: ProgressForm, bob: Person, junk: str) -> None:
    spent = form.column("Spent")
    names = [f"initial-col-{spent}", f"shown-col-{spent}", "snapshot", "prefill", "version", "once", "reason"]
    for name in names:
        page = send(
            browser, form.row_path(MINE), sent(form, Spent="2") | {name: junk.encode("utf-8", "replace").decode()}
        )
        assert page.status < 500, page.text


def test_a_get_changes_nothing(browser: Client, form: ProgressForm, bob: Person) -> None:
    Page.open(browser, f"{form.row_path(MINE)}?col-{form.column('Spent')}=1&f.{form.column('Spent')}=1")
    assert form.plan.writes(bob) == []
    assert form.plan.value(MINE, "Spent") == 21500


def test_an_edit_by_the_api_cant_carry_a_form(browser: Client, form: ProgressForm) -> None:
    """If an edit comes through the API, `via` in its entries never names a form, even if the request names one."""
    caller, plan = Caller(browser), form.plan
    cells = [{"column_id": str(form.column("Spent")), "shown": 21500, "value": 1}]
    change = {"do": "update", "row_id": str(plan.rows[MINE]), "cells": cells}
    via = {"form": "progress", "version": 1}
    caller.save(plan.id, change, via=via, status=422)
    caller.save(plan.id, change | {"via": via}, status=422)
    caller.save(plan.id, change, via="form:progress", status=422)
    assert plan.value(MINE, "Spent") == 21500
    caller.save(plan.id, change, reason="form:progress")
    assert plan.value(MINE, "Spent") == 1
    assert {entry.via for entry in Entry.objects.on_sheet(plan.id).exclude(action__startswith="form_")} == {None}


def test_the_key_of_an_earlier_save_opens_no_other_row(browser: Client, form: ProgressForm, bob: Person) -> None:
    """Each opened form has a key, so that a form that is sent twice is saved only once. The second answer repeats the
    first result, even if the person can't open the row any more.

    Here, Bob sends the key of his own row's form to the form of a row that isn't his. The app refuses this each time.
    """
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "1"})
    assert page.save().was_redirected
    (key,) = page.fields["once"]
    writes = form.plan.writes(bob)
    for typed in ({"Spent": "2"}, {"Spent": "2", "Notes": "x"}, {"Status": "Whatever"}, {}):
        found = send(browser, form.row_path(THEIRS), sent(form, **typed) | {"once": key})
        assert found.status == 403, found.text
        assert found.fields == {}
    assert form.plan.writes(bob) == writes
    forbidden = Entry.objects.on_sheet(form.plan.id).filter(phase=Phase.FORBIDDEN)
    assert forbidden.values("edit_id").distinct().count() >= 4


def test_a_form_that_was_published_anew_opens_no_other_row(browser: Client, form: ProgressForm, bob: Person) -> None:
    """Bob sends two requests for a row that doesn't fit the form's rule. Both have a version that isn't the published
    one. The second also has the key of an earlier save. Neither answer shows the row, and each attempt is logged.
    """
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "1"})
    assert page.save().was_redirected
    writes = form.plan.writes(bob)
    for more in ({}, {"once": page.fields["once"][0]}):
        found = send(browser, form.row_path(THEIRS), sent(form, Spent="2") | {"version": "99"} | more)
        assert (found.status, found.fields) == (403, {})
    assert form.plan.writes(bob) == writes
    forbidden = Entry.objects.on_sheet(form.plan.id).filter(phase=Phase.FORBIDDEN)
    assert forbidden.values("edit_id").distinct().count() == 2


@pytest.mark.parametrize("number", [2**63, 10**30])
@pytest.mark.parametrize("end", ["", "delete/"])
def test_a_number_that_no_row_can_have(browser: Client, form: ProgressForm, number: int, end: str) -> None:
    form.publish(allow=frozenset(Allow))
    for more in ({}, {"keep_draft": "1"}):
        assert browser.post(f"{form.path}rows/{number}/{end}", sent(form, Spent="1") | more).status_code == 404


def test_the_page_for_deleting_has_no_name_of_a_row_outside_of_the_rule(browser: Client, form: ProgressForm) -> None:
    form.publish(allow=frozenset(Allow))
    page = Page.open(browser, f"{form.row_path(THEIRS)}delete/")
    assert page.status == 403
    assert THEIRS not in page.text


def test_a_draft_for_a_closed_form_is_no_attempt_to_save(browser: Client, form: ProgressForm) -> None:
    """A draft for a closed form is refused, but this isn't logged. The page sends drafts by itself while someone types,
    so entries about refused drafts would fill the log.
    """
    form.stored.close(seen=form.stored.revision, actor=THIS_APP)
    page = send(browser, form.row_path(MINE), sent(form, Spent="1") | {"keep_draft": "1"})
    assert page.status == 409
    assert refusals(form) == []


def test_a_link_cant_fill_in_what_the_options_exclude(browser: Client, form: ProgressForm, bob: Person) -> None:
    only = OptionsWhen(("Not started",), form.when("Task", "not_empty"))
    form.publish(fields=(form.field("Status", prefill=Prefill.LOCKED, options=(only,)), form.field("Spent")))
    page = Page.open(browser, f"{form.row_path(MINE)}?f.Status=Complete").save()
    assert page.status == 422
    assert "Status: With the other values that you entered, choose one of these: Not started." in page.text
    assert form.plan.writes(bob) == []


def test_a_locked_value_isnt_written_into_a_field_that_the_person_cant_see(browser: Client, form: ProgressForm) -> None:
    shown = StateWhen(State.EDITABLE, form.when("Status", "equals", "Blocked"))
    notes = form.field("Notes", state=State.HIDDEN, states=(shown,), prefill=Prefill.LOCKED)
    form.publish(fields=(form.field("Spent"), notes))
    page = Page.open(browser, f"{form.row_path(MINE)}?f.Notes=sneaked+in").type({form.column("Spent"): "1"})
    assert page.save().was_redirected
    assert form.plan.value(MINE, "Spent") == 1
    assert form.plan.value(MINE, "Notes") is None
