"""Measures the pages of auditlog and simple-history with 1,000,000 entries.

benchmarks.audit_pages runs `python -m benchmarks.audit_pages_peers URL` in a virtual environment with both packages, on
an empty database. For auditlog, the measured page is its list in the admin. For simple-history, it is the history of
one object with 100 versions. The times are printed as JSON.
"""

import json
import logging
import sys
from statistics import quantiles
from time import perf_counter
from typing import Any

import django
from django.conf import settings
from django.urls import path

ENTRIES = 1_000_000
VERSIONS = 100  # of each object
TIMES = 7

urlpatterns: list[Any] = []


def set_up(url: str) -> None:
    from benchmarks.audit_writes.peers import database

    logging.disable(logging.CRITICAL)
    settings.configure(
        DATABASES={"default": database(url)},
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "auditlog",
            "simple_history",
            "benchmarks.audit_writes.rows",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        PEER="simple-history",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["testserver"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        STATIC_URL="static/",
        USE_TZ=True,
        SECRET_KEY="practice",  # noqa: S106 # protects nothing
    )
    django.setup()


def fill() -> int:
    """Add a million entries to each package's table. Return the primary key of a row that has VERSIONS entries."""
    from django.contrib.auth.models import User
    from django.contrib.contenttypes.models import ContentType
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.audit_writes.rows import models

    Row: Any = models.Row  # noqa: N806 # a class; it has a history only if settings.PEER says so
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)
    User.objects.create_superuser("jane", password="practice")  # noqa: S106 # protects nothing
    row = Row.objects.create()
    kind = ContentType.objects.get_for_model(Row).pk
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO auditlog_logentry (content_type_id, object_pk, object_id, object_repr, action, changes,"
            " changes_text, timestamp, actor_id, serialized_data, cid, additional_data)"
            " SELECT %s, n %% 10000, n %% 10000, 'row ' || n, 1, jsonb_build_object('text',"
            " jsonb_build_array('old ' || n, 'new ' || n)), '', now() - n * interval '1 minute', 1, NULL, NULL, NULL"
            " FROM generate_series(1, %s) AS n",
            [kind, ENTRIES],
        )
        columns = [field.column for field in Row.history.model._meta.concrete_fields if field.column != "history_id"]
        values = {"id": "n / %s", "history_date": "now()", "history_type": "'~'", "history_user_id": "1"}
        shown = [values.get(column, "''") for column in columns]
        cursor.execute(
            f"INSERT INTO {Row.history.model._meta.db_table} ({', '.join(columns)})"  # noqa: S608 # our own names
            f" SELECT {', '.join(shown)} FROM generate_series(%s, %s) AS n",
            [VERSIONS, row.pk * VERSIONS, row.pk * VERSIONS + ENTRIES],
        )
        cursor.execute("ANALYZE")
    return int(row.pk)


def main(url: str) -> None:
    set_up(url)
    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.test import Client
    from simple_history.admin import SimpleHistoryAdmin

    from benchmarks.audit_writes.rows.models import Row

    admin.site.register(Row, SimpleHistoryAdmin)
    urlpatterns.append(path("admin/", admin.site.urls))
    row = fill()
    client = Client()
    client.force_login(User.objects.get())
    pages = {
        "auditlog: first page": "auditlog/logentry/",
        "auditlog: page in the middle": "auditlog/logentry/?p=5000",
        "auditlog: text, absent": "auditlog/logentry/?q=nowhere",
        "simple-history: an object's page": f"rows/row/{row}/history/",
    }
    print(json.dumps({name: figures(client, f"/admin/{address}") for name, address in pages.items()}))


def figures(client: Any, address: str) -> dict[str, float]:
    """Request the address several times. Return the median and the 95th percentile of the time of the whole response,
    in milliseconds.
    """
    samples = []
    for _ in range(TIMES):
        begun = perf_counter()
        response = client.get(address)
        samples.append(1000 * (perf_counter() - begun))
        assert response.status_code == 200, (address, response.status_code, response.headers)
    cut = quantiles(samples, n=100, method="inclusive")
    return {"p50": cut[49], "p95": cut[94]}


if __name__ == "__main__":
    main(sys.argv[1])
