"""Every symbol of Smartsheet's columns is drawn, differs from the other symbols of its column, and has a text."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audit.models import Entry
from edits.sheets.symbols import CHECKED, OPTIONS
from tests.browser.conftest import sign_in
from tests.browser.grids import cell
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Returns what the browser draws for a symbol: its glyphs, its background, and its colour.
LOOK = """symbol => ["::before", "::after"].map(part => {
  const style = getComputedStyle(symbol, part);
  return [style.content, style.backgroundImage, style.color].join();
}).join()"""


def sheet_of_symbols(sandbox: RunningSandbox, person: Person) -> tuple[int, list[int]]:
    """Make a sheet with a column for each symbol and a row for each value. Return the sheet's id and the rows' ids."""
    columns: list[dict[str, Any]] = [{"title": "Name", "type": "TEXT_NUMBER", "primary": True}]
    columns += [{"title": symbol, "type": "PICKLIST", "symbol": symbol} for symbol in OPTIONS]
    columns += [{"title": symbol, "type": "CHECKBOX", "symbol": symbol} for symbol in CHECKED]
    made = sandbox.call(person, "POST", "/sheets", {"name": "Symbols", "columns": columns})["result"]
    ids = {column["title"]: column["id"] for column in made["columns"]}
    rows = [
        {
            "toBottom": True,
            "cells": [
                {"columnId": ids["Name"], "value": f"Row {number}"},
                *(
                    {"columnId": ids[one], "value": words[number]}
                    for one, words in OPTIONS.items()
                    if number < len(words)
                ),
                *({"columnId": ids[one], "value": number == 0} for one in CHECKED),
            ],
        }
        for number in range(max(map(len, OPTIONS.values())))
    ]
    added = sandbox.call(person, "POST", f"/sheets/{made['id']}/rows", rows)["result"]
    return made["id"], [row["id"] for row in added]


def test_each_symbol_of_smartsheet_is_drawn_and_has_a_word(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    sheet_id, row_ids = sheet_of_symbols(sandbox, bob)
    sign_in(page, bob)
    page.set_viewport_size({"width": 5000, "height": 900})  # so that all columns are visible
    page.goto(f"/sheets/{sheet_id}/")
    grid = page.locator(".sheet-grid")
    for symbol, words in (*OPTIONS.items(), *((one, [word]) for one, word in CHECKED.items())):
        drawn = grid.locator(f'.symbol[data-symbol="{symbol}"]')
        expect(drawn).to_have_text([*words])
        looks = [one.evaluate(LOOK) for one in drawn.all()]
        assert len({*looks}) == len(words), symbol
        assert all((one.bounding_box() or {"width": 0})["width"] > 8 for one in drawn.all()), symbol

    page.goto(f"/sheets/{sheet_id}/rows/{row_ids[0]}/edit/")
    rating = page.get_by_role("group", name="STAR_RATING")
    expect(rating.get_by_role("radio", name="Empty", exact=True)).to_be_checked()
    rating.get_by_role("radio", name="Empty", exact=True).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.get_by_role("group", name="RYG", exact=True).get_by_role("radio", name="Red").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("FLAG").press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("3 cells changed")).to_be_visible()
    for symbol, words in {"STAR_RATING": ["Three"], "RYG": ["Yellow"], "FLAG": []}.items():
        expect(cell(page, 1, symbol).locator(f'.symbol[data-symbol="{symbol}"]')).to_have_text(words)

    page.goto(f"/audit/{Entry.objects.intents().get(column_title='RYG').pk}/")
    drawn = page.locator(".card").first.locator('.symbol[data-symbol="RYG"]')
    expect(drawn).to_have_count(2)
    assert len({one.evaluate(LOOK) for one in drawn.all()}) == 2
    assert all((one.bounding_box() or {"width": 0})["width"] > 8 for one in drawn.all())
