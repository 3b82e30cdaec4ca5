"""`python -m benchmarks`: starts a sandbox, measures, prints what came out beside what is wanted."""

import argparse
import sys

from benchmarks.measure import Result, in_own_process
from benchmarks.readers import Target
from tests.running_sandbox import RunningSandbox

TIMES_FLOOR = 1.5  # the gateway takes at most so many times as long as bare requests and orjson
TIMES_FASTER = 30  # the SDK's typed models take at least so many times as long as the gateway


def main() -> int:
    parser = argparse.ArgumentParser("python -m benchmarks", description=sys.modules["benchmarks"].__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--times", type=int, default=5, help="readings of the sheet, of which the median counts")
    chosen = parser.parse_args()
    size = ["--rows", str(chosen.rows), "--columns", str(chosen.columns)]
    with RunningSandbox("--rate-limit", "0", *size) as sandbox:
        target = large_sheet(sandbox)
        is_met = compare_sheets(target, chosen.rows, chosen.columns, times=chosen.times)
        compare_rows(target)
    return 0 if is_met else 1


def large_sheet(sandbox: RunningSandbox) -> Target:
    alice = sandbox.people()["alice"]
    listed = sandbox.call(alice, "GET", "/sheets?includeAll=true")["data"]
    sheet_id = next(sheet["id"] for sheet in listed if sheet["name"] == "Large sheet")
    # Only the first row, since a child process inherits its parent's peak memory.
    first = sandbox.call(alice, "GET", f"/sheets/{sheet_id}?page=1&pageSize=1")["rows"][0]
    return Target(sandbox.api, alice.token, sheet_id, first["id"])


def compare_sheets(target: Target, rows: int, columns: int, *, times: int) -> bool:
    print(f"Reading a sheet of {rows:,} rows and {columns} columns")
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
    print("\nReading one row, everything built anew each time")
    gateway = in_own_process("row_by_gateway", target, times=200)
    typed = in_own_process("row_by_sdk", target, times=50)
    line("new gateway", gateway)
    line("new SDK client", typed, f"{typed.seconds / gateway.seconds:.0f} x the gateway")


def line(name: str, result: Result, remark: str = "") -> None:
    print(f"  {name:<24}{1000 * result.seconds:>10,.1f} ms {result.peak:>8,.0f} MB peak   {remark}".rstrip())


if __name__ == "__main__":
    sys.exit(main())
