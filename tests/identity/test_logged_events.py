"""Every sign-in and token event is an entry of the audit log, and no entry contains a secret."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry
from identity.models import SmartsheetUser, Token
from identity.roles import Role
from identity.tokens.access_tokens import SignInAgain, token_for
from tests.identity.provider import ALICE, TOKEN, Answer, Provider

NEXT = TOKEN | {"access_token": "next-access", "refresh_token": "next-refresh"}
SPENT = Answer({"errorCode": 1071, "message": "Invalid Grant.", "error": "invalid_grant", "refId": "abc"}, 400)
pytestmark = pytest.mark.django_db(transaction=True)


def events() -> QuerySet[Entry]:
    """Return the entries about sign-ins and tokens. The first sign-in also makes entries about the new profile. They
    are left out.
    """
    return Entry.objects.exclude(action="record").order_by("id")


def entries() -> list[tuple[str, str, int]]:
    return [(entry.action, entry.phase, entry.actor_id) for entry in events()]


def last() -> Entry:
    return Entry.objects.latest("id")


def let_the_token_end() -> None:
    Token.objects.update(issued_at=timezone.now() - timedelta(days=7), expires_at=timezone.now())


def test_signing_in_and_out(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    client.post("/identity/logout/")
    assert entries() == [("sign_in", "done", ALICE["id"]), ("sign_out", "done", ALICE["id"])]
    person = SmartsheetUser.objects.get()
    for entry in events():
        assert entry.subject == f"identity.smartsheetuser/{person.pk}"
        assert (entry.actor_name, entry.actor_email, entry.region) == ("Alice Ashby", "alice@example.org", "sandbox")
        assert (entry.ip, bool(entry.request_id)) == ("127.0.0.1", True)


def test_a_denial(client: Client, provider: Provider) -> None:
    provider.come_back(client, error="access_denied")
    assert entries() == [("sign_in", "refused", 0)]
    assert (last().reason, last().message, last().region) == ("You did not allow access", "denied", "sandbox")


def test_a_wrong_state(client: Client, provider: Provider) -> None:
    client.get("/identity/callback/", {"state": "guessed", "code": "guessed"})
    assert entries() == [("sign_in", "refused", 0)]
    assert last().message == "wrong_state"


def test_a_missing_code(client: Client, provider: Provider) -> None:
    provider.come_back(client, code="")
    assert (last().action, last().phase, last().message) == ("sign_in", "refused", "missing_code")


def test_a_used_code(client: Client, provider: Provider) -> None:
    provider.token = SPENT
    provider.come_back(client)
    assert (last().phase, last().error_code, last().ref_id) == ("refused", 1071, "abc")


def test_smartsheet_down(client: Client, provider: Provider) -> None:
    provider.token = Answer({}, 503)
    provider.come_back(client)
    assert (last().action, last().phase) == ("sign_in", "failed")


def test_a_person_who_is_refused(client: Client, provider: Provider, settings: Settings) -> None:
    settings.SIGN_IN_DOMAINS = {"example.net"}
    provider.come_back(client)
    assert entries() == [("revoke", "done", ALICE["id"]), ("sign_in", "refused", ALICE["id"])]
    assert (last().message, last().actor_name) == ("not_listed", "Alice Ashby")


def test_too_many_attempts_are_one_entry(client: Client, provider: Provider, settings: Settings) -> None:
    settings.SIGN_IN_RATE_LIMIT = 2
    for _ in range(6):
        client.post("/identity/login/")
    assert entries() == [("sign_in", "refused", 0)]
    assert last().message == "rate_limited"


def test_another_person_in_the_same_browser(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"id": 7})
    provider.come_back(client)
    assert entries() == [
        ("sign_in", "done", ALICE["id"]),
        ("sign_in", "done", 7),
        ("session_end", "done", ALICE["id"]),
    ]


def test_a_token_refreshed_and_lost(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    user = User.objects.get()
    provider.token = Answer(NEXT)
    let_the_token_end()
    token_for(user)
    provider.token = SPENT
    let_the_token_end()
    with pytest.raises(SignInAgain):
        token_for(user)
    renewed_and_lost = [("refresh", "done", ALICE["id"]), ("refresh", "refused", ALICE["id"])]
    assert [entry for entry in entries() if entry[0] == "refresh"] == renewed_and_lost


@pytest.mark.parametrize(("status", "phase"), [(200, "done"), (500, "failed")])
def test_disconnecting(client: Client, provider: Provider, status: int, phase: str) -> None:
    provider.come_back(client)
    provider.revocation.status = status
    client.post("/identity/disconnect/")
    found = entries()[1:]
    assert ("revoke", phase, ALICE["id"]) in found
    assert ("disconnect", "done", ALICE["id"]) in found


def test_a_person_barred(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    alice = SmartsheetUser.objects.get()
    root = User.objects.create_superuser("root")
    client.force_login(root)
    client.post("/admin/identity/smartsheetuser/", {"action": "bar", "_selected_action": [alice.pk]})
    entry = Entry.objects.get(column_title="may sign in")
    assert (entry.action, entry.origin, entry.old, entry.new) == ("record", "admin", "true", "false")
    assert (entry.actor_name, entry.subject) == ("root", f"identity.smartsheetuser/{alice.pk}")


def test_password_sign_ins_of_the_admin(client: Client) -> None:
    User.objects.create_superuser("root", password="correct horse")
    client.post("/admin/login/", {"username": "correct horse", "password": "root"})
    assert entries() == [("sign_in", "refused", 0)]
    client.post("/admin/login/", {"username": "root", "password": "correct horse"})
    client.post("/admin/logout/")
    assert [(entry.action, entry.actor_name) for entry in Entry.objects.order_by("id")[1:]] == [
        ("sign_in", "root"),
        ("sign_out", "root"),
    ]
    assert "horse" not in repr(list(Entry.objects.values()))


def test_no_entry_contains_a_secret(client: Client, provider: Provider) -> None:
    provider.come_back(client, code="a-secret-code")
    provider.token = Answer(NEXT)
    let_the_token_end()
    token_for(User.objects.get())
    client.post("/identity/disconnect/")
    provider.token = SPENT
    provider.come_back(client, code="a-secret-code")
    assert len(entries()) >= 5
    everything = repr(list(Entry.objects.values()))
    for secret in ("a-secret-code", "first-access", "first-refresh", "next-access", "next-refresh"):
        assert secret not in everything


def test_a_role_given_and_taken(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    alice = SmartsheetUser.objects.get()
    client.force_login(User.objects.create_superuser("root"))
    client.post("/admin/identity/role/add/", {"person": alice.pk, "name": "auditor"})
    role = Role.objects.get()
    client.post(f"/admin/identity/role/{role.pk}/delete/", {"post": "yes"})
    found = Entry.objects.filter(subject=f"identity.role/{role.pk}").order_by("id")
    assert [(one.actor_name, one.message, one.row_label.partition(":")[0]) for one in found] == [
        ("root", "created", "auditor"),
        ("root", "deleted", "auditor"),
    ]
    assert '"auditor"' in str(found[0].new)
    assert '"auditor"' in str(found[1].old)
