"""Many processes refresh a token once, even if one of them is killed meanwhile."""

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
from pytest_django import Settings

from identity.models import Token
from identity.tokens.access_tokens import SignInAgain, token_for
from tests.audit.test_killed_process import database_url
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS = 8, 8
# Once, with a token that has ended; `make test-kills` also with one that is still valid, and several times.
MINUTES_LEFT = [0, *[30, 0] * int(os.environ.get("RACES", "0"))]
READ = """
import sys
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.contrib.auth.models import User
from edits.gateway.client import gateway_for

def read(_number):
    return len(gateway_for(User.objects.get()).sheets()) > 0

threads = int(sys.argv[1])
print("ready", flush=True)
input()
with ThreadPoolExecutor(threads) as pool:
    print(sum(pool.map(read, range(threads))), flush=True)
"""


@pytest.fixture
def alices_user(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> User:
    sign_in(client, alice)
    sandbox.forget_requests()
    return User.objects.get()


def start(sandbox: RunningSandbox, *, threads: int, deadline: float = 60) -> subprocess.Popen[str]:
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SMARTSHEET_API_BASE": sandbox.api,
        "SMARTSHEET_DEADLINE": str(deadline),
        "SMARTSHEET_MAX_CALLS_PER_PERSON": str(threads),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-c", READ, str(threads)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)


def is_ready(process: subprocess.Popen[str]) -> bool:
    assert process.stdout
    return process.stdout.readline() == "ready\n"


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def ends_in(**left: float) -> None:
    now = timezone.now()
    Token.objects.update(issued_at=now - timedelta(days=7), expires_at=now + timedelta(**left))


@pytest.mark.parametrize("minutes_left", MINUTES_LEFT)
def test_64_requests_in_8_processes_refresh_once(sandbox: RunningSandbox, alices_user: User, minutes_left: int) -> None:
    sandbox.fault(path="/token", delay=0.5)
    processes = [start(sandbox, threads=THREADS) for _ in range(PROCESSES)]
    assert all(map(is_ready, processes))
    ends_in(minutes=minutes_left)
    for process in processes:
        go(process)
    succeeded = [process.communicate()[0] for process in processes]
    assert [int(count) for count in succeeded] == [THREADS] * PROCESSES
    assert len(sandbox.requests(method="POST", path="/token")) == 1
    assert not Token.objects.get().is_due


def killed_while_refreshing(sandbox: RunningSandbox) -> None:
    """A process that is killed (-9) after its request has arrived, with a lease of four seconds."""
    with start(sandbox, threads=1, deadline=6) as process:
        assert is_ready(process)
        go(process)
        until(lambda: sandbox.requests(method="POST", path="/token"), "its request", by=process)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert Token.objects.get().is_being_refreshed


def test_killed_before_smartsheet_refreshed_the_next_one_does(sandbox: RunningSandbox, alices_user: User) -> None:
    ends_in(minutes=0)
    sandbox.fault(path="/token", delay=20, drop="before")
    killed_while_refreshing(sandbox)
    old = Token.objects.get().access_token
    assert token_for(alices_user, seconds=8) != old
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
        token_for(alices_user, seconds=8)
    sign_in(client, alice)
    assert token_for(alices_user) == Token.objects.get().access_token


def test_while_the_endpoint_is_down_the_valid_one_is_used_and_then_refreshed(
    sandbox: RunningSandbox, alices_user: User, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = 3.0
    old = Token.objects.get().access_token
    sandbox.fault(path="/token", status=503)
    sandbox.fault(path="/token", delay=20, drop="before")
    for _outcome in ("503", "no answer"):
        ends_in(minutes=30)
        assert token_for(alices_user) == old
        Token.objects.update(leased_until=timezone.now())
    assert token_for(alices_user) != old
    assert len(sandbox.requests(method="POST", path="/token")) == 3


def test_a_token_that_smartsheet_has_revoked_is_dropped(sandbox: RunningSandbox, alices_user: User) -> None:
    access = Token.objects.get().access_token
    headers = {"Authorization": f"Bearer {access}"}
    assert sandbox.http.delete(f"{sandbox.api}/token", headers=headers, timeout=10).ok
    ends_in(minutes=30)
    with pytest.raises(SignInAgain):
        token_for(alices_user)
    assert not Token.objects.exists()
