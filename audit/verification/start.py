"""Where verifying starts: at the beginning, after the seal up to which the log was retired, or after a given seal."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from django.db import connection
from django.utils import timezone

from audit.conf import path_of
from audit.models import Entry, Seal
from audit.proof import leaves, seals
from audit.proof.seal_bytes import NotASeal, SignedSeal
from audit.verification import rows
from audit.vocabulary import Action, Phase

DIGITS = 19  # the most digits that a seal's number can have
SUBJECT = "audit.seal/"  # an entry of Action.RETAIN has this and a seal's number as its subject


class NoSuchStart(Exception):
    """There is no seal to start from."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where reading starts: after the link at the place `seq`. `hash` is this link's hash, and `seal` is the number of
    the seal over it. `why` says why reading starts there.

    If `is_retired` is true, this link and all links before it were retired, so the log must not have them any more.
    """

    seq: int
    hash: bytes
    seal: int
    why: str
    is_retired: bool = False

    @property
    def is_all(self) -> bool:
        """Whether verifying reads the whole log, except for retired entries."""
        return self.seal == 0 or self.is_retired

    @classmethod
    def at(cls, seal: SignedSeal, why: str, *, is_retired: bool = False) -> Self:
        """Start after the last link under this seal."""
        said = seal.statement
        return cls(seq=said.last_seq, hash=said.head, seal=said.number, why=why, is_retired=is_retired)


def start_of_chain() -> Start:
    """The beginning of the log: the first link, or the first one after the seal up to which the log was retired.

    An entry of Action.RETAIN with the subject "audit.seal/N" says that the links up to the end of seal N were retired.
    This entry comes later in the chain than the retired links.
    """
    retired = Entry.objects.filter(action=Action.RETAIN, phase=Phase.DONE, subject__startswith=SUBJECT)
    newest = retired.order_by("-id").values_list("pk", "subject").first()
    if newest is None:
        return Start(seq=0, hash=leaves.GENESIS, seal=0, why="the beginning")
    entry_id, subject = newest
    number = subject.removeprefix(SUBJECT)
    seal = _numbered(number)
    if seal is None:
        return Start(seq=0, hash=leaves.GENESIS, seal=0, why=f"the beginning, because {subject!a} is missing")
    return Start.at(seal, f"seal {int(number)}, up to which entry {entry_id} retired the log", is_retired=True)


def since(text: str) -> Start:
    """Start after a seal. `text` is the seal's number, or a day (UTC). For a day, the seal is the last one before this
    day. Raises NoSuchStart.
    """
    if text.isdecimal():
        seal = _numbered(text)
    else:
        try:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=UTC)
        except ValueError:
            raise NoSuchStart(f"{text} is neither the number of a seal nor a day like 2026-11-23.") from None
        number = Seal.objects.filter(at__lt=day).order_by("-pk").values_list("pk", flat=True).first()
        seal = _numbered(str(number)) if number is not None else None
    if seal is None:
        raise NoSuchStart(f"There is no seal {text}." if text.isdecimal() else f"There is no seal before {text}.")
    if seal.statement.last_seq < start_of_chain().seq:
        what = f"The entries under seal {seal.statement.number} were retired"
        raise NoSuchStart(f"{what}: leave out --since to start where the log begins.")
    return Start.at(seal, f"seal {seal.statement.number}, as asked")


def _numbered(text: str) -> SignedSeal | None:
    """The seal with this number. None if the seal doesn't exist or can't be read, or if the text isn't a number."""
    is_number = text.isdecimal() and len(text) <= DIGITS and int(text) < 2**63
    return rows.seal(connection, int(text)) if is_number else None


@dataclass(frozen=True, slots=True)
class Verified:
    """The content of AUDIT_VERIFIED_FILE: the seal up to which nothing was wrong when the log was last verified.

    The seal is stored in a file, not in a table, because the database's owner could change a row of a table. Each run
    of verifying compares the file's seal with the database. With `--continue`, a run starts after this seal, and
    doesn't read older entries again.
    """

    at: datetime
    seal: SignedSeal

    @classmethod
    def last(cls) -> Self | None:
        """The content of the file AUDIT_VERIFIED_FILE. None if there is no such file, or if it can't be read."""
        try:
            found = json.loads(_file().read_text(encoding="ascii"))
            return cls(at=datetime.fromisoformat(found["at"]), seal=SignedSeal.from_json(found["seal"]))
        except (OSError, KeyError, TypeError, ValueError, RecursionError, NotASeal):
            return None

    def start(self) -> Start | None:
        """Start after this seal. If entries after this seal were retired in the meantime, start at the first entry that
        is left. None if the database doesn't have this seal, or has another seal with its number.
        """
        said = self.seal.statement
        if _numbered(str(said.number)) != self.seal:
            return None
        kept = start_of_chain()
        if said.last_seq < kept.seq:
            return kept
        return Start.at(self.seal, f"seal {said.number}, up to which all was well on {self.at:%Y-%m-%d %H:%M} UTC")


def remember(seal: Seal) -> None:
    """Store that nothing is wrong up to this seal. The file is replaced atomically. Raises OSError."""
    aside = _file().with_suffix(".new")
    aside.parent.mkdir(parents=True, exist_ok=True)
    with aside.open("w", encoding="ascii") as file:
        json.dump({"at": timezone.now().isoformat(), "seal": seals.signed(seal).to_json()}, file)
        file.flush()
        os.fsync(file.fileno())  # otherwise the file could be empty if the machine crashes now
    aside.replace(_file())


def _file() -> Path:
    return path_of("AUDIT_VERIFIED_FILE")
