"""If a setting can't be used, the app doesn't start. It prints a sentence that names the variable, and no traceback."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECRETS = {
    "SECRET_KEY": "k7#Vd0b!2mQx9zR4tYw6uPa8sDf1gHj3kLe5nBc7vMi2oTq-Wp8Zr",
    "TOKEN_KEYS": "wTC1zWX2qxNezJO0_sSQ3kkW9L1QRToKQE7JKw6m2nA=",
    "SMARTSHEET_CLIENT_ID": "byline-demo",
    "SMARTSHEET_CLIENT_SECRET": "byline-demo-secret",
}

# The browser tests set this variable, and may run in this process.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=60)


def assert_it_stops_with_a_sentence(result: subprocess.CompletedProcess[str], about: str) -> None:
    assert result.returncode == 1, result.stdout
    assert about in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr


@pytest.mark.parametrize("elsewhere", [{"DEBUG": "false"}, {"SMARTSHEET_REGION": "eu"}])
@pytest.mark.parametrize("name", SECRETS)
def test_it_names_the_secret_that_is_missing_outside_the_demo(name: str, elsewhere: dict[str, str]) -> None:
    assert_it_stops_with_a_sentence(manage("check", **SECRETS | {name: ""} | elsewhere), f"{name} is not set")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMARTSHEET_REGION", "moon"),
        ("SMARTSHEET_REGIONS", "eu,moon"),
        ("SMARTSHEET_DEADLINE", "soon"),
        ("SMARTSHEET_DEADLINE", "0"),
        ("SMARTSHEET_DEADLINE", "inf"),
        ("SESSION_IDLE_SECONDS", "0"),
        ("SESSION_ABSOLUTE_SECONDS", "-1"),
        ("PROFILE_REFRESH_AFTER", "daily"),
        ("TRUSTED_PROXIES", "-1"),
        ("SIGN_IN_PEOPLE", "alice"),
        ("SIGN_IN_ACCOUNTS", "Northside"),
        ("SIGN_IN_DOMAINS", "*.example.com"),
        ("SIGN_IN_RATE_LIMIT", "0"),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_URL", "smtp://mail.example.com:port"),
        ("ASK_MAILS_PER_DAY", "many"),
        ("CACHE_URL", "memory"),
        ("CACHE_URL", "dbcache://a;drop"),
        ("CACHE_URL", "filecache://relative/path"),
        ("CACHE_URL", "redis://:password@"),
        ("BYLINE_AUDITORS", "moon:4583173393803140"),
        ("TOKEN_KEYS", "no key"),
        ("SMARTSHEET_API_BASE", "http://smartsheet.example.com/2.0"),
        ("SMARTSHEET_API_BASE", "https://api.smartsheet.com.example.com/2.0"),
        ("SMARTSHEET_AUTHORIZE_URL", "https://smartsheet.com@example.com/b/authorize"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("AUDIT_STREAM_TO", "http://siem.example.com/"),
        ("AUDIT_STREAM_TO", "https://siem.example.com/"),
        ("AUDIT_STREAM_TO", "stdout"),
        ("SMARTSHEET_CA_BUNDLE", "/nowhere/ca.pem"),
        ("DATABASE_URL", "foo"),
        ("DATABASE_URL", "mysql://localhost/byline"),
    ],
)
def test_it_names_the_variable_that_cannot_be_used(name: str, value: str) -> None:
    assert_it_stops_with_a_sentence(manage("check", **{name: value}), name)


def test_it_says_that_the_database_is_not_there() -> None:
    result = manage("migrate", DATABASE_URL="postgres://nobody:secret-word@127.0.0.1:1/byline")
    assert result.returncode == 1
    assert "The database cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
    assert "secret-word" not in result.stderr


def test_a_deployment_with_its_secrets_passes_every_check() -> None:
    public = {"DEBUG": "false", "BASE_URL": "https://byline.example.com"}
    result = manage("check", "--deploy", "--fail-level", "WARNING", **SECRETS | public)
    assert result.returncode == 0, result.stderr


def settings_of(expression: str, **environment: str) -> str:
    """Return the value of an expression that uses the settings, with these environment variables."""
    code = f"from django.conf import settings; print({expression})"
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", code]
    environment = ENVIRONMENT | settings | environment
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


TWO_REGIONS = SECRETS | {
    "SMARTSHEET_REGIONS": "com,eu",
    "SMARTSHEET_CLIENT_ID_EU": "byline-eu",
    "SMARTSHEET_CLIENT_SECRET_EU": "eu-secret",
}


def test_each_region_has_its_own_registration_and_hosts() -> None:
    facts = "{n: (r['api_base'], r['client_id'], r['client_auth']) for n, r in settings.SMARTSHEET_REGIONS.items()}"
    assert settings_of(facts, **TWO_REGIONS, SMARTSHEET_CLIENT_AUTH_EU="secret") == str(
        {
            "com": ("https://api.smartsheet.com/2.0", "byline-demo", "hash"),
            "eu": ("https://api.smartsheet.eu/2.0", "byline-eu", "secret"),
        }
    )


def test_pages_may_send_people_to_every_region() -> None:
    allowed = settings_of("settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']", **TWO_REGIONS)
    assert allowed == str(["'self'", "https://app.smartsheet.com", "https://app.smartsheet.eu"])


@pytest.mark.parametrize("name", ["SMARTSHEET_CLIENT_ID_EU", "SMARTSHEET_CLIENT_SECRET_EU"])
def test_no_region_borrows_the_registration_of_another(name: str) -> None:
    assert_it_stops_with_a_sentence(manage("check", **TWO_REGIONS | {name: ""}), f"{name} is not set")


def test_tokens_only_go_to_listed_hosts() -> None:
    elsewhere = {"SMARTSHEET_API_BASE_EU": "https://stand-in.example.com/2.0"}
    assert_it_stops_with_a_sentence(manage("check", **TWO_REGIONS | elsewhere), "SMARTSHEET_API_BASE_EU")
    trusted = {"SMARTSHEET_TRUSTED_HOSTS": "stand-in.example.com"}
    assert manage("check", **TWO_REGIONS | elsewhere | trusted).returncode == 0


def test_two_regions_in_production_pass_every_check() -> None:
    public = {"DEBUG": "false", "BASE_URL": "https://byline.example.com", "CORS_ALLOWED_ORIGINS": "https://a.example"}
    result = manage("check", "--deploy", "--fail-level", "WARNING", **TWO_REGIONS | public)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_database_is_in_the_project_whatever_its_folder_is_called(tmp_path: Path) -> None:
    project = tmp_path / "50%41 of #1, c++ & what?"
    for app in ("config", "byline", "edits", "audit", "identity"):
        shutil.copytree(ROOT / app, project / app)
    command = [sys.executable, "-c", "from config import settings; print(settings.DATABASES['default']['NAME'])"]
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "DATABASE_URL"}
    printed = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed == f"{project / 'var' / 'db.sqlite3'}\n"


@pytest.mark.parametrize("sender", ["", "Byline", "byline@example.com\nBcc: all@example.com"])
def test_a_mail_server_needs_an_address_that_mails_come_from(sender: str) -> None:
    given = {"EMAIL_URL": "smtp+tls://byline:hidden-word@mail.example.com:587", "DEFAULT_FROM_EMAIL": sender}
    result = manage("check", **given)
    assert_it_stops_with_a_sentence(result, "DEFAULT_FROM_EMAIL")
    assert "hidden-word" not in result.stderr


SHOW = "from django.conf import settings as s; print(s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_USE_TLS)"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, "console localhost False"),
        (SECRETS | {"SMARTSHEET_REGION": "eu"}, "dummy localhost False"),
        (
            {"EMAIL_URL": "smtp+tls://mail.example.com", "DEFAULT_FROM_EMAIL": "Byline <byline@example.com>"},
            "smtp mail.example.com True",
        ),
    ],
)
def test_only_the_demo_prints_mails(given: dict[str, str], shown: str) -> None:
    assert manage("shell", "--no-imports", "-c", SHOW, **given).stdout.strip() == shown
