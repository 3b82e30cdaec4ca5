"""Users of a site who log in with a password connect and disconnect their Smartsheet account. They stay the same Django
user.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import Settings

from audit.models import Entry
from edits.log_hooks.refusals import note_counted
from identity.decorators import smartsheet_connected
from identity.models import ConnectedElsewhere, SmartsheetUser, Token
from identity.profiles import account
from identity.profiles.profile import Profile
from identity.signin.oauth import Grant
from identity.signin.rate_limits import Attempts
from identity.tokens.models import TokenToReturn
from tests.full_disk import refuse_rows
from tests.identity.heard import Heard
from tests.identity.provider import ALICE, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import come_back, decide

pytestmark = pytest.mark.django_db
CONNECT = "/identity/connect/"
CALLBACK = "/identity/callback/"
PASSWORDS = "django.contrib.auth.backends.ModelBackend"
ENGINES = ["cache", "file", "signed_cookies"]  # tests/hosts tests the engines that have a table of their own

LogIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    """A site whose users log in with a password, and can't sign in with Smartsheet."""
    settings.AUTHENTICATION_BACKENDS = [PASSWORDS]
    settings.BYLINE_CONNECT = True
    settings.LOGIN_URL = "/admin/login/"


@pytest.fixture
def log_in() -> LogIn:
    """Return log_in(), which returns a browser in which this user is logged in with a password: log_in("jane")."""

    def log_in_as(name: str) -> Client:
        if not User.objects.filter(username=name).exists():
            User.objects.create_user(name, password="correct horse")
        browser = Client()
        assert browser.login(username=name, password="correct horse")
        return browser

    return log_in_as


def press_connect(browser: Client, next_url: str = "/audit/") -> str:
    """Press Connect. Return the address of Smartsheet's consent page."""
    answer = browser.post(CONNECT, {"next": next_url})
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def connect(browser: Client, next_url: str = "/audit/", **query: str) -> HttpResponse:
    """Press Connect, and come back from Smartsheet to the app's callback. Return the callback's answer."""
    state = dict(parse_qsl(urlsplit(press_connect(browser, next_url)).query))["state"]
    answer: HttpResponse = browser.get(CALLBACK, {"state": state, **(query or {"code": "a-code"})})  # type: ignore[assignment] # the test client's response class
    return answer


def who(browser: Client) -> tuple[str, int | None]:
    """Return the Django user of a browser, and the Smartsheet id of the person who is connected. If no person is
    connected, the id is None.
    """
    page = browser.get("/identity/me")
    person = page.json()["user"]
    return page.wsgi_request.user.get_username(), person and person["id"]


def entries(action: str) -> list[tuple[str, int, str]]:
    found = Entry.objects.filter(action=action).order_by("id")
    return [(entry.phase, entry.actor_id, entry.subject) for entry in found]


def test_the_user_is_the_same_before_and_after(sandbox: RunningSandbox, alice: Person, log_in: LogIn) -> None:
    browser = log_in("jane")
    jane, key = User.objects.get(), browser.session.session_key
    answer = come_back(browser, decide(sandbox, press_connect(browser), alice))
    assert (answer.status_code, answer["Location"]) == (302, "/audit/")
    assert (User.objects.get(), browser.session.session_key) == (jane, key)
    assert who(browser) == ("jane", alice.id)
    assert entries("connect") == [("done", alice.id, f"auth.user/{jane.pk}")]
    assert "All fields from Smartsheet" in browser.get("/identity/profile/").content.decode()


def test_disconnecting_and_connecting_again(sandbox: RunningSandbox, alice: Person, log_in: LogIn) -> None:
    browser, phone = log_in("jane"), log_in("jane")
    come_back(browser, decide(sandbox, press_connect(browser), alice))
    token = Token.objects.get().access_token
    page = browser.post("/identity/disconnect/", follow=True).content.decode()
    assert "you are still logged in to this site" in page
    assert f"You were connected as {alice.name}" in page
    headers = {"Authorization": f"Bearer {token}"}
    assert sandbox.http.get(f"{sandbox.api}/users/me", headers=headers, timeout=10).status_code == 401
    assert (who(browser), who(phone)) == (("jane", None), ("jane", None))
    assert not TokenToReturn.objects.exists()
    assert [phase for phase, _, _ in entries("disconnect")] == ["done"]
    assert entries("sign_out") == []
    come_back(browser, decide(sandbox, press_connect(browser), alice))
    assert who(phone) == ("jane", alice.id)


