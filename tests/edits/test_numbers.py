"""A number is the same however it is typed, and another than the text that reads like it."""

import pytest
from django.test import Client

from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"


def test_a_number_written_otherwise_changes_nothing(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.write(ROW, Notes=5)
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "5.0"}).save()
    assert "you changed no cell" in page.text
    assert not Entry.objects.intents().exists()
    assert plan.writes(bob) == []


@pytest.mark.parametrize(
    ("held", "typed", "then"), [("5.0", "5", 5), ("5", "5.0", 5), (5, "05", "05"), (5, "5.5", 5.5)]
)
def test_text_that_looks_like_a_number_is_another_value(
    browser: Client, plan: SitePlan, held: object, typed: str, then: object
) -> None:
    plan.write(ROW, Notes=held)
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: typed}).save()
    if page.status == 422:  # a number would become text
        page.confirm().send()
    assert plan.value(ROW, "Notes") == then
