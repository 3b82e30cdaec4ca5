"""What the person types, chooses and drags reaches only the cells that they saw, even if rows appear, move or disappear
in the meantime.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.grids import (
    FILTER,
    comes_to_hold,
    look,
    saved,
)
from tests.browser.test_grid_shapes import open_empty, rows
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAINAGE = "Drainage runs"
NO_MATCH = FILTER.replace("In progress", "Nothing has this status")
FOCUS = "document.querySelector('[data-grid]').grid.painter.focus()"


def write_and_look(page: Page, plan: SitePlan, row: str, title: str, text: str) -> None:
    """Change a cell as another person, and wait until the grid shows the change."""
    plan.write(row, **{title: text})
    look(page)
    comes_to_hold(page, plan, row, title, text)


def is_gone(page: Page, row: str) -> None:
    expect(page.get_by_role("gridcell", name=row, exact=True)).to_have_count(0)


def test_an_editor_keeps_the_focus_when_a_sheet_that_was_empty_gets_another_row(
    page: Page, sandbox: RunningSandbox, alice: Person
) -> None:
    sheet_id = open_empty(page, alice)
    page.locator(".sheet-grid").get_by_role("button", name="Add row").press("Enter")
    saved(page)
    page.keyboard.type("Hello")
    sandbox.call(alice, "POST", f"/sheets/{sheet_id}/rows", [{"toBottom": True, "cells": []}])
    look(page)
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "3")
    page.keyboard.type(" world")
    page.keyboard.press("Enter")
    saved(page)
    assert rows(sandbox, alice, sheet_id)[0][0] == "Hello world"
