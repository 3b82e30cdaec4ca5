"""/healthz: whether this app can serve people, for load balancers and alerts."""

import secrets
import sqlite3
from time import monotonic
from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.database import triggers
from audit.proof import seals
from identity.sessions.models import BrowserSession

FRESH = 5.0  # seconds that a write counts as proof that the next one succeeds
SIZE = 8_000  # characters that a trial writes: more than a page of the database, so that it needs room on the disk

# https://www.sqlite.org/rescode.html and https://www.postgresql.org/docs/current/errcodes-appendix.html
PROBLEMS = {
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    "25006": "read-only",
    "53100": "full",
    "55P03": "locked",
}
_last_write = -FRESH  # monotonic()


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 if the database can be read and written, and the log's append-only triggers are in place. Otherwise 503, with
    `database` or `missing_triggers` saying why.

    `sealing` is "stopped" if entries wait too long for a seal. That is for an alert: people can be served all the same.
    """
    try:
        missing = triggers.missing(connection)
        sealing = "stopped" if seals.state().has_stopped else "ok"
    except DatabaseError:
        return JsonResponse({"status": "failing", "database": "unreachable"}, status=503)
    if problem := _write_problem():
        return JsonResponse({"status": "failing", "database": problem}, status=503)
    if missing:
        return JsonResponse({"status": "failing", "database": "ok", "missing_triggers": missing}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "missing_triggers": [], "sealing": sealing})


def _write_problem() -> str:
    """Why the database takes no writes, in a word; "" if it does. Reading says nothing about a full disk.

    It writes a session that nobody has, and deletes it in the same transaction.
    """
    global _last_write
    if monotonic() - _last_write < FRESH:
        return ""
    key, text = f"healthz{uuid4().hex}", secrets.token_hex(SIZE // 2)
    try:
        with transaction.atomic():
            trial = BrowserSession.objects.create(session_key=key, session_data=text, expire_date=timezone.now())
            trial.delete()
    except DatabaseError as error:
        _last_write = -FRESH
        return _word(error)
    _last_write = monotonic()
    return ""


def _word(error: DatabaseError) -> str:
    cause = error.__cause__
    sqlite_code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # without the details of extended codes
    return PROBLEMS.get(sqlite_code) or PROBLEMS.get(getattr(cause, "sqlstate", ""), "takes no writes")
