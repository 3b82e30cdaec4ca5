"""The project's settings: values from the environment, and values that differ from the defaults of Django and the apps.

A fresh clone runs as the demo: with DEBUG on, SQLite, and the sandbox in place of Smartsheet. If DEBUG is off or a real
region is set, the environment must have all secrets. Otherwise the app doesn't start.
"""

from pathlib import Path
from urllib.parse import quote, urlsplit

from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.core.exceptions import ImproperlyConfigured

import byline
from config import caching, mail, people, smartsheet
from config.environment import (
    DEBUG,
    ROOT,
    env,
    fernet_keys,
    flag,
    names,
    number,
    origin,
    origins,
    stream_targets,
    text,
    texts,
)
from config.smartsheet import DEMO_SEAL_KEY, IS_DEMO, secret
from edits.conf import settle_after
from edits.features import Feature, scopes_of

SECRET_KEY = secret("SECRET_KEY", demo="the demo's key, which protects nothing but practice data")

# The app's address. Smartsheet sends people back to BASE_URL + /identity/callback/.
BASE_URL = origin("BASE_URL", default="http://127.0.0.1:8000")
BASE_HOST = urlsplit(BASE_URL).hostname or ""
IS_HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[BASE_HOST, "127.0.0.1", "localhost"] if DEBUG else [BASE_HOST]
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Smartsheet

# What people can do here. Unless SMARTSHEET_SCOPES is set, the app asks Smartsheet only for the scopes that these
# features need.
BYLINE_FEATURES = names("BYLINE_FEATURES", among=set(Feature), advice="use view, change, add and delete")
SMARTSHEET_REGIONS = smartsheet.regions(tuple(env.list("SMARTSHEET_SCOPES", default=scopes_of(BYLINE_FEATURES))))
SMARTSHEET_DEFAULT_REGION = smartsheet.REGION_NAMES[0]
SMARTSHEET_DEADLINE = number("SMARTSHEET_DEADLINE", least=0.1)
SMARTSHEET_MAX_CALLS = int(number("SMARTSHEET_MAX_CALLS", least=1))
SMARTSHEET_MAX_CALLS_PER_PERSON = int(number("SMARTSHEET_MAX_CALLS_PER_PERSON", least=1))
SETTLE_AFTER = number("SETTLE_AFTER", default=settle_after(SMARTSHEET_DEADLINE), least=SMARTSHEET_DEADLINE)
SETTLE_PATIENCE = number("SETTLE_PATIENCE")
SMARTSHEET_HISTORY_CALLS = int(number("SMARTSHEET_HISTORY_CALLS", least=1))
TOKEN_REFRESH_AHEAD = number("TOKEN_REFRESH_AHEAD")
PROFILE_REFRESH_AFTER = number("PROFILE_REFRESH_AFTER")
SMARTSHEET_CA_BUNDLE = text("SMARTSHEET_CA_BUNDLE")
if SMARTSHEET_CA_BUNDLE and not Path(SMARTSHEET_CA_BUNDLE).is_file():
    raise ImproperlyConfigured(f"SMARTSHEET_CA_BUNDLE: there is no file {SMARTSHEET_CA_BUNDLE}.")

# Fernet keys, separated by commas. The first one encrypts, and all of them decrypt.
TOKEN_KEYS = fernet_keys("TOKEN_KEYS", secret("TOKEN_KEYS", demo="wTC1zWX2qxNezJO0_sSQ3kkW9L1QRToKQE7JKw6m2nA="))

# Django

