"""Compares saving one cell in the grid with a bare GET and PUT. Then compares saving 5,000 pasted cells with the bare
GETs and PUTs for as many cells. Smartsheet takes 100 ms per call.

    python -m benchmarks.grid_saving

The time from the change of the cells to "saved" is measured in a real Chromium. The 400 ms in which the grid collects
changes are subtracted. Each time in the grid is also printed as a multiple of the time of the bare calls.
"""

from __future__ import annotations

import statistics
from time import perf_counter

from playwright.sync_api import Page

from benchmarks import app_database
from benchmarks.browser import chromium
from benchmarks.saving import new_sheet, tell
from tests.crowd import App
from tests.running_sandbox import Person, RunningSandbox

LATENCY = 0.1  # seconds that Smartsheet takes per call
PAUSE = 0.4  # seconds for which the grid collects changes, as in edits/static/byline/js/grid/saving.js
ROUNDS = 25
GOAL = 1.3
PASTED_ROWS, PASTED_COLUMNS, ROWS_PER_WRITE = 2_500, 2, 500
SAVE = """
([row, column, text]) => new Promise((resolve) => {
  const { sheet, saving } = document.querySelector("[data-grid]").grid;
  const begun = performance.now();
  saving.addEventListener("saved", () => resolve(performance.now() - begun), { once: true });
  sheet.apply([{ do: "update", row, column, text }], "edit");
})"""
PASTE = """
(text) => new Promise((resolve) => {
  const { grid } = document.querySelector("[data-grid]");
  const begun = performance.now();
  const isSaved = () => grid.saving.count === 0 && grid.saving.settled > 0;
  grid.saving.addEventListener("state", () => isSaved() && resolve(performance.now() - begun));
  grid.go(0, 1);
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
})"""


def main() -> int:
    """Compare saving in the grid with bare calls, for one cell and for 5,000 pasted cells. Return 1 if the grid takes
    more than GOAL times as long as the bare calls to save one cell. Also return 1 if the grid sends more writes than
    necessary for the pasted cells.
    """
    url = app_database.prepare()
    from tests.crowd import sign_in_many

    with RunningSandbox("--rate-limit", "0") as sandbox:
        alice = sandbox.people()["alice"]
        sheet_id, row_ids, columns = new_sheet(sandbox, alice, ROUNDS)
        (session,) = sign_in_many(1, token=alice.token, scope="READ_SHEETS WRITE_SHEETS")
        with App(sandbox, database_url=url, WEB_CONCURRENCY="1") as app, chromium() as browser:
            context = browser.new_context(base_url=f"http://127.0.0.1:{app.port}")
            context.add_cookies([{"name": "sessionid", "value": session, "url": f"http://127.0.0.1:{app.port}"}])
            page = context.new_page()
            page.goto(f"/sheets/{sheet_id}/")
            page.locator("[data-grid-saved]", has_text="All changes saved").wait_for()
            sandbox.fault(path="/sheets/", delay=LATENCY, times=0)
            ours: list[float] = []
            bare: list[float] = []
            for row_id in row_ids:
                bare.append(plain(sandbox, alice, sheet_id, row_id, columns[2]))
                took = page.evaluate(SAVE, [str(row_id), str(columns[1]), "grid"])
                ours.append(took / 1000 - PAUSE)
                page.wait_for_timeout(1_500)  # the grid reads the sheet after saving, which isn't measured
            assert len(sandbox.requests(method="PUT")) == 2 * ROUNDS
            sandbox.control("DELETE", "faults")
            is_missed = paste(sandbox, alice, page)
    return tell("one cell in the grid, median", statistics.median(ours), statistics.median(bare), GOAL) or is_missed


def paste(sandbox: RunningSandbox, person: Person, page: Page) -> int:
    """Paste 5,000 cells in the grid, and then save 5,000 cells with bare calls. Print both times. Return 1 if the grid
    sends more writes than necessary, and 0 if it doesn't.
    """
    sheet_id, row_ids, columns = new_sheet(sandbox, person, ROWS_PER_WRITE)
    path = f"/sheets/{sheet_id}/rows"
    while len(row_ids) < PASTED_ROWS:
        rows = [{"toBottom": True, "cells": [{"columnId": columns[0], "value": "was"}]}] * ROWS_PER_WRITE
        row_ids += [row["id"] for row in sandbox.call(person, "POST", path, rows)["result"]]
    page.goto(f"/sheets/{sheet_id}/")
    page.locator("[data-grid-saved]", has_text="All changes saved").wait_for()
    page.wait_for_timeout(1_000)
    sandbox.fault(path="/sheets/", delay=LATENCY, times=0)
    sandbox.forget_requests()
    text = "\n".join(
        "\t".join(f"pasted {row}-{column}" for column in range(PASTED_COLUMNS)) for row in range(PASTED_ROWS)
    )
    ours = page.evaluate(PASTE, text) / 1000 - PAUSE
    writes = len(sandbox.requests(method="PUT"))
    begun = perf_counter()
    for start in range(0, PASTED_ROWS, ROWS_PER_WRITE):
        some = row_ids[start : start + ROWS_PER_WRITE]
        for one in (some[:440], some[440:]):
            sandbox.call(
                person, "GET", f"/sheets/{sheet_id}?rowIds={','.join(map(str, one))}&level=2&include=objectValue"
            )
        cells = [{"columnId": column, "value": "bare"} for column in columns[:PASTED_COLUMNS]]
        sandbox.call(person, "PUT", path, [{"id": row_id, "cells": cells} for row_id in some])
    bare = perf_counter() - begun
    wanted = -(-PASTED_ROWS // ROWS_PER_WRITE)
    print(f"5,000 pasted cells: {ours * 1000:.0f} ms, bare {bare * 1000:.0f} ms, {ours / bare:.2f} x", end="")
    print(f"; {writes} writes (goal {wanted})")
    return int(writes > wanted)


def plain(sandbox: RunningSandbox, person: Person, sheet_id: int, row_id: int, column: int) -> float:
    """Return the seconds that a bare GET and PUT take."""
    begun = perf_counter()
    sandbox.call(person, "GET", f"/sheets/{sheet_id}?rowIds={row_id}&level=2&include=objectValue")
    cells = [{"columnId": column, "value": "bare"}]
    sandbox.call(person, "PUT", f"/sheets/{sheet_id}/rows", [{"id": row_id, "cells": cells}])
    return perf_counter() - begun


if __name__ == "__main__":
    raise SystemExit(main())
