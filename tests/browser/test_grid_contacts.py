"""A cell with a contact shows the contact's name, but the grid has only the e-mail address as the cell's value. The
name isn't lost when such a cell is copied, or when the deletion of the cell's value or row is undone.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.grids import DIG, POUR, go_to, note, open_grid, saved
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ZOE = {"objectType": "CONTACT", "email": "zoe@ext.example", "name": "Zoë Ext"}


def test_the_name_of_an_outside_person_stays_when_a_cell_is_undone_and_copied(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    plan.write(DIG, Responsible={"objectValue": ZOE})
    assert plan.cell(DIG, "Responsible")["displayValue"] == "Zoë Ext"
    open_grid(page, bob)
    go_to(page, plan, DIG, "Responsible")
    page.keyboard.press("Delete")
    saved(page)
    page.keyboard.press("Control+z")
    saved(page)
    assert (plan.value(DIG, "Responsible"), plan.cell(DIG, "Responsible")["displayValue"]) == (ZOE["email"], "Zoë Ext")
    page.keyboard.press("Control+c")
    expect(note(page)).to_have_text("1 cell copied.")
    go_to(page, plan, POUR, "Responsible")
    page.keyboard.press("Control+v")
    saved(page)
    assert plan.cell(POUR, "Responsible")["displayValue"] == "Zoë Ext"
    page.keyboard.press("Control+Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 row").click()
    saved(page)
    page.keyboard.press("Control+z")
    saved(page)
    rows = plan.sandbox.sheet(bob, "Site plan")["rows"]
    [restored] = [row for row in rows if POUR in [one.get("value") for one in row["cells"]]]
    cells = {one["columnId"]: one for one in restored["cells"]}
    assert cells[plan.columns["Responsible"]]["displayValue"] == "Zoë Ext"
