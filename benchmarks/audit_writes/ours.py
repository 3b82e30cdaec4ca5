"""Runs the log or the floor as a contestant: `python -m benchmarks.audit_writes.ours NAME`. NAME is a key of WORK."""

import os
import sys
from collections.abc import Callable
from uuid import uuid4

from benchmarks.audit_writes.contestant import serve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["LOG_LEVEL"] = "WARNING"

import django

django.setup()

from django.conf import settings  # noqa: E402 # Django is set up first
from django.db import connection, transaction  # noqa: E402 # Django is set up first

from audit.recording import Actor, Change, Json, Outcome, intend, settle  # noqa: E402 # Django is set up first
from audit.vocabulary import Action, Origin, Phase  # noqa: E402 # Django is set up first
from audit.writing import COLUMNS  # noqa: E402 # Django is set up first

settings.DEBUG = False  # if it were true, Django would keep every statement

JANE = Actor(id=4_100_000_000_000_001, region="com", name="Jane Roe", email="jane@example.com")
SHEET = 7_000_000_000_000_001
ROWS, CELLS = 500, 10
FLOOR = "audit_floor"


def edit() -> None:
    """Record an edit of one cell: the intent and the outcome, in two commits."""
    write([Change(31, "14 'Pour foundation'", 501, "Status", "Open", "Done")], {31: {501: "Done"}})


def bulk_edit() -> None:
    """Record one edit of 10 cells in each of 500 rows."""
    changes = [
        Change(row, f"{row} 'Pour foundation'", column, f"Column {column}", "Open", "Done")
        for row in range(ROWS)
        for column in range(CELLS)
    ]
    write(changes, {row: dict.fromkeys(range(CELLS), "Done") for row in range(ROWS)})


def write(changes: list[Change], returned: dict[int, dict[int | None, Json]]) -> None:
    intent = intend(
        actor=JANE, action=Action.CHANGE, sheet_id=SHEET, sheet_name="Site plan", changes=changes, origin=Origin.FORM
    )
    settle(intent, [Outcome(Phase.APPLIED, row, returned=cells) for row, cells in returned.items()])


def insert() -> None:
    """Insert the columns of one entry, with one commit. This is the floor for one edit."""
    with connection.cursor() as cursor:
        cursor.execute(insert_sql(1), floor_row())


def bulk_insert() -> None:
    """Insert as many rows as the bulk edit writes, in as few statements as the database accepts. This is the floor for
    the bulk edit.
    """
    rows, at_once = ROWS * CELLS + ROWS, 1000
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, rows, at_once):
            count = min(at_once, rows - start)
            cursor.execute(insert_sql(count), [value for _ in range(count) for value in floor_row()])


def insert_sql(count: int) -> str:
    places = ", ".join([f"({', '.join(['%s'] * len(COLUMNS))})"] * count)
    return f"INSERT INTO {FLOOR} ({', '.join(COLUMNS)}) VALUES {places}"  # noqa: S608 # our own names


def floor_row() -> list[str | int | bytes | None]:
    """Return the columns of an entry with the same values as edit() writes. Only the entry's hash, in the column
    `leaf`, is replaced by 32 zero bytes, because the floor computes no hash.
    """
    facts: dict[str, str | int | bytes] = {
        "edit_id": uuid4().hex,
        "line": 0,
        "is_head": True,
        "phase": "intent",
        "actor_id": JANE.id,
        "region": JANE.region,
        "actor": "a" * 64,
        "action": "change",
        "sheet_id": SHEET,
        "sheet_name": "Site plan",
        "row_id": 31,
        "row_label": "14 'Pour foundation'",
        "column_id": 501,
        "column_title": "Status",
        "old": '"Open"',
        "new": '"Done"',
        "origin": "form",
        "leaf": bytes(32),
    }
    empty = dict.fromkeys(("request_id", "subject", "reason", "user_agent", "ref_id", "message"), "")
    return [(empty | facts).get(column) for column in COLUMNS]


WORK: dict[str, Callable[[], None]] = {
    "edit": edit,
    "insert": insert,
    "bulk_edit": bulk_edit,
    "bulk_insert": bulk_insert,
}

if __name__ == "__main__":
    serve(WORK[sys.argv[1]], warm_up=1 if sys.argv[1].startswith("bulk") else 20)
