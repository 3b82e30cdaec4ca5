"""Answers recorded from the live API against the sandbox's: same status, error code, keys and kinds of value.

https://github.com/smartsheet/smartsheet-sdk-tests
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from tests.conformance.outcome import Outcome
from tests.conformance.places import RECORDINGS, absent
from tests.conformance.recorded_plan import NOT_ASKED, QUESTIONS, Question
from tests.conformance.shapes import shape
from tests.conformance.surroundings import Surroundings
from tests.running_sandbox import RunningSandbox

Json = Any


def run(sandbox: RunningSandbox, name: str) -> Outcome:
    """Every recording is asked, or named with the reason why not."""
    outcome = Outcome(name)
    if why := absent(RECORDINGS):
        outcome.skip(why)
        return outcome
    for recording in json.loads(RECORDINGS.read_text()):
        scenario = recording["scenario"]
        if scenario in NOT_ASKED:
            outcome.skip(NOT_ASKED[scenario])
        elif scenario in QUESTIONS:
            sandbox.reset()
            problems = ask(sandbox, QUESTIONS[scenario], recording)
            outcome.passed += not problems
            outcome.failed += [f"{scenario}: {'; '.join(problems)}"] if problems else []
        else:
            outcome.failed.append(f"{scenario}: neither asked nor left out")
    return outcome


def ask(sandbox: RunningSandbox, question: Question, recording: Json) -> list[str]:
    """Put one question as it was recorded; what is different in the answer."""
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
    """In words. What the question allows for must be there: an allowance that nothing needs is a mistake, too."""
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
