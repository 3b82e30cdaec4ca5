"""The row form has a field for each column. Tests check what the fields accept and refuse, and their HTML."""

import re
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client
from django.utils.html import escape

from edits.sheets.sheet import Sheet
from edits.widgets.row_form import RowForm
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan

PEOPLE = [{"name": "Alice Archer", "email": "alice@example.com"}, {"name": "Bob Baker", "email": "bob@example.com"}]


def form_of(kind: str, cell: dict[str, Any] | None = None, data: str | None = None, **raw: Any) -> RowForm:
    """Return the form of a row with one cell. `data` is the text that a browser sends for this cell."""
    sheet = Sheet.parse(
        {
            "id": 1,
            "accessLevel": "EDITOR",
            "columns": [{"id": 2, "title": "X", "type": kind, **raw}],
            "rows": [{"id": 3, "rowNumber": 1, "cells": [{"columnId": 2, **(cell or {})}]}],
        }
    )
    return RowForm(None if data is None else QueryDict(data), sheet=sheet, row=sheet.rows[0])


def edits(form: RowForm) -> list[tuple[object, object]]:
    assert form.is_valid(), form.errors
    return [(edit.shown, edit.typed) for edit in form.changes()]


def html_of(form: RowForm) -> str:
    return str(form["col-2"].as_field_group())


@pytest.mark.parametrize(
    ("kind", "raw", "field"),
    [
        ("TEXT_NUMBER", {}, '<textarea name="col-2" rows="1" data-grow'),
        ("DATE", {}, '<input type="date"'),
        ("CHECKBOX", {}, '<input type="checkbox"'),
        ("CHECKBOX", {"symbol": "FLAG"}, '<input type="checkbox"'),
        ("PICKLIST", {"options": ["a", "b"], "validation": True}, "<select"),
        ("PICKLIST", {"options": ["a", "b"]}, 'name="other-col-2"'),
        ("PICKLIST", {"symbol": "RYG"}, 'data-symbol="RYG" data-value="Yellow"'),
        ("PICKLIST", {"symbol": "OF_TOMORROW"}, "<textarea"),
        ("MULTI_PICKLIST", {"options": ["a", "b"]}, "<fieldset"),
        ("CONTACT_LIST", {}, "<datalist"),
        ("CONTACT_LIST", {"contactOptions": PEOPLE}, '<option value="Bob Baker">bob@example.com'),
        ("CONTACT_LIST", {"contactOptions": PEOPLE, "validation": True}, "<select"),
        ("MULTI_CONTACT_LIST", {}, 'name="other-col-2"'),
        ("MULTI_CONTACT_LIST", {"contactOptions": PEOPLE}, "<fieldset"),
    ],
)
def test_the_field_suits_the_column(kind: str, raw: dict[str, Any], field: str) -> None:
    html = html_of(form_of(kind, **raw))
    assert field in html
    assert 'name="initial-col-2"' in html
    assert re.search(r'class="form-(control|select|check-input)', html)
    assert 'for="id_col-2' in html


@pytest.mark.parametrize(
    ("kind", "raw", "typed", "message"),
    [
        ("PICKLIST", {"options": ["a"]}, "c", "“c” is not among the options of this column."),
        ("MULTI_PICKLIST", {"options": ["a"]}, "c", "“c” is not among the options of this column."),
        ("DATE", {}, "28.2.2026", "“28.2.2026” isn't a date such as 2026-11-30."),
        ("DATE", {"validation": True}, "2026-02-30", "“2026-02-30” isn't a date such as 2026-11-30."),
        ("CONTACT_LIST", {}, "Bob", "No one here is called “Bob”."),
        ("CONTACT_LIST", {}, "bob@example", "“bob@example” is not an e-mail address."),
        ("CONTACT_LIST", {"contactOptions": PEOPLE, "validation": True}, "x@y.org", "not among the options"),
        ("MULTI_CONTACT_LIST", {}, "a@b.org%0D%0ABob", "No one here is called “Bob”."),
        ("TEXT_NUMBER", {}, "x" * 4001, "Use at most 4,000 characters: this has 4,001."),
        ("TEXT_NUMBER", {}, "a%00b", "Null characters are not allowed."),
    ],
)
def test_an_impossible_value_is_refused_and_kept(kind: str, raw: dict[str, Any], typed: str, message: str) -> None:
    form = form_of(kind, data=f"col-2={typed}", **raw)
    assert message in form.errors["col-2"][0]
    html = html_of(form)
    assert escape(message) in html
    assert 'id="id_col-2_error"' in html
    assert re.search(r'aria-describedby="[^"]*id_col-2_error', html)
    assert "is-invalid" in html
    assert 'aria-invalid="true"' in html


