"""The preview shows what another person would see, without acting as them and without saving anything."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from audit.models import Entry
from edits.forms.models import FormDefinition
from tests.edits.forms.designing.pages import DesignerPage
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.django_db


def text_of(client: Client, form: FormDefinition, **query: object) -> str:
    answer = client.get(f"/forms/design/{form.pk}/preview/", {name: str(value) for name, value in query.items()})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_rule_and_conditions_are_those_of_the_chosen_person(
    browser: Client, form: FormDefinition, plan: SitePlan
) -> None:
    page = DesignerPage.open(browser, form).choose("rows").press(f"mine:{plan.columns['Responsible']}")
    page.choose(plan.columns["Notes"]).press("item:states").type(**{"states-0~state": "hidden"})
    page.type(**{"states-0~0~column": str(plan.columns["Responsible"])}).press("show")
    page.type(**{"states-0~0~is": "not_me"}).press("save")
    assert page.status == 200
    of_bob, of_frank = plan.rows["Dig foundations"], plan.rows["Roof membrane"]
    text = text_of(browser, form, person="bob@example.com", row=of_bob)
    assert "Preview as Bob Baker.</strong> Nothing is saved." in text
    assert "Nothing would be refused: Bob Baker can open the form, and save this row." in text
    text = text_of(browser, form, person="bob@example.com", row=of_frank)
    assert "Bob Baker doesn’t see this form. Instead, Bob Baker sees a page that says why." in text
    assert (
        "This row doesn’t belong to Bob Baker. The form is only for these rows: those for which Responsible is the"
        in text
    )
    text = text_of(browser, form, person="frank@example.com", row=of_frank)
    assert "Preview as frank@example.com" in text
    assert f'<option value="{of_frank}" selected>' in text
    assert "Roof membrane · frank@example.com’s row</option>" in text
    assert "This row doesn’t belong to" not in text
    assert "Hidden from" not in text


def test_what_smartsheet_and_the_form_would_refuse_is_said(
    browser: Client, form: FormDefinition, plan: SitePlan
) -> None:
    page = DesignerPage.open(browser, form).press("add", new_field=str(plan.columns["Permit no."])).choose("people")
    page.type(audience="listed", people="bob@example.com").press("save")
    text = text_of(browser, form, person="charlie@example.com", row=plan.rows["Dig foundations"])
    assert "Charlie Carter can’t open the form, because it isn’t for them." in text
    assert "In Smartsheet, Charlie Carter can only look, so Smartsheet refuses every change." in text
    assert "“Permit no.” can’t be changed: its column is locked" in text
    assert "“Permit no.” can’t be changed" not in text_of(browser, form, person="alice@example.com")
    assert "The form doesn’t let people add rows." in text_of(browser, form, row="new")


def test_the_preview_only_reads(browser: Client, form: FormDefinition, plan: SitePlan, sandbox: RunningSandbox) -> None:
    entries = Entry.objects.count()
    sandbox.forget_requests()
    text_of(browser, form, person="alice@example.com", row=plan.rows["Dig foundations"])
    assert {call["method"] for call in sandbox.requests()} == {"GET"}
    assert Entry.objects.count() == entries


def test_hidden_and_required_fields_are_those_of_the_chosen_row(
    browser: Client, form: FormDefinition, plan: SitePlan
) -> None:
    page = DesignerPage.open(browser, form).choose(plan.columns["Notes"]).type(state="hidden").press("item:states")
    page.type(**{"states-0~state": "required", "states-0~0~column": str(plan.columns["Status"])}).press("show")
    page.type(**{"states-0~0~is": "equals", "states-0~0~value": "Blocked"}).press("save")
    assert page.status == 200
    assert "Hidden from Bob Baker here: Notes<" in text_of(browser, form, row=plan.rows["Dig foundations"])
    assert "Hidden from Bob Baker" not in text_of(browser, form, row=plan.rows["Drainage runs"])


def test_the_shown_form_follows_what_is_typed_into_it(browser: Client, form: FormDefinition, plan: SitePlan) -> None:
    status, notes = plan.columns["Status"], plan.columns["Notes"]
    page = DesignerPage.open(browser, form)
    assert "The form as you would fill it in · “Groundworks”" in page.text
    page.choose("rows").press(f"mine:{plan.columns['Responsible']}")
    assert "“Survey and set out”" in page.text, "the first of Bob's rows"
    page.choose(notes).type(state="hidden").press("item:states")
    page.type(**{"states-0~state": "required", "states-0~0~column": str(status)}).press("show")
    page.type(**{"states-0~0~is": "equals", "states-0~0~value": "Blocked"}).press("show")
    assert "Hidden here: Notes" in page.text
    page.type(**{f"col-{status}": "Blocked"})
    assert "Hidden here: Notes" in page.press("show").text, "without a script, it is the row as it is"
    page.type(**{f"col-{status}": "Blocked"}).press("show", live="1")
    assert "Hidden here" not in page.text


def test_what_is_not_saved_yet_is_previewed_and_comes_back(browser: Client, form: FormDefinition) -> None:
    page = DesignerPage.open(browser, form).type(title="Not saved yet, but shown").press("show")
    sent = page.fields | {"person": ["alice@example.com"]}
    text = browser.post(f"/forms/design/{form.pk}/preview/", sent).content.decode()
    assert "Not saved yet, but shown" in text
    assert FormDefinition.objects.get().revision == 0
    back = {name: page.fields[name] for name in ("work", "seen", "opened", "chosen")} | {"do": ["back"]}
    text = browser.post(page.path, back).content.decode()
    assert 'value="Not saved yet, but shown"' in text
    assert "bi-circle-fill" in text


def test_a_row_that_is_gone_or_a_sheet_without_rows_is_no_fault(
    browser: Client, form: FormDefinition, sandbox: RunningSandbox, alice: Person
) -> None:
    answer = browser.get(f"/forms/design/{form.pk}/preview/?row=123")
    assert answer.status_code == 404
    assert "This row no longer exists" in answer.content.decode()
    FormDefinition.objects.filter(pk=form.pk).delete()
    empty = sandbox.sheet(alice, "Empty sheet")
    other = FormDefinition.objects.create(region="sandbox", sheet_id=empty["id"], slug="empty", draft=form.draft)
    assert "“Status” is left out: its column is gone or has another type." in text_of(browser, other)


def options(html: str) -> list[str]:
    """Return the texts of the options in the list of rows."""
    select = html[html.index('name="row"') :]
    return re.findall(r"<option[^>]*>([^<]*)</option>", select[: select.index("</select>")])


def test_a_row_is_found_by_its_name(browser: Client, form: FormDefinition, plan: SitePlan) -> None:
    text = text_of(browser, form, q="FRAMES", row=plan.rows["Dig foundations"])
    assert options(text)[1:] == ["15: Deliver frames", "16: Raise frames"]
    assert "2 rows of the sheet match “FRAMES”." in text
    assert f'<option value="{plan.rows["Deliver frames"]}" selected>' in text, "the first one is shown"
    text = text_of(browser, form, q="FRAMES", searched="FRAMES", row=plan.rows["Raise frames"])
    assert f'<option value="{plan.rows["Raise frames"]}" selected>' in text
    assert "0 rows of the sheet match “zebra”." in text_of(browser, form, q="zebra")


def test_all_rows_can_be_reached_page_by_page(browser: Client, form: FormDefinition, plan: SitePlan) -> None:
    rows = [{"toBottom": True, "cells": [{"columnId": plan.columns["Task"], "value": f"Task {n}"}]} for n in range(120)]
    added = plan._call("POST", f"/sheets/{plan.id}/rows", rows)["result"]
    text = text_of(browser, form)
    assert len(options(text)) == 101
    assert "Rows of page 1 of 2 are listed." in text
    text = text_of(browser, form, page=2, row=added[-1]["id"])
    assert f'<option value="{added[-1]["id"]}" selected>' in text
    assert "Task 119" in options(text)[-1]
    text = text_of(browser, form, row=added[-1]["id"])
    assert "Task 119" in options(text)[1], "the chosen row is in the list, too"
    assert text_of(browser, form, page="x", q="Task 119").count("Task 119</option>") == 1


def test_a_search_reads_only_the_names_and_the_columns_of_the_rule(
    browser: Client, form: FormDefinition, plan: SitePlan, sandbox: RunningSandbox
) -> None:
    sandbox.forget_requests()
    text_of(browser, form, q="frames")
    queries = [one["query"] for one in sandbox.requests() if one["path"].endswith(f"/sheets/{plan.id}")]
    assert sum("columnIds" not in one and "rowIds" not in one for one in queries) == 1, "one page of the sheet"
    (names,) = [one for one in queries if "columnIds" in one]
    assert f"columnIds={plan.columns['Task']}&" in f"{names}&"
