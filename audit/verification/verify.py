"""Verifies the log, or the part after a seal. It checks chain, seals, anchors and triggers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from django.db import connection
from django.db.models import Max, Min

from audit.models import Leaf
from audit.proof import seal_keys
from audit.proof.commitment_bytes import of_entry
from audit.proof.seal_bytes import SignedSeal
from audit.proof.seals import MOST
from audit.verification import anchored, chain, constraints, protection, rows, surroundings
from audit.verification.findings import Findings, Kind, Report
from audit.verification.rows import Entry, Item
from audit.verification.seal_check import SealCheck
from audit.verification.start import Start
from audit.verification.suspects import explain

Progress = Callable[[int, int], None]  # is called with the number of links read, and the number of all links

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_BACK = timedelta(days=1)  # intents of the day before the start can have been open then, so they are checked too


def verify(
    start: Start,
    *,
    anchors: Path | None = None,
    remembered: SignedSeal | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Report:
    """Read everything after the start. Report what is wrong with the log, or with its protection.

    The seals from the start on are compared with each other. If the start is the log's beginning, these are all seals.
    `remembered` is the seal up to which the log was verified last.

    Raises:
        NoSealKey: a key in the settings can't be read.
        OSError, UnicodeDecodeError, csv.Error: the file of anchors can't be read.
    """
    begun = perf_counter()
    keys = seal_keys.public_keys()
    report = Report(starts_at=start.why, started_after=start.seq, is_full=start.is_all, has_keys=bool(keys))
    with rows.snapshot(connection):
        named = _check_chain(start, report, progress=progress)
        if anchors:
            report.anchored = anchored.check_anchors(
                anchors, keys=keys, last_seq=report.last_seq, findings=report.findings
            )
        if remembered:
            anchored.check_remembered(remembered, keys=keys, last_seq=report.last_seq, findings=report.findings)
        with rows.any_text(connection):
            surroundings.check_commitments(connection, report.findings, named=named)
            surroundings.check_erased(report.findings)
            if keys:
                surroundings.check_sealed(connection, report.findings, after=report.last_seq - report.unsealed)
            surroundings.check_settled(connection, report.findings, since=_time_of(start))
            protection.check_triggers(connection, report.findings)
            constraints.check_constraints(connection, report.findings)
            if start.is_retired:
                surroundings.check_retired(start, report.findings)
    report.seconds = perf_counter() - begun
    return report


def _check_chain(start: Start, report: Report, *, progress: Progress) -> set[str]:
    """Read the chain, and fill the report. Returns the commitments that the entries refer to."""
    findings, named = report.findings, set[str]()
    first_seal = 1 if start.is_all else max(start.seal, 1)
    seal_check = SealCheck(
        rows.seals(connection, from_number=first_seal),
        first_number=first_seal,
        keys=seal_keys.public_keys(),
        start=start,
        findings=findings,
    )
    last = Leaf.objects.filter(seq__lte=rows.GREATEST).aggregate(last=Max("seq"))["last"] or start.seq
    from_id = rows.LEAST if start.is_all else _first_id(start)
    shelf = chain.Shelf(_items(rows.entries(connection, from_id=from_id), named), findings)
    found = chain.walk(
        rows.links(connection, after=start.seq),
        shelf,
        start=start,
        seals=seal_check,
        findings=findings,
        progress=lambda seq: progress(seq - start.seq, last - start.seq),
    )
    _forget_earlier(found.unlinked, start)
    explain(found.suspects, unlinked=found.unlinked, heads=seal_check.heads, findings=findings)
    chain.explain_gaps(found, findings=findings)
    _tell_inserted(found.unlinked.values(), findings)
    report.entries, report.last_seq = found.count, found.last.seq if found.last else start.seq
    sealed = seal_check.last
    report.seals, report.last_seal = seal_check.count, sealed.number if sealed else None
    report.unsealed = max(report.last_seq - (sealed.last_seq if sealed else 0), 0)
    return named


def _first_id(start: Start) -> int:
    """The id from which entries are read. Reading must include the entries that are linked after the start, and newer
    entries without a link. So the result is the smaller of two ids: the smallest id that is linked after the start, and
    the id that follows the greatest id of the last links before the start.
    """
    # On SQLite, tampering can put values into a link that aren't numbers.
    links = Leaf.objects.filter(entry_id__lte=rows.GREATEST)
    later = links.filter(seq__gt=start.seq).aggregate(least=Min("entry_id"))["least"]
    earlier = links.filter(seq__gt=start.seq - MOST, seq__lte=start.seq).aggregate(most=Max("entry_id"))["most"]
    after = rows.LEAST if earlier is None else min(earlier + 1, rows.GREATEST)
    return after if later is None else min(after, later)


def _items(entries: Iterable[Entry], named: set[str]) -> Iterator[Item]:
    """Yield each entry, and add to `named` the commitments that it refers to."""
    for item, values in entries:
        if item.is_intact:
            named.update(of_entry(values))
        yield item


def _forget_earlier(unlinked: dict[int, Item], start: Start) -> None:
    """Remove from `unlinked` the entries whose links come before the start. They were read because ids and links can be
    in a different order: an entry gets its id before the commit, and its link at the commit.
    """
    if start.seq and unlinked:
        earlier = Leaf.objects.filter(seq__lte=start.seq, entry_id__range=(min(unlinked), rows.GREATEST))
        for entry_id in earlier.values_list("entry_id", flat=True).iterator():
            unlinked.pop(entry_id, None)


def _tell_inserted(items: Iterable[Item], findings: Findings) -> None:
    for item in items:
        text = f"Entry {item.id} is not in the chain: it was inserted without the triggers, or its link was deleted."
        findings.add(Kind.INSERTED, text, entry=item.id)


def _time_of(start: Start) -> datetime:
    """The time from which intents are checked. Intents that were written earlier aren't checked."""
    seal = rows.seal(connection, start.seal) if start.seal else None
    return _EPOCH + timedelta(microseconds=max(seal.statement.at, 0)) - _LOOK_BACK if seal else _EPOCH
