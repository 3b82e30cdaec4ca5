"""The key with which tokens are encrypted can be changed while people are working."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from identity.checks import stored_tokens
from identity.models import SmartsheetUser, Token
from identity.profiles.profile import Profile
from identity.signin.oauth import Grant
from identity.tokens import key_rotation
from identity.tokens.key_rotation import Key, tally
from tests.identity.provider import ALICE, Provider

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
PEOPLE = 7
pytestmark = pytest.mark.django_db


def people(count: int) -> None:
    """Create `count` people with tokens that are encrypted with the first of TOKEN_KEYS."""
    for number in range(1, count + 1):
        profile = Profile.parse("sandbox", ALICE | {"id": number})
        grant = Grant(access_token=f"access-{number}", refresh_token="", expires_at=None, scope="READ_SHEETS")
        SmartsheetUser.objects.signed_in(profile, grant)


@pytest.fixture
def under_the_old_key(settings: Settings) -> None:
    settings.TOKEN_KEYS = [OLD]
    people(PEOPLE)
    settings.TOKEN_KEYS = [NEW, OLD]


def rotate(*options: str) -> str:
    said = StringIO()
    call_command("rotate_token_keys", *options, stdout=said)
    return said.getvalue()


def stored() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM identity_token ORDER BY person_id")
        return list(cursor.fetchall())


@pytest.mark.usefixtures("under_the_old_key")
def test_all_tokens_are_encrypted_with_the_first_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    said = rotate().splitlines()
    assert said == [
        "3 of 7 tokens read, 3 of them encrypted again",
        "6 of 7 tokens read, 6 of them encrypted again",
        "7 of 7 tokens read, 7 of them encrypted again",
        "7 tokens are encrypted with the first key, 0 with an older key, and 0 with a key that TOKEN_KEYS lacks.",
        "No token needs an older key: only the first of TOKEN_KEYS is still needed.",
    ]
    settings.TOKEN_KEYS = [NEW]
    texts = [token.access_token for token in Token.objects.order_by("pk")]
    assert texts == [f"access-{number}" for number in range(1, PEOPLE + 1)]


@pytest.mark.usefixtures("under_the_old_key")
def test_a_second_time_changes_nothing() -> None:
    rotate()
    before = stored()
    assert "7 of 7 tokens read, 0 of them encrypted again" in rotate()
    assert stored() == before


@pytest.mark.usefixtures("under_the_old_key")
def test_a_dry_run_counts_and_changes_nothing() -> None:
    before = stored()
    assert rotate("--dry-run").splitlines() == [
        "0 tokens are encrypted with the first key, 7 with an older key, and 0 with a key that TOKEN_KEYS lacks."
    ]
    assert stored() == before


@pytest.mark.usefixtures("under_the_old_key")
def test_tokens_that_no_key_decrypts_are_counted_and_not_changed(settings: Settings) -> None:
    before = stored()
    settings.TOKEN_KEYS = [NEW, LOST]
    said = rotate()
    assert (
        "0 tokens are encrypted with the first key, 0 with an older key, and 7 with a key that TOKEN_KEYS lacks."
        in said
    )
    assert "asked to sign in again" in said
    assert stored() == before


@pytest.mark.usefixtures("under_the_old_key")
def test_it_does_not_change_leases_and_dates() -> None:
    assert Token.objects.earliest("pk").take_lease(seconds=30)
    columns = ("pk", "issued_at", "expires_at", "scope", "lease", "leased_until")
    before = list(Token.objects.order_by("pk").values_list(*columns))
    rotate()
    assert list(Token.objects.order_by("pk").values_list(*columns)) == before
    assert tally() == {Key.FIRST: PEOPLE}


def test_a_pair_refreshed_during_the_rotation_is_kept(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    token = Token.objects.get()
    assert token.take_lease(seconds=30)
    rotate()
    grant = Grant(access_token="next", refresh_token="", expires_at=timezone.now() + timedelta(days=7), scope="")
    assert token.renew(grant)
    rotate()
    assert Token.objects.get().access_token == "next"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("under_the_old_key")
def test_it_is_safe_during_refreshes(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the tokens are encrypted with a new key, half of the token pairs are refreshed. None of the refreshed pairs
    is lost.
    """
    monkeypatch.setattr(key_rotation, "BATCH", 2)

    def refresh(number: int) -> bool:
        try:
            token = Token.objects.get(person__smartsheet_id=number)
            is_leased = token.take_lease(seconds=30)
            return is_leased and token.renew(Grant(f"next-{number}", "", None, ""))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        refreshed = pool.map(refresh, range(1, PEOPLE + 1, 2))
        rotate()
        assert all(refreshed)
    texts = [token.access_token for token in Token.objects.order_by("pk")]
    assert texts == [f"{'next' if number % 2 else 'access'}-{number}" for number in range(1, PEOPLE + 1)]
    assert tally() == {Key.FIRST: PEOPLE}


@pytest.mark.parametrize("keys", [[], ["no key"]])
def test_unusable_keys_are_named(settings: Settings, keys: list[str]) -> None:
    people(1)
    settings.TOKEN_KEYS = keys
    with pytest.raises(CommandError, match="TOKEN_KEYS must be a list of Fernet keys"):
        rotate()


@pytest.mark.usefixtures("under_the_old_key")
def test_a_check_says_that_the_key_is_lost(settings: Settings) -> None:
    assert stored_tokens(databases=["default"]) == []
    settings.TOKEN_KEYS = [NEW]
    (warning,) = stored_tokens(databases=["default"])
    assert warning.id == "identity.W001"
    assert "have to sign in again" in warning.msg


@pytest.mark.usefixtures("under_the_old_key")
def test_no_output_contains_a_token_or_a_key(settings: Settings) -> None:
    said = rotate("--dry-run") + rotate()
    for secret in (OLD, NEW, "access-1", *(text for pair in stored() for text in pair)):
        assert secret not in said
