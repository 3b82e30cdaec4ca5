"""A number is the same in every notation, and differs from a text that looks like it."""

import pytest
from django.test import Client

from audit.models import Entry
from edits.sheets.sheet import Column, Row
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
    if page.status == 422:  # a number would become a text
        page.confirm().send()
    assert plan.value(ROW, "Notes") == then


def test_the_format_of_a_row_counts_for_cells_without_one(browser: Client, plan: SitePlan, alice: Person) -> None:
    """If a whole row is formatted, Smartsheet's answer has the format in the row, and not in its cells."""
    percents, euros = ",,,,,,,,,,,,,,3,,", ",,,,,,,,,,,6,,,2,,"
    plan.sandbox.call(alice, "PUT", f"/sheets/{plan.id}/rows", [{"id": plan.rows[ROW], "format": percents}])
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "12"}).send()
    assert plan.value(ROW, "Notes") == 0.12
    row = Row.parse({"id": 1, "format": percents, "cells": [{"columnId": 2}, {"columnId": 3, "format": euros}]})
    assert [row.cell(Column(number, "")).format for number in (2, 3, 4)] == [percents, euros, percents]
