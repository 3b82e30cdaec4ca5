"""Compares the sandbox's answers with answers that were recorded from the live API. Status, error code, keys and kinds
of values must be the same.

https://github.com/smartsheet/smartsheet-sdk-tests
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from tests.conformance.outcome import Outcome
from tests.conformance.places import RECORDINGS, absent
from tests.conformance.recorded_plan import QUESTIONS, Question
from tests.conformance.shapes import shape
from tests.conformance.surroundings import Surroundings
from tests.running_sandbox import RunningSandbox

Json = Any


def run(sandbox: RunningSandbox, name: str) -> Outcome:
    """Send every recorded request."""
    outcome = Outcome(name)
    if why := absent(RECORDINGS):
        outcome.skip(why)
        return outcome
    for recording in json.loads(RECORDINGS.read_text()):
        scenario = recording["scenario"]
        if scenario in QUESTIONS:
            sandbox.reset()
            problems = ask(sandbox, QUESTIONS[scenario], recording)
            outcome.passed += not problems
            outcome.failed += [f"{scenario}: {'; '.join(problems)}"] if problems else []
        else:
            outcome.failed.append(f"{scenario}: not sent")
    return outcome


def ask(sandbox: RunningSandbox, question: Question, recording: Json) -> list[str]:
    """Send one recorded request, and return the differences between the sandbox's answer and the recorded answer."""
    around, request, recorded = Surroundings(sandbox), recording["request"], recording["response"]
    try:
        question.prepare(around)
    except AssertionError as refusal:
        return [f"could not be prepared: {refusal}"]
    headers = {name: str(around.body(unquote(value))) for name, value in request.get("headers", {}).items()}
    answer = around.ask(
        request["method"],
        around.path(request["urlPath"]),
        around.body(request.get("body")),
        params=request.get("queryParameters"),
        headers=headers,
    )
    return differences(question, recorded, answer.status_code, answer.headers.get("Content-Type"), answer.json())


def differences(question: Question, recorded: Json, status: int, content_type: str | None, body: Json) -> list[str]:
    """Return the differences as sentences. If an allowed difference doesn't occur, a sentence says this too."""
    then, now = recorded["jsonBody"], body
    problems = [] if status == recorded["status"] else [f"status {status}, recorded {recorded['status']}: {body}"]
    if now.get("errorCode") != then.get("errorCode"):
        problems.append(f"error {now.get('errorCode')}, recorded {then.get('errorCode')}")
    if content_type != recorded["headers"]["Content-Type"]:
        problems.append(f"Content-Type {content_type}")
    if problems:
        return problems
    missing, surplus = shape(then) - shape(now), shape(now) - shape(then)
    problems += [f"lacks {path}" for path in sorted(missing - set(question.lacks))]
    problems += [f"has also {path}" for path in sorted(surplus - set(question.adds))]
    problems += [f"need not lack {path}" for path in sorted(set(question.lacks) - missing)]
    return problems + [f"need not add {path}" for path in sorted(set(question.adds) - surplus)]
