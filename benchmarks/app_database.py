"""Prepares Django and its database for benchmarks that run the app in a process of its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import django


def prepare() -> str:
    """Migrate the database of DATABASE_URL, or a new SQLite file, and set up Django with it. Returns the URL."""
    url = os.environ.setdefault("DATABASE_URL", f"sqlite:///{tempfile.mkdtemp()}/bench.sqlite3")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL"}
    django.setup()
    from django.core.management import call_command

    Path("var/static").mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    return url
