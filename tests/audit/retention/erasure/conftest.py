"""The person Jane. She has signed in, has made edits, and has changed her name."""

import json

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit import commitments
from audit.models import Entry, PersonalText
from audit.recording import Actor
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from tests.audit import edits

ROE = {"id": 41, "email": "jane@example.com", "firstName": "Jane", "lastName": "Roe", "locale": "en_US"}
DOE = {**ROE, "email": "jane.doe@example.com", "lastName": "Doe"}
JANE = Actor(id=41, region="com", name="Jane Doe", email="jane.doe@example.com")


@pytest.fixture
def jane(db: None) -> SmartsheetUser:
    """The person Jane. On PostgreSQL, the chain's trigger runs immediately, because a test's transaction is never
    committed.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    commitments.forget()
    with transaction.atomic():
        person = SmartsheetUser.objects.model.new(Profile.parse("com", ROE))
        person.remember(Profile.parse("com", ROE), at=timezone.now())
        person.remember(Profile.parse("com", DOE), at=timezone.now())
    edits.saved(actor=JANE)
    edits.saved(actor=edits.BOB)
    return person


def in_clear(*words: str) -> list[str]:
    """Return those of the `words` that the log or the histories contain as readable text."""
    columns = ("email", "first_name", "last_name", "profile", "actor_name")
    history = SmartsheetUser.history.values_list(*columns)
    texts = PersonalText.objects.values_list("text", "email", "salt")
    entries = Entry.objects.values_list("reason", "message", "evidence", "subject", "row_label", "old", "new")
    whole = json.dumps([*map(list, history), *map(list, texts), *map(list, entries)])
    return [word for word in words if word in whole]
