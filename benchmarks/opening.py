"""Compares opening a sheet of 20,000 rows and 25 columns in the grid with a bare read of the sheet.

    python -m benchmarks.opening [--rows 20000] [--columns 25]

The bare read uses `requests` and `orjson`, in its own process. The grid is opened in a real Chromium. Two times are
measured from the browser's request for the page: the time until the first rows are shown, and the time until all rows
are loaded. "Memory" is the peak memory of the server's process minus the memory of the idle process. The memory of the
bare read is measured in the same way. The two times and the memory are also printed as multiples of those of the bare
read.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import run

from benchmarks import app_database
from benchmarks.browser import chromium
from tests.crowd import App
from tests.running_sandbox import Person, RunningSandbox

FIRST_GOAL, WHOLE_GOAL, MEMORY_GOAL = 0.5, 2.0, 1.2
ROUNDS = 5
# Sets a promise of two numbers: the milliseconds from the request for the page to the first rows, and to all rows.
WATCH = """
window.isOpen = new Promise((resolve) => {
  let first = null;
  const timer = setInterval(() => {
    if (first === null && document.querySelector("[role=gridcell]")) first = performance.now();
    if (document.querySelector("[data-grid]")?.grid?.freshness) {
      clearInterval(timer);
      resolve([first, performance.now()]);
    }
  }, 5);
});"""
BARE = """
import json, sys, time, orjson, requests
api, token, sheet_id, rounds, columns = sys.argv[1:]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {token}"
url = f"{api}/sheets/{sheet_id}?level=2&include=objectValue,format{columns}&pageSize=10000&page="
def status(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name)) / 1024
idle = status("VmRSS")
took = []
for _ in range(int(rounds)):
    begun, rows, number = time.perf_counter(), [], 1
    while True:
        page = orjson.loads(session.get(url + str(number), timeout=120).content)
        rows += page["rows"]
        number += 1
        if len(rows) >= page["totalRowCount"]:
            break
    took.append(time.perf_counter() - begun)
print(json.dumps({"seconds": took, "memory": status("VmHWM") - idle}))
"""


def main() -> int:
    """Measure the time to the first rows, the time to all rows, and the memory. Compare each with the same value of the
    bare read. Print the three ratios, and return 1 if one of them is above its goal.
    """
    parser = argparse.ArgumentParser("python -m benchmarks.opening")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=25)
    chosen = parser.parse_args()
    url = app_database.prepare()
    from tests.crowd import sign_in_many

    size = ["--rows", str(chosen.rows), "--columns", str(chosen.columns)]
    with RunningSandbox("--rate-limit", "0", *size) as sandbox:
        alice = sandbox.people()["alice"]
        listed = sandbox.call(alice, "GET", "/sheets?includeAll=true")["data"]
        sheet_id = next(sheet["id"] for sheet in listed if sheet["name"] == "Large sheet")
        (session,) = sign_in_many(1, token=alice.token)
        bare, bare_memory = read_bare(sandbox, alice, sheet_id)
        with App(sandbox, database_url=url, WEB_CONCURRENCY="1") as app:
            first, whole, memory = open_in_browser(app, session, sheet_id, chosen.rows)
    floor = statistics.median(bare)
    return max(
        [
            tell("first rows", first, floor, FIRST_GOAL),
            tell("whole sheet", whole, floor, WHOLE_GOAL),
            tell("server's memory above idle, MB", memory, bare_memory, MEMORY_GOAL),
        ]
    )


def read_bare(
    sandbox: RunningSandbox, person: Person, sheet_id: int, column_ids: Sequence[int] = ()
) -> tuple[list[float], float]:
    """Read the columns `column_ids` several times, or all columns if `column_ids` is empty. Return the seconds of each
    read, and the MB of memory that the process took.
    """
    columns = f"&columnIds={','.join(map(str, column_ids))}" if column_ids else ""
    command = [sys.executable, "-c", BARE, sandbox.api, person.token, str(sheet_id), str(ROUNDS), columns]
    found = json.loads(run(command, capture_output=True, text=True, check=True).stdout)
    return found["seconds"], found["memory"]


def open_in_browser(app: App, session: str, sheet_id: int, rows: int) -> tuple[float, float, float]:
    """Open the sheet several times. Return the median seconds until the first rows are shown, the median seconds until
    all rows are loaded, and the MB of memory that the server took.
    """
    server = children(app.process.pid)[0]
    firsts, wholes = [], []
    with chromium() as browser:
        for number in range(ROUNDS + 1):
            page = browser.new_context(base_url=f"http://127.0.0.1:{app.port}").new_page()
            page.context.add_cookies([{"name": "sessionid", "value": session, "url": f"http://127.0.0.1:{app.port}"}])
            page.add_init_script(WATCH)
            page.goto(f"/sheets/{sheet_id}/")
            first, whole = page.evaluate("window.isOpen")
            assert page.evaluate("document.querySelector('[data-grid]').grid.sheet.rows.length") == rows
            page.context.close()
            if number:  # the first round isn't measured
                firsts.append(first / 1000)
                wholes.append(whole / 1000)
            else:
                Path(f"/proc/{server}/clear_refs").write_text("5", encoding="ascii")
                idle = memory_of(server, "VmRSS")
    return statistics.median(firsts), statistics.median(wholes), memory_of(server, "VmHWM") - idle


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def memory_of(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def tell(what: str, ours: float, floor: float, goal: float) -> int:
    print(f"{what}: {ours:.3g}, bare {floor:.3g}, {ours / floor:.2f} x (goal {goal})")
    return int(ours > goal * floor)


if __name__ == "__main__":
    raise SystemExit(main())
