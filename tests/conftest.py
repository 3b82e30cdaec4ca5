"""What all tests use: the running sandbox, settings that point to it, and people who sign in."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests import append_only, databases, secrecy, signing_in, waiting
from tests.running_sandbox import Person, RunningSandbox

SignIn = Callable[[Client, Person], None]
append_only.let_the_test_runner_flush()


def pytest_configure() -> None:
    """Look for static files when one is asked for: whitenoise would list all of them for each test's client."""
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark before pytest selects by marks, and order after pytest-django has."""
    databases.mark(items)
    yield
    waiting.first(items)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each test process its own database. On SQLite it is a real file, which threads and processes can share."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    is_sqlite = database["ENGINE"].endswith("sqlite3")
    name = str(tmp_path_factory.mktemp("database") / "test.sqlite3") if is_sqlite else f"test_byline_{os.getpid()}"
    database.setdefault("TEST", {})["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def no_secret_gets_out() -> Iterator[None]:
    """Check over the whole run that no token, code or key is logged, shown on an error page or stored unencrypted."""
    with secrecy.watching() as watch:
        for secret in secrecy.known_secrets():
            watch.keep(secret)
        yield
        secrecy.read_database_file(watch)
    assert watch.leaks() == {}


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[RunningSandbox]:
    with RunningSandbox("--rate-limit", "0") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: RunningSandbox, settings: Settings) -> RunningSandbox:
    """The sandbox in its initial state, with the settings pointing to it."""
    running_sandbox.reset()
    running_sandbox.register_app(redirect_url="http://testserver/identity/callback/")
    point_settings_at(running_sandbox, settings)
    return running_sandbox


def point_settings_at(sandbox: RunningSandbox, settings: Settings) -> None:
    region = settings.SMARTSHEET_REGIONS["sandbox"]
    urls = {"api_base": sandbox.api, "authorize_url": f"{sandbox.url}/b/authorize"}
    settings.SMARTSHEET_REGIONS = {"sandbox": region | urls}
    policy = settings.CONTENT_SECURITY_POLICY
    directives = policy["DIRECTIVES"] | {"form-action": ["'self'", sandbox.url]}
    settings.CONTENT_SECURITY_POLICY = policy | {"DIRECTIVES": directives}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Rows of another test may have had the same numbers."""
    cache.clear()


@pytest.fixture
def alice(sandbox: RunningSandbox) -> Person:
    return sandbox.people()["alice"]


@pytest.fixture
def bob(sandbox: RunningSandbox) -> Person:
    return sandbox.people()["bob"]


@pytest.fixture
def charlie(sandbox: RunningSandbox) -> Person:
    return sandbox.people()["charlie"]


@pytest.fixture(scope="module")
def signed_in_before() -> list[Person]:
    """The people who have signed in during this module."""
    return []


@pytest.fixture
def sign_in(sandbox: RunningSandbox, signed_in_before: list[Person]) -> SignIn:
    """sign_in(client, alice): sign the person in through the consent page.

    This happens once per module. Later clients get the same token and session without it. tests/identity always
    uses the page.
    """

    def sign_in_as(client: Client, person: Person) -> None:
        if signed_in_before and not client.cookies:
            signing_in.restore(client, sandbox, person)
        else:
            signing_in.sign_in(client, sandbox, person)
            signed_in_before.append(person)

    return sign_in_as
