"""Prepares Django and a database for benchmarks that run the app in a separate process."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import django


def prepare() -> str:
    """Set up Django with the database of DATABASE_URL, or with a new SQLite file. Migrate the database, and return its
    URL.
    """
    url = os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.mkdtemp()}/bench.sqlite3")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL"}
    django.setup()
    from django.core.management import call_command

    Path("var/static").mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    return url
