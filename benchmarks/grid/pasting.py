"""Measures how soon 5,000 pasted cells are painted in this app's grid, RevoGrid and AG Grid Community: `python -m
benchmarks.grid.pasting`.

Each round pastes 500 rows of 10 cells once in each grid. The grids take turns. This app's grid and RevoGrid get the
event that a browser sends when a person pastes. The goal is that this app's grid is not slower than RevoGrid. AG Grid
Community can't paste. So its function for changing many rows is called with rows that are already parsed. This is less
work than a paste, so the time of AG Grid is the floor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys

from playwright.sync_api import Browser, sync_playwright

from benchmarks.grid import peers
from benchmarks.grid.__main__ import FLAGS, GRIDS
from benchmarks.grid.server import Server
from benchmarks.grid.sheets import TYPES

PEER, FLOOR = "revogrid", "ag-grid"
ROWS, COLUMNS = 500, 10
SIZE = "1000x20"
TEXTS = {"DATE": "2026-11-30", "CHECKBOX": "true", "PICKLIST": "Complete", "CONTACT_LIST": "person7@example.com"}


def main() -> int:
    """Print the medians, and the ratios of this app's median to the medians of the other two grids. Return 1 if this
    app's grid is slower than RevoGrid.
    """
    parser = argparse.ArgumentParser("python -m benchmarks.grid.pasting", description=sys.modules[__name__].__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    peers.build()
    found: dict[str, list[float]] = {name: [] for name in GRIDS}
    with Server() as server, sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        for _ in range(rounds):
            for name in GRIDS:
                browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                found[name].append(pasted(browser, server, name))
                browser.close()
    medians = {name: statistics.median(times) for name, times in found.items()}
    print(f"{ROWS * COLUMNS:,} pasted cells are painted after")
    for name, median in medians.items():
        print(f"  {name:<10}{median:>8,.0f} ms  ({', '.join(f'{one:.0f}' for one in sorted(found[name]))})")
    print(f"  ours: {medians['ours'] / medians[PEER]:.2f} x {PEER} (goal 1)")
    print(f"  ours: {medians['ours'] / medians[FLOOR]:.2f} x {FLOOR}, which gets parsed rows")
    return int(medians["ours"] > medians[PEER])


def pasted(browser: Browser, server: Server, name: str) -> float:
    """Open the sheet in a grid, paste once, and return the milliseconds until the cells are painted."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server.url}/grids/{name}.html?size={SIZE}")
    page.locator("html[data-ready]").wait_for(timeout=120_000)
    page.wait_for_timeout(500)
    rows = [[_text(row, column) for column in range(1, COLUMNS + 1)] for row in range(ROWS)]
    text = "\n".join("\t".join(row) for row in rows)
    took: float = page.evaluate(
        "([text, cell, last]) => measurePaste(text, cell, last)", [text, rows[5][5], rows[-1][-1]]
    )
    page.close()
    return took


def _text(row: int, column: int) -> str:
    """Return a text that this column of the sheet accepts."""
    is_number = column % len(TYPES) == 1
    return TEXTS.get(TYPES[column % len(TYPES)], str(1_000 * row + column) if is_number else f"Pasted {row}-{column}")


if __name__ == "__main__":
    sys.exit(main())
