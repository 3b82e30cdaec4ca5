"""Compares making the list of a person's rows with a bare read of the same columns. The sheet has 20,000 rows and 25
columns.

    python -m benchmarks.my_rows [--rows 20000] [--columns 25]

The list and the bare read are measured in separate processes. The bare read uses `requests` and `orjson`. The list is
made by edits.forms.my_rows in three ways: with a rule that few rows fulfil, with a rule that a third of the rows
fulfils, and without a rule. Getting the list from the cache is measured too. "Memory" is the peak memory of the process
minus the memory of the idle process. The time and the memory for the list are also printed as multiples of those for
the bare read.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable
from subprocess import run
from time import perf_counter
from typing import Any

from benchmarks import app_database
from benchmarks.opening import ROUNDS, memory_of, read_bare, tell
from tests.running_sandbox import RunningSandbox

READ_GOAL, CACHED_GOAL, MEMORY_GOAL = 1.5, 0.5, 1.2
FEW, THIRD, ALL = "few rows", "a third of the rows", "all rows"


def main() -> int:
    """Compare the list of a person's rows with a bare read, for each of three rules. Return 1 if the list takes too
    much time or memory with one of the rules.
    """
    parser = argparse.ArgumentParser("python -m benchmarks.my_rows")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=25)
    parser.add_argument("--measure", help=argparse.SUPPRESS)  # passed to the process that measures the list
    chosen = parser.parse_args()
    app_database.prepare()
    if chosen.measure:
        print(json.dumps(measure(**json.loads(chosen.measure))))
        return 0
    from tests.crowd import sign_in_many

    with RunningSandbox("--rate-limit", "0", "--rows", str(chosen.rows), "--columns", str(chosen.columns)) as sandbox:
        alice = sandbox.people()["alice"]
        sign_in_many(1, token=alice.token)
        os.environ |= {"SMARTSHEET_API_BASE": sandbox.api, "SMARTSHEET_AUTHORIZE_URL": f"{sandbox.url}/b/authorize"}
        listed = sandbox.call(alice, "GET", "/sheets?includeAll=true")["data"]
        sheet_id = next(sheet["id"] for sheet in listed if sheet["name"] == "Large sheet")
        columns = sandbox.call(alice, "GET", f"/sheets/{sheet_id}/columns?includeAll=true")["data"]
        ids = [column["id"] for column in columns[:5]]  # a text, a number, a day, a check box, an option
        bare, bare_memory = read_bare(sandbox, alice, sheet_id, ids)
        missed = [compare(rule, sheet_id, ids, statistics.median(bare), bare_memory) for rule in (FEW, THIRD, ALL)]
    return max(missed)


def compare(rule: str, sheet_id: int, column_ids: list[int], floor: float, bare_memory: float) -> int:
    """In another process, make the list of a person's rows. Measure three values: the time to read the rows, the time
    to get the list from the cache, and the memory. Divide them by the time `floor` and the memory `bare_memory` of the
    bare read. Print the three ratios, and return 1 if one of them is above its goal.
    """
    what = json.dumps({"rule": rule, "sheet_id": sheet_id, "column_ids": column_ids})
    command = [sys.executable, "-m", "benchmarks.my_rows", "--measure", what]
    found = json.loads(run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    name = f"{rule} ({found['count']:,})"
    return max(
        tell(f"{name}, read", found["read"], floor, READ_GOAL),
        tell(f"{name}, from the cache", found["cached"], floor, CACHED_GOAL),
        tell(f"{name}, memory above idle, MB", found["memory"], bare_memory, MEMORY_GOAL),
    )


def measure(*, rule: str, sheet_id: int, column_ids: list[int]) -> dict[str, Any]:
    """Measure the list of a person's rows. Return four values: the seconds to make the list by reading the sheet, the
    seconds to get the list from the cache, the MB of memory that both took, and the number of rows in the list.
    """
    from edits.forms.conditions import Condition
    from edits.forms.my_rows import MyRows, forget, my_rows
    from identity.models import SmartsheetUser

    person = SmartsheetUser.objects.get()
    _text, number, day, _box, option = map(str, column_ids)
    conditions = {
        FEW: {"all": [{"column": number, "is": "equals", "value": 7}, {"column": day, "is": "not_empty"}]},
        THIRD: {"all": [{"column": option, "is": "equals", "value": "Red"}, {"column": day, "is": "not_empty"}]},
    }
    condition = Condition.parse(conditions[rule]) if rule in conditions else None
    needs = Condition.parse({"column": option, "is": "one_of", "value": ["Yellow", "Green"]})

    def listed() -> MyRows:
        return my_rows(
            person.user, sheet_id, condition=condition, shown_column_ids=column_ids, needs=needs,
            primary_column_id=column_ids[0],
        )  # fmt: skip

    idle = memory_of(os.getpid(), "VmRSS")
    count = listed().count
    read = [seconds_of(listed, before=lambda: forget(person.as_profile(), sheet_id)) for _ in range(ROUNDS)]
    cached = [seconds_of(listed) for _ in range(ROUNDS)]
    memory = memory_of(os.getpid(), "VmHWM") - idle
    return {"read": statistics.median(read), "cached": statistics.median(cached), "memory": memory, "count": count}


def seconds_of(listed: Callable[[], object], *, before: Callable[[], object] | None = None) -> float:
    if before:
        before()
    begun = perf_counter()
    listed()
    return perf_counter() - begun


if __name__ == "__main__":
    raise SystemExit(main())
