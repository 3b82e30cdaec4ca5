"""In a deployment with two regions, the regions' people, tokens and requests are kept apart."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from edits.gateway.client import gateway_for
from identity.models import SmartsheetUser, Token
from identity.tokens.access_tokens import token_for
from tests.running_sandbox import Person, RunningSandbox, Sandbox
from tests.signing_in import come_back, decide
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db

CALLBACK = "http://testserver/identity/callback/"
Two = dict[str, Sandbox]


@pytest.fixture(scope="module")
def running_regions() -> Iterator[Two]:
    with RunningSandbox("--rate-limit", "0", "--regions", "com,eu") as com:
        eu = Sandbox(com.next_address())
        yield {"com": com, "eu": eu}
        eu.http.close()


@pytest.fixture
def both(running_regions: Two, settings: Settings) -> Two:
    """The regions com (the default) and eu, each with its own app registration."""
    registered = {}
    for name, sandbox in running_regions.items():
        sandbox.reset()
        sandbox.register_app(redirect_url=f"{CALLBACK}{name}/", client_id=f"byline-{name}")
        registered[name] = settings.SMARTSHEET_REGIONS["sandbox"] | {
            "api_base": sandbox.api,
            "authorize_url": f"{sandbox.url}/b/authorize",
            "client_id": f"byline-{name}",
            "client_secret": f"byline-{name}-secret",
        }
    settings.SMARTSHEET_REGIONS = registered
    settings.SMARTSHEET_DEFAULT_REGION = "com"
    return running_regions


def begin(client: Client, region: str) -> str:
    answer = client.post("/identity/login/", {"region": region})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def sign_in(client: Client, both: Two, region: str, person: Person) -> User:
    answer = come_back(client, decide(both[region], begin(client, region), person))
    assert answer.status_code == 302, answer.content
    return User.objects.get(smartsheet__region=region)


def alice(sandbox: Sandbox) -> Person:
    return sandbox.people()["alice"]


def test_the_sign_in_page_has_a_button_for_each(client: Client, both: Two) -> None:
    page = client.get("/").content.decode()
    assert 'value="com">smartsheet.com (United States)</button>' in page
    assert 'value="eu">smartsheet.eu (Europe)</button>' in page
    assert page.index('value="com"') < page.index('value="eu"')


def test_a_single_region_has_one_button(client: Client, settings: Settings, db: None) -> None:
    page = client.get("/").content.decode()
    assert page.count("Sign in with Smartsheet</button>") == 1
    assert "Sign in with Smartsheet at" not in page


def test_the_same_person_in_two_regions_is_two_people(both: Two) -> None:
    browsers = {name: Client() for name in both}
    for name, browser in browsers.items():
        sign_in(browser, both, name, alice(both[name]))
    people = SmartsheetUser.objects.order_by("region")
    assert [(one.region, one.smartsheet_id) for one in people] == [
        (name, alice(sandbox).id) for name, sandbox in both.items()
    ]
    assert people[0].email == people[1].email
    assert people[0].user_id != people[1].user_id
    for name, browser in browsers.items():
        assert browser.get("/identity/me").json()["user"]["region"] == name


def test_each_request_goes_to_the_persons_own_region(client: Client, both: Two) -> None:
    user = sign_in(client, both, "eu", alice(both["eu"]))
    gateway_for(user).sheets()
    now = timezone.now()
    Token.objects.update(issued_at=now - timedelta(days=7), expires_at=now)
    token_for(user)
    assert client.post("/identity/disconnect/").status_code == 302
    asked = [(one["method"], one["path"].split("?")[0]) for one in both["eu"].requests(path="/2.0/")]
    assert asked == [
        ("POST", "/2.0/token"),
        ("GET", "/2.0/users/me"),
        ("GET", "/2.0/sheets"),
        ("POST", "/2.0/token"),
        ("DELETE", "/2.0/token"),
    ]
    assert both["com"].requests() == []


def test_edits_in_one_region_are_not_shown_in_the_other(both: Two) -> None:
    """The sandbox uses the same ids in all regions, so a sheet's id alone doesn't identify the sheet."""
    browsers = {name: Client() for name in both}
    for name, browser in browsers.items():
        sign_in(browser, both, name, alice(both[name]))
    sheet = both["com"].sheet(alice(both["com"]), "Site plan")
    row, column = sheet["rows"][2], next(one for one in sheet["columns"] if one["title"] == "Notes")
    path = f"/sheets/{sheet['id']}/rows/{row['id']}/edit/"
    edit = {f"col-{column['id']}": "Told in com alone", f"initial-col-{column['id']}": ""}
    assert browsers["com"].post(path, edit).status_code == 302
    assert f'id="id_col-{column["id"]}_last"' in browsers["com"].get(path).content.decode()
    page = browsers["eu"].get(path).content.decode()
    assert "Told in com alone" not in page
    assert f'id="id_col-{column["id"]}_last"' not in page


def test_a_code_of_one_region_is_never_sent_to_the_other(client: Client, both: Two) -> None:
    """This is a mix-up attack: a sign-in that began in one region returns with a code from the other region."""
    callback = decide(both["eu"], begin(client, "eu"), alice(both["eu"]))
    code = callback.split("code=")[1].split("&")[0]
    state = begin(client, "com").split("state=")[1].split("&")[0]
    answer = client.get(f"{CALLBACK}eu/", {"code": code, "state": state})
    assert answer.status_code == 400
    assert "wrong_callback" in answer.content.decode()
    assert both["com"].requests(path="/2.0/") == both["eu"].requests(path="/2.0/") == []


@pytest.mark.parametrize(("region", "path", "status"), [("com", "", 302), ("eu", "", 400), ("eu", "com/", 400)])
def test_only_the_default_region_may_share_the_plain_callback(
    client: Client, both: Two, region: str, path: str, status: int
) -> None:
    callback = urlsplit(decide(both[region], begin(client, region), alice(both[region])))
    answer = client.get(f"{CALLBACK}{path}?{callback.query}")
    assert answer.status_code == status
    assert Token.objects.exists() == (status == 302)


def test_a_signed_in_person_is_sent_to_their_own_region(client: Client, both: Two) -> None:
    sign_in(client, both, "eu", alice(both["eu"]))
    headers = {"Authorization": f"Bearer {Token.objects.get().access_token}"}
    both["eu"].http.delete(f"{both['eu'].api}/token", headers=headers, timeout=PATIENCE)
    page = client.get("/sheets/")
    assert page.status_code == 401
    assert 'value="eu">Sign in with Smartsheet</button>' in page.content.decode()
    assert 'value="com"' not in page.content.decode()


def test_it_refuses_a_region_that_is_not_configured(client: Client, both: Two) -> None:
    answer = client.post("/identity/login/", {"region": "gov"})
    assert answer.status_code == 400
    assert "unknown_region" in answer.content.decode()
    assert client.get(f"{CALLBACK}gov/", {"state": "x", "code": "y"}).status_code == 400