INSTALLED_APPS = [
    "config.apps.ProjectAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "ninja",  # serves the page that documents the API
    "simple_history",
    *byline.APPS,
    "api",
    "config.apps.ProjectConfig",
]
# The order matters: docs/architecture.md, "Middleware".
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.LoopbackHostMiddleware",
    "audit.middleware.RequestContextMiddleware",
    "csp.middleware.CSPMiddleware",
    "identity.middleware.NoStoreMiddleware",
    "identity.middleware.LastRequestMiddleware",  # Django's SessionMiddleware with one difference
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "identity.middleware.SmartsheetUserMiddleware",
    "identity.middleware.SessionUseMiddleware",
    "identity.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "config.middleware.DatabaseAwayMiddleware",
    "audit.middleware.NotRecordedMiddleware",
    "config.middleware.NotAPageMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTHENTICATION_BACKENDS = ["identity.backends.SmartsheetBackend", "django.contrib.auth.backends.ModelBackend"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "identity.context_processors.smartsheet",
                "config.context_processors.demo",
                "config.context_processors.rights",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# SQLite's settings for a server. WAL lets people read while one process writes. IMMEDIATE takes the lock when a
# transaction begins, which avoids deadlocks. FULL writes each commit to the disk before the commit ends.
# https://docs.djangoproject.com/en/5.2/ref/databases/
SQLITE_OPTIONS = {
    "timeout": 7,  # seconds to wait for the lock, less than people wait for Smartsheet
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728; "
        "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY; "
        "PRAGMA secure_delete=ON;"  # overwrites deleted rows, so that erased names aren't left in the file
    ),
}
_database: str = env.str("DATABASE_URL", default=f"sqlite:///{quote(str(ROOT / 'var' / 'db.sqlite3'))}")
if not _database.startswith(("postgres://", "postgresql://", "sqlite:///")):
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite:///.")
DATABASES = {"default": env.db_url_config(_database)}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# If the whole request were one transaction, the log of a failed edit would be rolled back.
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"].setdefault("OPTIONS", {}).update(SQLITE_OPTIONS)

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ROOT / "var" / "static"
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static_files.HashedStaticFiles"
    },
}

CACHES = caching.caches(SECRET_KEY)

# Security

