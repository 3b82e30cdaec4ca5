"""Measures this app's grid, RevoGrid and AG Grid Community in Chromium: `python -m benchmarks.grid`.

Each round opens a sheet of each size once in each grid. The grids take turns, so that a busy moment of the machine
affects all of them. The medians of the rounds are printed, with the ratio of this app's median to the better median of
the other two grids.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
from collections import defaultdict
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.grid import peers
from benchmarks.grid.server import Server
from benchmarks.grid.sheets import SIZES

GRIDS = ["ours", "revogrid", "ag-grid"]
SPEED = 4_000  # the speed of scrolling, in pixels per second
FLAGS = ["--no-sandbox", "--enable-precise-memory-info", "--js-flags=--expose-gc"]
CLOSE = 1.10  # a result counts as equally good if it is at most this many times the best result
FRAME = 1.0  # milliseconds; smaller differences between frames can't be seen, and can come from the clock
# The goals: for each measured value, our grid's value should be at most this many times the best value of the other
# grids.
GOALS = {
    "painted ms": 0.6, "down med": CLOSE, "down p95": CLOSE, "down max": CLOSE, "aside med": CLOSE, "aside p95": CLOSE,
    "aside max": CLOSE, "jump med": CLOSE, "jump max": CLOSE, "heap MB": 0.6, "nodes": CLOSE, "script KB": 0.5,
    "refusals": 0.0, "axe": 0.0,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.grid", description=sys.modules[__name__].__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=list(SIZES))
    parser.add_argument("--grids", nargs="*", choices=GRIDS, default=GRIDS)
    chosen = parser.parse_args()
    peers.build()
    found: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    with Server() as server, sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        for _ in range(chosen.rounds):
            for size in chosen.sizes:
                for name in chosen.grids:
                    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
                    found[size, name].append(measured(browser, server, name, size))
                    browser.close()
    return report(found, chosen.sizes, chosen.grids)


def measured(browser: Browser, server: Server, name: str, size: str) -> dict[str, float]:
    """Open a sheet in a grid once, and return the measured values by name."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    server.script_bytes.clear()
    page.goto(f"{server.url}/grids/{name}.html?size={size}")
    page.locator("html[data-ready]").wait_for(timeout=120_000)
    page.wait_for_timeout(500)
    script = sum(server.script_bytes.values())
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")
    client.send("HeapProfiler.collectGarbage")
    heap = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}["JSHeapUsedSize"]
    nodes = page.evaluate("document.querySelectorAll('#grid *').length")
    page.mouse.move(700, 500)
    down = frames(page, client, yDistance=-12_000)
    aside = frames(page, client, xDistance=-4_000 if size != "1000x20" else -900)
    jumps = page.evaluate("jump(scroller())")
    axe = Axe().run(page, context="#grid").response["violations"]
    result = {
        "painted ms": page.evaluate("paintedAfter"),
        **quantiles("down", down),
        **quantiles("aside", aside),
        "jump med": statistics.median(jumps),
        "jump max": max(jumps),
        "heap MB": heap / 1e6,
        "nodes": nodes,
        "script KB": script / 1024,
        "refusals": page.evaluate("refusals.length"),
        "axe": sum(len(one["nodes"]) for one in axe),
    }
    page.close()
    return result


def frames(page: Page, client: Any, **distance: int) -> list[float]:
    """Scroll the sheet, and return the milliseconds between frames."""
    page.evaluate("recordFrames()")
    gesture = {"x": 700, "y": 500, "speed": SPEED, "gestureSourceType": "mouse", **distance}
    client.send("Input.synthesizeScrollGesture", gesture)
    times: list[float] = page.evaluate("stopFrames()")
    return times


def quantiles(name: str, times: list[float]) -> dict[str, float]:
    times = sorted(times)
    return {
        f"{name} med": statistics.median(times),
        f"{name} p95": times[min(len(times) - 1, int(len(times) * 0.95))],
        f"{name} max": times[-1],
    }


def report(found: dict[tuple[str, str], list[dict[str, float]]], sizes: list[str], grids: list[str]) -> int:
    """Print the medians of all rounds. Return 1 if this app's grid misses a goal."""
    missed = 0
    for size in sizes:
        medians = {
            name: {what: statistics.median(one[what] for one in found[size, name]) for what in GOALS} for name in grids
        }
        print(f"\n{size.replace('x', ' rows × ')} columns{'':<6}{''.join(f'{name:>10}' for name in grids)}")
        for what, goal in GOALS.items():
            line = "".join(f"{medians[name][what]:>10,.1f}" for name in grids)
            remark, is_met = compared(what, goal, medians)
            missed += not is_met
            print(f"  {what:<24}{line}   {remark}".rstrip())
    print(f"\n{missed} goals missed" if missed else "\nAll goals met")
    return 1 if missed else 0


def compared(what: str, goal: float, medians: dict[str, dict[str, float]]) -> tuple[str, bool]:
    """Compare the median of this app's grid with the best median of the other two grids. `what` is the measured value.
    Return a text with the ratio, and whether the ratio meets the goal.
    """
    others = [values[what] for name, values in medians.items() if name != "ours"]
    if "ours" not in medians or not others:
        return "", True
    ours, best = medians["ours"][what], min(others)
    if goal == 0:
        return ("" if ours == 0 else "missed: goal 0"), ours == 0
    slack = FRAME if what.split()[0] in {"down", "aside", "jump"} else 0.0
    is_met = ours <= goal * best + slack
    return f"{ours / best:.2f} × the best other{'' if is_met else f', missed: goal {goal}'}", is_met


if __name__ == "__main__":
    sys.exit(main())
