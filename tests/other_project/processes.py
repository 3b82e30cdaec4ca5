"""Runs commands and code of the other project in separate processes."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from typing import Any

import psycopg

from tests.other_project.board import Board

ROOT = Path(__file__).resolve().parent.parent.parent
PRELUDE = """
import django, json
django.setup()
from django.contrib.auth.models import User
from django.db import connection, transaction
from audit.models import Entry
from audit.recording import NotRecorded
from tests.other_project.notes.models import Note
from tests.other_project.notes import reading, services, settling
def person(name):
    return User.objects.get_or_create(username=name, email=name + "@example.com")[0]
def written(**by):
    return list(Entry.objects.filter(**by).order_by("id"))
"""


class OtherProject:
    """Runs commands and code of the other project. Each command, and each piece of code, runs in its own process."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.database_url = database_url
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "tests.other_project.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
        }
        self.folder = folder

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "tests.other_project.manage", *arguments)

    def python(self, code: str, *, board: Board | None = None) -> Any:
        """Run the code, parse its output as JSON, and return the parsed value."""
        done = self.run("-c", PRELUDE + dedent(code), NOTICE_BOARD=board.url if board else "")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, code: str, *, board: Board) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PRELUDE + dedent(code)]
        return subprocess.Popen(command, cwd=self.folder, env=self.environment | {"NOTICE_BOARD": board.url}, text=True)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def plain_sql(self, statement: str) -> None:
        """Run SQL without Django, as anyone with the database's password can."""
        if self.database_url.startswith("sqlite"):
            with closing(sqlite3.connect(self.database_url.removeprefix("sqlite:///"))) as plain, plain:
                plain.execute(statement)
        else:
            with psycopg.connect(self.database_url) as plain_postgresql:
                plain_postgresql.execute(statement)
