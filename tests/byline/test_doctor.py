"""manage.py byline_doctor prints findings, exits with 0 or 1, and shows no secret."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from byline.models import Worker
from tests.conftest import SignIn, point_settings_at
from tests.identity.provider import Answer, Provider
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:.*unclosed.*ssl:ResourceWarning")]


def doctor(capsys: pytest.CaptureFixture[str], settings: Settings) -> tuple[int, str]:
    """Run the command. Return the exit code and the output, after checking that the output has no secret."""
    code = 0
    try:
        call_command("byline_doctor", no_color=True)
    except SystemExit as end:
        code = int(str(end.code))
    output = capsys.readouterr().out
    for region in settings.SMARTSHEET_REGIONS.values():
        assert not region.get("client_secret") or region["client_secret"] not in output
    assert all(key not in output for key in (*settings.TOKEN_KEYS, settings.SECRET_KEY, settings.AUDIT_SEAL_KEY) if key)
    return code, output


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with Provider() as provider:
        region = settings.SMARTSHEET_REGIONS["sandbox"]
        settings.SMARTSHEET_REGIONS = {"sandbox": {**region, "api_base": f"{provider.url}/2.0"}}
        yield provider


def at(settings: Settings, api_base: str) -> None:
    region = settings.SMARTSHEET_REGIONS["sandbox"]
    settings.SMARTSHEET_REGIONS = {"sandbox": {**region, "api_base": api_base}}


@pytest.mark.usefixtures("sandbox")
def test_nothing_is_missing_where_all_is_well(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    Worker.objects.note_running()
    code, output = doctor(capsys, settings)
    assert (code, output.count("to do")) == (0, 0)
    assert "Smartsheet answers at http://127.0.0.1" in output
    assert "A worker runs on " in output
    assert "such as http://127.0.0.1:8000/identity/callback/" in output
    assert "Developer Tools" not in output
    assert output.endswith("Nothing is missing.\n")


@pytest.mark.usefixtures("sandbox")
def test_a_worker_that_never_ran_or_has_stopped_is_to_do(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "to do  No worker has ever run" in output
    Worker.objects.create(machine="worker-7", seen_at=timezone.now() - timedelta(hours=3))
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "The last worker was seen 3\xa0hours ago, on worker-7." in output


@pytest.mark.usefixtures("sandbox")
def test_a_machine_that_has_had_no_worker_for_a_month_is_forgotten() -> None:
    Worker.objects.create(machine="long gone", seen_at=timezone.now() - timedelta(days=31))
    Worker.objects.create(machine="yesterday", seen_at=timezone.now() - timedelta(days=1))
    Worker.objects.note_running()
    assert "long gone" not in Worker.objects.values_list("machine", flat=True)
    assert Worker.objects.count() == 2


def test_a_name_that_is_unknown(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    at(settings, "https://api.smartsheet.invalid/2.0")
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "to do  The host name api.smartsheet.invalid can't be found." in output


def test_a_port_that_nothing_listens_on(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    at(settings, f"http://127.0.0.1:{port}/2.0")
    code, output = doctor(capsys, settings)
    assert code == 1
    assert f"to do  No program accepts connections at 127.0.0.1, TCP port {port}." in output


def test_a_server_that_does_not_answer(
    capsys: pytest.CaptureFixture[str], settings: Settings, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byline.way_to_smartsheet.SECONDS", 0.2)
    provider.profile = Answer({}, delay=60)
    code, output = doctor(capsys, settings)
    assert code == 1
    assert f"to do  {provider.url}/2.0 gave no answer" in output


@pytest.mark.parametrize(
    "answer", [Answer(b"<html>Company gateway</html>"), Answer({"error": "denied"}, status=403), Answer([], status=401)]
)
def test_another_server_in_smartsheets_place(
    answer: Answer, capsys: pytest.CaptureFixture[str], settings: Settings, provider: Provider
) -> None:
    provider.profile = answer
    code, output = doctor(capsys, settings)
    assert code == 1
    assert f"answers HTTP {answer.status}, but Smartsheet's API doesn't answer like this." in output
    (arrival,) = provider.arrived("GET", "/2.0/users/me")
    assert arrival.authorization is None


def test_a_port_without_tls(capsys: pytest.CaptureFixture[str], settings: Settings, provider: Provider) -> None:
    at(settings, f"{provider.url.replace('http:', 'https:')}/2.0")
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "can't agree on a TLS connection" in output


def test_a_certificate_that_is_not_trusted(
    capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    pair = str(tmp_path / "server.pem")
    with RunningSandbox("--tls", pair, pair, ca_bundle=str(tmp_path / "ca.pem")) as sandbox:
        point_settings_at(sandbox, settings)
        code, output = doctor(capsys, settings)
        assert code == 1
        assert "to do  The certificate of 127.0.0.1 isn't trusted" in output
        assert "set SMARTSHEET_CA_BUNDLE" in output
        settings.SMARTSHEET_CA_BUNDLE = str(tmp_path / "ca.pem")
        assert "Smartsheet answers at https://127.0.0.1" in doctor(capsys, settings)[1]


@pytest.mark.usefixtures("sandbox")
def test_findings_of_checks_are_shown_with_their_hints(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    settings.SESSION_COOKIE_SAMESITE = "Strict"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.TOKEN_KEYS = ["no key"]
    code, output = doctor(capsys, settings)
    assert code == 1
    for finding in ("byline.E010", "byline.W001", "identity.E001"):
        assert f"({finding})" in output
    assert "Set it to 'Lax'." in output


def test_without_regions_it_says_so_and_asks_nobody(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    settings.SMARTSHEET_REGIONS = {}
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "(identity.E002)" in output
    assert "Smartsheet answers" not in output


@pytest.mark.usefixtures("sandbox")
def test_the_policy_that_a_page_really_has_is_looked_at(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    """The command checks the policy that a page really has. Here, a middleware of the site sets the policy, and the
    settings have none.
    """
    settings.CONTENT_SECURITY_POLICY = None
    settings.MIDDLEWARE = ["tests.byline.own_policy.OwnPolicyMiddleware", *settings.MIDDLEWARE]
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "to do  The site's Content-Security-Policy blocks" in output
    assert "Add: form-action http://127.0.0.1" in output


def test_the_redirect_url_of_a_real_region_is_named(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    at(settings, "https://api.smartsheet.invalid/2.0")
    output = doctor(capsys, settings)[1]
    assert "has to be https://YOUR-HOST/identity/callback/" in output
    assert "under Account, Developer Tools" in output


@pytest.mark.usefixtures("sandbox")
def test_a_site_that_nobody_can_use_is_to_do(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    Worker.objects.note_running()
    settings.LOGIN_URL = "/no/such/page/"
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "to do  LOGIN_URL is '/no/such/page/', where this site has no page. (byline.W004)" in output
    assert "Nothing is missing" not in output


@pytest.mark.usefixtures("sandbox")
def test_tokens_that_cannot_be_decrypted_are_to_do(
    capsys: pytest.CaptureFixture[str], settings: Settings, sign_in: SignIn, alice: Person, client: Client
) -> None:
    Worker.objects.note_running()
    sign_in(client, alice)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "to do  TOKEN_KEYS can't decrypt the tokens" in output


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("folder", ["", "missing"])
def test_an_anchor_file_that_cannot_be_written_is_to_do(
    capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path, folder: str
) -> None:
    Worker.objects.note_running()
    settings.AUDIT_ANCHORS, settings.AUDIT_ANCHOR_FILE = ["file"], str(tmp_path / folder / "seals.jsonl")
    code, output = doctor(capsys, settings)
    assert code == (1 if folder else 0)
    assert ("to do  AUDIT_ANCHOR_FILE can't be written" in output) is bool(folder)


@pytest.mark.usefixtures("sandbox")
def test_advice_names_no_page_that_a_wheel_lacks(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    settings.APP_TOKEN_DAYS = -1
    output = doctor(capsys, settings)[1]
    assert "(byline.E008)" in output
    assert "docs/" not in output


@pytest.mark.usefixtures("sandbox")
def test_migrations_that_are_not_applied_are_named(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'byline'")
    code, output = doctor(capsys, settings)
    assert code == 1
    assert "Migrations are not applied: byline.0001_worker." in output
    assert "Run manage.py migrate." in output
