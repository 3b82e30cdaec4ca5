"""Runs Smartsheet's own integration tests without changes. The Python SDK included them up to version 3.5.5.

https://pypi.org/project/smartsheet-python-sdk/3.5.5/
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.conformance.outcome import Outcome
from tests.conformance.places import SCRATCH, SDK_TESTS, absent
from tests.conformance.processes import run as run_program
from tests.running_sandbox import RunningSandbox

NUMBER_OF_TESTS = 99

# SDK 4.4.0 no longer has the functions that these tests call, so they fail with any server. docs/sandbox.md lists them.
DROPPED = {
    "4.4.0": {
        "test_share_sheet": "Sheet.share",
        "test_list_shares": "Sheet.shares",
        "test_update_share": "Sheet.update_share",
        "test_get_share": "Sheet.get_share",
        "test_delete_share": "Sheet.delete_share",
        "test_new_and_shared_sheet": "Sheet.share",
        "test_non_working_days": "Templates",
    }
}
ROLES = {"admin": "alice", "larry": "bob", "curly": "charlie", "moe": "dora"}


def run(sandbox: RunningSandbox, name: str) -> Outcome:
    """Run all tests with one version of the SDK. The suite's name ends with the version's number."""
    outcome, version = Outcome(name), name.split()[-1]
    if why := absent(SDK_TESTS):
        outcome.skip(why)
        return outcome
    people = sandbox.people()
    report = SCRATCH / f"sdk-{version}.xml"
    report.unlink(missing_ok=True)
    command = [str(SDK_TESTS), sandbox.api, people["alice"].token, version, f"--junitxml={report}"]
    users = {role: {"id": people[person].id} for role, person in ROLES.items()}
    environment = {"SDK_TESTS_DIR": str(SCRATCH / "sdk-tests"), "USERS": json.dumps(users)}
    code, _said = run_program(command, log=f"sdk-{version}", environment=environment)
    if report.exists():
        judge(report, DROPPED.get(version, {}), outcome)
    else:
        outcome.failed.append(f"the tests did not start, exit code {code}")
    return outcome


def judge(report: Path, dropped: dict[str, str], outcome: Outcome) -> None:
    """Add the results in pytest's report to `outcome`. The tests in `dropped` must fail, because the SDK no longer has
    the functions that they call. All other tests must pass.
    """
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - written by the pytest that we started
    if len(cases) != NUMBER_OF_TESTS:
        outcome.failed.append(f"{len(cases)} tests were collected in place of {NUMBER_OF_TESTS}")
    for case in cases:
        test = case.get("name", "")
        problem = next(
            (found for kind in ("failure", "error", "skipped") if (found := case.find(kind)) is not None), None
        )
        if problem is None:
            outcome.passed += 1
            if test in dropped:
                outcome.failed.append(f"{test} passed, though the SDK has no {dropped[test]}")
        elif test in dropped:
            outcome.skip(f"this SDK has no {dropped[test]}")
        else:
            message = (problem.get("message") or "").splitlines() or [""]
            outcome.failed.append(f"{test}: {message[0][:160]}")
