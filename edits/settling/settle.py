"""Settling: what had no clear answer is found out from Smartsheet's own record, and written down as a further entry.

Any number of processes may do so at once: each edit is held by one of them, and each line is concluded once. What takes
more histories than may be read in a minute is found out a part at a time, and each part stays. An edit that this app
fails at holds up no other.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import Error
from django.utils import timezone

from audit.recording import Evidence, Outcome
from audit.settling import OpenEdit, conclude, gather, reopen
from audit.unsettled import Unsettled
from audit.vocabulary import Phase
from edits.conf import settings
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError, RateLimited, Unavailable
from edits.settling.history_budget import MINUTE, NoHistoryLeft, spend_history
from edits.settling.inquiry import find_out
from edits.settling.record import Record
from identity.models import SmartsheetUser

LATER = 3600.0  # seconds until somebody is asked for again who cannot be asked for now
LEASE = 600.0  # seconds; a minute's histories take no longer, and whoever takes longer must have died
AGAIN = 600.0  # seconds until an edit is tried again that something went wrong with
WORD_OF_NOBODY = "It could not be found out: nobody could read the sheet in this person's name for too long. "
WORD_OF_FAILURE = "It could not be found out: this app fails at it, again and again."

log = logging.getLogger(__name__)


def settle_due(*, limit: int = 1000) -> Counter[str]:
    """Settle up to `limit` edits that are due; gives how many lines came out as what, and edits "put off", "failed"."""
    gather(older_than=timedelta(seconds=settings.SETTLE_AFTER))
    tally: Counter[str] = Counter()
    for _ in range(limit):
        held = Unsettled.objects.take(seconds=LEASE)
        if held is None:
            break
        tally.update(_settle(held))
    return tally


def _settle(held: Unsettled) -> list[str]:
    try:
        return _settled(held)
    except Exception:  # what goes wrong with one edit goes wrong again, and others are waiting
        log.exception("Edit %s could not be settled; it is tried again in %g seconds.", held.edit_id, AGAIN)
        held.put_off(seconds=AGAIN)  # raises where the database is away
        return ["failed"]


def _settled(held: Unsettled) -> list[str]:
    edit = reopen(held.edit_id)
    if edit is None:  # its own process has brought the outcome after all
        held.forget()
        return []
    found: dict[int, Outcome] = {}
    try:
        for outcomes in _find_out(edit, held):
            found |= outcomes
    except (NoHistoryLeft, GatewayError) as error:
        seconds = _pause_after(error, held)
        if seconds is None:
            found = _give_up(edit, WORD_OF_NOBODY + str(error), error) | found
        else:
            said = _conclude(held, edit, found)
            held.put_off(seconds=seconds)
            return [*said, "put off"]
    except Error:
        raise
    except Exception as error:
        if not _is_hopeless(held):
            _conclude(held, edit, found)
            raise
        log.exception("Edit %s is given up.", held.edit_id)
        found = _give_up(edit, WORD_OF_FAILURE, error) | found
    return _conclude(held, edit, found)


def _conclude(held: Unsettled, edit: OpenEdit, found: Mapping[int, Outcome]) -> list[str]:
    """Record what was found out until now, be it all or a part, so that it stays; gives the phases."""
    return [str(outcome.phase) for outcome in found.values()] if conclude(held, edit, found) else []


def _find_out(edit: OpenEdit, held: Unsettled) -> Iterator[dict[int, Outcome]]:
    people = get_user_model()._default_manager.select_related("smartsheet")
    person = people.filter(smartsheet__region=edit.region, smartsheet__smartsheet_id=edit.actor_id).first()
    record = Record(
        edit,
        partial(gateway_for, person or AnonymousUser()),
        emails=SmartsheetUser.objects.addresses(region=edit.region, person_id=edit.actor_id, then=edit.names.email),
        spend=lambda: spend_history(edit.region, edit.actor_id),
        within=timedelta(seconds=settings.SETTLE_AFTER),
    )
    return find_out(edit, record, held.progress)


def _pause_after(error: NoHistoryLeft | GatewayError, held: Unsettled) -> float | None:
    """Seconds until it is tried again; None where that is of no use any more."""
    match error:
        case NoHistoryLeft() | RateLimited():
            Unsettled.objects.put_off_person(region=held.region, actor_id=held.actor_id, seconds=MINUTE)
            return MINUTE + 1  # behind the others of this person, should it be too much for a minute
        case Unavailable():
            return None if _is_hopeless(held, patience=2) else _pause(held)
        case _:
            if _is_hopeless(held):
                return None
            log.info("Edit %s cannot be settled yet: %s", held.edit_id, error)
            return LATER


def _is_hopeless(held: Unsettled, *, patience: int = 1) -> bool:
    return timezone.now() - held.at >= patience * timedelta(seconds=settings.SETTLE_PATIENCE)


def _pause(held: Unsettled) -> float:
    """Seconds until it is tried again where Smartsheet was away: the longer, the older the edit is."""
    return min(LATER, max(MINUTE, (timezone.now() - held.at).total_seconds() / 10))


def _give_up(edit: OpenEdit, message: str, error: Exception) -> dict[int, Outcome]:
    evidence: dict[str, Evidence] = {
        "readAt": timezone.now().isoformat(timespec="seconds"),
        "why": type(error).__name__,
    }
    return {
        line.number: Outcome(
            Phase.UNDECIDABLE,
            line.changes[0].row_id,
            message=message,
            error_code=getattr(error, "error_code", None),
            evidence=evidence,
        )
        for line in edit.lines
    }
