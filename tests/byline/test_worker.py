"""The worker runs the jobs, and stops when it is told to."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from audit.models import Seal
from byline import worker
from byline.models import Worker
from byline.worker import Job
from tests.audit import edits
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]


def test_a_failing_job_delays_no_other() -> None:
    stopping, done = threading.Event(), []

    def fail() -> None:
        raise RuntimeError("as it happens")

    def do() -> None:
        done.append(1)
        if len(done) == 3:
            stopping.set()

    worker.work([Job("fail", 0.01, fail), Job("do", 0.01, do)], stopping)
    assert len(done) >= 3


def test_a_job_continues_after_the_database_disconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping, ways = threading.Event(), iter(["broken"])

    def close() -> None:
        for way in ways:
            raise OSError(way)

    monkeypatch.setattr(worker, "close_old_connections", close)
    worker.work([Job("do", 0.01, stopping.set)], stopping)
    assert not list(ways)


@pytest.mark.django_db(transaction=True)
def test_it_seals_new_entries_and_stops_when_told() -> None:
    edits.saved()
    settings = connection.settings_dict
    is_sqlite = connection.vendor == "sqlite"
    where = f"{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}"
    url = f"sqlite:///{settings['NAME']}" if is_sqlite else f"postgres://{where}/{settings['NAME']}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"], cwd=ROOT, env=os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    )
    try:
        until(Seal.objects.exists, "a seal", by=process)
        assert Seal.objects.get().last_seq == 2
        until(Worker.objects.exists, "a note that it runs", by=process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()


def test_without_the_key_it_says_that_it_does_not_seal(settings: object, caplog: pytest.LogCaptureFixture) -> None:
    settings.AUDIT_SEAL_KEY = settings.AUDIT_SEAL_KEY_FILE = ""  # type: ignore[attr-defined] # pytest-django's
    assert "seal" not in [job.name for job in worker.jobs()]
    assert "AUDIT_SEAL_KEY" in caplog.text
