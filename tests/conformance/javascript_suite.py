"""Tries Smartsheet's JavaScript SDK on the sandbox: sign-in, users/me, list, get, update, cell history.

The program javascript/check.js runs with three major versions of the SDK. https://www.npmjs.com/package/smartsheet
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
REDIRECT_URL = "http://127.0.0.1:9/callback"  # only the address is used, so nothing listens here
VERSIONS = {f"JavaScript SDK {version}": version for version in ("3.1.4", "4.5.0", "5.3.0")}
SCOPES = "READ_SHEETS WRITE_SHEETS"


def address(version: str) -> str:
    """Return the address of a version's page on npm."""
    return f"https://www.npmjs.com/package/smartsheet/v/{version}"


def run(sandbox: RunningSandbox, name: str) -> Outcome:
    """Install a version of the SDK, and run check.js with it. The suite's name ends with the version's number."""
    outcome, version = Outcome(name), VERSIONS[name]
    folder = SCRATCH / f"javascript-{version}"
    npm, problem = install(version, folder)
    if problem:
        outcome.failed.append(f"it can't be installed: {problem}")
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
    _code, printed = run_program(command, log=folder.name, environment=environment, folder=folder)
    outcome.read_steps(printed)
    return outcome


def install(version: str, folder: Path) -> tuple[list[str], str]:
    """Install a version of the SDK into a folder. Returns the npm command, and the problem ("" if there is none)."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROGRAM / "check.js", folder)
    package = {"private": True, "scripts": {"check": "node check.js"}, "dependencies": {"smartsheet": version}}
    (folder / "package.json").write_text(json.dumps(package))
    npm = run_command.npm()
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    log = f"{folder.name}-npm"
    code, printed = run_program([*npm, "install", *options], log=log, environment={}, folder=folder)
    return npm, (printed.strip()[-200:] or f"exit code {code}") if code else ""


def allow(sandbox: RunningSandbox, person: Person) -> str:
    """Register a client, press Allow for the person, and return the authorization code."""
    registration = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "redirectUrl": REDIRECT_URL}
    sandbox.control("POST", "apps", registration)
    form = {"client_id": CLIENT_ID, "response_type": "code", "scope": SCOPES, "state": "s"}
    decision = {"person": str(person.id), "decision": "allow"}
    answer = sandbox.http.post(f"{sandbox.url}/b/authorize", data=form | decision, allow_redirects=False, timeout=10)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
