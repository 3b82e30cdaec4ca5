"""The app's limited role can do everything that the app does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit import settling
from audit.database import contention, partitions, triggers_postgresql
from audit.models import Entry
from audit.proof import seals
from audit.recording import THIS_APP, Outcome
from audit.retention.erasure import Person, erase
from audit.unsettled import Unsettled
from audit.verification.start import start_of_chain
from audit.verification.verify import verify
from audit.vocabulary import Origin, Phase
from identity.models import SmartsheetUser
from tests.audit import edits
from tests.audit.database.role.conftest import execute
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person as SandboxPerson
from tests.running_sandbox import RunningSandbox

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no roles"),
    pytest.mark.usefixtures("transactional_db", "app"),
]


def test_a_person_signs_in_edits_reads_the_log_and_signs_out(
    client: Client, sandbox: RunningSandbox, alice: SandboxPerson, sign_in: SignIn
) -> None:
    plan = SitePlan(sandbox, alice)
    sign_in(client, alice)
    form = Page.open(client, plan.edit_path("Dig foundations")).type({plan.columns["Notes"]: "Rock"})
    assert form.save().was_redirected
    assert list(Entry.objects.filter(sheet_id=plan.id).order_by("id").values_list("phase", flat=True)) == [
        "intent",
        "applied",
    ]
    assert "Rock" in client.get("/audit/").content.decode()
    assert client.post("/identity/logout/").status_code == 302
    assert verify(start_of_chain()).findings.kept == []


def test_a_profile_that_changes_is_kept(alice: SandboxPerson, client: Client, sign_in: SignIn) -> None:
    sign_in(client, alice)
    person = SmartsheetUser.objects.get()
    profile = person.as_profile()
    person.remember(type(profile)(profile.region, profile.id, {**profile.data, "lastName": "New"}), at=timezone.now())
    assert person.history.count() == 2


def test_the_log_is_sealed_and_verified() -> None:
    edits.saved()
    assert list(seals.seal_all())
    assert verify(start_of_chain()).findings.kept == []


def test_uncertain_edits_are_settled() -> None:
    edits.intended()
    assert settling.gather(older_than=timedelta()) == 1
    held = Unsettled.objects.take(seconds=60)
    assert held
    edit = settling.reopen(held.edit_id)
    assert edit
    assert settling.conclude(held, edit, {0: Outcome(Phase.NOT_APPLIED, edits.ROW)})
    assert list(Entry.objects.order_by("id").values_list("phase", flat=True)) == ["intent", "not_applied"]


def test_many_writers_at_once_are_served_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contention, "are_others_writing", lambda: True)
    edits.saved()
    edits.saved()
    assert Entry.objects.count() == 4


def test_a_person_is_erased(alice: SandboxPerson, client: Client, sign_in: SignIn) -> None:
    sign_in(client, alice)
    person = SmartsheetUser.objects.get()
    found = erase(Person(person.region, person.smartsheet_id), by=THIS_APP, reason="asked", origin=Origin.COMMAND)
    assert found.names
    assert found.histories
    assert not person.history.exclude(email="").exists()


@pytest.mark.parametrize("are_there", [True, False])
def test_the_worker_makes_the_coming_months(are_there: bool, role: str) -> None:
    if not are_there:
        execute("RESET SESSION AUTHORIZATION")
        for name in triggers_postgresql.months(connection):
            execute(f"DROP TABLE {name}")
        execute(f"SET SESSION AUTHORIZATION {role}")
    partitions.prepare_ahead(connection)
    now = timezone.now()
    wanted = [divmod(now.year * 12 + now.month - 1 + ahead, 12) for ahead in range(partitions.AHEAD + 1)]
    assert set(triggers_postgresql.months(connection).values()) >= {(year, month + 1) for year, month in wanted}
