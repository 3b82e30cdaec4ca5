"""If many processes need a new token, only one of them refreshes the token, even if one of the processes is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from identity.models import Token
from identity.tokens.access_tokens import SignInAgain, token_for
from tests.audit.test_killed_process import database_url
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS = 8, 8
# The minutes until the token expires, one number for each run of the test. `make test-kills` sets RACES for more runs.
MINUTES_LEFT = [0, *[30, 0] * int(os.environ.get("RACES", "0"))]
# A program that forks the processes, so that modules are imported only once. Each process waits for a byte.
READ = """
import os
import sys
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.contrib.auth.models import User
from edits.gateway.client import gateway_for

def read(_number):
    return len(gateway_for(User.objects.get()).sheets()) > 0

threads, processes = map(int, sys.argv[1:])
for _ in range(processes - 1):
    if os.fork() == 0:
        break
os.write(1, b"ready\\n")  # one piece, unlike print's
os.read(0, 1)
with ThreadPoolExecutor(threads) as pool:
    os.write(1, b"%d\\n" % sum(pool.map(read, range(threads))))
"""


@pytest.fixture
def alices_user(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> User:
    sign_in(client, alice)
    sandbox.forget_requests()
    return User.objects.get()


def start(sandbox: RunningSandbox, *, threads: int, processes: int = 1, deadline: float = 60) -> subprocess.Popen[str]:
    """Start a program that forks until there are `processes` processes, and return the program's first process. Each
    process waits until go() is called. Then it reads the list of sheets in `threads` threads at the same time.
    """
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SMARTSHEET_API_BASE": sandbox.api,
        "SMARTSHEET_DEADLINE": str(deadline),
        "SMARTSHEET_MAX_CALLS_PER_PERSON": str(threads),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-c", READ, str(threads), str(processes)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)
    assert started.stdout
    assert [started.stdout.readline() for _ in range(processes)] == ["ready\n"] * processes
    return started


def go(started: subprocess.Popen[str], *, processes: int = 1) -> None:
    assert started.stdin
    started.stdin.write("." * processes)
    started.stdin.flush()


def ends_in(**left: float) -> None:
    now = timezone.now()
    Token.objects.update(issued_at=now - timedelta(days=7), expires_at=now + timedelta(**left))


@pytest.mark.parametrize("minutes_left", MINUTES_LEFT)
def test_64_requests_in_8_processes_refresh_once(sandbox: RunningSandbox, alices_user: User, minutes_left: int) -> None:
    sandbox.fault(path="/token", delay=0.5)
    started = start(sandbox, threads=THREADS, processes=PROCESSES)
    ends_in(minutes=minutes_left)
    go(started, processes=PROCESSES)
    succeeded = started.communicate()[0].split()
    assert [int(count) for count in succeeded] == [THREADS] * PROCESSES
    assert len(sandbox.requests(method="POST", path="/token")) == 1
    assert not Token.objects.get().is_due


def killed_while_refreshing(sandbox: RunningSandbox) -> None:
    """Let a process request a new token, and kill the process (-9) as soon as the whole request has arrived. As long as
    the process has its lease, no other process can refresh the token. The lease expires half a second later.
    """
    with start(sandbox, threads=1, deadline=3 * PATIENCE) as process:
        go(process)
        until(sandbox.has_used_faults, "its request", by=process)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert Token.objects.get().is_being_refreshed
    Token.objects.update(leased_until=timezone.now() + timedelta(seconds=0.5))


def test_killed_before_smartsheet_refreshed_the_next_one_does(sandbox: RunningSandbox, alices_user: User) -> None:
    ends_in(minutes=0)
    sandbox.fault(path="/token", delay=600, drop="before")
    killed_while_refreshing(sandbox)
    old = Token.objects.get().access_token
    assert token_for(alices_user, seconds=PATIENCE) != old
    assert len(sandbox.requests(method="POST", path="/token")) == 2


def test_killed_after_smartsheet_refreshed_signing_in_again_is_enough(
    sandbox: RunningSandbox,
    alices_user: User,
    client: Client,
    alice: Person,
    sign_in: Callable[[Client, Person], HttpResponse],
) -> None:
    ends_in(minutes=0)
    sandbox.fault(path="/token", body="drip")
    killed_while_refreshing(sandbox)
    with pytest.raises(SignInAgain):
        token_for(alices_user, seconds=PATIENCE)
    sign_in(client, alice)
    assert token_for(alices_user) == Token.objects.get().access_token


def test_while_the_endpoint_is_down_the_valid_one_is_used_and_then_refreshed(
    sandbox: RunningSandbox, alices_user: User
) -> None:
    old = Token.objects.get().access_token
    sandbox.fault(path="/token", status=503)
    sandbox.fault(path="/token", delay=600, drop="before")
    for seconds in (PATIENCE, 1):  # for the 503, and for no answer
        ends_in(minutes=30)
        assert token_for(alices_user, seconds=seconds) == old
        Token.objects.update(leased_until=timezone.now())
    assert token_for(alices_user, seconds=PATIENCE) != old
    assert len(sandbox.requests(method="POST", path="/token")) == 3


def test_a_token_that_smartsheet_has_revoked_is_dropped(sandbox: RunningSandbox, alices_user: User) -> None:
    access = Token.objects.get().access_token
    headers = {"Authorization": f"Bearer {access}"}
    assert sandbox.http.delete(f"{sandbox.api}/token", headers=headers, timeout=10).ok
    ends_in(minutes=30)
    with pytest.raises(SignInAgain):
        token_for(alices_user)
    assert not Token.objects.exists()
