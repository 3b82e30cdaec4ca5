"""Finds out what happened to a link that doesn't follow from the link before it: whether the link or its entry was
edited, deleted or reordered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from audit.proof import leaves
from audit.verification.findings import Findings, Kind
from audit.verification.rows import Item, Link

MOST = 64  # the most suspects that are compared with each other; twice as many take four times as long


@dataclass(slots=True)
class Suspect:
    """A link that doesn't follow from the link before it, or whose entry doesn't match its leaf.

    `before` is the hash of the link before, or None if that link is missing. `item` is the link's entry, or None if the
    entry is missing.
    """

    link: Link
    before: bytes | None
    item: Item | None
    is_hash_altered: bool = False  # the link's hash is wrong, but the next link was made from the right hash

    def hash_with(self, *, entry_id: int, at: int, leaf: bytes) -> bytes | None:
        """The hash that the link would have with these values of an entry."""
        if self.before is None:
            return None
        return leaves.link(self.before, leaves.record(seq=self.link.seq, entry_id=entry_id, at=at, leaf=leaf))

    def hash_of(self, item: Item) -> bytes | None:
        """The hash that the link would have with this entry."""
        return self.hash_with(entry_id=item.id, at=item.at, leaf=item.leaf)

    @property
    def follows(self) -> bool:
        """Whether the link's hash is correct for the stored leaf of its entry and for the link before it. If so, the
        link is right, and only other columns of the entry are wrong.
        """
        return self.item is not None and self.before is not None and self.hash_of(self.item) == self.link.hash


def explain(
    suspects: list[Suspect], *, unlinked: dict[int, Item], heads: Mapping[int, bytes], findings: Findings
) -> None:
    """Report what happened to each suspect. `unlinked` has the entries without a link. An entry that belongs to a
    suspect is removed from `unlinked`. `heads` has the hashes that seals state for some links, by the link's place in
    the chain.
    """
    few = suspects[:MOST]
    moved = dict(_moved(few))
    for suspect in suspects:
        if suspect.link.seq in moved:
            _add(findings, suspect, Kind.REORDERED, moved[suspect.link.seq])
        elif suspect.item is None:
            _explain_missing(suspect, unlinked, findings)
        elif not suspect.item.is_intact:
            _add(findings, suspect, Kind.EDITED, f"Entry {suspect.item.id} was edited: it does not match its link.")
        elif not _is_after_moved(suspect, few):
            _explain_altered(suspect, suspect.item, heads, findings)


def _moved(suspects: list[Suspect]) -> Iterator[tuple[int, str]]:
    """For each suspect that was swapped with another suspect, yield the suspect's place in the chain, and a sentence
    about the swap.
    """
    for one in suspects:
        for other in suspects:
            if one is not other and one.item and other.item and _is_exchanged(one, one.item, other, other.item):
                text = f"Entry {one.item.id} was reordered: it and entry {other.item.id} have changed places."
                yield one.link.seq, text
                yield other.link.seq, text


def _is_exchanged(one: Suspect, item: Item, other: Suspect, others: Item) -> bool:
    if item.says == others.leaf != item.leaf == others.says:
        return True
    if one.follows:
        return False
    guesses = (
        one.hash_with(entry_id=item.id, at=others.at, leaf=others.leaf),
        one.hash_with(entry_id=item.id, at=item.at, leaf=others.leaf),
        one.hash_with(entry_id=item.id, at=others.at, leaf=item.leaf),
        one.hash_of(others),
    )
    return one.link.hash in guesses or one.hash_of(others) == other.link.hash


def _is_after_moved(suspect: Suspect, suspects: list[Suspect]) -> bool:
    """Whether a link only seems to be wrong, because the link before it was moved."""
    link, item = suspect.link, suspect.item
    if item is None:
        return False
    record = leaves.record(seq=link.seq, entry_id=item.id, at=item.at, leaf=item.leaf)
    return any(leaves.link(other.link.hash, record) == link.hash for other in suspects if other is not suspect)


def _explain_missing(suspect: Suspect, unlinked: dict[int, Item], findings: Findings) -> None:
    entry_id = suspect.link.entry_id
    for item in list(islice(unlinked.values(), MOST)):
        if suspect.hash_with(entry_id=entry_id, at=item.at, leaf=item.leaf) == suspect.link.hash:
            del unlinked[item.id]
            _add(findings, suspect, Kind.EDITED, f"Entry {entry_id} was edited: it has the number {item.id} now.")
            return
        if suspect.hash_of(item) == suspect.link.hash:
            del unlinked[item.id]
            text = f"Link {suspect.link.seq} was edited: it names entry {entry_id} in place of {item.id}."
            findings.add(Kind.EDITED, text, entry=item.id, seq=suspect.link.seq)
            return
    text = f"Entry {entry_id} was deleted: the log lacks it, but link {suspect.link.seq} of the chain belongs to it."
    _add(findings, suspect, Kind.DELETED, text)


def _explain_altered(suspect: Suspect, item: Item, heads: Mapping[int, bytes], findings: Findings) -> None:
    seq = suspect.link.seq
    computed = suspect.hash_of(item)
    if suspect.is_hash_altered or (computed and heads.get(seq) == computed):
        text = f"Link {seq}, of entry {item.id}, was edited: the next link was not made from its hash."
    else:
        text = f"Entry {item.id} was edited, or put in place of another: link {seq} was made from other content."
    _add(findings, suspect, Kind.EDITED, text)


def _add(findings: Findings, suspect: Suspect, kind: Kind, text: str) -> None:
    findings.add(kind, text, entry=suspect.link.entry_id, seq=suspect.link.seq)
