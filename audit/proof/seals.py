"""Sealing: signs the links that were added since the last seal. Only audit_seal and the worker do this."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connections, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from audit.conf import settings
from audit.models import Entry, Leaf, Seal
from audit.proof import leaves, merkle, seal_keys
from audit.proof.seal_bytes import FIRST, SignedSeal, Statement, key_id, sign

MOST = 4096  # the most links under one seal; it limits the memory that sealing needs, and the length of a proof
SILENCE = timedelta(minutes=15)  # after this time without entries, an empty seal proves that there were none
LONG_COMMIT = timedelta(days=1)  # an entry is nearly always linked within this time
_LOCK = 4702111234003  # the number of PostgreSQL's advisory lock for sealing


_made: dict[str, Statement] = {}  # the last seal that this process committed, by database


class ChainBroken(Exception):
    """The links to be sealed don't verify, so nothing was sealed. `audit_verify` says what is wrong."""


def seal(*, using: str = "default") -> Seal:
    """Seal at most MOST links after the last seal. If there are none, the seal is empty.

    If two processes seal at the same time, one waits for the other. So there is no gap and no overlap between their
    seals.

    Raises:
        NoSealKey: there is no key, or it can't be used.
        ChainBroken: an entry of these links is missing or was altered, or an earlier seal is missing.
    """
    key = seal_keys.private_key()
    with transaction.atomic(using=using):
        _take_turns(using)
        _check_made(using)
        last = Seal.objects.using(using).order_by("-id").first()
        first_seq = last.last_seq + 1 if last else 1
        head = bytes(last.head) if last else leaves.GENESIS
        links = _links(using, first_seq)
        records = _records(using, links, first_seq=first_seq, before=head)
        now = timezone.now()
        statement = Statement(
            number=last.pk + 1 if last else 1,
            at=leaves.microseconds(now),
            first_seq=first_seq,
            last_seq=first_seq + len(records) - 1,
            root=merkle.root(records),
            head=bytes(links[-1].hash) if links else head,
            previous=signed(last).statement.hash() if last else FIRST,
            key_id=key_id(key.public_key()),
        )
        transaction.on_commit(lambda: _made.update({using: statement}), using=using)
        return _written(using, now, sign(statement, key))


def forget(**_kwargs: object) -> None:
    """Forget which seals this process has made. Call this after tables were emptied or created again."""
    _made.clear()


def seal_all(*, using: str = "default") -> Iterator[Seal]:
    """Seal all links that exist now. This makes at least one seal. Each seal is made in a transaction of its own.
    Raises the same errors as seal().
    """
    newest = Leaf.objects.using(using).order_by("-seq").values_list("seq", flat=True).first() or 0
    made = seal(using=using)
    yield made
    while made.last_seq < newest:
        made = seal(using=using)
        yield made


def signed(seal: Seal) -> SignedSeal:
    """A seal from the database, in the form that is hashed and signed."""
    statement = Statement(
        number=seal.pk,
        at=leaves.microseconds(seal.at),
        first_seq=seal.first_seq,
        last_seq=seal.last_seq,
        root=bytes(seal.root),
        head=bytes(seal.head),
        previous=bytes(seal.previous),
        key_id=seal.key_id,
    )
    return SignedSeal(statement, bytes(seal.signature))


@dataclass(frozen=True, slots=True)
class SealState:
    """The last seal, the number of entries after this seal, and the time when the first of these entries was
    written.
    """

    last: Seal | None
    unsealed: int
    waiting_since: datetime | None

    @property
    def has_stopped(self) -> bool:
        """Whether an entry has existed for more than AUDIT_SEAL_STALE seconds without a seal."""
        patience = timedelta(seconds=settings.AUDIT_SEAL_STALE)
        return self.waiting_since is not None and timezone.now() - self.waiting_since > patience

    @property
    def is_due(self) -> bool:
        """Whether there are links to seal, or whether an empty seal is due."""
        return self.last is None or self.unsealed > 0 or timezone.now() - self.last.at >= SILENCE


def state(*, using: str = "default") -> SealState:
    """The current state of sealing. Reading this state takes two small queries."""
    last: Any = _seals().using(using).first()
    if last is None:
        links = Leaf.objects.using(using)
        newest = links.order_by("-seq").values_list("seq", flat=True).first() or 0
        sealed, waiting = 0, links.filter(seq=1).values_list("entry_id", flat=True).first()
    else:
        sealed, newest, waiting = last.last_seq, last.newest or 0, last.waiting
    since = None if waiting is None else _written_at(using, waiting, last)
    return SealState(last=last, unsealed=max(newest - sealed, 0), waiting_since=since)


