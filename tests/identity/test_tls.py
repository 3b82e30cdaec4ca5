"""Signing in works over TLS with a private certificate authority, and fails with an untrusted one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from django.test import Client
from pytest_django import Settings

from tests.conftest import point_settings_at
from tests.running_sandbox import RunningSandbox
from tests.signing_in import begin, come_back, decide

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def ca_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = authority.issue_cert("127.0.0.1")
    server.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    return folder / "ca.pem"


@pytest.fixture(scope="module")
def running_over_tls(ca_bundle: Path) -> Iterator[RunningSandbox]:
    pair = str(ca_bundle.with_name("server.pem"))
    with RunningSandbox("--rate-limit", "0", "--tls", pair, pair, ca_bundle=str(ca_bundle)) as sandbox:
        yield sandbox


@pytest.fixture
def tls_sandbox(running_over_tls: RunningSandbox, settings: Settings) -> RunningSandbox:
    running_over_tls.reset()
    running_over_tls.register_app(redirect_url="http://testserver/identity/callback/")
    point_settings_at(running_over_tls, settings)
    return running_over_tls


def test_it_trusts_the_authority_of_the_settings(
    client: Client, tls_sandbox: RunningSandbox, ca_bundle: Path, settings: Settings
) -> None:
    settings.SMARTSHEET_CA_BUNDLE = str(ca_bundle)
    alice = tls_sandbox.people()["alice"]
    assert begin(client).startswith("https://")
    assert come_back(client, decide(tls_sandbox, begin(client), alice)).status_code == 302
    assert client.get("/identity/me").json()["user"]["id"] == alice.id


def test_it_trusts_no_other_authority(
    client: Client, tls_sandbox: RunningSandbox, ca_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app trusts only the authority in its settings. It doesn't trust an authority that an environment variable
    configures for the library `requests`.
    """
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_bundle))
    page = come_back(client, decide(tls_sandbox, begin(client), tls_sandbox.people()["alice"]))
    assert page.status_code == 503
    assert "token_unavailable" in page.content.decode()
    assert tls_sandbox.requests(path="/2.0/") == []


def test_an_exchange_is_not_repeated_after_a_broken_connection(
    client: Client, tls_sandbox: RunningSandbox, ca_bundle: Path, settings: Settings
) -> None:
    settings.SMARTSHEET_CA_BUNDLE = str(ca_bundle)
    tls_sandbox.fault(method="POST", path="/token", drop="after")
    page = come_back(client, decide(tls_sandbox, begin(client), tls_sandbox.people()["alice"]))
    assert page.status_code == 503
    assert len(tls_sandbox.requests(path="/2.0/")) == 1