def test_existing_invalid_values_are_not_the_persons_mistake() -> None:
    for kind, value in (("CONTACT_LIST", "the driver"), ("PICKLIST", "gone"), ("DATE", "soon"), ("CHECKBOX", "maybe")):
        form = form_of(kind, {"value": value}, f"initial-col-2={value}&col-2={value}", options=["a"])
        assert edits(form) == []


def test_changed_is_what_differs_from_what_was_shown_and_not_from_what_is_there() -> None:
    there = {"value": "theirs"}
    assert edits(form_of("TEXT_NUMBER", there, "initial-col-2=shown&col-2=shown")) == []
    assert edits(form_of("TEXT_NUMBER", there, "initial-col-2=shown&col-2=theirs")) == [("shown", "theirs")]
    assert edits(form_of("TEXT_NUMBER", there, "col-2=typed")) == [("theirs", "typed")]
    assert edits(form_of("TEXT_NUMBER", there, "")) == []


def test_boxes_that_are_not_sent_are_unticked_only_if_the_form_had_them() -> None:
    assert edits(form_of("CHECKBOX", {"value": True}, 'initial-col-2=["true"]')) == [(True, False)]
    assert edits(form_of("CHECKBOX", {"value": True}, "")) == []
    assert edits(form_of("CHECKBOX", {}, "initial-col-2=[]&col-2=on")) == [(None, True)]
    values = {"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a", "b"]}}
    options = {"options": ["a", "b", "c"]}
    assert edits(form_of("MULTI_PICKLIST", values, 'initial-col-2=["a","b"]', **options)) == [(["a", "b"], None)]
    assert edits(form_of("MULTI_PICKLIST", values, "", **options)) == []
    assert edits(form_of("MULTI_PICKLIST", values, 'initial-col-2=["b","a"]&col-2=a&col-2=b', **options)) == []


def test_spaces_around_an_address_are_no_change() -> None:
    assert edits(form_of("CONTACT_LIST", {"value": "a@b.org"}, "initial-col-2=a@b.org&col-2=+a@b.org+")) == []


def test_a_person_is_called_by_name_with_the_address_beneath() -> None:
    html = html_of(form_of("CONTACT_LIST", {"value": "bob@example.com", "displayValue": "Bob Baker"}))
    assert 'name="col-2" value="Bob Baker"' in html
    assert '<div class="form-hint" data-address>bob@example.com</div>' in html


def test_the_description_helps_and_is_text() -> None:
    html = html_of(form_of("TEXT_NUMBER", description="In <b>euros</b>"))
    assert "In &lt;b&gt;euros&lt;/b&gt;" in html
    assert 'aria-describedby="id_col-2_helptext"' in html
    assert 'id="id_col-2_helptext"' in html


def test_texts_of_the_sheet_are_escaped_everywhere(browser: Client, plan: SitePlan) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    html = html_of(form_of("TEXT_NUMBER", {"value": evil}, title=evil))
    html += html_of(form_of("PICKLIST", {"value": evil}, options=[evil]))
    html += html_of(form_of("MULTI_PICKLIST", {"value": evil}, options=[evil]))
    html += html_of(form_of("CONTACT_LIST", contactOptions=[{"name": evil, "email": evil}]))
    plan.write("Dig foundations", Notes=evil, Task=evil)
    for path in (plan.path, plan.edit_path("Dig foundations"), plan.delete_path("Dig foundations")):
        html += Page.open(browser, path).html
    assert "<img src=x" not in html


def test_the_summary_leads_to_the_fields(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, plan.edit_path("Dig foundations"))
    page = page.type({plan.columns["Responsible"]: "Bob", plan.columns["Notes"]: "x" * 4001}).save()
    assert page.status == 422
    assert "Not saved yet: please look at these problems" in page.text
    for title in ("Responsible", "Notes"):
        assert f'href="#id_col-{plan.columns[title]}"' in page.html
        assert f'id="id_col-{plan.columns[title]}"' in page.html
    assert 'id="problem" role="alert" tabindex="-1" autofocus' in page.html


def test_people_without_sheets_see_how_to_get_one() -> None:
    person = {"email": "dora@example.com", "name": "Dora"}
    html = render_to_string("edits/sheets.html", {"sheets": [], "query": "", "count": 0, "smartsheet_user": person})
    assert "No sheet is shared with you yet" in html
    assert "dora@example.com" in html


def test_fault_9_text_has_lines_and_enter_saves_nothing(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, plan.edit_path("Dig foundations"))
    assert page.kinds[f"col-{plan.columns['Notes']}"] == page.kinds[f"col-{plan.columns['Budget']}"] == "textarea"
    form = page.html.partition('id="row-form"')[2]
    buttons = re.findall(r"<button[^>]*>", form)
    assert buttons[0] == '<button type="submit" disabled hidden>'  # pressed by Enter
    page.type({plan.columns["Notes"]: "one\r\ntwo\r\n\r\nthree"}).send()
    assert plan.value("Dig foundations", "Notes") == "one\ntwo\n\nthree"
