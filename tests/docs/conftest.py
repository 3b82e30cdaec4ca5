"""Fixtures: another project that uses the log, that project's database, and the notice board that the project
changes.
"""

import os
from collections.abc import Iterator
from threading import Thread

import psycopg
import pytest
from django.db import connection

from tests.audit import test_killed_process
from tests.other_project.board import Board
from tests.other_project.processes import OtherProject


@pytest.fixture
def board() -> Iterator[Board]:
    with Board() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.may_answer.set()
        server.shutdown()


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the other project's database. It is on PostgreSQL or SQLite, like the database of the tests."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('other') / 'notes.sqlite3'}"
        return
    server, _slash, _name = test_killed_process.database_url().rpartition("/")
    name = f"test_notes_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def project(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> OtherProject:
    project = OtherProject(database_url, tmp_path_factory.mktemp("run"))
    migrated = project.manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    return project
