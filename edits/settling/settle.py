"""Settling: finds out from Smartsheet's own record what became of edits that got no clear answer, and records these
outcomes as further entries.

Several processes can settle at the same time: each edit is leased by one process, and each line is settled only once.
If an edit needs more histories than allowed per minute, it is settled in parts, and each part is recorded. An error
with one edit doesn't delay other edits.
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

LATER = 3600.0  # seconds until the next try if a person's token can't be used now
LEASE = 600.0  # seconds after which the process must have died; reading as many histories as a minute allows takes less
AGAIN = 600.0  # seconds until an edit with an error is tried again
WORD_OF_NOBODY = (
    "The outcome could not be found out: this app couldn't read the sheet in this person's name for too long. "
)
WORD_OF_FAILURE = "The outcome could not be found out: this app tried several times and failed each time."

log = logging.getLogger(__name__)


def settle_due(*, limit: int = 1000) -> Counter[str]:
    """Settle up to `limit` edits that are due. Return how many lines of these edits got each outcome, and how many of
    these edits were "put off" or "failed".
    """
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
    except Exception:  # if this raised the error, the other edits would not be settled
        log.exception("Edit %s could not be settled. It will be tried again in %g seconds.", held.edit_id, AGAIN)
        held.put_off(seconds=AGAIN)  # raises DatabaseError if the database doesn't answer
        return ["failed"]


def _settled(held: Unsettled) -> list[str]:
    edit = reopen(held.edit_id)
    if edit is None:  # the process that saved the edit has recorded the outcome in the meantime
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
        log.exception("Edit %s will not be tried again.", held.edit_id)
        found = _give_up(edit, WORD_OF_FAILURE, error) | found
    return _conclude(held, edit, found)


def _conclude(held: Unsettled, edit: OpenEdit, found: Mapping[int, Outcome]) -> list[str]:
    """Record the outcomes that were found so far, so that they aren't lost. Return the phases of the recorded
    outcomes.
    """
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
    """Return the seconds until settling should try the edit again; None if further tries are useless."""
    match error:
        case NoHistoryLeft() | RateLimited():
            Unsettled.objects.put_off_person(region=held.region, actor_id=held.actor_id, seconds=MINUTE)
            return MINUTE + 1  # after this person's other edits, in case this edit needs more than a minute's histories
        case Unavailable():
            return None if _is_hopeless(held, patience=2) else _pause(held)
        case _:
            if _is_hopeless(held):
                return None
            log.info("Edit %s can't be settled yet: %s", held.edit_id, error)
            return LATER


def _is_hopeless(held: Unsettled, *, patience: int = 1) -> bool:
    return timezone.now() - held.at >= patience * timedelta(seconds=settings.SETTLE_PATIENCE)


def _pause(held: Unsettled) -> float:
    """Return the seconds until settling should try the edit again, if Smartsheet didn't answer. The older the edit, the
    longer the wait.
    """
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
