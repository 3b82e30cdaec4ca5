"""Names and personal values in clear, for those who may read them: one query for a whole page."""

import json
from collections.abc import Sequence
from dataclasses import replace

from audit.changes import LoggedChange
from audit.models import Entry, Names, PersonalText, erased
from audit.values import commitment_of, commitments_within


def with_clear_texts(changes: Sequence[LoggedChange]) -> list[LoggedChange]:
    """The changes, their people named and their personal values in clear, or marked as erased."""
    entries = [entry for change in changes for entry in (change.intent, *change.outcomes)]
    wanted = {entry.actor for entry in entries} | {hmac for entry in entries for hmac in commitments(entry)}
    found = PersonalText.objects.clear().filter(commitment__in=wanted)
    texts: dict[str, str] = dict(found.values_list("commitment", "text")) if wanted else {}
    for entry in entries:
        entry.names = Names(*json.loads(texts[entry.actor])) if entry.actor in texts else erased(entry)
    return [replace(change, clear=texts) for change in changes]


def commitments(entry: Entry) -> list[str]:
    """The commitments in an entry's values and evidence."""
    values = [hmac for value in (entry.old, entry.new) if (hmac := commitment_of(value))]
    return values + commitments_within(entry.evidence)
