"""The settings of a Django project that uses the audit log, but nothing else of Byline (docs/recording.md)."""

import environ

env = environ.Env()
SECRET_KEY = "a key that protects notes of a test"
ALLOWED_HOSTS = ["testserver"]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.db_url("DATABASE_URL")}
NOTICE_BOARD: str = env.str("NOTICE_BOARD", default="")  # the address of the notice board
AUDIT_SEAL_KEY: str = env.str("AUDIT_SEAL_KEY", default="")
ROOT_URLCONF = "tests.other_project.urls"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "simple_history",
    "audit",
    "tests.other_project.notes",
]
MIDDLEWARE = [
    "audit.middleware.RequestContextMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
