"""The examples in docs/for-app-developers.md do what the page says."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry
from byline import setting_checks
from identity import signals
from identity.middleware import SmartsheetUserMiddleware
from identity.models import SmartsheetUser, Token
from identity.roles import Role
from tests import signing_in
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "for-app-developers.md").read_text()
SignIn = Callable[[Client, Person], None]
Example = Callable[..., dict[str, Any]]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:ssl.OP_NO_SSL:DeprecationWarning"),  # the SDK's own TLS context
]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def example() -> Iterator[Example]:
    """Return example(), which takes names: example("hello"). For each name, example() runs the block of the page that
    defines this name. Then example() returns a dict of everything that these blocks define.

    After the test, the receivers that the blocks have connected are disconnected.
    """
    connected = {signal: list(signal.receivers) for signal in vars(signals).values() if isinstance(signal, Signal)}

    def run(*names: str) -> dict[str, Any]:
        there: dict[str, Any] = {"__name__": "examples"}  # a view needs a module
        for name in names:
            (code,) = [
                block for block in blocks("python") if re.search(rf"^(?:async )?(?:def )?{name}\b", block, re.MULTILINE)
            ]
            exec(compile(code, "docs/for-app-developers.md", "exec"), there)  # noqa: S102 # that is what is tested
        return there

    yield run
    for signal, receivers in connected.items():
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()


@pytest.fixture
def signed_in(client: Client, alice: Person, sign_in: SignIn) -> User:
    sign_in(client, alice)
    return User.objects.get()


def request_of(user: Any) -> HttpRequest:
    """Return a request of this user, as a view gets it after the middleware has run."""
    request = HttpRequest()
    request.user, request.session = user, SessionBase()
    SmartsheetUserMiddleware(lambda _request: HttpResponse())(request)
    return request


def test_every_example_is_run() -> None:
    """This fails if the page has an example that these tests don't run."""
    defined = [re.findall(r"^(?:async )?def (\w+)", block, re.MULTILINE) for block in blocks("python")]
    assert defined == [
        ["hello"],
        ["greeting"],
        ["status"],
        ["names_of_sheets"],
        ["names_or_why_not"],
        ["set_cell"],
        ["add_tasks"],
        ["write_texts"],
        ["greet", "say_goodbye", "note_new_name", "ask_to_sign_in"],
        ["only_with_a_licence"],
        ["connect_in_sandbox"],
        ["report"],
        [],
    ]
    assert len(blocks("html")) == 2


def test_adding_rows(example: Example, signed_in: User, sandbox: RunningSandbox, alice: Person) -> None:
    plan = SitePlan(sandbox, alice)
    ids = example("add_tasks")["add_tasks"](signed_in, plan.id, ["Paint", "Clean up"])
    now = SitePlan(sandbox, alice)
    assert ids == [now.rows["Paint"], now.rows["Clean up"]]


def test_a_job_that_runs_again(example: Example, signed_in: User, sandbox: RunningSandbox, alice: Person) -> None:
    """A job runs twice with the same keys. In the second run, it reads the values that the first run has saved. It
    still gets the results of the first run, and writes nothing.
    """
    plan = SitePlan(sandbox, alice)
    write_texts = example("write_texts")["write_texts"]
    texts = {row_id: f"Row {number}" for number, row_id in enumerate(plan.rows.values()) if number < 3}
    for _time in range(2):
        results = write_texts(signed_in, plan.id, plan.columns["Notes"], texts, job="survey")
        assert [(row.row_id, row.status) for row in results] == [(row_id, "saved") for row_id in sorted(texts)]
    assert len(plan.writes(alice)) == 1
    assert {entry.via for entry in Entry.objects.intents()} == {'{"job":"survey"}'}


def test_the_template(client: Client, signed_in: User, alice: Person) -> None:
    text = blocks("html")[0]
    person = SmartsheetUser.objects.get().as_profile()
    shown = Template(text).render(Context({"smartsheet_user": person}))
    assert f"Hello {alice.name} ({alice.email}), your time zone is US/Pacific." in shown
    assert "Please sign in." in Template(text).render(Context({"smartsheet_user": None}))


def test_a_view_that_requires_a_person(example: Example, signed_in: User, alice: Person) -> None:
    hello = example("hello")["hello"]
    assert hello(request_of(signed_in)).content.decode() == f"Hello Alice, number {alice.id} in sandbox."


def test_an_async_view(example: Example, signed_in: User) -> None:
    greeting = example("greeting")["greeting"]
    assert async_to_sync(greeting)(request_of(signed_in)).content == b"Hello Alice."
    assert async_to_sync(greeting)(request_of(AnonymousUser())).content == b"Please sign in."


@pytest.mark.parametrize("is_connecting", [True, False])
def test_connecting_in_a_test(
    example: Example, client: Client, sandbox: RunningSandbox, settings: Settings, bob: Person, is_connecting: bool
) -> None:
    settings.BYLINE_CONNECT = is_connecting
    if is_connecting:
        client.force_login(User.objects.create_user("jane"), "django.contrib.auth.backends.ModelBackend")
    connect = example("connect_in_sandbox")["connect_in_sandbox"]
    assert connect(client, bob.email, sandbox=sandbox.url).status_code == 302
    assert client.get("/identity/me").json()["user"]["email"] == bob.email


def test_the_roles(settings: Settings, signed_in: User, alice: Person) -> None:
    (code,) = [block for block in blocks("python") if block.startswith("ROLES")]
    settings.ROLES = {}
    assert not User.objects.get().has_perm("edits.design_forms")
    there: dict[str, Any] = {}
    exec(code.replace("anna@example.com", alice.email), there)  # noqa: S102 # that is what is tested
    settings.ROLES = there["ROLES"]
    assert setting_checks.RULES["ROLES"].holds(settings.ROLES)
    assert User.objects.get().has_perm("edits.design_forms")