@cache
def _seals() -> QuerySet[Seal]:
    """The seals, newest first. Each seal gets two more attributes: `newest`, the number of the chain's newest link, and
    `waiting`, the id of the first entry after this seal. Building this query takes longer than running it. So the query
    is cached, but its results aren't.
    """
    newest = Leaf.objects.order_by("-seq").values("seq")[:1]
    waiting = Leaf.objects.filter(seq=OuterRef("last_seq") + 1).values("entry_id")
    return Seal.objects.annotate(newest=Subquery(newest), waiting=Subquery(waiting)).order_by("-id")


def _written_at(using: str, entry_id: int, last: Seal | None) -> datetime | None:
    """The time when this entry was written. The entry is the first one after the seal `last`. The months since this
    seal are searched first. A query over all months is slow on PostgreSQL: planning it takes longer than all other
    queries of a page together.
    """
    times = Entry.objects.using(using).filter(pk=entry_id).values_list("at", flat=True)
    recent = times.filter(at__gte=last.at - LONG_COMMIT).first() if last else None
    return recent or times.first()


def records(*, first_seq: int, last_seq: int, using: str = "default") -> list[bytes]:
    """The records of these links. Raises ChainBroken if an entry is missing."""
    links = list(Leaf.objects.using(using).filter(seq__range=(first_seq, last_seq)).order_by("seq"))
    entries = _entries(using, links)
    try:
        return [_record(link, entries) for link in links]
    except KeyError as missing:
        raise ChainBroken(f"Entry {missing.args[0]} is in the chain, but not in the log.") from None


def _check_made(using: str) -> None:
    """Check that the last seal that this process made still exists, unaltered.

    Without this check, the database's owner could delete seals and forge the chain, and this process would seal the
    forged chain.
    """
    made = _made.get(using)
    if made is None:
        return
    facts = {name: getattr(made, name) for name in ("first_seq", "last_seq", "root", "head", "previous")}
    if not Seal.objects.using(using).filter(pk=made.number, **facts).exists():
        raise ChainBroken(
            f"Seal {made.number}, which this process made, is missing or altered, so nothing is sealed: run manage.py "
            "audit_verify --anchors. If the database was recreated on purpose, restart this process."
        )


def _take_turns(using: str) -> None:
    """Prevent other processes from sealing until the transaction ends. On SQLite only one process writes at a time."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _links(using: str, first_seq: int) -> list[Leaf]:
    return list(Leaf.objects.using(using).filter(seq__gte=first_seq).order_by("seq")[:MOST])


def _entries(using: str, links: Sequence[Leaf]) -> dict[int, tuple[datetime, bytes]]:
    """Map the id of each link's entry to the entry's time and leaf. The result can have other entries too."""
    ids = [link.entry_id for link in links]
    entries = Entry.objects.using(using)
    if ids and max(ids) - min(ids) < 2 * MOST:  # nearly always true; reading one range is quicker than finding id by id
        found = entries.filter(pk__range=(min(ids), max(ids)))
    else:
        found = entries.filter(pk__in=ids)
    return {entry_id: (at, bytes(leaf)) for entry_id, at, leaf in found.values_list("pk", "at", "leaf")}


def _record(link: Leaf, entries: dict[int, tuple[datetime, bytes]]) -> bytes:
    at, leaf = entries[link.entry_id]
    return leaves.record(seq=link.seq, entry_id=link.entry_id, at=leaves.microseconds(at), leaf=leaf)


def _records(using: str, links: Sequence[Leaf], *, first_seq: int, before: bytes) -> list[bytes]:
    """The records of the links. Checks that each link follows from the link before it. Raises ChainBroken."""
    entries = _entries(using, links)
    found = []
    for seq, link in enumerate(links, first_seq):
        record = _record(link, entries) if link.entry_id in entries else b""
        before = leaves.link(before, record)
        if link.seq != seq or bytes(link.hash) != before:
            raise ChainBroken(
                f"Link {seq} of the chain does not follow from the link before it. manage.py audit_verify says why."
            )
        found.append(record)
    return found


def _written(using: str, now: datetime, made: SignedSeal) -> Seal:
    statement = made.statement
    return Seal.objects.using(using).create(
        id=statement.number,
        at=now,
        first_seq=statement.first_seq,
        last_seq=statement.last_seq,
        root=statement.root,
        head=statement.head,
        previous=statement.previous,
        key_id=statement.key_id,
        signature=made.signature,
    )
