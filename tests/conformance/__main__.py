"""Runs every suite against a new sandbox, and prints one table: `make test-sandbox`.

Arguments select suites: a suite runs if its name contains one of the arguments. For example, `make test-sandbox
ARGS="recorded javascript"` runs all suites with "recorded" or "javascript" in their names.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from tests.conformance import javascript_suite, live_suite, openapi_suite, python_clients, recorded_suite, sdk_suite
from tests.conformance.client_table import write_table
from tests.conformance.outcome import Outcome, failures, table
from tests.running_sandbox import RunningSandbox

SUITES: dict[str, Callable[[RunningSandbox, str], Outcome]] = {
    "Smartsheet's tests, Python SDK 3.5.5": sdk_suite.run,
    "Smartsheet's tests, Python SDK 4.4.0": sdk_suite.run,
    "OpenAPI document, reads": openapi_suite.run_reads,
    "OpenAPI document, writes": openapi_suite.run_writes,
    "Recorded answers": recorded_suite.run,
    "Live answers of 2020": live_suite.run,
    **dict.fromkeys(python_clients.CLIENTS, python_clients.run),
    **dict.fromkeys(javascript_suite.VERSIONS, javascript_suite.run),
}


def main(wanted: Sequence[str]) -> int:
    """Run the suites whose names contain one of the `wanted` words. If `wanted` is empty, run all suites.

    Returns 1 if anything failed, 2 if no suite's name matches, and otherwise 0.
    """
    names = [name for name in SUITES if not wanted or any(word.lower() in name.lower() for word in wanted)]
    if not names:
        print(f"No suite has such a name. These are the suites: {', '.join(SUITES)}", file=sys.stderr)
        return 2
    outcomes = [run_one(name) for name in names]
    print(f"\n{table(outcomes)}")
    out_of_date = write_table(outcomes)
    if failed := failures(outcomes):
        print(f"\n{failed}\n\nFAILED. What the programs printed is in var/conformance/*.log")
    if out_of_date:
        print(f"\nFAILED. {out_of_date}")
    return int(bool(failed or out_of_date))


def run_one(name: str) -> Outcome:
    """Run one suite against a new sandbox, and return its result."""
    print(f"== {name}", flush=True)
    started = time.monotonic()
    try:
        with RunningSandbox("--rate-limit", "0") as sandbox:
            outcome = SUITES[name](sandbox, name)
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        outcome = Outcome(name, failed=[f"did not finish: {error}"])
    print(f"-- {'FAILED' if outcome.failed else 'done'} in {time.monotonic() - started:.0f} s", flush=True)
    return outcome


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
