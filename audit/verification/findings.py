"""What verifying has found."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

KEPT = 1000  # findings that are told one by one; the rest is only counted


class Kind(StrEnum):
    """What has happened to an entry, to its proof, or to what protects it."""

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
    """All that was found: the first ones themselves, the number of all."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(
        self, kind: Kind, text: str, *, entry: int | None = None, seq: int | None = None, seal: int | None = None
    ) -> None:
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(Finding(kind, text, entry=entry, seq=seq, seal=seal))


@dataclass(slots=True)
class Report:
    """What was read, in how long, and what was found. `started_after` is the link and `starts_at` says why there."""

    starts_at: str
    started_after: int
    last_seq: int = 0
    entries: int = 0
    seals: int = 0
    last_seal: int | None = None
    unsealed: int = 0
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
        """The one that stands first in the chain, of those found."""
        known = [finding for finding in self.findings.kept if finding.entry is not None]
        return min(known, key=lambda one: (one.seq is None, one.seq or 0)).entry if known else None

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
        facts = asdict(self)
        findings = facts.pop("findings")
        return facts | {
            "whole": self.is_whole,
            "rate": self.rate,
            "first_bad_entry": self.first_bad_entry,
            "count": findings["count"],
            "findings": findings["kept"],
        }
