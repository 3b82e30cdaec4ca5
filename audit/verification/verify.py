"""Verifying: the whole log, or what came after a seal, held against chain, seals, anchors and triggers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from django.db import connection
from django.db.models import Max, Min

from audit.models import Leaf, Seal
from audit.proof import leaves, seal_keys
from audit.proof.seal_bytes import SignedSeal
from audit.verification import anchored, chain, protection, rows, surroundings
from audit.verification.findings import Findings, Kind, Report
from audit.verification.rows import Entry, Item
from audit.verification.seal_check import SealCheck
from audit.verification.start import Start
from audit.verification.suspects import explain

Progress = Callable[[int, int], None]  # links read, links to read

_ACTOR, *_VALUES = (leaves.COLUMNS.index(column) for column in ("actor", "old", "new"))
_COMMITTED = ('{"hmac":"', '","objectType":"COMMITMENT"}')
_LOOK_BACK = timedelta(days=1)  # an intent that was open when its seal was verified is looked at again


def verify(
    start: Start,
    *,
    is_full: bool,
    anchors: Path | None = None,
    remembered: SignedSeal | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Report:
    """Read what came after the start and tell all that is wrong with it, or with what protects it.

    `is_full` holds all seals against one another too, not only those from the start on; `remembered` is a seal that was
    in the database when it was verified last.

    Raises:
        NoSealKey: a key in the settings cannot be read.
        OSError, UnicodeDecodeError: the file of anchors cannot be read.
    """
    begun = perf_counter()
    report = Report(starts_at=start.why, started_after=start.seq)
    with rows.snapshot(connection):
        named = _check_chain(start, report, is_full=is_full, progress=progress)
        report.unsealed = max(report.last_seq - (Seal.objects.aggregate(last=Max("last_seq"))["last"] or 0), 0)
        keys = seal_keys.public_keys()
        if anchors:
            anchored.check_anchors(anchors, keys=keys, last_seq=report.last_seq, findings=report.findings)
        if remembered:
            anchored.check_remembered(remembered, keys=keys, last_seq=report.last_seq, findings=report.findings)
        surroundings.check_commitments(report.findings, named=named)
        surroundings.check_erased(report.findings)
        surroundings.check_settled(connection, report.findings, since=_time_of(start))
        protection.check_triggers(connection, report.findings)
        if start.is_retired:
            surroundings.check_retired(start, report.findings)
    report.seconds = perf_counter() - begun
    return report


def _check_chain(start: Start, report: Report, *, is_full: bool, progress: Progress) -> set[str]:
    """Walk the chain and fill the report; gives the commitments that its entries name."""
    findings, named = report.findings, set[str]()
    first_seal = 1 if is_full else max(start.seal, 1)
    seal_check = SealCheck(
        rows.seals(connection, from_number=first_seal),
        first_number=first_seal,
        keys=seal_keys.public_keys(),
        start=start,
        findings=findings,
    )
    ends = Leaf.objects.filter(seq__gt=start.seq).aggregate(last=Max("seq"), first_id=Min("entry_id"))
    last, from_id = ends["last"] or start.seq, (rows.LEAST if is_full or start.is_retired else ends["first_id"])
    entries = rows.entries(connection, from_id=from_id) if from_id is not None else iter(())
    shelf = chain.Shelf(_items(entries, named), findings)
    found = chain.walk(
        rows.links(connection, after=start.seq),
        shelf,
        start=start,
        seals=seal_check,
        progress=lambda seq: progress(seq - start.seq, last - start.seq),
    )
    _forget_earlier(found.unlinked, start)
    explain(found.suspects, unlinked=found.unlinked, heads=seal_check.heads, findings=findings)
    chain.explain_gaps(found, findings=findings)
    _tell_inserted(found.unlinked.values(), findings)
    report.entries, report.last_seq = found.count, found.last.seq if found.last else start.seq
    report.seals, report.last_seal = seal_check.count, seal_check.last.number if seal_check.last else None
    return named


def _items(entries: Iterable[Entry], named: set[str]) -> Iterator[Item]:
    """The entries, noting which commitments they name."""
    for item, values in entries:
        if item.is_intact:
            named.add(values[_ACTOR])
            for place in _VALUES:
                text = values[place]
                if text and text.startswith(_COMMITTED[0]) and text.endswith(_COMMITTED[1]):
                    named.add(text[len(_COMMITTED[0]) : -len(_COMMITTED[1])])
        yield item


def _forget_earlier(unlinked: dict[int, Item], start: Start) -> None:
    """Take out the entries whose links come before the start: numbers are given before places in the chain."""
    if start.seq and unlinked:
        earlier = Leaf.objects.filter(seq__lte=start.seq, entry_id__gte=min(unlinked))
        for entry_id in earlier.values_list("entry_id", flat=True).iterator():
            unlinked.pop(entry_id, None)


def _tell_inserted(items: Iterable[Item], findings: Findings) -> None:
    for item in items:
        text = f"Entry {item.id} is not in the chain: it was inserted past the triggers, or its link was deleted."
        findings.add(Kind.INSERTED, text, entry=item.id)


def _time_of(start: Start) -> datetime:
    """From when on intents are looked at."""
    at = Seal.objects.filter(pk=start.seal).values_list("at", flat=True).first()
    return at - _LOOK_BACK if at else datetime(1970, 1, 2, tzinfo=UTC)
