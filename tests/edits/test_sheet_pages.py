"""The list of sheets, and the page of a sheet."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.conftest import point_settings_at
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import sign_in as sign_in_to


def test_signed_out_people_are_sent_to_sign_in_and_brought_back(db: None, client: Client, plan: SitePlan) -> None:
    for path in ("/sheets/", plan.path, plan.add_path, plan.edit_path("Structure"), plan.delete_path("Structure")):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/?next={path}")
    assert plan.sandbox.requests() == []


def test_the_list_says_what_one_may_do(browser: Client) -> None:
    page = Page.open(browser, "/sheets/")
    assert "Site plan can edit" in page.text
    assert "Budget can only look" in page.text
    assert "Snagging list owner, can do everything" in page.text


def test_the_list_can_be_searched(browser: Client) -> None:
    page = Page.open(browser, "/sheets/?q=PLAN")
    assert "Site plan" in page.text
    assert "Budget" not in page.text
    assert 'value="PLAN"' in page.html
    nothing = Page.open(browser, "/sheets/?q=<b>")
    assert "No sheet is called “<b>”" in nothing.text
    assert "<b>”" not in nothing.html


def test_the_sheet_shows_levels_marks_and_who_one_is(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, plan.path)
    assert "Changes are made as Bob Baker. 24 rows, last changed" in page.text
    assert "Level 1: Excavation" in page.text
    assert "Level 2: Dig foundations" in page.text
    assert "Smartsheet fills in this column." in page.text
    assert "A formula calculates this column: =[Budget]@row - [Spent]@row" in page.text
    assert "A formula calculates this cell: =SUM(CHILDREN())" in page.text
    assert "This column is locked: only admins of the sheet can change it." in page.text
    assert "This row is locked: only admins of the sheet can change it." in page.text
    assert "This cell is linked to a cell of another sheet." in page.text
    assert f'href="/audit/?sheet={plan.id}"' in page.html
    assert f'href="{plan.edit_path("Dig foundations")}"' in page.html
    assert 'aria-label="Delete Dig foundations"' in page.html
    assert "Row 24" in page.text


def test_texts_of_smartsheet_are_shown_as_texts(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, plan.path)
    assert "<b>not bold</b>" in page.text
    assert "&lt;b&gt;not bold&lt;/b&gt;" in page.html
    form = Page.open(browser, plan.edit_path("Übergabe – 引き渡し"))
    assert "<b>not" not in form.html


def test_no_page_has_inline_styles_or_scripts(browser: Client, plan: SitePlan) -> None:
    for path in ("/sheets/", plan.path, plan.edit_path("Structure"), plan.add_path, plan.delete_path("Structure")):
        html = Page.open(browser, path).html
        assert " style=" not in html
        assert "<script>" not in html
        assert " onclick=" not in html


def test_a_sheet_that_does_not_exist_or_is_not_shared(browser: Client, plan: SitePlan, sandbox: RunningSandbox) -> None:
    for sheet_id in (1, 99999999999999999999):
        page = Page.open(browser, f"/sheets/{sheet_id}/")
        assert (page.status, "This doesn't exist in Smartsheet, or you have no access to it" in page.text) == (
            404,
            True,
        )
        assert "All sheets" in page.text


def test_numbers_beyond_64_bits_are_not_ids(browser: Client, plan: SitePlan) -> None:
    many = "9" * 25
    for path in (f"/sheets/{many}/rows/{many}/edit/", f"{plan.path}rows/{many}/edit/", f"/sheets/{many}/rows/add/"):
        sent = urlencode({f"col-{many}": "x", "col-" + "9" * 5000: "y", f"col-{2**64}": "typed"})
        answer = browser.post(path, sent, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 404
        assert "typed" in answer.content.decode()


def test_the_last_change_is_shown_below_the_field(browser: Client, plan: SitePlan, bob: Person) -> None:
    path = plan.edit_path("Dig foundations")
    assert "Last changed here by" not in Page.open(browser, path).text
    Page.open(browser, path).type({plan.columns["Notes"]: "Rock"}).save()
    plan.sandbox.fault(method="PUT", status=403)
    Page.open(browser, path).type({plan.columns["Status"]: "Blocked"}).save()
    page = Page.open(browser, path)
    assert page.text.count("Last changed here by Bob Baker, just now") == 1
    link = reverse("audit:cell", args=[plan.id, plan.rows["Dig foundations"], plan.columns["Notes"]])
    assert f'href="{link}"' in page.html


@pytest.fixture(scope="module")
def large_sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox("--rate-limit", "0", "--rows", "250", "--columns", "4") as sandbox:
        yield sandbox


def test_a_large_sheet_comes_in_pages(
    db: None, client: Client, large_sandbox: RunningSandbox, settings: Settings
) -> None:
    point_settings_at(large_sandbox, settings)
    large_sandbox.register_app(redirect_url="http://testserver/identity/callback/")
    alice = large_sandbox.people()["alice"]
    sign_in_to(client, large_sandbox, alice)
    listed = large_sandbox.call(alice, "GET", "/sheets?includeAll=true")["data"]
    large = next(sheet for sheet in listed if sheet["name"].startswith("Large"))
    path = f"/sheets/{large['id']}/"
    first, last = Page.open(client, path), Page.open(client, f"{path}?page=3")
    assert "Page 1 of 3" in first.text
    assert first.html.count('<tr id="row-') == 100
    assert 'href="?view=table&amp;page=2"' in first.html
    assert "Page 3 of 3" in last.text
    assert last.html.count('<tr id="row-') == 50
    assert 'href="?view=table&amp;page=4"' not in last.html
    for number in ("0", "x", "-1", "9" * 5000):
        assert "Page 1 of 3" in Page.open(client, f"{path}?page={number}").text


def test_a_page_of_a_wide_sheet_has_fewer_rows(
    db: None, client: Client, sandbox: RunningSandbox, sign_in: SignIn, alice: Person
) -> None:
    """A page of a sheet with 400 columns has only 10 rows. With 100 rows, the page would have 7 MB, even for a browser
    that shows only the grid.
    """
    columns = [{"title": f"C{number}", "type": "TEXT_NUMBER", "primary": not number} for number in range(400)]
    sheet = sandbox.call(alice, "POST", "/sheets", {"name": "Wide", "columns": columns})["result"]
    primary = sheet["columns"][0]["id"]
    rows = [{"toBottom": True, "cells": [{"columnId": primary, "value": f"Row no. {number}"}]} for number in range(25)]
    sandbox.call(alice, "POST", f"/sheets/{sheet['id']}/rows", rows)
    sign_in(client, alice)
    path = f"/sheets/{sheet['id']}/"
    for number, shown in ((1, range(10)), (2, range(10, 20)), (3, range(20, 25))):
        page = Page.open(client, f"{path}?page={number}")
        assert f"Page {number} of 3" in page.text
        assert re.findall(r"Edit (Row no\. \d+)", page.html) == [f"Row no. {one}" for one in shown]
        assert len(page.html) < 1_000_000


def test_rows_know_their_level_on_later_pages_too(
    db: None, client: Client, sandbox: RunningSandbox, sign_in: SignIn, alice: Person
) -> None:
    empty = SitePlan(sandbox, alice, "Empty sheet")
    name = empty.columns["Name"]

    def add(count: int, **place: object) -> list[int]:
        rows = [{**place, "cells": [{"columnId": name, "value": f"Row {n}"}]} for n in range(count)]
        result = sandbox.call(alice, "POST", f"/sheets/{empty.id}/rows", rows)["result"]
        return [row["id"] for row in result]

    (top,) = add(1)
    (middle,) = add(1, parentId=top)
    add(120, parentId=middle, toBottom=True)
    sign_in(client, alice)
    page = Page.open(client, f"{empty.path}?page=2")
    assert page.text.count("Level 2: ") == 22
