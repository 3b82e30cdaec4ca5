"""If a trigger that isn't ours silently drops entries, the edit isn't made."""

from collections.abc import Iterator

import pytest
from django.db import connection

from audit.database import contention
from audit.models import Entry
from audit.recording import THIS_APP, NotRecorded, note
from audit.vocabulary import Action
from tests.audit import edits
from tests.audit.verification.tampering import execute

pytestmark = pytest.mark.django_db(transaction=True)
IS_POSTGRESQL = connection.vendor == "postgresql"
WAYS = [False, True] if IS_POSTGRESQL else [False]


@pytest.fixture
def _swallowed(db: None) -> Iterator[None]:
    """Make a trigger that silently drops Bob's entries."""
    if IS_POSTGRESQL:
        execute(
            "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF NEW.actor_id = {edits.BOB.id} THEN RETURN NULL; END IF; RETURN NEW; END $$"
        )
        execute("CREATE TRIGGER swallow BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION swallow()")
    else:
        execute(
            f"CREATE TRIGGER swallow BEFORE INSERT ON audit_entry WHEN NEW.actor_id = {edits.BOB.id}"
            " BEGIN SELECT RAISE(IGNORE); END"
        )
    yield
    execute("DROP FUNCTION swallow() CASCADE" if IS_POSTGRESQL else "DROP TRIGGER swallow")


@pytest.mark.usefixtures("_swallowed")
@pytest.mark.parametrize("are_others_writing", WAYS)
def test_nothing_is_done_that_is_not_in_the_log(monkeypatch: pytest.MonkeyPatch, are_others_writing: bool) -> None:
    monkeypatch.setattr(contention, "are_others_writing", lambda: are_others_writing)
    for _ in range(2):  # the first edit also stores the names and the sheet; the second one writes only entries
        edits.intended(edits.cell(), edits.cell(column=edits.NOTES))
        with pytest.raises(NotRecorded):
            edits.intended(actor=edits.BOB)
        with pytest.raises(NotRecorded):
            note(actor=edits.BOB, action=Action.SIGN_IN)
        note(actor=THIS_APP, action=Action.SIGN_IN)
    assert Entry.objects.count() == 6
