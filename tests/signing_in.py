"""Signs people in with all the steps of a browser (form, consent page, callback), or faster without these steps."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from identity.models import SmartsheetUser
from identity.regions import default_region
from identity.signin.oauth import authorization_url, exchange_code
from identity.transport import Deadline
from tests.running_sandbox import Person, Sandbox
from tests.waiting import PATIENCE


class FormParser(HTMLParser):
    """Finds the action and the hidden inputs of a page's first form."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form" and not self.action:
            self.action = values.get("action") or "."
        if tag == "input" and values.get("type") == "hidden":
            self.hidden[values.get("name") or ""] = values.get("value") or ""


def begin(client: Client, *, next_url: str = "") -> str:
    """Press "Sign in with Smartsheet". Return the consent page's URL."""
    answer = client.post("/identity/login/", {"next": next_url} if next_url else {})
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def decide(sandbox: Sandbox, authorize_url: str, person: Person, decision: str = "allow") -> str:
    """On the consent page, choose the person and press Allow or Deny. Return the callback URL."""
    page = sandbox.http.get(authorize_url, timeout=PATIENCE)
    assert page.ok, page.text
    form = FormParser()
    form.feed(page.text)
    fields = form.hidden | {"person": str(person.id), "decision": decision}
    answer = sandbox.http.post(urljoin(page.url, form.action), data=fields, allow_redirects=False, timeout=PATIENCE)
    assert answer.status_code in {302, 303}, answer.text
    return answer.headers["Location"]


def come_back(client: Client, callback_url: str) -> HttpResponse:
    """Follow Smartsheet's redirect to the app. Return the app's answer."""
    parts = urlsplit(callback_url)
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value] # the test client's response class


def sign_in(client: Client, sandbox: Sandbox, person: Person) -> HttpResponse:
    """Sign the person in with the form, the consent page and the callback. Return the app's answer."""
    answer = come_back(client, decide(sandbox, begin(client), person))
    assert answer.status_code == 302, answer.content
    return answer


def restore(client: Client, sandbox: Sandbox, person: Person) -> User:
    """Sign the person in without the form, the consent page and the callback, and return their user. The person gets
    the same kind of token and session, in a quarter of the time.
    """
    region, deadline = default_region(), Deadline(PATIENCE)
    asked = parse_qs(urlsplit(authorization_url(region, state="restored")).query)
    form = {name: value for name, (value,) in asked.items()} | {"person": str(person.id), "decision": "allow"}
    answer = sandbox.http.post(region.authorize_url, data=form, allow_redirects=False, timeout=PATIENCE)
    (code,) = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
    profile, grant = exchange_code(region, code=code, deadline=deadline)
    user = SmartsheetUser.objects.signed_in(profile, grant).user
    client.force_login(user, "identity.backends.SmartsheetBackend")
    return user


def is_signed_in(client: Client) -> bool:
    """Whether someone is signed in with this browser."""
    return client.get("/identity/me").json()["user"] is not None
