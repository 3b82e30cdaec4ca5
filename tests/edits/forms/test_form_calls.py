"""To open and save a row with a designed form, the app makes at most one call more than with the row form."""

import pytest
from django.test import Client

from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


def calls(form: ProgressForm) -> int:
    """Return the number of calls to Smartsheet since the last use of this function."""
    count = len(form.plan.sandbox.requests())
    form.plan.sandbox.forget_requests()
    return count


def test_opening_and_saving_a_row(browser: Client, form: ProgressForm) -> None:
    spent = form.column("Spent")
    page = Page.open(browser, form.plan.edit_path(MINE))
    row_form_opened = calls(form)
    page.type({spent: "1"}).send()
    row_form_saved = calls(form)

    page = Page.open(browser, form.row_path(MINE))
    assert calls(form) <= row_form_opened + 1
    page = page.type({spent: "2"}).save()
    assert page.was_redirected
    assert calls(form) <= row_form_saved + 1
    Page.open(browser, form.row_path("Reinforcement"))
    assert calls(form) <= row_form_opened + 1
    Page.open(browser, form.row_path("Raise frames"))
    assert calls(form) == row_form_opened  # within a minute, the list is from the cache
