"""If a process dies between intent and outcome, the intent stays in the log, and the log's page shows the edit as
uncertain.
"""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.models import Entry

ROOT = Path(__file__).resolve().parents[2]
EDIT = """
import django
django.setup()
from tests.audit.edits import intended
intended()
print("intended", flush=True)
input()  # where the call to Smartsheet would be
"""


def database_url() -> str:
    """Return the DATABASE_URL with which another process can use the test database."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    login = quote(str(database["USER"])) + (f":{quote(str(database['PASSWORD']))}" if database["PASSWORD"] else "")
    return f"postgres://{login}@{quote(str(database['HOST']), safe='')}:{database['PORT'] or 5432}/{database['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_the_intent_of_a_killed_process_stays_and_is_shown_as_uncertain(reader: Client) -> None:
    environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", EDIT],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "intended\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL

    (entry,) = Entry.objects.intents()
    assert entry.phase == "intent"
    page = reader.get("/audit/").content.decode()
    assert "not certain yet" in page
    assert "waiting for an answer" in page
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        page = reader.get("/audit/").content.decode()
    assert "not certain yet" in page
    assert "the app may have stopped during the edit" in page
