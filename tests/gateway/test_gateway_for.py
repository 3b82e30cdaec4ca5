"""Tests of the gateway of a signed-in Django user. The gateway has the user's region and token."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.core.signals import request_finished, request_started
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import JsonObject, OutcomeUnknown, SignInAgain, Unavailable
from identity.models import SmartsheetUser, Token
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[Client, Person], None]


def names(gateway: Gateway) -> set[str]:
    return {sheet["name"] for sheet in gateway.sheets()}


def refreshes(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """Return all requests for tokens except the first one, which was for the sign-in."""
    return sandbox.requests(method="POST", path="/token")[1:]


def user_of(person: Person) -> AbstractBaseUser:
    return SmartsheetUser.objects.get(smartsheet_id=person.id).user


def test_everyone_gets_their_own_token(client: Client, sign_in: SignIn, alice: Person, bob: Person) -> None:
    sign_in(client, alice)
    sign_in(Client(), bob)
    access = [
        {sheet["name"]: sheet["accessLevel"] for sheet in gateway_for(user_of(person)).sheets()}
        for person in (alice, bob)
    ]
    assert [listed["Site plan"] for listed in access] == ["OWNER", "EDITOR"]


@pytest.mark.parametrize("user", [AnonymousUser(), User(pk=1)])
def test_someone_who_never_connected_has_no_token(user: AbstractBaseUser | AnonymousUser) -> None:
    with pytest.raises(SignInAgain, match="You aren't connected with Smartsheet yet"):
        gateway_for(user)


def test_someone_whose_token_was_deleted_has_to_sign_in_again(client: Client, sign_in: SignIn, alice: Person) -> None:
    sign_in(client, alice)
    Token.objects.all().delete()
    with pytest.raises(SignInAgain, match="no longer valid"):
        gateway_for(user_of(alice))


def test_an_expired_token_is_refreshed(client: Client, sign_in: SignIn, alice: Person) -> None:
    sign_in(client, alice)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Site plan" in names(gateway_for(user_of(alice)))
    assert not Token.objects.get().is_expired


def test_one_that_cannot_be_refreshed_any_more_asks_to_sign_in(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox
) -> None:
    sign_in(client, alice)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sandbox.fault(path="/token", status=400, errorCode=1071)
    with pytest.raises(SignInAgain):
        gateway_for(user_of(alice))


def test_one_that_cannot_be_refreshed_just_now_says_so(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox
) -> None:
    sign_in(client, alice)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sandbox.fault(path="/token", status=503)
    with pytest.raises(Unavailable, match="couldn't renew your sign-in right now"):
        gateway_for(user_of(alice))


def test_a_read_with_an_expired_token_is_repeated_with_the_next(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox
) -> None:
    sign_in(client, alice)
    sandbox.fault(path="/sheets", status=401, errorCode=1003)
    gateway = gateway_for(user_of(alice))
    assert "Site plan" in names(gateway)
    assert [entry["status"] for entry in sandbox.requests(path="/sheets")] == [401, 200]
    assert "Site plan" in names(gateway)
    assert len(refreshes(sandbox)) == 1


def test_a_read_is_repeated_once_only(client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox) -> None:
    sign_in(client, alice)
    sandbox.fault(path="/sheets", status=401, errorCode=1003, times=0)
    with pytest.raises(SignInAgain):
        gateway_for(user_of(alice)).sheets()
    assert len(sandbox.requests(path="/sheets")) == 2


def test_a_read_with_a_pair_that_another_process_has_replaced_is_repeated(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox
) -> None:
    sign_in(client, alice)
    gateway = gateway_for(user_of(alice))
    Token.objects.update(expires_at=timezone.now())
    gateway_for(user_of(alice))
    assert "Site plan" in names(gateway)
    assert [entry["status"] for entry in sandbox.requests(path="/sheets")] == [401, 200]
    assert len(refreshes(sandbox)) == 1


def write(gateway: Gateway, sandbox: RunningSandbox, alice: Person) -> JsonObject:
    sheet = sandbox.sheet(alice, "Site plan")
    return gateway.update_rows(sheet["id"], [{"id": sheet["rows"][0]["id"], "expanded": True}])


def test_a_write_with_an_expired_token_is_repeated_with_the_next(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox
) -> None:
    sign_in(client, alice)
    sandbox.fault(method="PUT", status=401, errorCode=1003)
    assert write(gateway_for(user_of(alice)), sandbox, alice)["message"] == "SUCCESS"
    assert [entry["status"] for entry in sandbox.requests(method="PUT")] == [401, 200]
    assert len(refreshes(sandbox)) == 1


def test_a_write_with_a_pair_that_another_process_has_replaced_is_repeated(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox
) -> None:
    sign_in(client, alice)
    gateway = gateway_for(user_of(alice))
    Token.objects.update(expires_at=timezone.now())
    gateway_for(user_of(alice))
    assert write(gateway, sandbox, alice)["message"] == "SUCCESS"
    assert [entry["status"] for entry in sandbox.requests(method="PUT")] == [401, 200]
    assert len(refreshes(sandbox)) == 1


@pytest.mark.parametrize("fault", [{"status": 401, "errorCode": 1005}, {"status": 401, "body": "html"}], ids=str)
def test_a_write_is_not_repeated_unless_smartsheet_says_that_it_knows_nobody(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox, fault: dict[str, Any]
) -> None:
    sign_in(client, alice)
    sandbox.fault(method="PUT", **fault)
    with pytest.raises(SignInAgain):
        write(gateway_for(user_of(alice)), sandbox, alice)
    assert len(sandbox.requests(method="PUT")) == 1
    assert not refreshes(sandbox)


def test_a_write_is_repeated_once_only(client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox) -> None:
    sign_in(client, alice)
    sandbox.fault(method="PUT", status=401, errorCode=1003, times=0)
    with pytest.raises(SignInAgain):
        write(gateway_for(user_of(alice)), sandbox, alice)
    assert len(sandbox.requests(method="PUT")) == 2


def test_the_second_try_of_a_write_is_not_repeated_either(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox
) -> None:
    sign_in(client, alice)
    sandbox.fault(method="PUT", status=401, errorCode=1003)
    sandbox.fault(method="PUT", drop="after")
    with pytest.raises(OutcomeUnknown):
        write(gateway_for(user_of(alice)), sandbox, alice)
    assert len(sandbox.requests(method="PUT")) == 2


def test_refreshing_takes_its_time_from_the_deadline(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox, settings: Settings
) -> None:
    sign_in(client, alice)
    settings.SMARTSHEET_DEADLINE = 3
    now = timezone.now()
    Token.objects.update(issued_at=now - timedelta(minutes=9), expires_at=now + timedelta(minutes=1))
    sandbox.fault(path="/token", delay=20, drop="before")  # waits for a third of the deadline
    sandbox.fault(path="/sheets", delay=2.5)  # more than the rest, less than the whole deadline
    with pytest.raises(Unavailable):
        gateway_for(user_of(alice)).sheets()
    assert len(refreshes(sandbox)) == 1


def test_a_region_no_longer_served_asks_to_sign_in(
    client: Client, sign_in: SignIn, alice: Person, settings: Settings
) -> None:
    sign_in(client, alice)
    settings.SMARTSHEET_REGIONS = {}
    with pytest.raises(SignInAgain):
        gateway_for(user_of(alice))


def test_fault_28_all_gateways_of_one_request_share_its_deadline(
    client: Client, sign_in: SignIn, alice: Person, sandbox: RunningSandbox, settings: Settings
) -> None:
    sign_in(client, alice)
    user = user_of(alice)
    settings.SMARTSHEET_DEADLINE = 0.5
    sandbox.fault(method="GET", path="/sheets$", delay=5)
    request_started.send(sender=None)
    try:
        with pytest.raises(Unavailable):
            gateway_for(user).sheets()
        sandbox.forget_requests()
        with pytest.raises(Unavailable):
            gateway_for(user).sheets()
        assert sandbox.requests() == []
    finally:
        request_finished.send(sender=None)
    settings.SMARTSHEET_DEADLINE = 15.0
    assert gateway_for(user).sheets()
