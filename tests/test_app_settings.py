"""Each app has a default for each of its settings, so that a site sets only settings that differ from the defaults."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

import audit.conf
import edits.conf
import identity.conf
from identity.checks import registrations, smartsheet_regions, token_keys
from identity.regions import HOSTS, region

ROOT = Path(__file__).resolve().parent.parent
DEFAULTS = {
    "audit": set(audit.conf.DEFAULTS),
    "identity": set(identity.conf.DEFAULTS),
    "edits": set(edits.conf.DEFAULTS | identity.conf.DEFAULTS),
}
REQUIRED = {"TOKEN_KEYS", "SMARTSHEET_REGIONS"}
DJANGO = {name for name in dir(global_settings) if name.isupper()}
HOST = """
import byline

SECRET_KEY = "a key of a site"
USE_TZ = True
SIMPLE_HISTORY_DATE_INDEX = False
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
}
SESSION_ENGINE = "identity.sessions.store"
ROOT_URLCONF = "byline.urls"
STATIC_URL = "static/"
LOGIN_URL = "edits:sheets"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.messages",
    "django.contrib.staticfiles", "simple_history", *byline.APPS,
]
MIDDLEWARE = [
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    *byline.MIDDLEWARE,
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "identity.context_processors.smartsheet",
    ]},
}]
"""
REGION = {"client_id": "a-client", "client_secret": "a-secret"}
COMPLETE: dict[str, object] = {"TOKEN_KEYS": [Fernet.generate_key().decode()], "SMARTSHEET_REGIONS": {"com": REGION}}


def reads(app: str) -> Iterator[tuple[Path, str, str]]:
    """Yield each setting that a module of the app reads: the module's file, the module from which it imports
    `settings`, and the setting's name.
    """
    for path in (ROOT / app).rglob("*.py"):
        tree = ast.parse(path.read_text())
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        origin = next((node.module or "" for node in imports if "settings" in {one.name for one in node.names}), "")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "settings":
                yield path, origin, node.attr


@pytest.mark.parametrize("app", DEFAULTS)
def test_it_reads_no_setting_without_a_default(app: str) -> None:
    found = list(reads(app))
    assert found
    for path, origin, name in found:
        if path.name == "conf.py" or name in DJANGO:
            continue
        assert origin == f"{app}.conf", (path, name)
        assert name in DEFAULTS[app] | REQUIRED, (path, name)


def test_no_setting_has_two_defaults() -> None:
    assert not set(audit.conf.DEFAULTS) & set(identity.conf.DEFAULTS)
    assert not set(edits.conf.DEFAULTS) & (set(identity.conf.DEFAULTS) | set(audit.conf.DEFAULTS))


def check(tmp_path: Path, *arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Run Django's command `check` in a site. If there are arguments, run Python with these arguments instead. Of this
    project's settings, the site sets only those in `more`.
    """
    (tmp_path / "site_settings.py").write_text(HOST + "".join(f"{name} = {value!r}\n" for name, value in more.items()))
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-W", "error", *(arguments or ("-m", "django", "check"))]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)


def test_a_site_sets_the_keys_and_its_regions_and_nothing_else(tmp_path: Path) -> None:
    result = check(tmp_path, **COMPLETE)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_site_without_them_reads_what_is_missing(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.returncode == 1
    assert "identity.E001) The setting TOKEN_KEYS is missing" in result.stderr
    assert "identity.E002) The setting SMARTSHEET_REGIONS is missing" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "command", [("check",), ("migrate",), ("runserver", "127.0.0.1:0"), ("runserver", "127.0.0.1:0", "--noreload")]
)
def test_a_package_of_the_site_that_hides_one_of_ours_is_named(command: Sequence[str], tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "__init__.py").write_text("")
    result = check(tmp_path, "-m", "django", *command, **COMPLETE)
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"byline.E001: Python finds the package “audit” in {tmp_path / 'audit'} instead of Byline's")
    assert line.endswith("Rename the site's package: Python can't import two packages with the same name.")


def test_a_server_that_finds_such_a_package_raises_an_error(tmp_path: Path) -> None:
    (tmp_path / "audit.py").write_text("")
    result = check(tmp_path, "-c", "import django; django.setup()", **COMPLETE)
    assert "ImproperlyConfigured: byline.E001: Python finds the package “audit”" in result.stderr


@pytest.mark.parametrize("name", ["com", "eu", "au", "gov"])
def test_a_region_of_smartsheet_needs_no_more_than_the_registration_there(name: str, settings: Settings) -> None:
    settings.SMARTSHEET_REGIONS = {name: REGION}
    del settings.SMARTSHEET_SCOPES
    where = region(name)
    assert (where.api_base, where.authorize_url) == HOSTS[name]
    assert (where.client_auth, where.scopes) == ("hash", ("READ_SHEETS", "WRITE_SHEETS"))


def test_a_site_that_only_shows_sheets_asks_for_no_other_permission(settings: Settings) -> None:
    settings.SMARTSHEET_REGIONS = {"com": REGION}
    del settings.SMARTSHEET_SCOPES
    settings.BYLINE_FEATURES = ["view"]
    assert region("com").scopes == ("READ_SHEETS",)


@pytest.mark.parametrize("regions", [{}, {"com": {}}, {"mine": REGION}, {"com": {**REGION, "client": "x"}}])
def test_incomplete_regions_are_reported(regions: object, settings: Settings) -> None:
    settings.SMARTSHEET_REGIONS = regions
    settings.SMARTSHEET_DEFAULT_REGION = "com"
    assert [message.id for message in smartsheet_regions()] == ["identity.E002"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("api_base", "http://api.smartsheet.com/2.0", "com needs an https address as api_base"),
        ("authorize_url", "app.smartsheet.com", "com needs an https address as authorize_url"),
        ("client_id", " ", "com has no client_id"),
        ("client_secret", None, "com has no client_secret"),
        ("client_auth", "basic", "client_auth of com must be 'hash' or 'secret', not 'basic'"),
        ("scopes", "READ_SHEETS", "scopes of com must be a list"),
        ("scopes", (), "scopes of com must be a list"),
    ],
)
def test_a_registration_that_cannot_be_used_is_reported(
    field: str, value: object, told: str, settings: Settings
) -> None:
    settings.SMARTSHEET_REGIONS = {"com": {**REGION, field: value}}
    settings.SMARTSHEET_DEFAULT_REGION = "com"
    (message,) = registrations()
    assert message.id == "identity.E003"
    assert told in message.msg
    assert REGION["client_secret"] not in message.msg


def test_keys_in_place_are_no_message() -> None:
    assert token_keys() == smartsheet_regions() == registrations() == []


def test_the_default_region_is_the_first(settings: Settings) -> None:
    del settings.SMARTSHEET_DEFAULT_REGION
    settings.SMARTSHEET_REGIONS = {"eu": REGION, "com": REGION}
    assert identity.conf.settings.SMARTSHEET_DEFAULT_REGION == "eu"


def test_settling_waits_for_twice_the_deadline(settings: Settings) -> None:
    del settings.SETTLE_AFTER
    settings.SMARTSHEET_DEADLINE = 100
    assert edits.conf.settings.SETTLE_AFTER == 200


def test_a_setting_without_a_default_is_named_when_it_is_missing(settings: Settings) -> None:
    del settings.TOKEN_KEYS
    with pytest.raises(ImproperlyConfigured, match="TOKEN_KEYS is missing"):
        identity.conf.settings.TOKEN_KEYS  # noqa: B018 # reading it is the test
