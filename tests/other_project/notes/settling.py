"""Settles pins that have no outcome in the log."""

import json
from datetime import timedelta
from urllib.request import urlopen

from django.conf import settings
from django.db import transaction

from audit.recording import Outcome, Personal
from audit.settling import OpenLine, conclude, gather, reopen
from audit.unsettled import Unsettled
from audit.vocabulary import Phase


def settle_open(*, older_than: timedelta = timedelta(minutes=1)) -> int:
    """Settle all unsettled edits older than `older_than`, by asking the board for each note's text. Return how many
    edits were settled. Raises OSError if the board is down.
    """
    gather(older_than=older_than)
    settled = 0
    while held := Unsettled.objects.take(seconds=60):
        edit = reopen(held.edit_id)
        if edit:
            settled += conclude(held, edit, {line.number: _found_out(line) for line in edit.lines})
        else:  # the edit is already settled, because its process was only slow
            with transaction.atomic():
                held.let_go()
    return settled


def _found_out(line: OpenLine) -> Outcome:
    change = line.changes[0]
    if not line.is_readable:
        return Outcome(Phase.UNDECIDABLE, change.row_id, message="The text to be pinned has been erased.")
    address = f"{settings.NOTICE_BOARD}/notes/{change.row_id}"  # type: ignore[misc] # mypy knows the settings of Byline
    with urlopen(address, timeout=10) as response:  # noqa: S310 # the address is a setting
        text = json.load(response)["text"]
    phase = Phase.APPLIED if text == change.new else Phase.NOT_APPLIED
    return Outcome(phase, change.row_id, evidence=Personal({"on the board": text}))