def test_the_page_that_updates_a_row(
    example: Example,
    client: Client,
    signed_in: User,
    sandbox: RunningSandbox,
    alice: Person,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "status.html").write_text(blocks("html")[1])
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    urls = ModuleType("urls_of_the_page")
    address = path("status/<int:sheet_id>/<int:row_id>/", example("status")["status"])
    urls.urlpatterns = [address, path("", include("config.urls"))]  # type: ignore[attr-defined] # made here
    monkeypatch.setitem(sys.modules, urls.__name__, urls)
    settings.ROOT_URLCONF = urls.__name__
    plan = SitePlan(sandbox, alice)
    page = f"/status/{plan.id}/{plan.rows['Dig foundations']}/"
    assert '<input type="hidden" name="shown" value="In progress">' in client.get(page).content.decode()
    assert client.post(page, {"shown": "In progress", "typed": "Blocked"})["Location"] == page
    assert plan.value("Dig foundations", "Status") == "Blocked"
    assert plan.last_writer("Dig foundations", "Status") == alice.email
    late = client.post(page, {"shown": "In progress", "typed": "Complete"})
    assert late.status_code == 409
    assert "Alice Archer changed it to “Blocked” in the meantime. Nothing was saved." in late.content.decode()
    assert 'name="typed" value="Complete"' in late.content.decode()
    assert 'name="shown" value="Blocked"' in late.content.decode()
    assert client.post(page, {"typed": "Complete"}).status_code == 409  # a hand-made request
    assert client.get(f"/status/{plan.id}/99/").status_code == 404
    sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Status']}", {"title": "State"})
    for answer in (client.get(page), client.post(page, {"shown": "Blocked", "typed": "Complete"})):
        assert answer.status_code == 404
        assert "The sheet no longer has a column named “Status”." in answer.content.decode()
    sandbox.fault(method="GET", path="/sheets", status=403, errorCode=1004, times=9)
    assert client.get(page).status_code == 403
    assert [entry.phase for entry in Entry.objects.filter(action="change").order_by("id")] == [
        "intent", "applied", "conflict", "conflict",
    ]  # fmt: skip


def test_the_client(example: Example, sandbox: RunningSandbox, signed_in: User) -> None:
    code = example("names_of_sheets", "names_or_why_not")
    assert "Site plan" in code["names_of_sheets"](signed_in)
    assert code["names_or_why_not"](signed_in) == code["names_of_sheets"](signed_in)
    sandbox.fault(method="GET", path="/sheets", status=403, errorCode=1004)
    assert code["names_or_why_not"](signed_in).startswith("Smartsheet says: ")


def test_the_clients_errors(example: Example, sandbox: RunningSandbox, signed_in: User) -> None:
    names_or_why_not = example("names_of_sheets", "names_or_why_not")["names_or_why_not"]
    Token.objects.update(issued_at=timezone.now() - timedelta(days=7), expires_at=timezone.now())
    sandbox.fault(method="POST", path="/token", status=503, times=0)
    assert names_or_why_not(signed_in) == "Smartsheet is not available just now."
    Token.objects.all().delete()
    assert names_or_why_not(signed_in) == "Sign in with Smartsheet again."


def test_the_write_path(example: Example, sandbox: RunningSandbox, signed_in: User, alice: Person) -> None:
    set_cell = example("set_cell")["set_cell"]
    plan = SitePlan(sandbox, alice)
    row_id, notes = plan.rows["Dig foundations"], plan.columns["Notes"]
    assert set_cell(signed_in, plan.id, row_id, notes, shown=None, typed="Rock") == "saved"
    assert plan.value("Dig foundations", "Notes") == "Rock"
    again = set_cell(signed_in, plan.id, row_id, notes, shown=None, typed="Sand")
    assert again == "Alice Archer changed it to 'Rock'. Nothing was sent."
    assert [entry.phase for entry in Entry.objects.order_by("id") if entry.action == "change"] == [
        "intent", "applied", "conflict",
    ]  # fmt: skip


def test_the_signals(example: Example, client: Client, sandbox: RunningSandbox, alice: Person) -> None:
    code = example("greet")  # kept in a variable, because its receivers are weakly referenced
    signing_in.sign_in(client, sandbox, alice)
    person = SmartsheetUser.objects.get()
    person.remember(
        person.as_profile().__class__("sandbox", alice.id, person.profile | {"lastName": "Bell"}), at=timezone.now()
    )
    client.post("/identity/logout/")
    signals.token_lost.send_robust(SmartsheetUser, person=person, why="")
    assert code["events"] == [
        f"Alice Archer signed in, as Django user sandbox-{alice.id}",
        "Alice Archer is called Alice Bell now",
        "Alice Bell signed out",
        "Alice Bell has to sign in again",
    ]


def test_a_custom_sign_in_rule(example: Example, client: Client, sandbox: RunningSandbox, charlie: Person) -> None:
    code = example("only_with_a_licence")
    answer = come_back(client, decide(sandbox, begin(client), charlie))
    assert code
    assert answer.status_code == 403
    assert not User.objects.exists()
    assert sandbox.requests(method="DELETE", path="/2.0/token")


def test_a_view_for_a_role(example: Example, client: Client, bob: Person, sign_in: SignIn) -> None:
    report = example("report")["report"]
    sign_in(client, bob)
    with pytest.raises(PermissionDenied):
        report(request_of(User.objects.get()))
    Role.objects.create(person=SmartsheetUser.objects.get(), name="auditor")
    assert report(request_of(User.objects.get())).status_code == 200
