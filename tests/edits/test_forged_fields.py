"""A program sends a form with odd characters: a lone surrogate in a value that was shown, or NUL in an address. The app
doesn't fail. It shows the form again (422).
"""

import pytest
from django.test import Client

from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"


@pytest.mark.parametrize("column", ["Notes", "Start", "Team", "Status"])
def test_half_a_character_in_what_was_shown_is_no_fault(browser: Client, plan: SitePlan, column: str) -> None:
    page = Page.open(browser, plan.edit_path(ROW))
    page.fields[f"initial-col-{plan.columns[column]}"] = [r'["\ud800"]']
    page.fields[f"col-{plan.columns[column]}"] = ["x" * 5_000]
    assert page.save().status == 422


def test_an_address_has_no_nul(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.write(ROW, Notes={"value": "Plan", "hyperlink": {"url": "https://example.com/plan"}})
    page = Page.open(browser, plan.edit_path(ROW))
    page.fields[f"link-col-{plan.columns['Notes']}"] = ["https://a\0b"]
    assert page.save().status == 422
    assert plan.writes(bob) == []
