"""Finds the origin of the current act: a command, Django's admin, or the rest of the app."""

from simple_history.models import HistoricalRecords

from audit.context import NO_REQUEST, current
from audit.vocabulary import Origin


def origin_of(origin: Origin | str | None) -> Origin:
    """Return `origin` as a member of Origin, or origin_here() if it is None. Raises ValueError if `origin` is none of
    the log's origins.
    """
    return origin_here() if origin is None else Origin(origin)


def origin_here() -> Origin:
    """Return the origin of what the current code does: COMMAND outside of requests, ADMIN in Django's admin, and APP in
    all other requests.
    """
    request = getattr(HistoricalRecords.context, "request", None)
    if request is None and current() is NO_REQUEST:
        return Origin.COMMAND
    match = getattr(request, "resolver_match", None)
    return Origin.ADMIN if match and match.app_name == "admin" else Origin.APP
