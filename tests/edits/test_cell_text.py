"""Cells as their reader writes them, to look at; what a form compares and sends stays exact."""

import pytest
from django.test import Client

from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import RunningSandbox

ROW = "Dig foundations"


@pytest.fixture
def erika(db: None, client: Client, sign_in: SignIn, plan: SitePlan, sandbox: RunningSandbox) -> Client:
    """Who reads German numbers, at a row whose budget has decimals."""
    plan.write(ROW, Budget=1234.5)
    sign_in(client, sandbox.people()["erika"])
    return client


def test_her_form_holds_and_sends_what_smartsheet_has(erika: Client, plan: SitePlan) -> None:
    assert "1234,5" in Page.open(erika, plan.path).text
    page = Page.open(erika, plan.edit_path(ROW))
    written = len(plan.history(ROW, "Budget"))
    assert page.value(plan.columns["Budget"]) == "1234.5"
    assert "1 cell changed" in page.type({plan.columns["Notes"]: "1234,5"}).save().text
    assert (plan.value(ROW, "Budget"), plan.value(ROW, "Notes")) == (1234.5, "1234,5")
    assert len(plan.history(ROW, "Budget")) == written


def test_a_number_that_she_changes_stays_one(erika: Client, plan: SitePlan) -> None:
    page = Page.open(erika, plan.edit_path(ROW)).type({plan.columns["Budget"]: "2345.75"})
    assert "1 cell changed" in page.save().text
    assert plan.value(ROW, "Budget") == 2345.75
    assert "2345,75" in Page.open(erika, plan.path).text


def test_days_and_moments_are_hers(erika: Client, plan: SitePlan) -> None:
    table = Page.open(erika, plan.path).text
    day = plan.value(ROW, "Start") if "Start" in plan.columns else ""
    assert not day or ".".join(reversed(day.split("-"))) in table
    assert " UTC" not in table
