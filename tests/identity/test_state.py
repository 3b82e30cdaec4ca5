"""A state is random, belongs to one browser, and can be used only once and only within ten minutes."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import Settings

from audit.models import Entry
from tests.identity.provider import ALICE, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide

pytestmark = pytest.mark.django_db


def state_of(client: Client) -> str:
    return dict(parse_qsl(urlsplit(begin(client)).query))["state"]


def assert_refused(client: Client, query: dict[str, str], code: str) -> None:
    page = client.get("/identity/callback/", query)
    assert page.status_code == 400
    assert code in page.content.decode()
    assert "Sign in with Smartsheet" in page.content.decode()
    assert client.get("/identity/me").json() == {"user": None}


def test_it_differs_each_time(client: Client) -> None:
    states = {state_of(client) for _ in range(4)}
    assert len(states) == 4
    assert all(len(state) >= 43 for state in states)  # 32 random bytes


@pytest.mark.parametrize("state", ["", "wrong", "ünïcode", "\x00", "x" * 5000])
def test_it_handles_wrong_state(client: Client, provider: Provider, state: str) -> None:
    begin(client)
    assert_refused(client, {"state": state, "code": "a-code"}, "wrong_state")
    assert provider.arrivals == []


def test_it_handles_missing_state(client: Client, provider: Provider) -> None:
    begin(client)
    assert_refused(client, {"code": "a-code"}, "wrong_state")
    assert provider.arrivals == []


def test_a_wrong_state_is_reported_before_a_denial(client: Client, provider: Provider) -> None:
    assert_refused(client, {"state": "wrong", "error": "access_denied"}, "wrong_state")


def test_a_wrong_state_does_not_use_up_the_right_one(client: Client, provider: Provider) -> None:
    state = state_of(client)
    client.get("/identity/callback/", {"state": "wrong", "code": "a-code"})
    assert client.get("/identity/callback/", {"state": state, "code": "a-code"}).status_code == 302


def test_it_handles_the_state_of_another_browser(client: Client, provider: Provider) -> None:
    state = state_of(client)
    assert_refused(Client(), {"state": state, "code": "a-code"}, "wrong_state")
    assert provider.arrivals == []


def test_fault_11_a_callback_opened_twice_leads_to_the_same_page(
    client: Client, sandbox: RunningSandbox, alice: Person
) -> None:
    """Someone opens the callback a second time: with Reload, with Back, or by a double click. The app sends no second
    request to Smartsheet, and refuses nothing.
    """
    callback_url = decide(sandbox, begin(client, next_url="/audit/"), alice)
    assert come_back(client, callback_url)["Location"] == "/audit/"
    sandbox.forget_requests()
    again = come_back(client, callback_url)
    assert (again.status_code, again["Location"]) == (302, "/audit/")
    assert sandbox.requests() == []
    assert client.get("/identity/me").json()["user"]["id"] == alice.id
    assert not Entry.objects.filter(action="sign_in").exclude(phase="done").exists()


def test_fault_11_a_denial_opened_by_someone_who_has_signed_in(client: Client, provider: Provider) -> None:
    first, second = state_of(client), state_of(client)
    client.get("/identity/callback/", {"state": second, "code": "a-code"})
    assert client.get("/identity/callback/", {"state": first, "error": "access_denied"}).status_code == 403
    assert client.get("/identity/callback/", {"state": first, "error": "access_denied"}).status_code == 302


def test_fault_11_after_another_person_signed_in(client: Client, provider: Provider) -> None:
    """A callback that signs another person in is opened twice. The first time, it ends the session of the person who
    was signed in, and begins a new session. The new session also knows the state, so the second time isn't refused.
    """
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"id": 7})
    state = state_of(client)
    for _ in range(2):
        assert client.get("/identity/callback/", {"state": state, "code": "a-code"}).status_code == 302


def test_fault_11_a_used_state_of_someone_who_is_not_signed_in(client: Client, provider: Provider) -> None:
    state = state_of(client)
    provider.token.status = 500
    client.get("/identity/callback/", {"state": state, "code": "a-code"})
    assert_refused(client, {"state": state, "code": "a-code"}, "used_state")


def test_a_state_is_used_up_by_a_failure_too(client: Client, provider: Provider) -> None:
    state = state_of(client)
    provider.token.status = 500
    assert client.get("/identity/callback/", {"state": state, "code": "a-code"}).status_code == 503
    assert_refused(client, {"state": state, "code": "a-code"}, "used_state")
    assert len(provider.arrivals) == 1


def test_it_is_valid_for_ten_minutes(client: Client, provider: Provider) -> None:
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as clock:
        early, late = state_of(client), state_of(client)
        clock.shift(600)
        assert client.get("/identity/callback/", {"state": early, "code": "a-code"}).status_code == 302
        client.post("/identity/logout/")
        late = state_of(client)
        clock.shift(601)
        provider.arrivals.clear()
        assert_refused(client, {"state": late, "code": "a-code"}, "expired_state")
    assert provider.arrivals == []


def test_several_tabs_may_sign_in(client: Client, provider: Provider) -> None:
    states = [state_of(client) for _ in range(5)]
    for state in reversed(states):
        assert client.get("/identity/callback/", {"state": state, "code": "a-code"}).status_code == 302


def test_only_the_last_twenty_are_kept(client: Client, provider: Provider) -> None:
    states = [state_of(client) for _ in range(21)]
    assert_refused(client, {"state": states[0], "code": "a-code"}, "wrong_state")
    assert client.get("/identity/callback/", {"state": states[1], "code": "a-code"}).status_code == 302


def test_it_does_not_need_a_session_that_has_ended(client: Client, provider: Provider) -> None:
    begin(client)
    client.session.delete()
    assert provider.come_back(client).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_exchanges_the_code(client: Client, provider: Provider) -> None:
    state = state_of(client)
    cookie = client.cookies["sessionid"].value

    def come_back_at_once(_number: int) -> int:
        other = Client()
        other.cookies["sessionid"] = cookie
        try:
            return other.get("/identity/callback/", {"state": state, "code": "a-code"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(come_back_at_once, range(4)))
    assert statuses == [302, 400, 400, 400]
    assert len(provider.arrived("POST", "/2.0/token")) == 1


def test_fault_24_while_too_many_calls_are_in_progress_the_redirect_can_be_opened_again(
    client: Client, provider: Provider, settings: Settings
) -> None:
    back = {"state": state_of(client), "code": "a-code"}
    usual, settings.SMARTSHEET_MAX_CALLS = settings.SMARTSHEET_MAX_CALLS, 0
    page = client.get("/identity/callback/", back)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "This app has not used your sign-in yet." in page.content.decode()
    assert provider.arrivals == []
    settings.SMARTSHEET_MAX_CALLS = usual
    assert client.get("/identity/callback/", back).status_code == 302
