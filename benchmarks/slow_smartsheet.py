"""Measures pages that need no Smartsheet while 200 people open their sheets: with a Smartsheet that answers, and with
one that hangs for 60 s.

    python -m benchmarks.slow_smartsheet

Each person opens the list of sheets again 10 s after an answer. Look at the ratios.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
from collections import Counter
from http.client import HTTPException
from pathlib import Path
from time import monotonic

import django

from tests.crowd import App, Seen, sign_in_many
from tests.running_sandbox import RunningSandbox

PEOPLE = 200
SECONDS = 40.0
AGAIN = 10.0  # seconds between two looks of one person
EVERY = 0.05  # seconds between two pages that are measured
PAGES = ("/healthz", "/", "/audit/")
GOAL, MOST = 3.0, 5.0  # times the same without the hang; seconds


def main() -> int:
    """Print the p95 of each page and both ratios. Returns 1 if one is above its goal."""
    folder = tempfile.mkdtemp()
    url = os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL"}
    django.setup()
    from django.core.management import call_command

    Path("var/static").mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    with RunningSandbox("--rate-limit", "0") as sandbox:
        sessions = sign_in_many(PEOPLE, token=sandbox.people()["alice"].token)
        with App(sandbox, database_url=url, is_heard=False) as app:
            usual = measured(app, sessions)
        sandbox.fault(path="/2.0/sheets", delay=60, times=0)
        with App(sandbox, database_url=url, is_heard=False) as app:
            hanging = measured(app, sessions)
    return max([tell(page, usual[page], hanging[page]) for page in PAGES])


def measured(app: App, sessions: list[str]) -> dict[str, list[float]]:
    """The seconds that each page takes while everyone opens their sheets."""
    ends, statuses = monotonic() + SECONDS, Counter[int]()
    stop = threading.Event()

    def look(number: int, session: str) -> None:
        stop.wait(AGAIN * number / len(sessions))  # people don't all come at the same moment
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
