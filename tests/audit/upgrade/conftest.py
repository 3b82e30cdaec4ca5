"""Fixtures: a log of version 1, whose entries have no `via`. The log has entries of three months, their chain, four
seals, and personal texts. One of these texts is erased. `version_1.json` has the rows of the log's tables, and
`version_1.jsonl` has the log's export.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from audit import commitments, directory, id_ranges
from audit.proof import seals
from tests.append_only import lifted

HERE = Path(__file__).parent
EXPORT = HERE / "version_1.jsonl"
FOUND: dict[str, Any] = json.loads((HERE / "version_1.json").read_text(encoding="utf-8"))
PUBLIC_KEY: str = FOUND["public_key"]
TABLES: dict[str, list[dict[str, Any]]] = FOUND["tables"]
HASHES = {"leaf", "hash", "root", "head", "previous", "signature"}
BEFORE = "0009"  # the last migration of that version


@pytest.fixture
def log_of_version_1(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """The database with a log of version 1, without the column `via`. A test then migrates the database."""
    settings.AUDIT_VERIFIED_FILE = str(tmp_path / "verified.json")
    settings.AUDIT_SEAL_PUBLIC_KEYS = [PUBLIC_KEY]
    settings.AUDIT_SEAL_STALE = 100 * 365 * 86_400  # the log was copied before all its entries were sealed
    forget()
    call_command("migrate", "audit", BEFORE, verbosity=0)
    try:
        with lifted(connection):
            for table, rows in TABLES.items():
                _fill(table, rows)
        yield
    finally:
        call_command("migrate", verbosity=0)
        forget()


def forget() -> None:
    """Clear what this process has cached about another log."""
    commitments.forget()
    directory.forget()
    seals.forget()
    id_ranges.forget()


def _fill(table: str, rows: list[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        for row in rows:
            values = {name: _stored(name, value) for name, value in row.items()}
            if table == "audit_entry" and connection.vendor == "postgresql":
                cursor.execute("SELECT audit_add_partition(%s)", [values["at"]])
            names, places = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(values.values()))  # noqa: S608 # our own names
        if connection.vendor == "postgresql" and "id" in rows[0]:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {rows[-1]['id']})")  # as above


def _stored(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in {"at", "erased_at"}:
        return connection.ops.adapt_datetimefield_value(datetime.fromisoformat(value))
    return bytes.fromhex(value) if name in HASHES else value