def test_the_page_has_the_button_and_leads_on(provider: Provider, log_in: LogIn) -> None:
    assert Client().get(CONNECT)["Location"] == f"/admin/login/?next={CONNECT}"
    browser = log_in("jane")
    page = browser.get(CONNECT, {"next": "/sheets/1/"}).content.decode()
    assert f'action="{CONNECT}"' in page
    assert 'value="/sheets/1/"' in page
    assert "You are logged in as jane" in page
    assert "Connect Smartsheet</button>" in page
    assert connect(browser, "https://evil.example/")["Location"] == "/identity/profile/"
    assert browser.get(CONNECT, {"next": "/sheets/1/"})["Location"] == "/sheets/1/"


@pytest.mark.parametrize("allowed", [True, False])
def test_the_page_says_that_the_sites_policy_blocks_the_way(
    provider: Provider, log_in: LogIn, settings: Settings, allowed: bool
) -> None:
    sources = ["'self'", provider.url] if allowed else ["'self'"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"form-action": sources}}
    page = log_in("jane").get(CONNECT).content.decode()
    assert ("The button doesn't work here yet" in page) is not allowed
    assert ("data-way-blocked hidden" in page) is allowed
    assert f"<code>{provider.url}</code>" in page


def test_pages_that_need_smartsheet_lead_there_and_back(provider: Provider, log_in: LogIn) -> None:
    assert Client().get("/sheets/?q=a")["Location"] == "/admin/login/?next=/sheets/%3Fq%3Da"
    browser = log_in("jane")
    assert browser.get("/sheets/?q=a")["Location"] == f"{CONNECT}?next=/sheets/%3Fq%3Da"
    assert browser.post("/identity/profile/refresh/")["Location"] == f"{CONNECT}?next=/identity/profile/"

    @smartsheet_connected
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("sheets of " + request.smartsheet_user.name)  # type: ignore[attr-defined] # the middleware's

    assert page(browser.get(CONNECT).wsgi_request)["Location"] == f"{CONNECT}?next={CONNECT}"
    connect(browser)
    found = page(browser.get("/identity/me").wsgi_request)
    assert isinstance(found, HttpResponse)
    assert found.content == b"sheets of Alice Ashby"


def test_another_users_account_is_refused(provider: Provider, log_in: LogIn) -> None:
    janes, joes = log_in("jane"), log_in("joe")
    connect(janes)
    provider.arrivals.clear()
    page = connect(joes)
    assert page.status_code == 409
    assert "another user of this site has connected this Smartsheet account" in page.content.decode()
    assert "jane" not in page.content.decode()
    assert "You are still logged in to this site as joe" in page.content.decode()
    assert [one.path for one in provider.arrivals if one.method == "DELETE"] == ["/2.0/token"]  # only this token
    assert (who(janes), who(joes)) == (("jane", ALICE["id"]), ("joe", None))
    joe = User.objects.get(username="joe")
    assert entries("connect")[1:] == [("refused", 0, f"auth.user/{joe.pk}")]
    assert entries("revoke") == [("done", 0, f"auth.user/{joe.pk}")]


def test_the_log_names_the_user_who_tried_to_connect_anothers_account(
    provider: Provider, log_in: LogIn, admin_client: Client
) -> None:
    """Jane has connected Alice's account. Joe chooses the same account. The log says that Joe tried, and doesn't show
    this to Jane as her own act.
    """
    janes, joes = log_in("jane"), log_in("joe")
    connect(janes)
    connect(joes)
    account = f"account sandbox:{ALICE['id']}"
    tried, returned = (Entry.objects.filter(action=action).latest("id") for action in ("connect", "revoke"))
    assert (tried.actor_name, returned.actor_name) == ("joe", "joe")
    log = " ".join(strip_tags(admin_client.get("/audit/").content.decode()).split())
    assert f"was not allowed to connect Smartsheet {account} · This Smartsheet account is another user" in log
    assert f"gave up an access token · This was the new token for {account}, which was not connected." in log
    facts = admin_client.get(f"/audit/{tried.pk}/").content.decode()
    assert f"auth.user/{User.objects.get(username='joe').pk}" in facts
    assert account in facts
    own = janes.get("/audit/").content.decode()
    assert "connected Smartsheet" in own
    assert "refused" not in own.partition('id="entries"')[2]
    assert "access token" not in own.partition('id="entries"')[2]


def test_the_log_names_a_connected_user_who_chooses_anothers_account(provider: Provider, log_in: LogIn) -> None:
    joes = log_in("joe")
    connect(joes)
    provider.profile = Answer(ALICE | {"id": 7, "firstName": "Bob"})
    connect(joes)
    refused = Entry.objects.get(action="connect", phase="refused")
    assert (refused.actor_id, refused.actor_name) == (ALICE["id"], "Alice Ashby")
    assert refused.row_label == "account sandbox:7"


