"""Measures how quickly the app shows pages that don't need Smartsheet, while 200 people open their lists of sheets,
which need Smartsheet. The benchmark measures the pages twice: first while Smartsheet answers quickly, and then while
Smartsheet takes 60 s for each answer.

python -m benchmarks.slow_smartsheet

Each person opens the list of sheets, waits for the answer and another 10 s, and then opens the list again. For each
page, the time of the second measurement is also printed as a multiple of the time of the first.
"""

from __future__ import annotations

import statistics
import sys
import threading
from collections import Counter
from http.client import HTTPException
from time import monotonic

from benchmarks import app_database
from tests.crowd import App, Seen, sign_in_many
from tests.running_sandbox import RunningSandbox

PEOPLE = 200
SECONDS = 40.0
AGAIN = 10.0  # seconds between two requests of one person
EVERY = 0.05  # seconds between two measured pages
PAGES = ("/healthz", "/", "/audit/")
GOAL, MOST = 3.0, 5.0  # the most time for a page: as a multiple of the time while Smartsheet answers, and in seconds


def main() -> int:
    """Measure the pages while Smartsheet answers quickly, and again while Smartsheet is slow. For each page, print the
    95th percentile of both measurements, and the second divided by the first. Return 1 if a page is much slower when
    Smartsheet is slow (GOAL), or takes too many seconds (MOST).
    """
    url = app_database.prepare()
    with RunningSandbox("--rate-limit", "0") as sandbox:
        sessions = sign_in_many(PEOPLE, token=sandbox.people()["alice"].token)
        with App(sandbox, database_url=url, is_heard=False) as app:
            usual = measured(app, sessions)
        sandbox.fault(path="/2.0/sheets", delay=60, times=0)
        with App(sandbox, database_url=url, is_heard=False) as app:
            hanging = measured(app, sessions)
    return max([tell(page, usual[page], hanging[page]) for page in PAGES])


def measured(app: App, sessions: list[str]) -> dict[str, list[float]]:
    """While all people open their lists of sheets, request the pages again and again. Return for each page how many
    seconds each request took.
    """
    ends, statuses = monotonic() + SECONDS, Counter[int]()
    stop = threading.Event()

    def look(number: int, session: str) -> None:
        stop.wait(AGAIN * number / len(sessions))  # so that people don't all start at the same moment
        while not stop.is_set():
            statuses[_status(app, session)] += 1
            stop.wait(AGAIN)

    people = [threading.Thread(target=look, args=one, daemon=True) for one in enumerate(sessions)]
    for person in people:
        person.start()
    took: dict[str, list[float]] = {page: [] for page in PAGES}
    stop.wait(AGAIN)
    while monotonic() < ends:
        for page in PAGES:
            took[page].append(_open(app, page, sessions[0] if page == "/audit/" else "").seconds)
            stop.wait(EVERY)
    stop.set()
    print(f"answers to {PEOPLE} people: {dict(sorted(statuses.items()))}", file=sys.stderr)
    return took


def _status(app: App, session: str) -> int:
    try:
        return app.get("/sheets/", session=session).status
    except (OSError, HTTPException):
        return 0


def _open(app: App, page: str, session: str) -> Seen:
    seen = app.get(page, session=session)
    if seen.status != 200:
        raise SystemExit(f"{page} answered {seen.status}")
    return seen


def tell(page: str, usual: list[float], hanging: list[float]) -> int:
    before, now = p95(usual), p95(hanging)
    words = f"{now * 1000:.0f} ms, {now / before:.2f} x the {before * 1000:.0f} ms without the hang (goal {GOAL:g})"
    print(f"{page} while Smartsheet hangs, {PEOPLE} people, p95: {words}; longest {max(hanging):.2f} s (goal {MOST:g})")
    return int(now > GOAL * before or max(hanging) > MOST)


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    raise SystemExit(main())
