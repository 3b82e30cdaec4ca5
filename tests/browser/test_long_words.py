"""No page scrolls sideways because of a long word without a break, such as a name or a value."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audit.models import Entry
from tests.browser.conftest import sign_in
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORD = "W" * 140
NAME = "M" * 50  # the longest name of a sheet or column
WIDTHS = (320, 390, 1280)
FITS = "document.documentElement.scrollWidth <= window.innerWidth"
LOOKS, PAUSE = 100, 100  # the number of looks, and the milliseconds between them, until a page counts as too wide
# Elements beyond the page's right edge, unless they are inside an element that scrolls or cuts off.
BEYOND = """() => {
  const edge = document.documentElement.clientWidth;
  const scrolls = (one) => { for (let up = one; up && up !== document.body; up = up.parentElement) {
    if (getComputedStyle(up).overflowX !== "visible") return true; } return false; };
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > edge + 1 && !scrolls(one))
    .slice(0, 5).map((one) => one.outerHTML.slice(0, 120));
}"""


@pytest.fixture
def row_path(sandbox: RunningSandbox, bob: Person) -> str:
    """The path of a row. All names in the row's sheet, such as titles and options, are one long word."""
    columns: list[dict[str, Any]] = [
        {"title": NAME, "type": "TEXT_NUMBER", "primary": True},
        {"title": f"A{NAME}"[:50], "type": "PICKLIST", "options": [WORD, f"X{WORD}"]},
        {"title": f"B{NAME}"[:50], "type": "MULTI_PICKLIST", "options": [WORD, f"X{WORD}"]},
        {
            "title": f"C{NAME}"[:50],
            "type": "CONTACT_LIST",
            "contactOptions": [{"name": WORD, "email": f"{NAME}@a.org"}],
        },
        {
            "title": f"D{NAME}"[:50],
            "type": "MULTI_CONTACT_LIST",
            "contactOptions": [{"name": WORD, "email": f"{NAME}@a.org"}],
        },
        {"title": f"E{NAME}"[:50], "type": "TEXT_NUMBER", "description": WORD},
        {"title": f"F{NAME}"[:50], "type": "TEXT_NUMBER", "formula": f'="{WORD}"'},
    ]
    made = sandbox.call(bob, "POST", "/sheets", {"name": NAME, "columns": columns})["result"]
    cells = [
        {"columnId": made["columns"][0]["id"], "value": WORD},
        {"columnId": made["columns"][5]["id"], "value": WORD},
    ]
    row = sandbox.call(bob, "POST", f"/sheets/{made['id']}/rows", [{"toBottom": True, "cells": cells}])["result"][0]
    return f"/sheets/{made['id']}/rows/{row['id']}"


def test_fault_12_no_page_scrolls_sideways(page: Page, sandbox: RunningSandbox, bob: Person, row_path: str) -> None:
    sign_in(page, bob)
    sheet_path = row_path.partition("rows")[0]
    page.goto(f"{row_path}/edit/")
    page.get_by_label(f"E{NAME}"[:50], exact=True).fill(f"X{WORD}")
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_text("1 cell changed")).to_be_visible()
    sandbox.fault(method="PUT", status=400, errorCode=1042, message=WORD)
    page.goto(f"{row_path}/edit/")
    page.get_by_label(NAME, exact=True).first.fill(f"X{WORD}")
    page.get_by_role("button", name="Save 1 change").click()
    expect(page.get_by_text("Smartsheet refused this")).to_be_visible()
    wide = look(page, "the form after a refusal")
    entry = Entry.objects.intents().filter(column_id__isnull=False).earliest("id")
    place = f"sheet={entry.sheet_id}&row={entry.row_id}"
    for address in (
        "/",
        "/sheets/",
        f"/sheets/?q={WORD}",
        sheet_path,
        f"{sheet_path}rows/add/",
        f"{row_path}/edit/",
        f"{row_path}/delete/",
        f"/sheets/undo/{entry.pk}/",
        f"/sheets/undo/edit/{entry.edit_id}/",
        "/audit/",
        f"/audit/?q={WORD}",
        f"/audit/?person={WORD}",
        f"/audit/?{place}",
        f"/audit/?{place}&column={entry.column_id}",
        f"/audit/{entry.pk}/",
        f"/audit/sheets/{entry.sheet_id}/",
        f"/audit/sheets/{entry.sheet_id}/rows/{entry.row_id}/",
        f"/audit/sheets/{entry.sheet_id}/rows/{entry.row_id}/columns/{entry.column_id}/",
        f"/audit/people/{entry.region}/{entry.actor_id}/",
        "/audit/charts/",
        "/identity/profile/",
        f"/{WORD}/",
    ):
        page.goto(address)
        wide += look(page, address)
    assert not wide, "\n".join(wide)


def look(page: Page, address: str) -> list[str]:
    """Show the page at each width. For each width at which elements are beyond the page's right edge, return a line
    that names the page, the width and the elements.
    """
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for _ in range(LOOKS):  # charts are redrawn a few frames after the window's width has changed
            if page.evaluate(FITS):
                break
            page.wait_for_timeout(PAUSE)
        else:
            found.append(f"{address} at {width} px: {page.evaluate(BEYOND)}")
    return found
