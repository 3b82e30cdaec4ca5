"""The front page and the health check."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.database import triggers
from audit.proof import seals
from edits import features
from identity.regions import default_region


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Signed out: what this is and the button to sign in. Signed in: who you are and where to go."""
    asks_to_write = features.WRITE in default_region().scopes
    return render(request, "home.html", {"next": request.GET.get("next", ""), "asks_to_write": asks_to_write})


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while the database answers and takes writes, and the log's append-only triggers stand; else 503 and which of
    them fails.

    `sealing` is "stopped" when entries wait too long for a seal: a thing to alert on, and no reason to serve nobody.
    """
    try:
        if _is_read_only():
            return JsonResponse({"status": "failing", "database": "read-only"}, status=503)
        missing = triggers.missing(connection)
        sealing = "stopped" if seals.state().has_stopped else "ok"
    except DatabaseError:
        return JsonResponse({"status": "failing", "database": "unreachable"}, status=503)
    if missing:
        return JsonResponse({"status": "failing", "database": "ok", "missing_triggers": missing}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", "missing_triggers": [], "sealing": sealing})


def _is_read_only() -> bool:
    """PostgreSQL after a failover, say. https://www.postgresql.org/docs/current/runtime-config-client.html"""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only') = 'on'")
        (found,) = cursor.fetchone()
    return bool(found)
