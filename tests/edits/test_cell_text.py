"""Pages show cells in the reader's format for numbers. The values that a form compares and sends stay exact."""

import pytest
from django.test import Client

from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import RunningSandbox

ROW = "Dig foundations"


@pytest.fixture
def erika(db: None, client: Client, sign_in: SignIn, plan: SitePlan, sandbox: RunningSandbox) -> Client:
    """The browser of Erika, who reads German numbers. One row has a budget with decimals."""
    plan.write(ROW, Budget=1234.5)
    sign_in(client, sandbox.people()["erika"])
    return client


def test_fault_5_her_form_holds_and_takes_what_the_table_shows(erika: Client, plan: SitePlan) -> None:
    assert "1234,5" in Page.open(erika, plan.path).text
    page = Page.open(erika, plan.edit_path(ROW))
    written = len(plan.history(ROW, "Budget"))
    assert page.value(plan.columns["Budget"]) == "1234,5"
    assert "1 cell changed" in page.type({plan.columns["Notes"]: "1234,5"}).save().text
    assert (plan.value(ROW, "Budget"), plan.value(ROW, "Notes")) == (1234.5, 1234.5)
    assert len(plan.history(ROW, "Budget")) == written


@pytest.mark.parametrize(
    ("typed", "number"),
    [("38500,5", 38500.5), ("38.500,50", 38500.5), ("38 500", 38500), ("$38.500", 38500), ("2345.75", 2345.75)],
)
def test_fault_5_a_number_that_she_changes_stays_one(erika: Client, plan: SitePlan, typed: str, number: float) -> None:
    page = Page.open(erika, plan.edit_path(ROW)).type({plan.columns["Budget"]: typed})
    assert "1 cell changed" in page.save().text
    assert plan.value(ROW, "Budget") == number


def test_fault_5_she_is_asked_before_a_number_becomes_another_or_text(erika: Client, plan: SitePlan) -> None:
    page = Page.open(erika, plan.edit_path(ROW)).type({plan.columns["Budget"]: "$38,500"}).save()
    assert (page.status, page.value(plan.columns["Budget"])) == (422, "$38,500")
    assert "“$38,500” would be 38,5. Is that what you mean?" in page.text
    # A person who has typed something else is asked again.
    page = page.type({plan.columns["Budget"]: "about 38"}).confirm()
    page.fields[f"sure-col-{plan.columns['Budget']}"] = ['["$38,500"]']
    page = page.save()
    assert page.status == 422
    assert "“about 38” isn't a number as you write it (1.234,5)" in page.text
    page.confirm().send()
    assert plan.value(ROW, "Budget") == "about 38"


def test_days_and_moments_are_hers(erika: Client, plan: SitePlan) -> None:
    table = Page.open(erika, plan.path).text
    day = plan.value(ROW, "Start") if "Start" in plan.columns else ""
    assert not day or ".".join(reversed(day.split("-"))) in table
    assert " UTC" not in table
