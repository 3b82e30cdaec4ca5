"""Checks with schemathesis that the sandbox's answers are as Smartsheet's OpenAPI document describes them.

https://developers.smartsheet.com/api/smartsheet/openapi
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conformance.outcome import Outcome
from tests.conformance.places import OPENAPI, OPENAPI_CHECK, SCRATCH, absent
from tests.conformance.processes import run as run_program
from tests.running_sandbox import Person, RunningSandbox

READS = [
    "get-current-user", "list-sheets", "getSheet", "get-sheetVersion", "columns-listOnSheet", "column-get", "row-get",
    "cellHistory-get", "discussions-list", "row-discussions-list", "attachments-listOnRow", "list-webhooks",
]  # fmt: skip
WRITES = [
    "rows-addToSheet", "update-rows", "row-discussions-create", "comments-create", "createWebhook", "updateWebhook",
]  # fmt: skip
CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance"
VENV = SCRATCH / "schemathesis"
HOOKS = Path(__file__).with_name("openapi_hooks.py")
FAILURE = re.compile(r"^_+ ([A-Z]+ /\S*) _+$", re.MULTILINE)


def run_reads(sandbox: RunningSandbox, name: str) -> Outcome:
    """Run the read operations, on a sheet that has at least one thing of each kind."""
    outcome = Outcome(name)
    if why := absent(OPENAPI_CHECK):
        outcome.skip(why)
        return outcome
    alice = sandbox.people()["alice"]
    sheet = sandbox.sheet(alice, "Site plan")
    row = sheet["rows"][0]
    furnish(sandbox, alice, sheet["id"], row["id"])
    ids = [str(sheet["id"]), str(row["id"]), str(sheet["columns"][0]["id"])]
    return judge(sandbox, outcome, READS, [str(OPENAPI_CHECK), sandbox.api, alice.token, *ids], {})


def run_writes(sandbox: RunningSandbox, name: str) -> Outcome:
    """Run the write operations, on a temporary sheet. openapi_hooks.py inserts existing ids into the bodies."""
    outcome = Outcome(name)
    if why := absent(OPENAPI) or absent(OPENAPI_CHECK):
        outcome.skip(why)
        return outcome
    if not (VENV / "bin" / "st").exists():
        outcome.failed.append("schemathesis is missing: the suite “OpenAPI document, reads” installs it")
        return outcome
    alice = sandbox.people()["alice"]
    ids = throw_away(sandbox, alice)
    named = {f"path.{name}": ids[name] for name in ("sheetId", "rowId", "discussionId", "webhookId")}
    settings = "".join(f'"{name}" = {number}\n' for name, number in named.items())
    SCRATCH.mkdir(parents=True, exist_ok=True)
    (SCRATCH / "schemathesis.toml").write_text(f"[parameters]\n{settings}")
    command = [str(VENV / "bin" / "st"), "run", str(OPENAPI), "--url", sandbox.api]
    command += ["-H", f"Authorization: Bearer {alice.token}", "--phases", "examples,coverage", "--mode", "positive"]
    command += ["--max-examples", "5", "--workers", "1", "--checks", CHECKS, "--seed", "1"]
    command += [word for operation in WRITES for word in ("--include-operation-id", operation)]
    environment = {"SCHEMATHESIS_HOOKS": str(HOOKS), "REAL_IDS": json.dumps(ids)}
    return judge(sandbox, outcome, WRITES, command, environment)


def judge(
    sandbox: RunningSandbox,
    outcome: Outcome,
    operations: Sequence[str],
    command: Sequence[str],
    environment: dict[str, str],
) -> Outcome:
    """Run schemathesis, and return the result. An operation counts as failed if none of its answers has status 200."""
    sandbox.forget_requests()
    code, said = run_program(
        command,
        log=outcome.suite.replace(",", "").replace(" ", "-").lower(),
        environment=environment | {"SCHEMATHESIS_VENV": str(VENV)},
    )
    answered = {entry["operation"] for entry in sandbox.requests() if entry["status"] == 200}
    outcome.failed = sorted(set(FAILURE.findall(said)))
    if code and not outcome.failed:
        outcome.failed.append(f"exit code {code}: {said.strip()[-200:]}")
    outcome.failed += [f"{each}: not one answer was 200" for each in operations if each not in answered]
    outcome.passed = max(0, len(operations) - len(outcome.failed))
    return outcome


def furnish(sandbox: RunningSandbox, person: Person, sheet_id: int, row_id: int) -> dict[str, Any]:
    """Add a discussion, a link and a webhook, so that the read operations find them. Returns the ids of the discussion
    and the webhook.
    """
    row = f"/sheets/{sheet_id}/rows/{row_id}"
    talk = sandbox.call(person, "POST", f"{row}/discussions", {"comment": {"text": "Is this the final date?"}})
    link = {"name": "Drawing", "attachmentType": "LINK", "url": "https://example.com/drawing"}
    sandbox.call(person, "POST", f"{row}/attachments", link)
    hook = {
        "name": "Watch", "callbackUrl": "https://example.com/hook", "scope": "sheet", "scopeObjectId": sheet_id,
        "events": ["*.*"], "version": 1,
    }  # fmt: skip
    webhook = sandbox.call(person, "POST", "/webhooks", hook)
    return {"discussionId": talk["result"]["id"], "webhookId": webhook["result"]["id"]}


def throw_away(sandbox: RunningSandbox, person: Person) -> dict[str, Any]:
    """Create a sheet with a row. Returns all ids that the requests can need."""
    columns = [{"title": "Name", "type": "TEXT_NUMBER", "primary": True}, {"title": "Note", "type": "TEXT_NUMBER"}]
    sheet = sandbox.call(person, "POST", "/sheets", {"name": "Throw-away", "columns": columns})["result"]
    cells = [{"columnId": sheet["columns"][0]["id"], "value": "A row"}]
    (row,) = sandbox.call(person, "POST", f"/sheets/{sheet['id']}/rows", [{"cells": cells}])["result"]
    ids = {"sheetId": sheet["id"], "rowId": row["id"], "columnIds": [column["id"] for column in sheet["columns"]]}
    return ids | furnish(sandbox, person, sheet["id"], row["id"])
