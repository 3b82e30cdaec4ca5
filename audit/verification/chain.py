"""Reads the chain link by link, together with the entries, and with the seals over the links."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from audit.proof import leaves
from audit.verification.findings import Findings, Kind
from audit.verification.rows import AT_ONCE, GREATEST, LEAST, Item, Link
from audit.verification.seal_check import SealCheck
from audit.verification.start import Start
from audit.verification.suspects import MOST, Suspect

STEP = 5000  # links between two calls of `progress`


@dataclass(slots=True)
class Gap:
    """Missing links, from `first` to `last`. `before` is the hash of the link before them. `after` has the record and
    the hash of the link after them.
    """

    first: int
    last: int
    before: bytes | None
    after: tuple[bytes, bytes] | None = None

    def is_of(self, item: Item) -> bool:
        """Whether exactly one link is missing, and it is the link of this entry."""
        if self.first != self.last or self.before is None or self.after is None:
            return False
        record, hash_ = self.after
        missing = leaves.record(seq=self.first, entry_id=item.id, at=item.at, leaf=item.leaf)
        return leaves.link(leaves.link(self.before, missing), record) == hash_


@dataclass(slots=True)
class Walk:
    """What was found in the chain. `unlinked` has the entries that no link belongs to."""

    last: Link | None = None
    count: int = 0
    suspects: list[Suspect] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    unlinked: dict[int, Item] = field(default_factory=dict)


class Shelf:
    """Returns entries in the order of their links. It reads them in the order of ids, and keeps each entry until its
    link is read.
    """

    def __init__(self, items: Iterable[Item], findings: Findings) -> None:
        self.waiting: dict[int, Item] = {}
        self.doubles: dict[int, list[Item]] = {}
        self._items = iter(items)
        self._findings = findings
        self._newest = LEAST - 1

    def take(self, entry_id: int) -> Item | None:
        """The entry with this id; None if the log has no such entry, or if the entry was already taken."""
        while self._newest <= entry_id:  # first read all entries with this id
            self._read()
        return self.waiting.pop(entry_id, None)

    def rest(self) -> dict[int, Item]:
        """All entries that weren't taken."""
        while self._newest <= GREATEST:
            self._read()
        return self.waiting

    def _read(self) -> None:
        """Read more entries into `waiting`. Several entries can have the same id, because each month is a table of its
        own on PostgreSQL. Of these entries, only the first is put into `waiting`. The others are put into `doubles`.
        """
        items = list(islice(self._items, AT_ONCE))
        newest = self._newest if items else GREATEST + 1
        for item in items:
            if item.id == newest:
                self.doubles.setdefault(newest, []).append(item)
                self._findings.add(Kind.DUPLICATE, f"Two entries have the id {newest}: one was inserted.", entry=newest)
            else:
                self.waiting[item.id] = item
                newest = item.id
        self._newest = newest


def walk(
    links: Iterable[Link],
    shelf: Shelf,
    *,
    start: Start,
    seals: SealCheck,
    findings: Findings,
    progress: Callable[[int], None],
) -> Walk:
    """Read all links and entries after the start. `progress` is called with the current place in the chain."""
    found = Walk()
    before: bytes | None = start.hash
    expected, should_be = start.seq + 1, None
    for link in links:
        seq, entry_id, hash_ = link
        if seq < expected:
            text = f"A link of entry {entry_id} was inserted: another link has its place, or the place isn't valid."
            findings.add(Kind.INSERTED, text, entry=entry_id)
            continue
        if seq != expected:
            found.gaps.append(Gap(expected, seq - 1, before))
            seals.skip(seq)
            before = should_be = None
        item = shelf.take(entry_id)
        if item and before is not None and item.id in shelf.doubles:
            item = _one_of(link, before, [*shelf.doubles[item.id], item])
        record, follows, is_intact = b"", None, False
        if item:
            record = leaves.record(seq=seq, entry_id=item.id, at=item.at, leaf=item.leaf)
            follows = leaves.link(before, record) if before is not None else None
            is_intact = item.is_intact
        if is_intact and (follows == hash_ or follows is None):
            should_be = None
        elif is_intact and should_be and leaves.link(should_be, record) == hash_:
            found.suspects[-1].is_hash_altered = True
            should_be = None
        else:
            found.suspects.append(Suspect(link, before, item))
            seals.doubt()
            should_be = follows if follows != hash_ else None
        if before is None and item:
            found.gaps[-1].after = record, hash_
        seals.link(seq, record, hash_)
        before, expected = hash_, seq + 1
        found.last, found.count = link, found.count + (item is not None)
        if seq % STEP == 0:
            progress(seq)
    found.unlinked = shelf.rest()
    seals.finish(expected - 1)
    return found


def _one_of(link: Link, before: bytes, items: list[Item]) -> Item:
    """Of several entries with the same id, return the entry for which the link was made. If the link was made for none
    of these entries, return the last of them.
    """
    return next((item for item in items if Suspect(link, before, item).follows), items[-1])


def explain_gaps(found: Walk, *, findings: Findings) -> None:
    """Report the missing links, and their entries if they still exist."""
    for gap in found.gaps:
        item = next((item for item in islice(found.unlinked.values(), MOST) if gap.is_of(item)), None)
        if item:
            del found.unlinked[item.id]
            text = f"Link {gap.first} of the chain, of entry {item.id}, was deleted."
            findings.add(Kind.DELETED, text, entry=item.id, seq=gap.first)
        else:
            what = f"Link {gap.first} was" if gap.first == gap.last else f"The links {gap.first} to {gap.last} were"
            findings.add(Kind.DELETED, f"{what} deleted from the chain.", seq=gap.first)
