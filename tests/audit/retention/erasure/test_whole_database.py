"""A person works here, and is later deleted and erased. After that, no table contains the person's name, and SQLite's
file doesn't contain it either.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from audit.page_models import SavedFilter
from audit.recording import THIS_APP
from audit.retention.erasure import Person, erase
from audit.vocabulary import Origin
from identity.models import SmartsheetUser
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person as SandboxPerson
from tests.running_sandbox import RunningSandbox

pytestmark = pytest.mark.django_db(transaction=True)


def holders(*words: str) -> Iterator[str]:
    """Yield a line for each stored value that contains one of the words. The line has the table, the column and the
    text.
    """
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 # our own names
            names = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    text = (
                        bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)
                    )
                    if any(word.lower() in text.lower() for word in words):
                        yield f"{table}.{name}: {text[:200]}"


def test_nothing_of_them_is_left(
    client: Client, sandbox: RunningSandbox, alice: SandboxPerson, sign_in: SignIn
) -> None:
    plan = SitePlan(sandbox, alice)
    sign_in(client, alice)
    person = SmartsheetUser.objects.get()
    form = Page.open(client, plan.edit_path("Dig foundations")).type({plan.columns["Notes"]: "Rock"})
    assert form.save().was_redirected
    words = (person.first_name, person.last_name, person.email)
    SavedFilter.objects.create(user=person.user, name=person.last_name, query=f"text={person.email}")
    client.post("/identity/logout/")
    sign_in(client, alice)
    client.post("/identity/disconnect/")
    person = SmartsheetUser.objects.get()
    tables = {held.partition(".")[0] for held in holders(*words)}
    assert {"audit_personaltext", "audit_savedfilter", "identity_historicalsmartsheetuser"} <= tables
    who = Person(person.region, person.smartsheet_id)
    User.objects.filter(pk=person.user_id).delete()
    erase(who, by=THIS_APP, reason="asked", origin=Origin.COMMAND)
    assert list(holders(*words)) == []
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"]))
        for file in database.parent.glob(f"{database.name}*"):
            held = file.read_bytes().lower()
            assert [word for word in words if word.lower().encode() in held] == [], file
