"""Measures what it takes to find a changed cell in a sheet with formulas: calls to Smartsheet, bytes and seconds.
Compares two ways: reading all cells, and reading only the columns with formulas, as the grid does.

    python -m benchmarks.changes

Smartsheet takes 100 ms per call. Each sheet has 25 columns, and one of them has a formula. For each size of a sheet,
two ratios are printed: the bytes and the seconds of reading only the columns with formulas, divided by those of reading
all cells.
"""

from __future__ import annotations

import statistics
from time import perf_counter
from unittest.mock import patch

from benchmarks import app_database
from tests.running_sandbox import Person, RunningSandbox

SIZES = (1_000, 5_000, 20_000)  # rows
COLUMNS = 25
LATENCY = 0.1  # seconds that Smartsheet takes per call
ROUNDS = 3
GOAL = 0.25  # the most bytes for the columns with formulas, as a part of the bytes for all cells


def main() -> int:
    """For each size of a sheet, compare reading all cells with reading only the columns with formulas. Print the calls,
    bytes and seconds. Return 1 if the ratio of the bytes is above GOAL for one of the sizes.
    """
    app_database.prepare()
    return max(compare(rows) for rows in SIZES)


def compare(rows: int) -> int:
    with RunningSandbox("--rate-limit", "0", "--rows", str(rows), "--columns", str(COLUMNS)) as sandbox:
        alice = sandbox.people()["alice"]
        sheet_id, formula, other = prepared(sandbox, alice)
        sandbox.fault(path="/2.0/sheets/", delay=LATENCY, times=0)
        whole = measured(sandbox, alice, sheet_id, formula, other, columns=None)
        narrow = measured(sandbox, alice, sheet_id, formula, other, columns=[formula])
    print(f"{rows:,} rows and {COLUMNS} columns, one cell changed")
    for name, (calls, size, seconds) in (("all cells", whole), ("columns with formulas", narrow)):
        print(f"  {name:<24}{calls:>3} calls {size / 1e6:>8.2f} MB {1000 * seconds:>8.0f} ms")
    ratio = narrow[1] / whole[1]
    print(f"  bytes: {ratio:.2f} x (goal {GOAL}), time: {narrow[2] / whole[2]:.2f} x")
    return int(ratio > GOAL)


def prepared(sandbox: RunningSandbox, person: Person) -> tuple[int, int, int]:
    """Set a formula for a text column of the sheet “Large sheet”. Return the ids of the sheet, of this column and of
    another text column.
    """
    sheet_id = next(one["id"] for one in sandbox.call(person, "GET", "/sheets?includeAll=true")["data"]
                    if one["name"] == "Large sheet")  # fmt: skip
    columns = sandbox.call(person, "GET", f"/sheets/{sheet_id}?page=1&pageSize=1")["columns"]
    texts = [column for column in columns if column["type"] == "TEXT_NUMBER" and not column.get("primary")]
    path = f"/sheets/{sheet_id}/columns/{texts[0]['id']}"
    sandbox.call(person, "PUT", path, {"formula": f"=[{texts[1]['title']}]@row"})
    return sheet_id, texts[0]["id"], texts[1]["id"]


def measured(
    sandbox: RunningSandbox, person: Person, sheet_id: int, formula: int, other: int, *, columns: list[int] | None
) -> tuple[int, int, float]:
    """Several times, change a cell in the column `other` and find the change. Return the medians of calls, bytes and
    seconds. `columns` are the columns that are read to find the change, or None for all columns.
    """
    from api.cursors import after
    from api.rows import row_answers
    from api.sheet_changes import Copy, changes_answer
    from edits.gateway.client import Gateway
    from edits.gateway.transport import Room
    from edits.sheets.sheet import Sheet
    from identity.profiles.profile import Profile

    take = Room.take
    sizes: list[int] = []

    def count(room: Room, size: int, *, is_error: bool) -> None:
        sizes.append(size)
        take(room, size, is_error=is_error)

    found: list[tuple[int, int, float]] = []
    for number in range(ROUNDS):
        owner = Profile(region="eu", id=person.id, data={})
        gateway = Gateway(region_api_base=sandbox.api, token=person.token, deadline=120.0, owner=owner)
        raw = gateway.sheet(sheet_id)
        sheet = Sheet.parse({**raw, "rows": []})
        digests = {row[0]: row[-1] for row in row_answers(raw["rows"], sheet.columns) if row[-1]}
        row_id = raw["rows"][len(raw["rows"]) // 2]["id"]
        cells = [{"columnId": other, "value": f"{columns} {number}"}]
        sandbox.call(person, "PUT", f"/sheets/{sheet_id}/rows", [{"id": row_id, "cells": cells}])
        sandbox.forget_requests()
        sizes.clear()
        with patch.object(Room, "take", count):
            begun = perf_counter()
            copy = Copy(after(sheet), digests, columns, gateway.version(sheet_id))
            answer = changes_answer(gateway, sheet_id, copy)
            seconds = perf_counter() - begun
        assert str(row_id) in {row[0] for row in (answer["sheet"] or {"rows": []})["rows"]}
        found.append((len(sandbox.requests()), sum(sizes), seconds))
    calls, size, took = (statistics.median(one) for one in zip(*found, strict=True))
    return int(calls), int(size), took


if __name__ == "__main__":
    raise SystemExit(main())
