"""/healthz says whether this app can serve people. Load balancers and alerts read it."""

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

FRESH = 5.0  # for this many seconds after a successful write, no new write is tried
SIZE = 8_000  # how many characters are written: more than a database page holds, so that the write needs disk space

# https://www.sqlite.org/rescode.html and https://www.postgresql.org/docs/current/errcodes-appendix.html
PROBLEMS = {
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    "25006": "read-only",
    "53100": "full",
    "55P03": "locked",
}
_last_write = -FRESH  # the time of the last write that succeeded, from monotonic()


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 if the database can be read and written, and if it has the triggers that make the log append-only.
    Otherwise answer 503, with the reason in `database` or `missing_triggers`.

    `sealing` is "stopped" if an entry has waited too long for a seal. The answer is still 200, because the app works,
    but an alert can check `sealing`.
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
    """Return a word that says why the database can't be written, or "" if it can be written. Only a write shows whether
    the disk is full. So this function writes a session without a user, and deletes the session in the same transaction.
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
    sqlite_code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # SQLite's main error code is the low byte
    return PROBLEMS.get(sqlite_code) or PROBLEMS.get(getattr(cause, "sqlstate", ""), "takes no writes")
