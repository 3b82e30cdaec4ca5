"""An ordinary site: auth.User, stock sessions, ATOMIC_REQUESTS, manifest static files."""

import json
import os
from pathlib import Path

SECRET_KEY = "a key of a site"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "simple_history",
    "plans",
    "audit_trail",
    # Byline
    "audit",
    "identity",
    "edits",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    # Byline
    "audit.middleware.RequestContextMiddleware",
    "identity.middleware.SmartsheetUserMiddleware",
    "audit.middleware.NotRecordedMiddleware",
]
ROOT_URLCONF = "site1.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "identity.context_processors.smartsheet",
            ]
        },
    }
]
DATABASES = {"default": {**json.loads(os.environ["SITE_DATABASE"]), "ATOMIC_REQUESTS": True}}
SESSION_ENGINE = os.environ.get("SITE_SESSIONS", "django.contrib.sessions.backends.db")
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ["SITE_FILES"]) / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
LOGIN_URL = "login"

# Byline
TOKEN_KEYS = ["wTC1zWX2qxNezJO0_sSQ3kkW9L1QRToKQE7JKw6m2nA="]
SMARTSHEET_REGIONS = {
    "sandbox": {
        "api_base": f"{os.environ['SANDBOX_URL']}/2.0",
        "authorize_url": f"{os.environ['SANDBOX_URL']}/b/authorize",
        "client_id": "byline-demo",
        "client_secret": "byline-demo-secret",
        "client_auth": "hash",
        "scopes": ("READ_SHEETS", "WRITE_SHEETS"),
    }
}
