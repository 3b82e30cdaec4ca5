"""The findings of verifying, and the report about them."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

_NO_PLACE = 2**63  # larger than every place in the chain, so that it sorts last
KEPT = 1000  # how many findings of each kind are reported one by one; the others are only counted


class Kind(StrEnum):
    """What happened to an entry, to its proof, or to its protection."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    DUPLICATE = "duplicate"
    RECOMPUTED = "recomputed"
    TRUNCATED = "truncated"
    SEAL = "seal"
    KEY = "key"
    ANCHOR = "anchor"
    COMMITMENT = "commitment"
    UNPROTECTED = "unprotected"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `text` is a sentence that says what is wrong. If the sentence is about an entry, a link
    or a seal, `entry` is the entry's id, `seq` is the link's place, and `seal` is the seal's number.
    """

    kind: Kind
    text: str
    entry: int | None = None
    seq: int | None = None
    seal: int | None = None


@dataclass(slots=True)
class Findings:
    """`kept` has the first findings of each kind, and `kinds` has the number of findings of each kind. `first_bad` has
    the place and the id of the first entry in the chain that a finding is about.
    """

    kept: list[Finding] = field(default_factory=list)
    kinds: dict[Kind, int] = field(default_factory=dict)
    first_bad: tuple[int, int] | None = None

    @property
    def count(self) -> int:
        """The number of findings of all kinds."""
        return sum(self.kinds.values())

    def add(
        self, kind: Kind, text: str, *, entry: int | None = None, seq: int | None = None, seal: int | None = None
    ) -> None:
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.kinds[kind] <= KEPT:
            self.kept.append(Finding(kind, text, entry=entry, seq=seq, seal=seal))
        if entry is not None:
            place = (_NO_PLACE if seq is None else seq, entry)
            self.first_bad = min(self.first_bad or place, place)


@dataclass(frozen=True, slots=True)
class Anchored:
    """How many seals an anchor has. `newest` is the number of the newest seal that a known key has signed, or 0."""

    count: int
    newest: int


@dataclass(slots=True)
class Report:
    """What was read, how long it took, and what was found. Verifying began after the link `started_after`, and
    `starts_at` says why. `is_full` says whether the whole log was read. `has_keys` says whether there is a key to check
    seals with. `anchored` is None if no anchor was given.
    """

    starts_at: str
    started_after: int
    is_full: bool
    has_keys: bool
    last_seq: int = 0
    entries: int = 0
    seals: int = 0
    last_seal: int | None = None
    unsealed: int = 0
    anchored: Anchored | None = None
    seconds: float = 0.0
    findings: Findings = field(default_factory=Findings)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.findings.count == 0

    @property
    def rate(self) -> int:
        """The number of entries that were read per second."""
        return round(self.entries / self.seconds) if self.seconds else 0

    @property
    def first_bad_entry(self) -> int | None:
        """The id of the first entry in the chain that has a finding; None if no entry has one."""
        return self.findings.first_bad[1] if self.findings.first_bad else None

    def to_json(self) -> dict[str, Any]:
        """The report for programs."""
        facts = asdict(self)
        findings = facts.pop("findings")
        return facts | {
            "whole": self.is_whole,
            "rate": self.rate,
            "first_bad_entry": self.first_bad_entry,
            "count": self.findings.count,
            "kinds": findings["kinds"],
            "findings": findings["kept"],
        }
