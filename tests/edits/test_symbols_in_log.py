"""The log's pages draw the symbols of changed cells next to their words. Exports have only the words."""

from __future__ import annotations

import pytest
from django.test import Client

from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan

ROW = "Dig foundations"
RED = '<span class="symbol" data-symbol="RYG" data-value="Red" aria-hidden="true"></span> '
FLAG = '<span class="symbol" data-symbol="FLAG" data-value="true" aria-hidden="true"></span> '


@pytest.fixture
def entry(browser: Client, plan: SitePlan) -> Entry:
    """The entry of Bob's change of Health from green to red. After this change, Bob has also flagged the row."""
    for title, typed in (("Health", "Red"), ("At risk", "true")):
        page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns[title]: typed}).save()
        assert page.was_redirected, page.text
    return Entry.objects.intents().get(column_title="Health")


def test_symbols_are_drawn_next_to_their_words(browser: Client, entry: Entry) -> None:
    timeline = f"/audit/sheets/{entry.sheet_id}/rows/{entry.row_id}/columns/{entry.column_id}/"
    for path in ("/audit/", f"/audit/{entry.pk}/", timeline):
        page = browser.get(path).content.decode()
        assert f'{RED}<ins class="is text-break">Red</ins>' in page, path
        assert "symbols" in page, path
    assert f'{FLAG}<ins class="is text-break">✓ checked</ins>' in browser.get("/audit/").content.decode()


def test_other_columns_have_no_symbols(browser: Client, plan: SitePlan) -> None:
    assert Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Red"}).save().was_redirected
    assert 'class="symbol"' not in browser.get("/audit/").content.decode()


def test_exports_have_only_words(browser: Client, entry: Entry) -> None:
    assert (entry.old, entry.new) == ('"Green"', '"Red"')
