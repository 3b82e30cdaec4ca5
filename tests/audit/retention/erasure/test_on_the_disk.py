"""On SQLite, erased text is neither in the file nor in the journal next to it."""

from pathlib import Path

import pytest
from django.db import connection

from audit import commitments
from audit.recording import THIS_APP, Actor
from audit.retention.erasure import Person, erase
from audit.vocabulary import Origin
from tests.audit import edits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's files are beyond a test's reach"),
]

RARE = Actor(id=99, region="com", name="Xanthippe Quux", email="xanthippe@example.com")


def on_disk(word: str) -> bool:
    database = Path(str(connection.settings_dict["NAME"]))
    return any(word.encode() in path.read_bytes() for path in database.parent.glob(f"{database.name}*"))


def test_the_name_is_on_the_disk_no_more() -> None:
    commitments.forget()
    for _ in range(30):
        edits.saved(actor=RARE)
    assert on_disk("Xanthippe")
    erase(Person("com", 99), by=THIS_APP, reason="asked", origin=Origin.COMMAND)
    assert not on_disk("Xanthippe")
    assert not on_disk("xanthippe@example.com")
