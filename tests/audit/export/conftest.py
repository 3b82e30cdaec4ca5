"""Fixtures and functions for tests of exports: a log with a few entries, with or without seals, and the bytes of an
export.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from django.db import connection

from audit.export import exports
from audit.models import Entry
from audit.proof import seal_bytes, seal_keys, seals
from audit.recording import Json, note
from audit.vocabulary import Origin
from tests.audit.edits import ALICE, BOB, BUDGET, cell


@pytest.fixture
def log(db: None) -> None:
    """Write the chain with each entry. Without this fixture, PostgreSQL writes the chain at the commit, and a test's
    transaction is never committed.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def sealed_log(log: None) -> None:
    """Make seven entries. The first seal covers three entries, the second seal is empty, the third seal covers three
    more entries, and one entry has no seal. One entry has a personal value, and two entries have `via`.
    """
    note_edit(via={"job": 17})
    note(actor=BOB, action="sign_in")
    list(seals.seal_all())
    seals.seal()
    note_personal()
    note_edit()
    list(seals.seal_all())
    note(actor=ALICE, action="sign_out")


def note_edit(*, via: Mapping[str, Json] | None = None) -> None:
    changes = [cell(), cell("1", 'He said "so"\nand — went')]
    note(actor=ALICE, action="change", changes=changes, sheet_id=BUDGET[0], via=via)


def note_personal() -> None:
    note(actor=BOB, action="change", changes=[replace(cell("Öl 1", "Öl 2"), is_personal=True)], sheet_id=BUDGET[0])


def public_key() -> str:
    """The public key that an auditor of this log would pass to `python -m audit.verify`."""
    return seal_bytes.written(seal_keys.private_key().public_key())


def exported(kind: str, **filters: object) -> bytes:
    entries = Entry.objects.filter(**filters)
    query = {name: str(value) for name, value in filters.items()}
    selection = exports.Selection(entries=entries, query=query, is_whole=not query)
    return b"".join(exports.begin(selection, kind=kind, actor=ALICE, origin=Origin.APP).pieces)
