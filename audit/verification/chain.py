"""The chain walked link by link, each with its entry, and the seals over them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from audit.proof import leaves
from audit.verification.findings import Findings, Kind
from audit.verification.rows import LEAST, Item, Link
from audit.verification.seal_check import SealCheck
from audit.verification.start import Start
from audit.verification.suspects import MOST, Suspect

STEP = 5000  # links between two reports of progress


@dataclass(slots=True)
class Gap:
    """Links that are missing: from here to there, the hash before them, and record and hash of the link after them."""

    first: int
    last: int
    before: bytes | None
    after: tuple[bytes, bytes] | None = None

    def is_of(self, item: Item) -> bool:
        """Whether it is one link that is missing, and was this entry's."""
        if self.first != self.last or self.before is None or self.after is None:
            return False
        record, hash_ = self.after
        missing = leaves.record(seq=self.first, entry_id=item.id, at=item.at, leaf=item.leaf)
        return leaves.link(leaves.link(self.before, missing), record) == hash_


@dataclass(slots=True)
class Walk:
    """What walking the chain came upon. `unlinked` are entries that no link was met of."""

    last: Link | None = None
    count: int = 0
    suspects: list[Suspect] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    unlinked: dict[int, Item] = field(default_factory=dict)


class Shelf:
    """Entries come by number and are wanted in the order of commits: those that are early wait here."""

    def __init__(self, items: Iterable[Item], findings: Findings) -> None:
        self.waiting: dict[int, Item] = {}
        self.doubles: dict[int, list[Item]] = {}
        self._items = self._single(items)
        self._findings = findings
        self._newest = LEAST

    def take(self, entry_id: int) -> Item | None:
        """The entry with this number; None if it is not in the log, or was taken already."""
        item = self.waiting.pop(entry_id, None)
        while item is None and self._newest < entry_id:
            item = next(self._items, None)
            if item is None:
                break
            self._newest = item.id
            if item.id != entry_id:
                self.waiting[item.id] = item
                item = None
        return item

    def rest(self) -> dict[int, Item]:
        """All that nobody wanted."""
        self.waiting.update((item.id, item) for item in self._items)
        return self.waiting

    def _single(self, items: Iterable[Item]) -> Iterator[Item]:
        """The entries, each number once: two in different months can bear the same."""
        held: Item | None = None
        for item in items:
            if held and item.id == held.id:
                self.doubles.setdefault(held.id, []).append(item)
                self._findings.add(Kind.DUPLICATE, f"Entry {item.id} is there twice: one was inserted.", entry=item.id)
                continue
            if held:
                yield held
            held = item
        if held:
            yield held


def walk(
    links: Iterable[Link],
    shelf: Shelf,
    *,
    start: Start,
    seals: SealCheck,
    findings: Findings,
    progress: Callable[[int], None],
) -> Walk:
    """Read all links and entries after the start; `progress` is told the place reached, now and then."""
    found = Walk()
    before: bytes | None = start.hash
    expected, should_be = start.seq + 1, None
    for link in links:
        if link.seq < expected:
            text = f"A link of entry {link.entry_id} stands where there is another or can be none: it was inserted."
            findings.add(Kind.INSERTED, text, entry=link.entry_id)
            continue
        if link.seq != expected:
            found.gaps.append(Gap(expected, link.seq - 1, before))
            seals.skip(link.seq)
            before = should_be = None
        item = _entry_of(link, shelf, before)
        record = leaves.record(seq=link.seq, entry_id=item.id, at=item.at, leaf=item.leaf) if item else b""
        follows = leaves.link(before, record) if item and before is not None else None
        if should_be and item and item.is_intact and leaves.link(should_be, record) == link.hash != follows:
            found.suspects[-1].is_hash_altered = True
            should_be = None
        elif item and item.is_intact and follows in (link.hash, None):
            should_be = None
        else:
            found.suspects.append(Suspect(link, before, item))
            seals.doubt()
            should_be = follows if follows != link.hash else None
        if before is None and item:
            found.gaps[-1].after = record, link.hash
        seals.link(link.seq, record, link.hash)
        before, expected = link.hash, link.seq + 1
        found.last, found.count = link, found.count + (item is not None)
        if link.seq % STEP == 0:
            progress(link.seq)
    found.unlinked = shelf.rest()
    seals.finish(expected - 1)
    return found


def _entry_of(link: Link, shelf: Shelf, before: bytes | None) -> Item | None:
    """The link's entry; of two with its number, the one that the link was made over."""
    item = shelf.take(link.entry_id)
    if item and before is not None:
        for other in shelf.doubles.get(item.id, ()):
            if Suspect(link, before, other).follows:
                return other
    return item


def explain_gaps(found: Walk, *, findings: Findings) -> None:
    """Say which links are missing, and of which entries they were, as far as these are still there."""
    for gap in found.gaps:
        item = next((item for item in islice(found.unlinked.values(), MOST) if gap.is_of(item)), None)
        if item:
            del found.unlinked[item.id]
            text = f"Link {gap.first} of the chain, of entry {item.id}, was deleted."
            findings.add(Kind.DELETED, text, entry=item.id, seq=gap.first)
        else:
            what = f"Link {gap.first} is" if gap.first == gap.last else f"The links {gap.first} to {gap.last} are"
            findings.add(Kind.DELETED, f"{what} missing in the chain: deleted, with their entries.", seq=gap.first)
