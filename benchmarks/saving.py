"""Compares saving through the app with bare requests. Smartsheet takes 100 ms per call.

    python -m benchmarks.saving

First, four people save at the same time, each in their own sheet. Each save changes one cell in the row form. The time
of a save is compared with the time of a bare GET and PUT. Second, `edits.saving` saves 500 rows of 10 cells. The time
of this save is compared with the time of a bare PUT and a raw multi-row INSERT. The INSERT writes into a plain table
with the log's indexes, and writes as many rows as the log gets entries. The milliseconds differ between machines. So
the goals are for the two ratios: the app's time divided by the time of the bare requests.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import django

from tests.running_sandbox import Person, RunningSandbox

LATENCY = 0.1  # seconds that Smartsheet takes per call
ROUNDS = 25
PEOPLE = ("alice", "bob", "erika", "dora")
FORM_GOAL, BULK_GOAL = 1.25, 1.5


def main() -> int:
    """Compare the app with bare requests, first for the row form and then for 500 rows. Print both ratios. Return 1 if
    one of the ratios is above its goal.
    """
    folder = tempfile.mkdtemp()
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    with RunningSandbox("--rate-limit", "0") as sandbox:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SMARTSHEET_API_BASE": sandbox.api,
            "SMARTSHEET_AUTHORIZE_URL": f"{sandbox.url}/b/authorize",
            "ALLOWED_HOSTS": "testserver",
            "LOG_LEVEL": "ERROR",
        }
        django.setup()
        from django.conf import settings

        from benchmarks.audit_writes import floor

        settings.DEBUG = False  # with DEBUG, Django would keep every statement with its parameters

        Path("var/static").mkdir(parents=True, exist_ok=True)
        floor.make()
        sandbox.register_app(redirect_url="http://testserver/identity/callback/")
        return max(form(sandbox), bulk(sandbox))


def form(sandbox: RunningSandbox) -> int:
    """Let four people save cells at the same time, first with bare requests and then in the row form. Return 1 if
    saving a cell in the form takes more than FORM_GOAL times as long as the bare requests for a cell.
    """
    from django.db import connection
    from django.test import Client

    from tests.edits.browser import URLENCODED, Page
    from tests.signing_in import sign_in

    people = [person for name, person in sandbox.people().items() if name in PEOPLE]
    ours: list[float] = []
    bare: list[float] = []
    sheets = {person.id: new_sheet(sandbox, person, ROUNDS) for person in people}
    clients = {person.id: Client() for person in people}
    for person in people:
        sign_in(clients[person.id], sandbox, person)

    def opened(person: Person) -> list[Page]:
        """For each row of the person's sheet, open the row form and fill it in. This isn't measured."""
        sheet_id, row_ids, columns = sheets[person.id]
        paths = [f"/sheets/{sheet_id}/rows/{row_id}/edit/" for row_id in row_ids]
        return [Page.open(clients[person.id], path).type({columns[1]: "form"}) for path in paths]

    forms = {person.id: opened(person) for person in people}

    def save(person: Person) -> None:
        for page in forms[person.id]:
            sent = page.sent
            begun = perf_counter()
            answer = clients[person.id].post(page.path, sent, content_type=URLENCODED)
            ours.append(perf_counter() - begun)
            assert answer.status_code == 302, answer.content[:300]
        connection.close()

    def plain(person: Person) -> None:
        sheet_id, row_ids, columns = sheets[person.id]
        for row_id in row_ids:
            begun = perf_counter()
            sandbox.call(person, "GET", f"/sheets/{sheet_id}?rowIds={row_id}&level=2&include=objectValue")
            cells = [{"columnId": columns[2], "value": "bare"}]
            sandbox.call(person, "PUT", f"/sheets/{sheet_id}/rows", [{"id": row_id, "cells": cells}])
            bare.append(perf_counter() - begun)

    sandbox.fault(path="/sheets/", delay=LATENCY, times=0)
    for job in (plain, save):
        at_once(job, people)
    sandbox.control("DELETE", "faults")
    return tell("one cell by form, four people, p95", p95(ours), p95(bare), FORM_GOAL)


def bulk(sandbox: RunningSandbox) -> int:
    """Save 500 rows of 10 cells with a bare PUT and INSERT, and then with the app. Return 1 if the app takes more than
    BULK_GOAL times as long.
    """
    from django.contrib.auth.models import User

    from benchmarks.audit_writes.ours import bulk_insert
    from edits.saving import CellChange, UpdateRow, read, save

    person = sandbox.people()["alice"]
    user = User.objects.get(smartsheet__smartsheet_id=person.id)
    sheet_id, row_ids, columns = new_sheet(sandbox, person, 500)
    sandbox.fault(path="/rows", delay=LATENCY, times=0)
    ours, put, insert = [], [], []
    shown: dict[int, Any] = {}
    for number in range(5):
        body = [
            {"id": row_id, "cells": [{"columnId": column, "value": f"bare {number}"} for column in columns]}
            for row_id in row_ids
        ]
        begun = perf_counter()
        sandbox.call(person, "PUT", f"/sheets/{sheet_id}/rows", body)
        put.append(perf_counter() - begun)
        begun = perf_counter()
        bulk_insert()
        insert.append(perf_counter() - begun)
        shown = dict.fromkeys(columns, f"bare {number}")
        baseline = read(user, sheet_id, row_ids=row_ids)
        changes = [
            UpdateRow(row_id, tuple(CellChange(column, shown[column], f"ours {number}") for column in columns))
            for row_id in row_ids
        ]
        begun = perf_counter()
        result = save(baseline, changes)
        ours.append(perf_counter() - begun)
        assert result.saved_cells == 5_000, result.rows[0]
    sandbox.control("DELETE", "faults")
    floor = statistics.median(put) + statistics.median(insert)
    return tell("500 rows x 10 cells, median", statistics.median(ours), floor, BULK_GOAL)


def new_sheet(sandbox: RunningSandbox, person: Person, count: int) -> tuple[int, list[int], list[int]]:
    """Create a sheet with ten columns. Return its id, and the ids of its rows and columns."""
    columns = [{"title": f"Column {n}", "type": "TEXT_NUMBER", "primary": n == 0} for n in range(10)]
    sheet = sandbox.call(person, "POST", "/sheets", {"name": f"Bench {count}", "columns": columns})["result"]
    ids = [column["id"] for column in sheet["columns"]]
    rows = [{"toBottom": True, "cells": [{"columnId": one, "value": "was"} for one in ids]} for _ in range(count)]
    added = sandbox.call(person, "POST", f"/sheets/{sheet['id']}/rows", rows)["result"]
    return sheet["id"], [row["id"] for row in added], ids


def at_once(job: Callable[[Person], None], people: list[Person]) -> None:
    threads = [threading.Thread(target=job, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def tell(what: str, ours: float, floor: float, goal: float) -> int:
    ratio = ours / floor
    print(f"{what}: {ours * 1000:.0f} ms, bare {floor * 1000:.0f} ms, {ratio:.2f} x (goal {goal})")
    return int(ratio > goal)


if __name__ == "__main__":
    raise SystemExit(main())