_authorize_urls = [urlsplit(region["authorize_url"]) for region in SMARTSHEET_REGIONS.values()]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Swagger UI's style sheet has data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        # The sign-in form redirects to Smartsheet, and browsers apply form-action to redirects too.
        "form-action": [SELF, *(f"{url.scheme}://{url.netloc}" for url in _authorize_urls)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "identity.sessions.store"
SESSION_IDLE_SECONDS = number("SESSION_IDLE_SECONDS", least=1)
SESSION_ABSOLUTE_SECONDS = number("SESSION_ABSOLUTE_SECONDS", least=1)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS or not DEBUG
if SESSION_COOKIE_SECURE:
    # Browsers accept a cookie with this prefix only over https, and only from this host. Other hosts of the domain
    # can't set it. https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_HSTS_SECONDS = int(number("SECURE_HSTS_SECONDS", default=0 if DEBUG else 31_536_000))
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
TRUSTED_PROXIES = int(number("TRUSTED_PROXIES"))
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a row can have 400 columns; each sends its new value and the one that was shown
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20  # bytes; enough for 140 cells of 4,000 Chinese characters of 9 bytes each
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.redaction.WithoutVariables"
DEFAULT_EXCEPTION_REPORTER = "config.redaction.WithoutRequest"
CORS_ALLOWED_ORIGINS = origins("CORS_ALLOWED_ORIGINS")
LOGIN_URL = LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "edits.rows.csrf.too_old"

# Who can sign in, and their roles

BYLINE_CONNECT = False  # people sign in with Smartsheet, and users with a password only use the admin
SIGN_IN_ACCOUNTS = people.accounts("SIGN_IN_ACCOUNTS")
SIGN_IN_DOMAINS = people.domains("SIGN_IN_DOMAINS")
SIGN_IN_PEOPLE = people.people("SIGN_IN_PEOPLE")
ADMIN_CONTACT = text("ADMIN_CONTACT")
ROLES = {
    "auditor": people.people("BYLINE_AUDITORS", in_demo=[people.ALICE]),
    "form_designer": people.people("BYLINE_FORM_DESIGNERS", in_demo=[people.ALICE, people.BOB]),
    "administrator": people.people("BYLINE_ADMINISTRATORS", in_demo=[people.ALICE]),
}
SIGN_IN_RATE_LIMIT = int(number("SIGN_IN_RATE_LIMIT", least=2))
PASSWORD_RATE_LIMIT = int(number("PASSWORD_RATE_LIMIT", least=1))
APP_TOKEN_DAYS = int(number("APP_TOKEN_DAYS"))
APP_TOKEN_RATE_LIMIT = int(number("APP_TOKEN_RATE_LIMIT", least=1))

# The audit log's seals, anchors and stream (docs/audit-log.md). Only the process that makes seals has to have the
# private key.
AUDIT_SEAL_KEY: str = env.str("AUDIT_SEAL_KEY", default=DEMO_SEAL_KEY if IS_DEMO else "")
AUDIT_SEAL_KEY_FILE = text("AUDIT_SEAL_KEY_FILE")
AUDIT_SEAL_PUBLIC_KEYS = texts("AUDIT_SEAL_PUBLIC_KEYS")
AUDIT_SEAL_STALE = number("AUDIT_SEAL_STALE", least=1)
BASE_DIR = ROOT  # relative paths of the log's files begin here
AUDIT_VERIFIED_FILE: str = env.str("AUDIT_VERIFIED_FILE", default=str(ROOT / "var" / "audit-verified.json"))
AUDIT_ANCHORS = names("AUDIT_ANCHORS", among={"log", "file", "sheet"}, advice="use log, file, sheet")
AUDIT_ANCHOR_FILE = text("AUDIT_ANCHOR_FILE")
AUDIT_ANCHOR_SHEET = text("AUDIT_ANCHOR_SHEET")
AUDIT_ANCHOR_PERSON = people.people("AUDIT_ANCHOR_PERSON")
AUDIT_ANCHOR_SHEET_SECONDS = number("AUDIT_ANCHOR_SHEET_SECONDS")
if "file" in AUDIT_ANCHORS and not AUDIT_ANCHOR_FILE:
    raise ImproperlyConfigured("AUDIT_ANCHORS includes “file”: set AUDIT_ANCHOR_FILE to the path of a file.")
if "sheet" in AUDIT_ANCHORS and not (AUDIT_ANCHOR_SHEET.isdecimal() and len(AUDIT_ANCHOR_PERSON) == 1):
    raise ImproperlyConfigured(
        "AUDIT_ANCHORS includes “sheet”: set AUDIT_ANCHOR_SHEET (an id) and AUDIT_ANCHOR_PERSON (one person)."
    )
AUDIT_STREAM_SECRET = text("AUDIT_STREAM_SECRET")
AUDIT_STREAM_TO = stream_targets("AUDIT_STREAM_TO", secret=AUDIT_STREAM_SECRET)
AUDIT_STREAM_CLEAR_TEXT = flag("AUDIT_STREAM_CLEAR_TEXT")

# Mail: EMAIL_BACKEND, EMAIL_HOST and so on. The worker sends mails.
globals().update(mail.settings())
ASK_MAILS_PER_DAY = int(number("ASK_MAILS_PER_DAY"))
ASK_ANYONE = flag("ASK_ANYONE")
FORM_PROBLEM_MAILS = flag("FORM_PROBLEM_MAILS")

# Pages
MESSAGE_TAGS = {messages.ERROR: "danger", messages.DEBUG: "secondary"}  # Bootstrap's names
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True

# At the level DEBUG, these libraries log tokens, codes and bodies.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_queries": {"()": "config.redaction.WithoutQueries"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        name: {"level": "WARNING"} for name in ("requests_oauthlib", "oauthlib", "smartsheet", "urllib3", "requests")
    }
    | {
        "django": {"handlers": [], "level": "INFO"},  # Django's own handler would log everything a second time
        "django.server": {"handlers": ["stderr"], "filters": ["without_queries"], "propagate": False},
    },
}