def test_each_user_has_their_own_entry_about_a_refused_account(provider: Provider, log_in: LogIn) -> None:
    """Within a minute, two users choose the account of a third one, twice each. For each of the two, the log has an
    entry about the first refusal, and later a count of the further refusals.
    """
    connect(log_in("jane"))
    for name in ("joe", "jim"):
        browser = log_in(name)
        connect(browser)
        connect(browser)
    for action in ("connect", "revoke"):
        found = Entry.objects.filter(action=action, actor_id=0).order_by("id")
        assert [entry.actor_name for entry in found] == ["joe", "jim"]
    Attempts.objects.update(began_at=timezone.now() - timedelta(minutes=2))
    last = Entry.objects.latest("id").pk
    note_counted()
    assert sorted((entry.action, entry.actor_name) for entry in Entry.objects.filter(pk__gt=last)) == [
        ("connect", "jim"),
        ("connect", "joe"),
        ("revoke", "jim"),
        ("revoke", "joe"),
    ]


def test_an_account_that_was_disconnected_is_free(provider: Provider, log_in: LogIn) -> None:
    """Another user can connect an account that was disconnected. The account's history stays, and so do the former
    user's entries.
    """
    janes, joes = log_in("jane"), log_in("joe")
    connect(janes)
    janes.post("/identity/disconnect/")
    assert connect(joes).status_code == 302
    assert (who(janes), who(joes)) == (("jane", None), ("joe", ALICE["id"]))
    assert [phase for phase, _, _ in entries("connect")] == ["done", "done"]


def test_someone_who_is_blocked(provider: Provider, log_in: LogIn) -> None:
    """A blocked person can't connect with another account, and other users can't connect the blocked account. The
    blocked person is still logged in.
    """
    janes, joes = log_in("jane"), log_in("joe")
    connect(janes)
    account.block(SmartsheetUser.objects.get(), by=User.objects.get(username="joe"))
    assert who(janes) == ("jane", None)
    for browser in (janes, joes):
        page = connect(browser)
        assert (page.status_code, "has blocked you from using this app" in page.content.decode()) == (403, True)
    provider.profile = Answer(ALICE | {"id": 7})
    assert connect(janes).status_code == 403
    assert connect(joes).status_code == 302
    assert (who(janes), who(joes)) == (("jane", None), ("joe", 7))


def test_a_second_account_of_the_same_user(provider: Provider, log_in: LogIn) -> None:
    browser = log_in("jane")
    connect(browser)
    provider.profile = Answer(ALICE | {"id": 7, "firstName": "Work"})
    page = connect(browser)
    assert (page.status_code, who(browser)) == (409, ("jane", ALICE["id"]))
    assert "first disconnect the account that you have connected" in page.content.decode()
    browser.post("/identity/disconnect/")
    assert connect(browser).status_code == 302
    assert who(browser) == ("jane", 7)
    assert [name.name for name in SmartsheetUser.objects.get().names()] == ["Work Ashby"]


def test_an_address_connects_no_one(provider: Provider, log_in: LogIn) -> None:
    """Accounts are never matched to users by e-mail address. A user with the same address as an account isn't connected
    to the account. If someone else gets the address, they don't get the account either.
    """
    User.objects.create_user("alice", email=ALICE["email"], password="correct horse")
    browser = log_in("jane")
    connect(browser)
    assert who(browser) == ("jane", ALICE["id"])
    assert not SmartsheetUser.objects.filter(user__username="alice").exists()
    provider.profile = Answer(ALICE | {"id": 7})
    joes = log_in("joe")
    assert connect(joes).status_code == 302
    assert who(joes) == ("joe", 7)


@pytest.mark.parametrize("is_logged_in", [True, False])
def test_another_user_logged_in_in_the_meantime(provider: Provider, log_in: LogIn, is_logged_in: bool) -> None:
    browser = log_in("jane")
    state = dict(parse_qsl(urlsplit(press_connect(browser)).query))["state"]
    log_in("joe")
    data = browser.session["identity.pending"]
    browser.logout()
    if is_logged_in:
        browser.login(username="joe", password="correct horse")
    session = browser.session
    session["identity.pending"] = data  # as in an old copy of the session
    session.save()
    if not is_logged_in:
        browser.cookies["sessionid"] = session.session_key or ""
    page = browser.get(CALLBACK, {"state": state, "code": "a-code"})
    assert (page.status_code, "other_user" in page.content.decode()) == (403, True)
    assert provider.arrivals == []
    assert not SmartsheetUser.objects.exists()
    refused = Entry.objects.get(phase="refused")
    expected = ("connect", "joe") if is_logged_in else ("sign_in", "someone not signed in")
    assert (refused.action, refused.actor_name) == expected


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"error": "access_denied"}, 403, "denied"),
        ({"error": "other"}, 502, "request_refused"),
        ({"code": ""}, 400, "missing_code"),
    ],
)
def test_a_failed_connection_connects_no_one(
    provider: Provider, log_in: LogIn, query: dict[str, str], status: int, code: str
) -> None:
    browser = log_in("jane")
    page = connect(browser, **query)
    assert (page.status_code, code in page.content.decode()) == (status, True)
    assert f'action="{CONNECT}"' in page.content.decode()  # the button to try again
    assert who(browser) == ("jane", None)
    assert [subject for _, _, subject in entries("connect")] == [f"auth.user/{User.objects.get().pk}"]


