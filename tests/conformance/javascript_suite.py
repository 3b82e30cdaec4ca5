"""Smartsheet's JavaScript SDK against the sandbox: sign-in, users/me, list, get, update, cell history.

https://www.npmjs.com/package/smartsheet
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import run as run_command
from tests.conformance.outcome import Outcome
from tests.conformance.places import SCRATCH
from tests.conformance.processes import run as run_program
from tests.running_sandbox import Person, RunningSandbox

PROGRAM = Path(__file__).with_name("javascript")
CLIENT_ID, CLIENT_SECRET = "conformance", "conformance-secret"
REDIRECT_URL = "http://127.0.0.1:9/callback"  # nobody listens: the address that the browser is sent to is enough
SCOPES = "READ_SHEETS WRITE_SHEETS"


def run(sandbox: RunningSandbox, name: str) -> Outcome:
    """Each step of javascript/check.js is one that passes or fails."""
    outcome, folder = Outcome(name), SCRATCH / "javascript"
    npm, problem = fetch(folder)
    if problem:
        outcome.failed.append(problem)
        return outcome
    alice = sandbox.people()["alice"]
    environment = {
        "SMARTSHEET_API_HOST": f"{sandbox.api}/",
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
        "CODE": allow(sandbox, alice),
        "PERSON_ID": str(alice.id),
        "SHEET_NAME": "Budget",
    }
    command = [*npm, "run", "--silent", "check"]
    _code, said = run_program(command, log="javascript", environment=environment, folder=folder)
    steps = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    outcome.passed = sum(step["problem"] is None for step in steps)
    outcome.failed = [f"{step['step']}: {step['problem']}" for step in steps if step["problem"] is not None]
    if not steps:
        outcome.failed.append("it did not start")
    return outcome


def fetch(folder: Path) -> tuple[list[str], str]:
    """Install the SDK below var/; the npm command, and what went wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in PROGRAM.iterdir():
        shutil.copy(file, folder)
    npm = run_command.npm()
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    code, said = run_program([*npm, "install", *options], log="npm", environment={}, folder=folder)
    return npm, f"npm install: {said.strip()[-200:]}" if code else ""


def allow(sandbox: RunningSandbox, person: Person) -> str:
    """Register a client and have the person press Allow; the authorization code."""
    registration = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "redirectUrl": REDIRECT_URL}
    sandbox.control("POST", "apps", registration)
    form = {"client_id": CLIENT_ID, "response_type": "code", "scope": SCOPES, "state": "s"}
    decision = {"person": str(person.id), "decision": "allow"}
    answer = sandbox.http.post(f"{sandbox.url}/b/authorize", data=form | decision, allow_redirects=False, timeout=10)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
