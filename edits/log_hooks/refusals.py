"""Records refused sign-ins and similar events. At most one entry per minute is written for each person, or for each IP
address if the person isn't known. So these events can't flood the log.

The first event of a person or address is recorded immediately. Further events of the same person or address within a
minute are only counted. If another event comes after that minute, its entry has the count. If no other event comes, the
worker writes an entry with the count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.context import RequestContext, current, using
from audit.recording import note
from audit.vocabulary import Action, Origin, Phase
from edits.log_hooks.actors import actor_of_who
from identity.signin.rate_limits import WINDOW, Attempts, network_of

AT_ONCE = 100  # the most counts that one call of note_counted() records
UNKNOWN = "an unknown address"


class Counted(Enum):
    """A kind of event that is counted. The first item of each value is the name of the kind in the table of attempts.
    The other items are the action, phase, origin and reason of the entry that has the count.
    """

    SIGN_IN = ("refused_sign_in", Action.SIGN_IN, Phase.REFUSED, Origin.APP, "Sign-ins were refused.")
    CONNECT = ("refused_connect", Action.CONNECT, Phase.REFUSED, Origin.APP, "Connections were refused.")
    PASSWORD = ("refused_password", Action.SIGN_IN, Phase.REFUSED, Origin.ADMIN, "Passwords were refused.")
    APP_TOKEN = ("refused_app_token", Action.TOKEN_USE, Phase.REFUSED, Origin.API, "App tokens were refused.")
    RETURNED = ("returned_access", Action.REVOKE, Phase.DONE, Origin.APP, "The access was revoked at Smartsheet.")

    @property
    def what(self) -> str:
        return str(self.value[0])


def note_or_count(kind: Counted, *, who: str = "", message: str = "", **entry: Any) -> None:
    """Record the event. If an event of this kind was recorded less than a minute ago, only count the new event.

    Events are counted separately for each `who`, for example a person as region:id or a Django user as user:id. If
    `who` is empty, events are counted for the IP address that the request came from. Raises NotRecorded or
    DatabaseError if the log can't be written.
    """
    ip = current().ip
    address = who or (network_of(ip) if ip else UNKNOWN)
    with transaction.atomic():
        window, is_new = Attempts.objects.select_for_update().get_or_create(
            what=kind.what, address=address, defaults={"began_at": timezone.now(), "count": 1}
        )
        if not (is_new or window.is_over):
            window.count += 1
            window.save(update_fields=["count"])
            return
        words = [message, *_count_in_words(window)]
        window.began_at, window.count = timezone.now(), 1
        window.save()
        _, action, _, origin, _ = kind.value
        note(action=action, origin=origin, message="; ".join(filter(None, words)), **entry)


def note_counted() -> int:
    """Record each count whose minute is over, and delete the count. Return how many counts were deleted. Raises
    NotRecorded if the log can't be written.
    """
    with transaction.atomic():
        kinds = {kind.what: kind for kind in Counted}
        over = Attempts.objects.filter(what__in=kinds, began_at__lte=timezone.now() - WINDOW)
        closed = list(over.select_for_update(skip_locked=True)[:AT_ONCE])
        for window in closed:
            _, action, phase, origin, reason = kinds[window.what].value
            for words in _count_in_words(window):
                with using(RequestContext(ip=window.address if _is_ip(window.address) else None)):
                    note(
                        actor=actor_of_who(window.address),
                        action=action,
                        phase=phase,
                        origin=origin,
                        reason=reason,
                        message=words,
                    )
        Attempts.objects.filter(pk__in=[window.pk for window in closed]).delete()
    return len(closed)


def _count_in_words(window: Attempts) -> Iterator[str]:
    """Yield a sentence that says how many events came after the first one. The first event has its own entry. So if
    there was only one event, yield nothing.
    """
    if window.count > 1:
        began = f"{window.began_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        yield f"{window.count - 1} more events from {window.address} in the minute after {began}"


def _is_ip(address: str) -> bool:
    """Whether `address` is an IPv4 address. It can also name an IPv6 network or a person, and then has a colon."""
    return "." in address and ":" not in address
