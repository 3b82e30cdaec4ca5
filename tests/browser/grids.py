"""Functions for browser tests of the grid."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sandbox_in_use, sign_in
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import PATIENCE

DIG, POUR = "Dig foundations", "Pour slab"
EDITS = "**/api/v1/sheets/*/edits"
SAVED, KEPT = "All changes saved", "kept in this browser"
NOT_CLEAR = "Smartsheet gave no clear answer. Checking what was saved…"
# Shows only the rows that are in progress. The argument is a column's title.
FILTER = """title => {
  const { sheet, view } = document.querySelector("[data-grid]").grid;
  const column = sheet.columns.find((one) => one.title === title).id;
  view.set({ filters: [{ column, has: { is: ["In progress"] } }] });
}"""


def open_grid(page: Page, person: Person, name: str = "Site plan", *, width: int = 3600) -> Locator:
    """Sign in, open a sheet, and return its grid as soon as it has rows. The window is wide enough for all columns."""
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, person)
    sheets = sandbox_in_use().call(person, "GET", "/sheets?includeAll=true")["data"]
    page.goto(f"/sheets/{next(sheet['id'] for sheet in sheets if sheet['name'] == name)}/")
    page.get_by_role("gridcell").first.wait_for()
    return page.get_by_role("treegrid")


def script(name: str) -> re.Pattern[str]:
    """Return a pattern that matches a script's address, with or without a hash in the file's name."""
    return re.compile(rf"/grid/{name}(\.[0-9a-f]+)?\.js")


def cell(page: Page, row: int, title: str) -> Locator:
    """Return a cell. Rows are counted from 1, as in the grid."""
    header = page.get_by_role("columnheader", name=title, exact=True)
    column = header.get_attribute("aria-colindex")
    frozen = page.locator(f'.grid-body [role="row"][aria-rowindex="{row + 1}"]')
    rest = page.locator(f'[id="{frozen.get_attribute("aria-owns")}"]')
    return frozen.or_(rest).locator(f'[aria-colindex="{column}"]')


def note(page: Page) -> Locator:
    """Return the text of the line below the grid."""
    return page.locator(".grid-told")


def saved(page: Page) -> None:
    """Wait until the grid has loaded the scripts that a pressed key needs. Then wait until all changes are saved."""
    is_idle = "!document.querySelector('[data-grid]')?.grid?.parts.waiting"
    reaches(page, lambda: page.evaluate(is_idle), True)
    expect(page.locator("[data-grid-saved]")).to_have_text("All changes saved")


def stored(sandbox: RunningSandbox, person: Person, row: str, title: str, sheet: str = "Site plan") -> Any:
    """Return the value of a cell in Smartsheet. `row` is the label that the row had when the sandbox started."""
    found = sandbox.sheet(person, sheet)
    columns = {column["title"]: column["id"] for column in found["columns"]}
    names = {"Dig foundations": 7, "Drainage runs": 8}
    cells = {one["columnId"]: one for one in found["rows"][names[row] - 1]["cells"]}
    held = cells.get(columns[title], {})
    values = (held.get("objectValue") or {}).get("values") if isinstance(held.get("objectValue"), dict) else None
    return values if values is not None else held.get("value")


def edit(page: Page, plan: SitePlan, row: str, **texts: str) -> None:
    """Change cells in one step, as pasting does. Each keyword argument has a column's title as name and a cell's text
    as value.
    """
    changes = [
        {"do": "update", "row": str(plan.rows[row]), "column": str(plan.columns[title]), "text": text}
        for title, text in texts.items()
    ]
    report = page.evaluate(
        "changes => document.querySelector('[data-grid]').grid.sheet.apply(changes, 'paste')", changes
    )
    assert report["refused"] == []


def apply(page: Page, *changes: dict[str, Any]) -> Any:
    """Change rows as the grid's commands do."""
    return page.evaluate("changes => document.querySelector('[data-grid]').grid.sheet.apply(changes, 'edit')", changes)


def value(page: Page, plan: SitePlan, row: str, title: str) -> Any:
    """Return the value that the grid has for a cell."""
    ids = [str(plan.rows[row]), str(plan.columns[title])]
    return page.evaluate("([row, column]) => document.querySelector('[data-grid]').grid.sheet.value(row, column)", ids)


def comes_to_hold(page: Page, plan: SitePlan, row: str, title: str, wanted: Any) -> None:
    """Wait until the grid has the value `wanted` in a cell."""
    reaches(page, lambda: value(page, plan, row, title), wanted)


def kind(page: Page, plan: SitePlan, row: str, title: str) -> str | None:
    """Return the state of a cell in the grid, such as "saving" or "conflict". If the cell has no state, return None."""
    ids = [str(plan.rows[row]), str(plan.columns[title])]
    state: str | None = page.evaluate(
        "([row, column]) => document.querySelector('[data-grid]').grid.sheet.state(row, column)?.kind ?? null", ids
    )
    return state


def line(page: Page) -> Locator:
    """Return the line that says whether all changes are saved."""
    return page.locator("[data-grid-saved]")


def look(page: Page) -> None:
    """Make the tab behave as if the person had come back to it. The tab then checks for changes immediately."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def reaches(page: Page, read: Callable[[], object], wanted: object) -> None:
    """Wait until `read` returns the value `wanted`. Playwright has a function that waits too, but that function doesn't
    work with the page's CSP.
    """
    for _ in range(int(PATIENCE * 10)):
        if read() == wanted:
            return
        page.wait_for_timeout(100)
    found = read()
    assert found == wanted, found


def go_to(page: Page, plan: SitePlan, row: str, title: str) -> None:
    """Move to a cell."""
    ids = [str(plan.rows[row]), str(plan.columns[title])]
    page.evaluate("([row, column]) => document.querySelector('[data-grid]').grid.goTo(row, column)", ids)