def test_people_who_are_not_listed_are_refused(provider: Provider, log_in: LogIn, settings: Settings) -> None:
    settings.SIGN_IN_DOMAINS = {"example.net"}
    browser = log_in("jane")
    assert connect(browser).status_code == 403
    assert who(browser) == ("jane", None)
    assert provider.arrived("DELETE", "/2.0/token")


def test_a_change_that_cannot_be_recorded_is_not_made(provider: Provider, log_in: LogIn) -> None:
    browser = log_in("jane")
    refuse_rows(Entry._meta.db_table)
    assert connect(browser).status_code == 503
    assert not Token.objects.exists()
    assert provider.arrived("DELETE", "/2.0/token")


def test_the_signals(provider: Provider, log_in: LogIn, heard: Heard) -> None:
    browser = log_in("jane")
    connect(browser)
    assert [name for name in heard.names() if name != "profile_changed"] == ["connecting", "connected"]
    heard.clear()
    connect(browser, error="access_denied")
    assert heard.of("sign_in_refused")["user"] == User.objects.get()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_of_sessions(provider: Provider, log_in: LogIn, settings: Settings, engine: str) -> None:
    """With Django's own session engines, the profile page has no list of browsers and no button to end other
    sessions, because these engines can't list sessions.
    """
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware" if "LastRequest" in name else name
        for name in settings.MIDDLEWARE
    ]
    settings.MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
    browser = log_in("jane")
    state = dict(parse_qsl(urlsplit(press_connect(browser)).query))["state"]
    stolen = Client()
    stolen.cookies["sessionid"] = browser.cookies["sessionid"].value
    answers = [copy.get(CALLBACK, {"state": state, "code": "a-code"}) for copy in (browser, stolen)]
    assert [answer["Location"] for answer in answers] == ["/audit/", "/audit/"]
    assert len(provider.arrived("POST", "/2.0/token")) == 1  # the state was used
    page = browser.get("/identity/profile/").content.decode()
    assert "You stay logged in to this site" in page
    assert "Where you are signed in" not in page
    assert browser.post("/identity/logout/everywhere/").status_code == 404
    browser.post("/identity/disconnect/")
    assert who(browser) == ("jane", None)
    stolen.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert stolen.get(CALLBACK, {"state": state, "code": "a-code"}).status_code == 400
    browser.logout()
    assert who(log_in("jane")) == ("jane", None)


def test_people_of_a_site_without_sign_in_cannot_sign_in(provider: Provider, client: Client) -> None:
    assert client.post("/identity/login/").status_code == 404
    assert client.get(CALLBACK, {"state": "guessed", "code": "guessed"}).status_code == 400
    assert not User.objects.exists()


def test_a_site_where_people_do_both(provider: Provider, log_in: LogIn, settings: Settings, client: Client) -> None:
    """On this site, people can log in with a password and sign in with Smartsheet. Disconnecting ends only the sessions
    that began with Smartsheet.
    """
    settings.AUTHENTICATION_BACKENDS = ["identity.backends.SmartsheetBackend", PASSWORDS]
    browser = log_in("jane")
    connect(browser)
    provider.come_back(client)
    assert (who(client), who(browser)) == (("jane", ALICE["id"]), ("jane", ALICE["id"]))
    client.post("/identity/disconnect/")
    assert (who(client), who(browser)) == (("", None), ("jane", None))


def test_connecting_can_be_switched_off(log_in: LogIn, settings: Settings) -> None:
    settings.BYLINE_CONNECT = False
    assert log_in("jane").get(CONNECT).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_users_connect_one_account_at_once() -> None:
    """Two users connect the same account at the same time. Only one of them gets it, on SQLite and on PostgreSQL."""
    users = [User.objects.create_user(name) for name in ("jane", "joe")]
    profile = Profile(region="sandbox", id=ALICE["id"], data=ALICE)
    grant = Grant(access_token="a", refresh_token="b", expires_at=None, scope="")
    start = Barrier(len(users))

    def connect_at_once(user: User) -> str:
        start.wait()
        try:
            return SmartsheetUser.objects.connected(user, profile, grant).user.get_username()
        except ConnectedElsewhere:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(len(users)) as pool:
        names = set(pool.map(connect_at_once, users))
    assert names == {"", SmartsheetUser.objects.get().user.get_username()}
