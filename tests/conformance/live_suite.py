"""Compares the sandbox's answers with answers that the live API gave in 2020.

The recorded answers are in ../shared/smartsheet, next to the project. The program that compares the answers is there
too.

https://github.com/dmfigol/simple-smartsheet
"""

from __future__ import annotations

import re
import sys

from tests.conformance.outcome import Outcome
from tests.conformance.places import LIVE_CHECK, LIVE_RECORDINGS, absent
from tests.conformance.processes import run as run_program
from tests.running_sandbox import RunningSandbox

COUNT = re.compile(r"^(\d+) of (\d+) answers are as the live API gave them$", re.MULTILINE)


def run(sandbox: RunningSandbox, name: str) -> Outcome:
    """Run the program that compares the answers. Each difference that it prints counts as a failure."""
    outcome = Outcome(name)
    if why := absent(LIVE_CHECK) or absent(LIVE_RECORDINGS):
        outcome.skip(why)
        return outcome
    owner = sandbox.people()["alice"]
    command = [sys.executable, str(LIVE_CHECK), sandbox.api, owner.token]
    code, said = run_program(command, log="live", environment={})
    found = COUNT.search(said)
    if found is None:
        outcome.failed.append(f"it came to no end, exit code {code}: {said.strip()[-200:]}")
        return outcome
    same, asked = map(int, found.groups())
    print(found[0], flush=True)
    outcome.passed = same
    outcome.failed += [line.strip() for line in said.splitlines() if " × " in line]
    if code or same != asked:
        outcome.failed.append(f"{asked - same} answers differ, exit code {code}")
    return outcome
