"""The profile page lists the browsers in which a person is signed in."""

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from identity.sessions.browser_names import browser_name
from identity.sessions.models import BrowserSession
from tests.identity.provider import ALICE, Answer, Provider
from tests.signing_in import is_signed_in

PAGE = "/identity/profile/"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def desk(provider: Provider) -> Client:
    desk = Client(HTTP_USER_AGENT=CHROME)
    provider.come_back(desk)
    return desk


@pytest.fixture
def phone(desk: Client, provider: Provider) -> Client:
    phone = Client(HTTP_USER_AGENT=SAFARI, REMOTE_ADDR="2001:db8::7")
    provider.come_back(phone)
    return phone


def rows(client: Client) -> list[str]:
    page = client.get(PAGE).content.decode()
    section = page.split('aria-labelledby="sessions"')[1].split("</section>")[0]
    return [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in section.split("<tr>")[2:]]


def end_path(client: Client) -> str:
    """The URL of the button that ends this browser's session."""
    return f"/identity/sessions/{BrowserSession.objects.get(pk=client.session.session_key).public_id}/end/"


def test_each_session_shows_browser_address_and_times(desk: Client, phone: Client) -> None:
    listed = rows(desk)
    assert len(listed) == 2
    (own,) = [row for row in listed if "This browser" in row]
    (other,) = [row for row in listed if "This browser" not in row]
    assert own.startswith("Chrome on Windows")
    assert other.startswith("Safari on iPhone")
    assert "2001:db8::7" in other
    assert "just now" in other


def test_no_page_shows_a_key(desk: Client, phone: Client) -> None:
    page = desk.get(PAGE).content.decode()
    assert not [row.session_key for row in BrowserSession.objects.all() if row.session_key in page]
    assert str(phone.session.session_key) not in repr(list(BrowserSession.objects.all()))


def test_another_session_can_be_ended(desk: Client, phone: Client) -> None:
    page = desk.post(end_path(phone), follow=True).content.decode()
    assert "You are signed out of that browser." in page
    assert (is_signed_in(desk), is_signed_in(phone)) == (True, False)
    assert len(rows(desk)) == 1
    assert "You were signed out of this browser from another browser." in phone.get("/").content.decode()


def test_the_current_session_can_be_ended(desk: Client, phone: Client) -> None:
    assert desk.post(end_path(desk))["Location"] == "/"
    assert (is_signed_in(desk), is_signed_in(phone)) == (False, True)


def test_sessions_of_other_people_cannot_be_ended(desk: Client, provider: Provider) -> None:
    provider.profile = Answer(ALICE | {"id": 2})
    mallory = Client()
    provider.come_back(mallory)
    assert "had already ended" in mallory.post(end_path(desk), follow=True).content.decode()
    assert is_signed_in(desk)


def test_one_that_is_not_there_has_ended(desk: Client) -> None:
    assert "had already ended" in desk.post(f"/identity/sessions/{uuid4()}/end/", follow=True).content.decode()


def test_a_get_request_does_not_end_a_session(desk: Client, phone: Client) -> None:
    assert desk.get(end_path(phone)).status_code == 405
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = desk.cookies
    assert forged.post(end_path(phone)).status_code == 403
    assert is_signed_in(phone)


def test_signing_out_everywhere_reads_only_the_persons_sessions(desk: Client, phone: Client) -> None:
    """The query for a person's sessions uses an index, and reads no other person's sessions."""
    user = User.objects.get()
    plan = BrowserSession.objects.filter(user=user).explain()
    assert "user_id" in plan
    others = ("INDEX SCAN", "BITMAP HEAP SCAN", "SEQ SCAN")  # PostgreSQL's choice depends on the table's size
    said = plan.upper()
    for other in others:
        said = said.replace(other, "")
    assert "SCAN" not in said
    desk.post("/identity/logout/everywhere/")
    assert (is_signed_in(desk), is_signed_in(phone)) == (False, False)
    assert "from another browser" in phone.get("/").content.decode()


NAMES = {
    "Chrome on Windows": CHROME,
    "Safari on iPhone": SAFARI,
    "Edge on Windows": f"{CHROME} Edg/142.0.0.0",
    "Opera on Windows": f"{CHROME} OPR/124.0",
    "Chrome on Android": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
    "Samsung Internet on Android": "Mozilla/5.0 (Linux; Android 10) SamsungBrowser/28.0 Chrome/130.0 Safari/537.36",
    "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Chrome on ChromeOS": "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
    "Safari on Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18.1 Safari/605.1.15",
    "Chrome on Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537 Chrome/142.0 Safari/537.36",
    "Firefox on iPad": "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605 FxiOS/145.0 Mobile Safari/605.1",
    "Unknown browser": "curl/8.5.0",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_browser_is_called_by_a_name_that_people_know(name: str) -> None:
    assert browser_name(NAMES[name]) == name


def test_a_browser_without_a_name_is_unknown() -> None:
    assert browser_name("") == "Unknown browser"
