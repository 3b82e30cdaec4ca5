"""People undo moves and deletions of rows from the log's pages, by keyboard alone."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from audit.models import Entry
from audit.vocabulary import Action
from edits.saving import DeleteRow, MoveRow, Place, read, save
from tests.browser.conftest import problems, sign_in
from tests.browser.test_audit_pages import press
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DIG, DRAINAGE, EXCAVATION = "Dig foundations", "Drainage runs", "Excavation"


def places(plan: SitePlan) -> list[tuple[str, str]]:
    """Return each row's task, and the task of its parent row."""
    rows = plan.sandbox.sheet(plan.person, plan.name)["rows"]
    names = dict(zip([row["id"] for row in rows], plan.labels(), strict=True))
    return [(names[row["id"]], names.get(row.get("parentId"), "")) for row in rows]


def fits(page: Page) -> None:
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert not problems(page), width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_move_is_undone_by_keyboard(page: Page, plan: SitePlan, bob: Person) -> None:
    before = places(plan)
    sign_in(page, bob)
    user = User.objects.get(smartsheet__smartsheet_id=bob.id)
    row_id = plan.rows[DRAINAGE]
    save(read(user, plan.id, row_ids=[row_id]), [MoveRow(row_id, Place(is_first=True))])
    assert places(plan) != before
    page.goto(f"/audit/{Entry.objects.intents().latest('id').pk}/")
    fits(page)
    press(page, "Undo…")
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo this change?")
    main = page.get_by_role("main")
    expect(main).to_contain_text(f"Row 8, a child row of “{EXCAVATION}”, after “{DIG}”")
    fits(page)
    press(page, "Move the row back")
    expect(page.get_by_text(f"“{DRAINAGE}” is at its old place again")).to_be_visible()
    assert places(plan) == before


def test_a_deleted_family_is_restored_by_keyboard(page: Page, plan: SitePlan, bob: Person) -> None:
    formula = {"columnId": plan.columns["Notes"], "formula": '=Task1 + "!"'}
    put = [{"id": plan.rows[DIG], "cells": [formula]}]
    plan.sandbox.call(plan.person, "PUT", f"/sheets/{plan.id}/rows", put)
    before = places(plan)
    sign_in(page, bob)
    user = User.objects.get(smartsheet__smartsheet_id=bob.id)
    row_id = plan.rows[EXCAVATION]
    save(read(user, plan.id, row_ids=[row_id], with_descendants=True), [DeleteRow(row_id)])
    top = Entry.objects.intents().filter(action=Action.DELETE).earliest("id")
    page.goto(f"/audit/{top.pk}/")
    press(page, "Undo…")
    main = page.get_by_role("main")
    expect(main).to_contain_text("3 new rows are added at the old places, in the name of Bob Baker")
    expect(main).to_contain_text("Formulas in Notes refer to rows by their numbers")
    fits(page)
    press(page, "Add 3 new rows")
    expect(page.get_by_text("3 deleted rows are in the sheet again, as new rows")).to_be_visible()
    assert places(plan) == before
    page.goto(f"/audit/?sheet={plan.id}")
    expect(page.get_by_role("main")).to_contain_text("restored 2 rows")
    fits(page)
