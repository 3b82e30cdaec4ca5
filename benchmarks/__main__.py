"""Starts a sandbox, measures the gateway, and prints the results with their goals: `python -m benchmarks`."""

import argparse
import sys
from dataclasses import replace

from benchmarks.measure import Result, in_own_process
from benchmarks.readers import Target
from benchmarks.replay import Replay
from tests.running_sandbox import RunningSandbox

TIMES_FLOOR = 1.5  # the gateway should take at most this many times as long as `requests` and `orjson` alone
TIMES_FASTER = 30  # the SDK's typed models should take at least this many times as long as the gateway


def main() -> int:
    parser = argparse.ArgumentParser("python -m benchmarks", description=sys.modules["benchmarks"].__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument(
        "--times", type=int, default=5, help="how often the sheet is read (by the SDK: once); the median is printed"
    )
    chosen = parser.parse_args()
    # Every fifth column has checkboxes. The SDK's models refuse the objectValue of a checkbox, so these columns are
    # left out.
    size = ["--rows", str(chosen.rows), "--columns", str(-(-chosen.columns * 5 // 4))]
    with RunningSandbox("--rate-limit", "0", *size) as sandbox, Replay(sandbox.url) as replay:
        target = large_sheet(sandbox, chosen.columns)
        # Reading one row is measured first. Later, this process has large answers in memory, and a child process
        # inherits the peak memory of this process.
        compare_rows(target)
        from_memory = replace(target, api=f"{replay.url}/2.0")
        is_met = compare_sheets(from_memory, chosen.rows, times=chosen.times)
    return 0 if is_met else 1


def large_sheet(sandbox: RunningSandbox, columns: int) -> Target:
    alice = sandbox.people()["alice"]
    listed = sandbox.call(alice, "GET", "/sheets?includeAll=true")["data"]
    sheet_id = next(sheet["id"] for sheet in listed if sheet["name"] == "Large sheet")
    sheet = sandbox.call(alice, "GET", f"/sheets/{sheet_id}?page=1&pageSize=1")
    column_ids = [column["id"] for column in sheet["columns"] if column["type"] != "CHECKBOX"]
    return Target(sandbox.api, alice.token, sheet_id, column_ids[:columns], sheet["rows"][0]["id"])


def compare_sheets(target: Target, rows: int, *, times: int) -> bool:
    print(f"\nReading a sheet of {rows:,} rows and {len(target.column_ids)} columns")
    floor = in_own_process("sheet_by_requests", target, times=times)
    gateway = in_own_process("sheet_by_gateway", target, times=times)
    typed = in_own_process("sheet_by_sdk", target, times=1)
    line("bare requests + orjson", floor)
    line("gateway", gateway, f"{gateway.seconds / floor.seconds:.2f} x the floor (goal: at most {TIMES_FLOOR})")
    line(
        "SDK, typed get_sheet",
        typed,
        f"{typed.seconds / gateway.seconds:.0f} x the gateway (goal: at least {TIMES_FASTER})",
    )
    return gateway.seconds <= TIMES_FLOOR * floor.seconds and typed.seconds >= TIMES_FASTER * gateway.seconds


def compare_rows(target: Target) -> None:
    print("Reading one row, with a new gateway or client each time")
    gateway = in_own_process("row_by_gateway", target, times=200)
    typed = in_own_process("row_by_sdk", target, times=50)
    line("new gateway", gateway)
    line("new SDK client", typed, f"{typed.seconds / gateway.seconds:.0f} x the gateway")


def line(name: str, result: Result, remark: str = "") -> None:
    print(f"  {name:<24}{1000 * result.seconds:>10,.1f} ms {result.peak:>8,.0f} MB peak   {remark}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
