from html.parser import HTMLParser

import pytest
import requests

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.signing import REDIRECT_URL, answer_of, ask, decide, hidden_fields, register


@pytest.fixture(autouse=True)
def _app(sandbox: RunningSandbox) -> None:
    register(sandbox)


class Form(HTMLParser):
    """The inputs, labels and buttons of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.radios: dict[str, str] = {}
        self.labelled: set[str] = set()
        self.buttons: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "radio":
            assert given["name"] == "person"
            self.radios[given["value"]] = given["id"]
        if tag == "label":
            self.labelled.add(given["for"])
        if tag == "button":
            self.buttons.append((given["name"], given["value"]))


def test_the_consent_page_offers_everyone_and_two_decisions(sandbox: RunningSandbox) -> None:
    response = ask(sandbox, scope="READ_SHEETS WRITE_SHEETS")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    form = Form(response.text)
    assert set(form.radios) == {str(person.id) for person in sandbox.people().values()}
    assert form.labelled == set(form.radios.values())
    assert form.buttons == [("decision", "allow"), ("decision", "deny")]
    assert "Practice &lt;app&gt;" in response.text
    assert "Read all sheet data" in response.text
    assert "not Smartsheet" in response.text


def test_the_form_carries_the_request(sandbox: RunningSandbox) -> None:
    page = ask(sandbox).text
    assert hidden_fields(page) == {
        "client_id": "practice", "response_type": "code", "scope": "READ_SHEETS", "state": "a/b c",
    }  # fmt: skip


def test_allow_sends_a_code_its_lifetime_in_milliseconds_and_the_state(sandbox: RunningSandbox, bob: Person) -> None:
    answer = answer_of(decide(sandbox, ask(sandbox).text, decision="allow", person=str(bob.id)))
    assert set(answer) == {"code", "expires_in", "state"}
    assert 590_000 < int(answer["expires_in"]) <= 600_000
    assert answer["state"] == "a/b c"


def test_deny_sends_access_denied_and_the_state(sandbox: RunningSandbox) -> None:
    answer = answer_of(decide(sandbox, ask(sandbox).text, decision="deny"))
    assert answer == {"error": "access_denied", "state": "a/b c"}


def test_allow_without_a_person_asks_again(sandbox: RunningSandbox) -> None:
    response = decide(sandbox, ask(sandbox).text, decision="allow", person="")
    assert response.status_code == 400
    assert "Choose who you are" in response.text
    assert hidden_fields(response.text)["state"] == "a/b c"


def test_an_authorization_request_may_come_as_a_form(sandbox: RunningSandbox) -> None:
    form = {"client_id": "practice", "response_type": "code", "scope": "READ_SHEETS"}
    response = requests.post(f"{sandbox.url}/b/authorize", data=form, timeout=10)
    assert response.status_code == 200
    assert Form(response.text).buttons


def test_no_state_is_echoed_when_none_was_sent(sandbox: RunningSandbox) -> None:
    assert answer_of(decide(sandbox, ask(sandbox, state="").text, decision="deny")) == {"error": "access_denied"}


@pytest.mark.parametrize("client_id", ["", "unknown"])
def test_an_unknown_client_gets_a_page_and_no_redirect(sandbox: RunningSandbox, client_id: str) -> None:
    response = ask(sandbox, client_id=client_id)
    assert response.status_code == 400
    assert "The Client ID is missing or invalid" in response.text


def test_another_redirect_uri_gets_a_page_and_no_redirect(sandbox: RunningSandbox) -> None:
    response = ask(sandbox, redirect_uri="https://evil.example.com/")
    assert response.status_code == 400
    assert "The redirect URI is missing or invalid" in response.text
    assert ask(sandbox, redirect_uri=REDIRECT_URL).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"scope": "READ_SHEETS FLY"}, "invalid_scope"),
    ],
)
def test_other_mistakes_are_reported_to_the_client(
    sandbox: RunningSandbox, parameters: dict[str, str], error: str
) -> None:
    assert answer_of(ask(sandbox, **parameters)) == {"error": error, "state": "a/b c"}


def test_a_redirect_url_with_a_query_keeps_it(sandbox: RunningSandbox) -> None:
    register(sandbox, redirect_url=f"{REDIRECT_URL}?tenant=7")
    answer = answer_of(decide(sandbox, ask(sandbox).text, decision="deny"))
    assert answer == {"tenant": "7", "error": "access_denied", "state": "a/b c"}


def test_the_state_is_not_taken_for_html(sandbox: RunningSandbox) -> None:
    page = ask(sandbox, state='"><script>alert(1)</script>').text
    assert "<script" not in page


@pytest.mark.parametrize("path", ["b/authorize", "_sandbox/"])
def test_a_page_has_no_scripts_and_cannot_be_framed(sandbox: RunningSandbox, path: str) -> None:
    for answer in (requests.get(f"{sandbox.url}/{path}", timeout=30), ask(sandbox)):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert answer.headers["Cache-Control"] == "no-store"


def test_without_scopes_the_consent_page_shows_the_profile(sandbox: RunningSandbox) -> None:
    assert "It will see your profile" in ask(sandbox, scope="").text


@pytest.mark.parametrize(
    "url", ["nowhere", 5, "http://x/\r\nSet-Cookie: a=b", "javascript:alert(1)", "http://[::1", ""]
)
def test_an_invalid_redirect_url_is_not_used(sandbox: RunningSandbox, url: object) -> None:
    app = {"clientId": "practice", "clientSecret": "x", "redirectUrl": url}
    answer = requests.post(f"{sandbox.url}/_sandbox/apps", json=app, timeout=30)
    assert answer.status_code == 400
    assert "redirectUrl" in answer.json()["message"]
    assert answer_of(decide(sandbox, ask(sandbox).text, decision="deny"))["error"] == "access_denied"
