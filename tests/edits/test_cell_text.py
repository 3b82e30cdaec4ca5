"""Cells as their reader writes them, to look at; what a form compares and sends stays exact."""

from typing import Any

import pytest
from django.test import Client

from edits.sheets.cell_text import cell_text
from edits.sheets.sheet import Cell, Column
from identity.profiles.profile import Profile
from identity.profiles.readers import reader_of, reading_as
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import RunningSandbox

ROW = "Dig foundations"
GERMAN = reader_of(Profile("sandbox", 1, {"timeZone": "Europe/Berlin", "locale": "de_DE"}))


def text(kind: str, value: Any, display: str = "") -> str:
    column = Column.parse({"id": 1, "index": 0, "title": "A", "type": kind})
    with reading_as(GERMAN):
        return cell_text(column, Cell(column_id=1, value=value, display=display))


SHOWN = [
    ("TEXT_NUMBER", 1234.5, "1234.5", "1234,5"),
    ("TEXT_NUMBER", 1234.5, "", "1234,5"),
    ("TEXT_NUMBER", 2026, "2026", "2026"),
    ("TEXT_NUMBER", 5000, "$5,000.00", "$5.000,00"),
    ("TEXT_NUMBER", -5000.25, "-$5,000.25", "-$5.000,25"),
    ("TEXT_NUMBER", 0.125, "12.5%", "12,5%"),
    ("TEXT_NUMBER", 1 / 3, "0.33", "0,33"),
    ("TEXT_NUMBER", 1234567.891, "1,234,568", "1.234.568"),
    ("TEXT_NUMBER", 1234.5, "1.234,5", "1.234,5"),  # Smartsheet has written it the German way
    ("TEXT_NUMBER", 1234, "1.234", "1.234"),
    ("TEXT_NUMBER", 1.234, "1,234", "1,234"),
    ("TEXT_NUMBER", "1234.5", "1234.5", "1234.5"),  # text
    ("TEXT_NUMBER", "1.2.3", "1.2.3", "1.2.3"),
    ("TEXT_NUMBER", None, "", ""),
    ("CHECKBOX", True, "", "✓"),
    ("DATE", "2026-11-30", "", "30.11.2026"),
    ("DATE", "to be agreed", "", "to be agreed"),
    ("DATE", None, "", ""),
    ("DATETIME", "2026-07-01T22:30:00Z", "", "02.07.2026 00:30"),
]


@pytest.mark.parametrize(
    ("kind", "value", "display", "shown"), SHOWN, ids=[f"{s[0]} {s[1]!r:.20} {s[2]}" for s in SHOWN]
)
def test_a_german_reads_it_so(kind: str, value: Any, display: str, shown: str) -> None:
    assert text(kind, value, display) == shown


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
