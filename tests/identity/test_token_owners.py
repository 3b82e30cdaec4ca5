"""If a user is deleted, deactivated or merged, the app asks Smartsheet to revoke the user's token. If Smartsheet
doesn't answer, the app asks again later.
"""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry
from identity.apptokens.models import AppToken
from identity.models import SmartsheetUser, Token
from identity.profiles.account import block, disconnect
from identity.profiles.profile import Profile
from identity.signin.oauth import Grant
from identity.tokens import returning
from identity.tokens.models import TokenToReturn
from identity.tokens.owners import return_tokens
from tests.identity.provider import ALICE, TOKEN, Answer, Provider

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = "/2.0/token?deleteAllForApiClient=true"
ONE = "/2.0/token"


@pytest.fixture
def jane(provider: Provider) -> User:
    """A user who has connected their Smartsheet account."""
    user = User.objects.create_user("jane", password="correct horse")
    reconnect(user)
    return user


def reconnect(user: User) -> None:
    profile = Profile(region="sandbox", id=ALICE["id"], data=ALICE)
    expires_at = timezone.now() + timedelta(days=7)
    grant = Grant(access_token="first-access", refresh_token="first-refresh", expires_at=expires_at, scope="")
    SmartsheetUser.objects.connected(user, profile, grant)


def told() -> list[tuple[str, str, str]]:
    found = Entry.objects.filter(action__in=["disconnect", "revoke"]).order_by("id")
    assert {entry.actor_id for entry in found} <= {ALICE["id"]}
    return [(entry.action, entry.phase, entry.reason) for entry in found]


def test_of_a_user_who_is_deleted(jane: User, provider: Provider) -> None:
    jane.delete()
    (arrival,) = provider.arrived("DELETE", EVERY)
    assert arrival.authorization == "Bearer first-access"
    assert not Token.objects.exists()
    assert not TokenToReturn.objects.exists()
    why = "The user, or the user's Smartsheet account, was deleted from this app."
    assert told() == [("disconnect", "done", why), ("revoke", "done", why)]


@pytest.mark.parametrize("by_an_administrator", [True, False])
def test_the_log_says_who_disconnected_a_person(
    jane: User, provider: Provider, admin_client: Client, by_an_administrator: bool
) -> None:
    """If an administrator blocks Jane, the log doesn't say that Jane disconnected the app, or ended a session."""
    AppToken.objects.make(person=jane.smartsheet, name="reports", scopes=["read"], days=7)
    Client().force_login(jane, backend="identity.backends.SmartsheetBackend")
    if by_an_administrator:
        block(jane.smartsheet, by=User.objects.create_superuser("root"))
    else:
        disconnect(jane.smartsheet)
    expected = {"was disconnected from this app", "lost an access token", "lost an app token", "was signed out"}
    own = {"disconnected this app", "gave up an access token", "ended an app token", "ended a session"}
    assert verbs(admin_client) & (expected | own) == (expected if by_an_administrator else own)


def test_the_app_tokens_of_a_user_who_is_deactivated_by_a_query(
    jane: User, provider: Provider, admin_client: Client
) -> None:
    token, _ = AppToken.objects.make(person=jane.smartsheet, name="reports", scopes=["read"], days=7)
    User.objects.filter(pk=jane.pk).update(is_active=False)
    return_tokens()
    token.refresh_from_db()
    assert token.why_ended == "The person was disconnected from this app."
    assert "lost an app token" in verbs(admin_client)


def verbs(client: Client) -> set[str]:
    """Return what was done according to the log's page: the verb of each line, such as “lost an app token”."""
    return {change.verb for change in client.get("/audit/").context["changes"]}


def test_of_users_who_are_deleted_by_a_query(jane: User, provider: Provider) -> None:
    User.objects.all().delete()
    assert provider.arrived("DELETE", EVERY)


def test_of_a_user_who_is_deactivated(jane: User, provider: Provider) -> None:
    jane.is_active = False
    jane.save()
    jane.save()
    assert len(provider.arrived("DELETE", EVERY)) == 1
    assert [one for one, _, _ in told()] == ["disconnect", "revoke"]


def test_of_a_user_who_is_deactivated_by_a_query(jane: User, provider: Provider) -> None:
    """If a query deactivates users, Django sends no signal. So the worker searches for deactivated users who have
    tokens.
    """
    User.objects.update(is_active=False)
    assert return_tokens() == 0  # the attempt after the commit has already returned the token
    assert provider.arrived("DELETE", EVERY)
    assert not Token.objects.exists()


