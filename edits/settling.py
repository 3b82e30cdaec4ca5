"""Settling: what had no clear answer is found out from Smartsheet's own record, and written down as a further entry.

Any number of processes may do so at once: each edit is held by one of them, and concluded once.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from audit.models import Phase
from audit.recording import Evidence, Outcome
from audit.settling import OpenEdit, conclude, gather, reopen
from audit.unsettled import Unsettled
from edits.errors import GatewayError, RateLimited, Unavailable
from edits.gateway import gateway_for
from edits.history_calls import MINUTE, NoHistoryLeft, history_calls
from edits.verdicts import find_out

LATER = 3600.0  # seconds until somebody is asked for again who cannot be asked for now
WORD_OF_NOBODY = "It could not be found out: nobody could read the sheet in this person's name for too long. "

log = logging.getLogger(__name__)


def settle_due(*, limit: int = 1000) -> Counter[str]:
    """Settle up to `limit` edits that are due; gives how many lines came out as what, and edits "put off"."""
    gather(older_than=timedelta(seconds=settings.SETTLE_AFTER))
    tally: Counter[str] = Counter()
    for _ in range(limit):
        held = Unsettled.objects.take(seconds=4 * settings.SMARTSHEET_DEADLINE + MINUTE)
        if held is None:
            break
        tally.update(_settle(held))
    return tally


def _settle(held: Unsettled) -> list[str]:
    edit = reopen(held.edit_id)
    if edit is None:  # its own process has brought the outcome after all
        held.forget()
        return []
    try:
        outcomes = _find_out(edit)
    except (NoHistoryLeft, RateLimited, Unavailable):
        held.put_off(seconds=MINUTE)
        return ["put off"]
    except GatewayError as error:
        if timezone.now() - held.at < timedelta(seconds=settings.SETTLE_PATIENCE):
            log.info("Edit %s cannot be settled yet: %s", held.edit_id, error.message)
            held.put_off(seconds=LATER)
            return ["put off"]
        outcomes = _give_up(edit, error)
    return [str(outcome.phase) for outcome in outcomes.values()] if conclude(held, edit, outcomes) else []


def _find_out(edit: OpenEdit) -> dict[int, Outcome]:
    person = User.objects.filter(smartsheet__region=edit.region, smartsheet__smartsheet_id=edit.actor_id).first()
    user = person or User()
    gateway = gateway_for(user)
    return find_out(
        edit,
        gateway,
        email_now=user.smartsheet.email,
        spend=lambda: history_calls.spend(edit.region, edit.actor_id),
    )


def _give_up(edit: OpenEdit, error: GatewayError) -> dict[int, Outcome]:
    message = WORD_OF_NOBODY + error.message
    evidence: dict[str, Evidence] = {
        "readAt": timezone.now().isoformat(timespec="seconds"),
        "why": type(error).__name__,
    }
    return {
        line.number: Outcome(
            Phase.UNDECIDABLE,
            line.changes[0].row_id,
            message=message,
            error_code=error.error_code,
            evidence=evidence,
        )
        for line in edit.lines
    }
