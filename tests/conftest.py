"""Fixtures of all tests: the running sandbox, settings that point to the sandbox, and people who sign in."""

import gc
import os
import threading
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests import append_only, databases, secrecy, signing_in, targets, waiting
from tests.running_sandbox import Person, RunningSandbox

SignIn = Callable[[Client, Person], None]
append_only.let_the_test_runner_flush()


def pytest_configure() -> None:
    """Make tests faster with two settings. Whitenoise doesn't list all static files for each test's client, and Django
    uses a fast password hasher.
    """
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Exclude tests and modules from Python's garbage collection, because these thousands of objects are never
    deleted.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark the tests before pytest selects tests by their marks. After pytest-django has ordered the tests, move those
    that wait long to the front.
    """
    databases.mark(items)
    targets.mark(items)
    yield
    waiting.first(items)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each test process its own database. On SQLite, the database is a file, so that threads and processes can
    share it.
    """
    from django.conf import settings

    database = settings.DATABASES["default"]
    is_sqlite = database["ENGINE"].endswith("sqlite3")
    name = str(tmp_path_factory.mktemp("database") / "test.sqlite3") if is_sqlite else f"test_byline_{os.getpid()}"
    database.setdefault("TEST", {})["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def no_secret_gets_out() -> Iterator[None]:
    """Check during the whole run that no token, code or key is logged, shown on an error page or stored unencrypted."""
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
    """The sandbox in its initial state. The settings point to it."""
    running_sandbox.reset()  # also ends the delays of faults, so the threads of an earlier test end now
    let_threads_end()
    running_sandbox.register_app(redirect_url="http://testserver/identity/callback/")
    point_settings_at(running_sandbox, settings)
    return running_sandbox


def let_threads_end() -> None:
    """Wait for the threads of earlier tests that ask for a person's sheets and store them in the cache. Then clear the
    cache. Otherwise, a person of this test who has the same id would see those sheets.
    """
    for thread in threading.enumerate():
        if thread.name == "openable sheets":
            thread.join(waiting.PATIENCE)
    cache.clear()


def point_settings_at(sandbox: RunningSandbox, settings: Settings) -> None:
    region = settings.SMARTSHEET_REGIONS["sandbox"]
    urls = {"api_base": sandbox.api, "authorize_url": f"{sandbox.url}/b/authorize"}
    settings.SMARTSHEET_REGIONS = {"sandbox": region | urls}
    policy = settings.CONTENT_SECURITY_POLICY
    directives = policy["DIRECTIVES"] | {"form-action": ["'self'", sandbox.url]}
    settings.CONTENT_SECURITY_POLICY = policy | {"DIRECTIVES": directives}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Clear the cache. It could have data of an earlier test about rows with the same ids as in this test."""
    cache.clear()


@pytest.fixture(scope="package")
def people_at_first(running_sandbox: RunningSandbox) -> dict[str, Person]:
    """The people in the sandbox's initial state, who are the same after each reset. (A package of tests can have its
    own sandbox, with other people.)
    """
    running_sandbox.reset()
    return running_sandbox.people()


@pytest.fixture
def alice(sandbox: RunningSandbox, people_at_first: dict[str, Person]) -> Person:
    return people_at_first["alice"]


@pytest.fixture
def bob(sandbox: RunningSandbox, people_at_first: dict[str, Person]) -> Person:
    return people_at_first["bob"]


@pytest.fixture
def charlie(sandbox: RunningSandbox, people_at_first: dict[str, Person]) -> Person:
    return people_at_first["charlie"]


@pytest.fixture(scope="module")
def signed_in_before() -> list[Person]:
    """The people who have signed in through the consent page during this module."""
    return []


@pytest.fixture
def sign_in(sandbox: RunningSandbox, signed_in_before: list[Person]) -> SignIn:
    """Return sign_in(), which signs a person in: sign_in(client, alice).

    The first sign-in of a module uses the consent page. Later sign-ins make the same kind of token and session without
    this page. There are two exceptions that always use the page: a client that already has cookies, and the tests in
    tests/identity.
    """

    def sign_in_as(client: Client, person: Person) -> None:
        if signed_in_before and not client.cookies:
            signing_in.restore(client, sandbox, person)
        else:
            signing_in.sign_in(client, sandbox, person)
            signed_in_before.append(person)

    return sign_in_as


@pytest.fixture
def bob_and_alice(sign_in: SignIn, bob: Person, alice: Person, db: None) -> list[Person]:
    """Bob and Alice, after each of them has signed in once."""
    for person in (bob, alice):
        sign_in(Client(), person)
    return [bob, alice]
