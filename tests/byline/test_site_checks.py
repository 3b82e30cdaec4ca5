"""For each wrong setting of a site, the system checks report one message, which says what to add."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import CheckMessage
from django.db import connection
from django.test.utils import override_script_prefix
from pytest_django import Settings

import audit.conf
import edits.conf
import identity.conf
from byline import setting_checks, site_checks
from identity.signin import csp


def found() -> list[CheckMessage]:
    checks = (setting_checks.setting_values, *site_checks.ALL, site_checks.session_engine)
    return [message for check in checks for message in check() if message.id != "byline.W007"]


def ids() -> list[str | None]:
    return [message.id for message in found()]


def test_this_project_is_well() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "name", ["django.contrib.messages", "django.contrib.staticfiles", "simple_history", "identity", "edits"]
)
def test_a_missing_app_is_named(name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = apps.is_installed
    monkeypatch.setattr(apps, "is_installed", lambda one: one != name and installed(one))
    (message,) = found()
    assert (message.id, name in message.msg) == ("byline.E002", True)


@pytest.mark.parametrize(
    "path",
    [
        "identity.middleware.LastRequestMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "audit.middleware.RequestContextMiddleware",
        "identity.middleware.SmartsheetUserMiddleware",
        "simple_history.middleware.HistoryRequestMiddleware",
        "audit.middleware.NotRecordedMiddleware",
    ],
)
def test_a_missing_middleware_is_named(path: str, settings: Settings) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != path]
    (message,) = found()
    assert message.id == "byline.E003"
    assert path.rpartition(".")[2].replace("LastRequest", "Session") in message.msg


def test_ours_come_after_the_login_of_the_site(settings: Settings) -> None:
    settings.MIDDLEWARE = ["identity.middleware.SmartsheetUserMiddleware", *settings.MIDDLEWARE]
    (message,) = found()
    assert message.id == "byline.E004"
    assert "AuthenticationMiddleware" in message.msg


def test_a_missing_context_processor_is_named(settings: Settings) -> None:
    (engine,) = settings.TEMPLATES
    kept = [one for one in engine["OPTIONS"]["context_processors"] if not one.startswith("identity.")]
    settings.TEMPLATES = [{**engine, "OPTIONS": {"context_processors": kept}}]
    (message,) = found()
    assert (message.id, "identity.context_processors.smartsheet" in message.msg) == ("byline.E005", True)


@pytest.mark.parametrize(
    ("frame", "lacking"),
    [
        ("{% block body %}{% endblock %}", "“title”, “styles”, “content”, “scripts”"),
        ('{% extends "site.html" %}{% block main %}{% block content %}{% endblock %}{% endblock %}', "“scripts”"),
        ('{% extends "site.html" %}{% block scripts %}{% block content %}{% endblock %}{% endblock %}', ""),
    ],
)
def test_a_frame_that_would_leave_pages_blank_is_named(
    frame: str, lacking: str, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "byline").mkdir()
    (tmp_path / "byline" / "base.html").write_text(frame)
    (tmp_path / "site.html").write_text(
        "{% block title %}{% endblock %}{% block styles %}{% endblock %}{% block main %}{% endblock %}"
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    messages = found()
    assert [message.id for message in messages] == (["byline.E006"] if lacking else [])
    assert all(f"has no block {lacking}, so" in message.msg for message in messages)


def test_templates_that_cannot_be_found_are_named(settings: Settings) -> None:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    assert ids() == ["byline.E006"]


def test_a_site_without_our_addresses_reads_what_to_include(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.byline.no_urls"
    (message,) = found()
    assert (message.id, "byline.urls" in (message.hint or "")) == ("byline.E007", True)


@pytest.mark.parametrize(("url", "expected"), [("/accounts/login/", ["byline.W004"]), ("home", []), ("/?a=1", [])])
def test_a_login_url_without_a_page_is_named(url: str, expected: list[str], settings: Settings) -> None:
    settings.LOGIN_URL = url
    assert ids() == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("home", []),
        ("/tools/?a=1", []),
        ("/tools/sheets/", []),
        ("https://login.example.com/", []),
        ("/sheets/", ["byline.W004"]),  # this address is outside of the site
        ("/tools/no/such/page/", ["byline.W004"]),
    ],
)
def test_a_login_url_can_be_under_a_prefix(url: str, expected: list[str], settings: Settings) -> None:
    settings.LOGIN_URL = url
    with override_script_prefix("/tools/"):
        assert ids() == expected


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("identity.sessions.store", []),
        ("django.contrib.sessions.backends.db", ["byline.I001"]),
        ("django.contrib.sessions.backends.file", ["byline.I001"]),
        ("django.contrib.sessions.backends.cached_db", ["byline.W002", "byline.I001"]),
        ("django.contrib.sessions.backends.cache", ["byline.W002", "byline.I001"]),
        ("django.contrib.sessions.backends.signed_cookies", ["byline.W001", "byline.I001"]),
    ],
)
def test_missing_features_of_a_session_engine_are_reported(
    engine: str, expected: list[str], settings: Settings
) -> None:
    settings.SESSION_ENGINE = engine
    assert ids() == expected


def test_a_cache_that_processes_share_is_right_for_sessions(settings: Settings) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x"}}
    assert ids() == ["byline.I001"]


def test_a_session_cookie_that_does_not_come_back_is_an_error(settings: Settings) -> None:
    settings.SESSION_COOKIE_SAMESITE = "Strict"
    assert ids() == ["byline.E010"]


def test_a_setting_that_gives_no_roles_is_named(settings: Settings) -> None:
    settings.BYLINE_FORM_DESIGNERS = ["anna@example.com"]
    settings.ROLES = {"auditor": ["anna@example.com"]}
    (message,) = found()
    assert (message.id, message.hint) == ("byline.W008", "Set ROLES = {'form_designer': [...]}.")
    assert "BYLINE_FORM_DESIGNERS has no effect" in message.msg
    settings.ROLES |= {"form_designer": settings.BYLINE_FORM_DESIGNERS}
    assert ids() == []


def test_roles_without_a_backend_are_named(settings: Settings) -> None:
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    settings.BYLINE_CONNECT = True
    assert ids() == ["byline.W005"]
    settings.AUTHENTICATION_BACKENDS = ["identity.backends.RolesBackend", *settings.AUTHENTICATION_BACKENDS]
    assert ids() == []
    settings.BYLINE_CONNECT = False
    assert ids() == ["byline.W006"]


def test_times_without_a_zone_are_an_error(settings: Settings) -> None:
    settings.USE_TZ = False
    assert ids() == ["byline.E009"]


def test_sqlite_is_told_to_take_its_lock_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert site_checks.times_and_databases() == []
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {})
    expected = ["byline.W007"] if connection.vendor == "sqlite" else []
    assert [message.id for message in site_checks.times_and_databases()] == expected


REGION = "https://app.smartsheet.com"


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("frame-ancestors 'none'", []),
        ("default-src 'self'", []),  # form-action doesn't fall back to default-src
        ("default-src 'self'; img-src https://pictures.example.com", ["img-src 'self'"]),
        ("form-action 'self'", [f"form-action {REGION}"]),
        ("form-action 'none'; img-src 'self'", [f"form-action {REGION}"]),
        (f"Form-Action 'self' {REGION}", []),
        ("form-action *", []),
        ("form-action 'self' https:", []),
        ("form-action 'self' https://*.smartsheet.com", []),
        ("form-action 'self' app.smartsheet.com", []),
        ("form-action https://app.smartsheet.com.evil.example", [f"form-action {REGION}"]),
        ("script-src 'nonce-x'; style-src 'self'", ["script-src 'self'"]),
        ("default-src 'none'; script-src https://static.example.com", ["style-src 'self'"]),
    ],
)
def test_missing_sources_of_a_content_security_policy_are_listed(
    header: str, missing: list[str], settings: Settings
) -> None:
    settings.SMARTSHEET_REGIONS = {"com": {"client_id": "a", "client_secret": "b"}}
    settings.SMARTSHEET_DEFAULT_REGION = "com"
    if "static.example.com" in header:
        settings.STATIC_URL = "https://static.example.com/"
        assert list(csp.missing(csp.policy_of_header(header)))[:1] == missing
    else:
        assert list(csp.missing(csp.policy_of_header(header))) == missing


@pytest.mark.parametrize(
    "policy",
    [
        {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"form-action": ["'self'"]}}},
        {"CONTENT_SECURITY_POLICY": None, "CSP_FORM_ACTION": ("'self'",)},
        {"CONTENT_SECURITY_POLICY": None, "SECURE_CSP": {"form-action": ["'self'"]}},
    ],
)
def test_a_policy_in_the_settings_is_checked(policy: dict[str, Any], settings: Settings) -> None:
    for name, value in policy.items():
        setattr(settings, name, value)
    (message,) = found()
    assert (message.id, "form-action" in message.msg) == ("byline.W003", True)


WRONG: Sequence[tuple[str, Any]] = [
    ("ADMIN_CONTACT", 5),
    ("APP_TOKEN_DAYS", -1),
    ("APP_TOKEN_RATE_LIMIT", 0),
    ("ASK_ANYONE", "yes"),
    ("ASK_MAILS_PER_DAY", 0.5),
    ("AUDIT_ACTOR", "nowhere.at.all"),
    ("AUDIT_ANCHORS", []),
    ("AUDIT_ANCHOR_FILE", 3),
    ("AUDIT_ANCHOR_PERSON", "alice@example.com"),
    ("AUDIT_ANCHOR_SHEET", "my sheet"),
    ("AUDIT_ANCHOR_SHEET_SECONDS", "often"),
    ("AUDIT_CELL_HISTORY", "django.conf.nothing"),
    ("AUDIT_SYMBOL", "django.conf.nothing"),
    ("AUDIT_READABLE_SHEETS", 1),
    ("AUDIT_SEAL_KEY", "no key"),
    ("AUDIT_SEAL_KEY_FILE", "/no/such/file"),
    ("AUDIT_SEAL_PUBLIC_KEYS", ["no key"]),
    ("AUDIT_SEAL_STALE", 0),
    ("AUDIT_STREAM_CLEAR_TEXT", "no"),
    ("AUDIT_STREAM_SECRET", b"bytes"),
    ("AUDIT_STREAM_TO", ["http://elsewhere.example"]),
    ("AUDIT_VERIFIED_FILE", ""),
    ("BASE_URL", "byline.example.com"),
    ("BYLINE_CONNECT", "yes"),
    ("BYLINE_FEATURES", ["view", "fly"]),
    ("CORS_ALLOWED_ORIGINS", ["app.example.com"]),
    ("FORM_PROBLEM_MAILS", "no"),
    ("PASSWORD_RATE_LIMIT", 0),
    ("PROFILE_REFRESH_AFTER", -1),
    ("ROLES", {"king": []}),
    ("SESSION_ABSOLUTE_SECONDS", 0),
    ("SESSION_IDLE_SECONDS", "1 h"),
    ("SETTLE_AFTER", 1),
    ("SETTLE_PATIENCE", -5),
    ("SIGN_IN_ACCOUNTS", "com:1"),
    ("SIGN_IN_DOMAINS", ["@example.com"]),
    ("SIGN_IN_PEOPLE", ["Alice@Example.com"]),
    ("SIGN_IN_RATE_LIMIT", 1),
    ("SMARTSHEET_CA_BUNDLE", "/no/such/file"),
    ("SMARTSHEET_DEADLINE", 0),
    ("SMARTSHEET_DEFAULT_REGION", 1),
    ("SMARTSHEET_HISTORY_CALLS", True),
    ("SMARTSHEET_MAX_CALLS", 2.5),
    ("SMARTSHEET_MAX_CALLS_PER_PERSON", 0),
    ("SMARTSHEET_SCOPES", "READ_SHEETS"),
    ("TOKEN_REFRESH_AHEAD", -1),
    ("TRUSTED_PROXIES", -1),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: object, settings: Settings) -> None:
    setattr(settings, name, value)
    messages = setting_checks.setting_values()
    assert [message.id for message in messages] == ["byline.E008"]
    assert name in messages[0].msg
    assert "no key" not in messages[0].msg


def test_each_setting_of_the_apps_has_a_rule() -> None:
    names = {*audit.conf.DEFAULTS, *edits.conf.DEFAULTS, *identity.conf.DEFAULTS}
    assert set(setting_checks.RULES) == names == {name for name, _ in WRONG}


@pytest.mark.parametrize(
    "together",
    [
        {"AUDIT_ANCHORS": ["file"]},
        {"AUDIT_ANCHORS": ["log", "sheet"], "AUDIT_ANCHOR_SHEET": "12"},
        {"AUDIT_STREAM_TO": ["https://logs.example.com/byline"]},
    ],
)
def test_settings_that_need_others_name_them(together: dict[str, object], settings: Settings) -> None:
    for name, value in together.items():
        setattr(settings, name, value)
    (message,) = setting_checks.setting_values()
    assert " set " in message.msg
