"""Endless and huge answers use little memory. Afterwards, the operating system gets this memory back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
# The most MB by which the process can grow: the MB that it still has after the calls, and the MB at the peak.
MOST_KEPT, MOST_TAKEN = 150, 500
ATTACK = """
import sys, threading
import django
django.setup()
from edits.gateway.client import Gateway
from edits.gateway.errors import GatewayError

def memory(what):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what)) // 1024

api, token, sheet_id = sys.argv[1], sys.argv[2], int(sys.argv[3])
calls = [
    lambda gateway: gateway.sheets(),
    lambda gateway: gateway.sheet(sheet_id),
    lambda gateway: gateway.row(sheet_id, 1),
    lambda gateway: gateway.update_rows(sheet_id, [{"id": 1, "cells": []}]),
]

def attacked(number):
    for _ in range(2):
        try:
            calls[number % len(calls)](Gateway(region_api_base=api, token=token, deadline=20))
        except GatewayError as error:
            pass
        else:
            raise AssertionError("an answer without an end has ended")

before = memory("VmRSS")
threads = [threading.Thread(target=attacked, args=(number,)) for number in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(memory("VmRSS") - before, memory("VmHWM") - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_fault_25_endless_answers_take_little_and_leave_less(running_sandbox: RunningSandbox) -> None:
    running_sandbox.reset()
    alice: Person = running_sandbox.people()["alice"]
    sheet_id = running_sandbox.sheet(alice, "Site plan")["id"]
    running_sandbox.fault(body="endless", times=0)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL"}
    command = [sys.executable, "-c", ATTACK, running_sandbox.api, alice.token, str(sheet_id)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    running_sandbox.reset()
    assert done.returncode == 0, done.stderr
    kept, taken = map(int, done.stdout.split())
    assert kept < MOST_KEPT
    assert taken < MOST_TAKEN
