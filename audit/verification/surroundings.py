"""Checks what the chain doesn't prove: clear texts, missing seals, unsettled edits, and links that should be gone."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, Min, Subquery
from django.utils import timezone

from audit.conf import settings
from audit.models import Entry, Leaf, PersonalText
from audit.proof.commitment_bytes import is_opened
from audit.verification import rows
from audit.verification.findings import Findings, Kind
from audit.verification.rows import Text
from audit.verification.start import Start, start_of_chain
from audit.vocabulary import Action, Phase

PATIENCE = timedelta(minutes=5)  # longer than an edit (at most 15 seconds) and its settling take
AT_ONCE = 500

_UNSEALED = """
    SELECT COUNT(*), MIN(link.seq) FROM audit_leaf AS link JOIN audit_entry AS entry ON entry.id = link.entry_id
    WHERE link.seq > %s AND entry.at < %s"""
_UNSETTLED = """
    SELECT intent.id FROM audit_entry AS intent
    WHERE intent.phase = 'intent' AND intent.at >= %s AND intent.at < %s AND NOT EXISTS (
        SELECT 1 FROM audit_entry AS outcome
        WHERE outcome.edit_id = intent.edit_id AND outcome.phase <> 'intent'
        AND (outcome.line = intent.line OR outcome.line IS NULL)
    ) ORDER BY intent.id"""


def check_sealed(connection: BaseDatabaseWrapper, findings: Findings, *, after: int) -> None:
    """Report entries that should have had a seal long ago. `after` is the last link that a seal covers."""
    latest = timezone.now() - timedelta(seconds=settings.AUDIT_SEAL_STALE)
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [after, connection.ops.adapt_datetimefield_value(latest)])
        count, seq = cursor.fetchone()
    if count:
        who = f"{count} entries, the first at link {seq}, have" if count > 1 else f"The entry at link {seq} has"
        text = f"{who} waited for a seal for too long: sealing has stopped, or the seals were deleted."
        findings.add(Kind.SEAL, text, seq=seq)


def check_settled(connection: BaseDatabaseWrapper, findings: Findings, *, since: datetime) -> None:
    """Report each intent that has had no outcome for so long that its process won't write one any more."""
    times = [connection.ops.adapt_datetimefield_value(time) for time in (since, timezone.now() - PATIENCE)]
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLED, times)
        for (entry_id,) in cursor.fetchall():
            text = f"The outcome of the intent in entry {entry_id} is not recorded: run audit_settle."
            findings.add(Kind.UNSETTLED, text, entry=entry_id)


def check_retired(start: Start, findings: Findings) -> None:
    """Report links that should have been retired, but still exist. Verifying doesn't read them."""
    left = Leaf.objects.filter(seq__lte=start.seq).aggregate(first=Min("seq"), count=Count("seq"))
    if left["count"]:
        text = (
            f"{left['count']} links up to {start.seq} should have been retired, but still exist. They are not verified."
        )
        findings.add(Kind.INSERTED, text, seq=left["first"])


def check_commitments(connection: BaseDatabaseWrapper, findings: Findings, *, named: Collection[str]) -> None:
    """Report each clear text that doesn't match its commitment, and each commitment in `named` without a row in
    PersonalText.
    """
    for row in rows.texts(connection):
        if row.is_erased and (row.salt, row.text, row.email) == ("", "", ""):
            continue
        if row.is_erased or not _is_kept(row):
            text = f"The clear text of commitment {row.commitment} was edited: it does not match the commitment."
            findings.add(Kind.COMMITMENT, text)
    unseen = list(named)
    for start in range(0, len(unseen), AT_ONCE):
        some = set(unseen[start : start + AT_ONCE])
        for commitment in some.difference(PersonalText.objects.filter(pk__in=some).values_list("pk", flat=True)):
            findings.add(Kind.COMMITMENT, f"The row of commitment {commitment} was deleted, not erased.")


def check_erased(findings: Findings) -> None:
    """Report clear texts that were blanked although no entry records this, and erased texts that exist again.

    An entry about an erasure has the commitments of the texts that were erased. Entries that Byline 0.1.0 wrote have
    only the number of these texts. If the log was retired, texts that were erased before the log's oldest entry was
    written aren't reported, because the entries about these erasures are gone.
    """
    told, untold = _erased()
    blanked = PersonalText.objects.exclude(erased_at=None)
    if start_of_chain().is_retired:
        blanked = blanked.filter(erased_at__gte=Subquery(Entry.objects.order_by("id").values("at")[:1]))
    is_told = [commitment in told for commitment in blanked.values_list("commitment", flat=True).iterator()]
    extra = is_told.count(False) - untold
    if extra > 0:
        count = len(is_told)
        text = f"{count} clear texts were blanked, but the log records only {count - extra}: {extra} without an entry."
        findings.add(Kind.COMMITMENT, text)
    for start in range(0, len(told), AT_ONCE):
        some = PersonalText.objects.clear().filter(pk__in=list(told)[start : start + AT_ONCE])
        for commitment in some.values_list("commitment", flat=True):
            text = f"The clear text of commitment {commitment} was erased, but it exists again: it was put back."
            findings.add(Kind.COMMITMENT, text)


def _erased() -> tuple[set[str], int]:
    """Return the commitments of erased texts, from the entries that have such commitments. Also return the number of
    texts that were erased with Byline 0.1.0, which recorded only how many texts an erasure blanked.
    """
    told, untold = set[str](), 0
    erasures = Entry.objects.filter(action=Action.ERASE, phase=Phase.DONE)
    for evidence in erasures.values_list("evidence", flat=True).iterator():
        try:
            found = json.loads(evidence or "")
            if "commitments" in found:
                told.update(map(str, found["commitments"]))
            else:
                untold += int(found["names"]) + int(found["values"])
        except (TypeError, KeyError, ValueError, OverflowError, RecursionError):
            continue  # tampering made the entry unreadable; other checks report it
    return told, untold


def _is_kept(row: Text) -> bool:
    if not (isinstance(row.commitment, str) and isinstance(row.salt, str) and isinstance(row.text, str)):
        return False
    return is_opened(row.commitment, salt=row.salt, text=row.text)
