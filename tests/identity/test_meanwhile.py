"""Another tab ends a session while a request of this session is running."""

import pytest
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from identity.middleware import LastRequestMiddleware
from identity.sessions.models import BrowserSession
from identity.sessions.store import SessionStore
from identity.signin import states
from tests.identity.provider import Provider
from tests.signing_in import is_signed_in

pytestmark = pytest.mark.django_db


def test_the_running_request_is_answered(client: Client, provider: Provider, settings: Settings) -> None:
    """While a request is running, another tab signs the person out. The request still stores a message in the session,
    and is answered.
    """
    provider.come_back(client)
    before = client.cookies[settings.SESSION_COOKIE_NAME].value

    def saved(request: HttpRequest) -> HttpResponse:
        request.session["_messages"] = messages.SUCCESS
        BrowserSession.objects.all().delete()
        return HttpResponse("2 cells changed")

    request = HttpRequest()
    request.COOKIES[settings.SESSION_COOKIE_NAME] = before
    answer = LastRequestMiddleware(saved)(request)
    assert isinstance(answer, HttpResponse)
    assert (answer.status_code, answer.content) == (200, b"2 cells changed")
    assert settings.SESSION_COOKIE_NAME not in answer.cookies  # the cookie may belong to another session now
    assert not is_signed_in(client)
    assert not BrowserSession.objects.exists()


def test_a_sign_in_can_be_begun(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    session = SessionStore(client.session.session_key)
    assert session[states.PENDING]  # this tab's sign-in is stored
    BrowserSession.objects.all().delete()
    state = states.begin(session, region="sandbox", next_url="/audit/")
    assert states.take(SessionStore(session.session_key), state).next_url == "/audit/"
    assert "_auth_user_id" not in session
