"""docs/sandbox.md is correct: its generated tables are up to date, and its examples run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import fields

import pytest
import requests

from sandbox.http.faults import Fault
from tests.conformance.sdk_suite import DROPPED
from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.documentation import DOCUMENT, examples, updated

TEXT = DOCUMENT.read_text()
ADDRESS = "http://127.0.0.1:8001"
COMMANDS = [line for block in examples("sh") for line in block.splitlines() if line.startswith("curl ")]


def test_the_generated_parts_are_current() -> None:
    assert updated(TEXT).split() == TEXT.split(), "python -m tests.sandbox.documentation writes it afresh"


def test_every_key_of_a_fault_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", TEXT.partition("### Faults")[2].partition("\n## ")[0], re.MULTILINE)
    assert explained == [field.name for field in fields(Fault)]


def test_the_tests_that_an_sdk_cannot_pass_are_named() -> None:
    for dropped in DROPPED.values():
        for test, method in dropped.items():
            assert f"`{test}`" in TEXT
            assert f"`{method}`" in TEXT


@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_for_curl_works(command: str, sandbox: RunningSandbox, alice: Person) -> None:
    request = as_curl_would(command.replace(ADDRESS, sandbox.url).replace("$TOKEN", alice.token))
    answer = sandbox.http.send(request.prepare(), timeout=10)
    assert answer.ok, answer.text


def as_curl_would(command: str) -> requests.Request:
    """Return the request that this curl command sends. Raises AssertionError for an unknown option."""
    method, headers, body, url = "GET", {}, None, ""
    words = iter(shlex.split(command)[1:])
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        else:
            assert word.startswith("http"), f"{word} in {command}"
            url = word
    return requests.Request(method, url, headers, data=body)


@pytest.mark.parametrize("program", examples("python"))
def test_an_example_in_python_works(program: str, sandbox: RunningSandbox, alice: Person) -> None:
    environment = os.environ | {"TOKEN": alice.token}
    command = [sys.executable, "-c", program.replace(ADDRESS, sandbox.url)]
    assert subprocess.check_output(command, env=environment, text=True).strip() == alice.email