def test_of_a_user_who_is_merged_with_another(jane: User, provider: Provider) -> None:
    other = User.objects.create_user("jane2")
    person = SmartsheetUser.objects.get()
    person.user = other
    person.save()
    jane.delete()
    assert len(provider.arrived("DELETE", EVERY)) == 1
    assert SmartsheetUser.objects.get().user == other
    assert not Token.objects.exists()
    reconnect(other)
    assert Token.objects.exists()


def test_nothing_is_given_back_before_the_commit(jane: User, provider: Provider) -> None:
    with transaction.atomic():
        jane.delete()
        assert provider.arrivals == []
        transaction.set_rollback(True)
    assert (Token.objects.count(), TokenToReturn.objects.count()) == (1, 0)
    assert told() == []
    assert provider.arrivals == []


def test_smartsheet_is_asked_again_until_it_answers(jane: User, provider: Provider) -> None:
    provider.revocation = Answer(b"", 503)
    jane.delete()
    assert [(one, phase) for one, phase, _ in told()] == [("disconnect", "done"), ("revoke", "failed")]
    assert return_tokens() == 0  # nothing is returned before some time has passed
    assert len(provider.arrivals) == 1
    TokenToReturn.objects.update(next_try_at=timezone.now())
    assert return_tokens() == 0
    assert len(told()) == 2  # sent once
    provider.revocation = Answer({"resultCode": 0})
    TokenToReturn.objects.update(next_try_at=timezone.now())
    assert return_tokens() == 1
    assert not TokenToReturn.objects.exists()
    assert told()[2][:2] == ("revoke", "done")


def test_only_the_old_token_of_a_returning_person_is_ended(jane: User, provider: Provider) -> None:
    provider.revocation = Answer(b"", 503)
    returning.give_back(SmartsheetUser.objects.get(), why="A test.")
    reconnect(jane)
    provider.revocation = Answer({"resultCode": 0})
    TokenToReturn.objects.update(next_try_at=timezone.now())
    assert return_tokens() == 1
    assert len(provider.arrived("DELETE", ONE)) == 1


def test_an_expired_token_is_refreshed_first(jane: User, provider: Provider) -> None:
    Token.objects.update(expires_at=timezone.now() - timedelta(days=1))
    provider.token = Answer(TOKEN | {"access_token": "next-access"})
    jane.delete()
    assert [one.authorization for one in provider.arrived("DELETE", EVERY)] == ["Bearer next-access"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_smartsheet_does_not_know_is_not_tried_again(jane: User, provider: Provider, status: int) -> None:
    provider.revocation = Answer({"errorCode": 1002, "message": "invalid"}, status)
    jane.delete()
    assert not TokenToReturn.objects.exists()
    assert told()[-1][:2] == ("revoke", "failed")


def test_it_is_given_up_after_a_week(jane: User, provider: Provider) -> None:
    provider.revocation = Answer(b"", 503)
    jane.delete()
    TokenToReturn.objects.update(next_try_at=timezone.now(), since=timezone.now() - timedelta(days=8))
    return_tokens()
    assert not TokenToReturn.objects.exists()


def test_many_wait_together_for_a_smartsheet_that_hangs(provider: Provider, settings: Settings) -> None:
    for number in range(5):
        profile = Profile(region="sandbox", id=number + 1, data={"id": number + 1})
        grant = Grant(access_token="a", refresh_token="b", expires_at=None, scope="")
        SmartsheetUser.objects.connected(User.objects.create_user(f"user{number}"), profile, grant)
    provider.revocation = Answer(b"", 503)
    User.objects.all().delete()
    assert len(provider.arrivals) == 1
    assert TokenToReturn.objects.count() == 5


def test_a_key_that_is_lost_stops_no_other_token(jane: User, provider: Provider, settings: Settings) -> None:
    provider.revocation = Answer(b"", 503)
    jane.delete()
    user = User.objects.create_user("joe")
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    reconnect(user)
    provider.revocation = Answer({"resultCode": 0})
    TokenToReturn.objects.update(next_try_at=timezone.now())
    user.delete()
    assert not TokenToReturn.objects.exists()
    assert [phase for one, phase, _ in told() if one == "revoke"] == ["failed", "done"]
