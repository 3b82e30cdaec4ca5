"""The findings of verifying, and the report."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

_NO_PLACE = 2**63  # after all that have one
KEPT = 1000  # findings per kind that are reported one by one; further ones are only counted


class Kind(StrEnum):
    """What happened to an entry, its proof, or its protection."""

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
    """One thing that is wrong: a sentence, and the entry, link (its place in the chain) and seal that it is about."""

    kind: Kind
    text: str
    entry: int | None = None
    seq: int | None = None
    seal: int | None = None


@dataclass(slots=True)
class Findings:
    """All findings: the first ones of each kind, and the number of each kind. `first_bad` is place and entry of the
    finding that comes first in the chain."""

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
    """How many seals an anchor has, and the number of the newest one that a known key has signed; 0 for none."""

    count: int
    newest: int


@dataclass(slots=True)
class Report:
    """What was read, how long it took, and the findings. `started_after` is the link, and `starts_at` says why there.
    With `is_full` the whole log was read. `anchored` is None if no anchor was given."""

    starts_at: str
    started_after: int
    is_full: bool
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
        """Entries a second."""
        return round(self.entries / self.seconds) if self.seconds else 0

    @property
    def first_bad_entry(self) -> int | None:
        """The entry among the findings that comes first in the chain."""
        return self.findings.first_bad[1] if self.findings.first_bad else None

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
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
