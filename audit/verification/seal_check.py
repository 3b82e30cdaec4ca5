"""Compares the seals with each other, with their keys, and with the links under them."""

from collections.abc import Iterator, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.proof import merkle
from audit.proof.seal_bytes import SignedSeal, Statement
from audit.verification.findings import Findings, Kind
from audit.verification.start import Start


class SealCheck:
    """Reads the seals in order, and compares them with the links that it receives. Each difference becomes a finding.

    The links under the seals up to the start aren't read. These seals are only compared with each other and with their
    keys.
    """

    def __init__(
        self,
        seals: Iterator[tuple[int, SignedSeal | None]],
        *,
        first_number: int,
        keys: Mapping[str, Ed25519PublicKey],
        start: Start,
        findings: Findings,
    ) -> None:
        self.count = 0
        self.last: Statement | None = None
        self.heads: dict[int, bytes] = {}  # for each seal over doubtful links: its last link's place and hash
        self._seals, self._keys, self._findings = seals, keys, findings
        self._before: Statement | None = None  # the seal before the current one; None if it can't be trusted
        self._expected = first_number
        self._unknown_keys: set[str] = set()
        self._records: list[bytes] = []  # the records from the link `_first_seq` on
        self._first_seq = start.seq + 1
        self._is_in_doubt = self._has_diverged = False
        self._head = start.hash  # the hash of the last link under the last compared seal, as this seal states it
        self._current = self._next()
        while self._current and self._current.number <= start.seal:
            self._current = self._next()
        self._hold_up_to(start.seq, start.hash)

    def link(self, seq: int, record: bytes, hash: bytes) -> None:
        """Add the next link. After a seal's last link was added, the seal is compared with its links. `record` is empty
        if the link's entry is missing.
        """
        self._records.append(record)
        if self._current and self._current.last_seq <= seq:
            self._hold_up_to(seq, hash)

    def skip(self, seq: int) -> None:
        """Note that links are missing, and that the link `seq` comes next."""
        self._is_in_doubt = True
        self._records, self._first_seq = [], seq

    def doubt(self) -> None:
        """Note that the last link is wrong. explain() reports the link, so the seal over it isn't reported too."""
        self._is_in_doubt = True

    def finish(self, last_seq: int) -> None:
        """Note that the chain ends at this link."""
        if self._current and self._current.last_seq > last_seq:
            self._findings.add(
                Kind.TRUNCATED,
                f"The chain ends at link {last_seq}, but seal {self._current.number} covers the links up to "
                f"{self._current.last_seq}: the end was cut off.",
                seq=last_seq + 1,
                seal=self._current.number,
            )
        while self._current:
            self._current = self._next()

    def _hold_up_to(self, seq: int, head: bytes) -> None:
        while self._current and self._current.last_seq <= seq:
            self._hold(self._current, head)
            self._current = self._next()

    def _hold(self, seal: Statement, head: bytes) -> None:
        """Compare a seal with its links, or an empty seal with the seal before it. `head` is the hash of the last
        link.
        """
        skipped = seal.first_seq - self._first_seq
        size = max(seal.last_seq - seal.first_seq + 1, 0)
        records = self._records[max(skipped, 0) : skipped + size] if skipped + size > 0 else []
        head = head if size or skipped else self._head
        if self._is_in_doubt:
            self.heads[seal.last_seq] = seal.head
        elif merkle.root(records) != seal.root or (head != seal.head and not self._has_diverged):
            self._has_diverged = True
            what = f"The links {seal.first_seq} to {seal.last_seq} don't" if size else f"Link {seal.last_seq} doesn't"
            self._findings.add(
                Kind.RECOMPUTED,
                f"{what} match seal {seal.number}: the chain was computed again without the seal key.",
                seq=seal.first_seq,
                seal=seal.number,
            )
        held = max(skipped + size, 0)
        self._records, self._first_seq = self._records[held:], self._first_seq + held
        self._head = seal.head
        self._is_in_doubt = self._is_in_doubt and bool(self._records)

    def _next(self) -> Statement | None:
        """Return the next seal that can be read and that a known key has signed; None at the end. Reports what is wrong
        with the seals that it skips.
        """
        for number, seal in self._seals:
            self.count += 1
            statement = seal.statement if seal and self._is_signed(seal) else None
            if statement:
                self._follow(statement)
            elif not seal:
                self._findings.add(Kind.SEAL, f"Seal {number} was altered: it cannot be read.", seal=number)
            self._before = statement
            self._expected = number + 1
            if statement:
                self.last = statement
                return statement
        return None

    def _is_signed(self, seal: SignedSeal) -> bool:
        name, number = seal.statement.key_id, seal.statement.number
        if name not in self._keys:
            if name not in self._unknown_keys:
                self._findings.add(
                    Kind.KEY,
                    f"Seal {number} is signed with the key {name}, which is not known here. Either this app did "
                    "not make the seal, or AUDIT_SEAL_PUBLIC_KEYS lacks the key.",
                    seal=number,
                )
            self._unknown_keys.add(name)
            return False
        if not seal.is_signed_by(self._keys):
            self._findings.add(Kind.SEAL, f"Seal {number} was altered: its signature is wrong.", seal=number)
            return False
        return True

    def _follow(self, seal: Statement) -> None:
        """Compare a seal with the seal before it."""
        before = self._before
        if seal.number != self._expected:
            self._findings.add(
                Kind.SEAL,
                f"Seal {seal.number} comes in place of seal {self._expected}: seals are missing.",
                seal=self._expected,
            )
        elif (before or seal.number == 1) and not seal.follows(before):
            what = "does not follow from the seal before it" if before else "does not begin a chain of seals"
            self._findings.add(Kind.SEAL, f"Seal {seal.number} {what}.", seal=seal.number)
