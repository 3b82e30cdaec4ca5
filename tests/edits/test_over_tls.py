"""An edit over https. With https, connections are made and lost in other ways than with http."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.test import Client
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from tests import signing_in
from tests.conftest import point_settings_at
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROW = "Dig foundations"
UNCERTAIN = "This may or may not have been done"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the authority's certificate (ca.pem), and the certificate and key of the server 127.0.0.1."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = authority.issue_cert("127.0.0.1")
    server.private_key_pem.write_to_path(str(folder / "server.key"))
    server.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    return folder


@pytest.fixture(scope="module")
def running(certificates: Path) -> Iterator[RunningSandbox]:
    pair = [str(certificates / name) for name in ("server.pem", "server.key")]
    with RunningSandbox("--rate-limit", "0", "--tls", *pair, ca_bundle=str(certificates / "ca.pem")) as sandbox:
        yield sandbox


@pytest.fixture
def tls_plan(running: RunningSandbox, certificates: Path, settings: Settings) -> SitePlan:
    running.reset()
    running.register_app(redirect_url="http://testserver/identity/callback/")
    point_settings_at(running, settings)
    settings.SMARTSHEET_CA_BUNDLE = str(certificates / "ca.pem")
    return SitePlan(running, running.people()["alice"])


@pytest.fixture
def bob(tls_plan: SitePlan) -> Person:
    return tls_plan.sandbox.people()["bob"]


@pytest.fixture
def form(db: None, client: Client, tls_plan: SitePlan, bob: Person) -> Page:
    """Bob's form of a row, with a note typed in."""
    assert tls_plan.sandbox.url.startswith("https://")
    signing_in.sign_in(client, tls_plan.sandbox, bob)
    return Page.open(client, tls_plan.edit_path(ROW)).type({tls_plan.columns["Notes"]: "Rock"})


@pytest.mark.parametrize(
    ("fault", "status", "words", "outcome", "is_applied"),
    [
        (None, 200, "1 cell changed", "applied", True),
        ({"status": 401}, 401, "Please sign in again", "refused", False),
        ({"status": 429}, 429, "Wait a minute, then save again.", "refused", False),
        ({"status": 500, "errorCode": 4002}, 502, UNCERTAIN, "unknown", False),
        ({"status": 503}, 503, "Smartsheet can't be reached", "failed", False),
        ({"body": "truncated"}, 200, "1 cell changed", "applied", True),
        ({"drop": "before"}, 502, UNCERTAIN, "unknown", False),
        ({"drop": "after"}, 200, "1 cell changed", "applied", True),
        ({"delay": 30, "drop": "before"}, 502, UNCERTAIN, "unknown", False),
    ],
)
def test_a_write_is_one_request(
    form: Page,
    tls_plan: SitePlan,
    bob: Person,
    fault: dict[str, Any] | None,
    status: int,
    words: str,
    outcome: str,
    is_applied: bool,
    settings: Settings,
) -> None:
    if fault:
        settings.SMARTSHEET_DEADLINE = 4.0 if "delay" in fault else 15.0
        tls_plan.sandbox.fault(method="PUT", person=bob.id, **fault)
    page = form.save()
    assert (page.status, words in page.text) == (status, True), page.text
    assert len(tls_plan.writes(bob)) == 1
    (change,) = with_outcomes(Entry.objects.intents())
    assert change.phase == outcome
    assert tls_plan.value(ROW, "Notes") == ("Rock" if is_applied else None)


def test_a_certificate_that_is_not_trusted_is_no_smartsheet(
    form: Page, tls_plan: SitePlan, bob: Person, settings: Settings
) -> None:
    settings.SMARTSHEET_CA_BUNDLE = ""
    page = form.save()
    assert (page.status, "Smartsheet can't be reached" in page.text) == (503, True)
    assert page.value(tls_plan.columns["Notes"]) == "Rock"
    assert tls_plan.writes(bob) == []
