"""Where verifying starts: at the beginning, at the seal up to which old entries were retired, or at a verified seal."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from django.utils import timezone

from audit.conf import settings
from audit.models import Entry, Seal
from audit.phases import Action, Phase
from audit.proof import leaves, seals
from audit.proof.seal_bytes import NotASeal, SignedSeal

DIGITS = 19  # of the largest number that a seal can have
SUBJECT = "audit.seal/"  # an entry of Action.RETAIN with this and a seal's number says what was retired


class NoSuchStart(Exception):
    """There is no seal to start from."""


@dataclass(frozen=True, slots=True)
class Start:
    """The link that the first one to be read follows: its place, its hash, the number of the seal over it, and why.

    `is_retired` says that nothing from before must be there any more.
    """

    seq: int
    hash: bytes
    seal: int
    why: str
    is_retired: bool = False

    @classmethod
    def at(cls, seal: Seal, why: str, *, is_retired: bool = False) -> Self:
        """After the last link that the seal is over."""
        return cls(seq=seal.last_seq, hash=bytes(seal.head), seal=seal.pk, why=why, is_retired=is_retired)


def start_of_chain() -> Start:
    """The beginning of what is kept: the first link, or the one after the seal up to which entries were retired.

    An entry of Action.RETAIN whose subject is "audit.seal/N" retires the links up to the end of seal N. Being an entry,
    it is itself in the chain, after all that it has retired.
    """
    retired = Entry.objects.filter(action=Action.RETAIN, phase=Phase.DONE, subject__startswith=SUBJECT)
    newest = retired.order_by("-id").first()
    if newest is None:
        return Start(seq=0, hash=leaves.GENESIS, seal=0, why="the beginning")
    seal = _numbered(newest.subject.removeprefix(SUBJECT))
    if seal is None:
        return Start(seq=0, hash=leaves.GENESIS, seal=0, why=f"the beginning, as {newest.subject} is not there")
    return Start.at(seal, f"seal {seal.pk}, up to which entry {newest.pk} retired the log", is_retired=True)


def since(text: str) -> Start:
    """The seal with this number, or the last one before this day (ISO 8601, UTC). Raises NoSuchStart."""
    if text.isdecimal():
        seal = _numbered(text)
    else:
        try:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=UTC)
        except ValueError:
            raise NoSuchStart(f"{text} is neither the number of a seal nor a day like 2026-11-23.") from None
        seal = Seal.objects.filter(at__lt=day).order_by("-pk").first()
    if seal is None:
        raise NoSuchStart(f"There is no seal {text}." if text.isdecimal() else f"There is no seal before {text}.")
    if seal.last_seq < start_of_chain().seq:
        raise NoSuchStart(f"What seal {seal.pk} is over was retired: leave --since out to start where the log begins.")
    return Start.at(seal, f"seal {seal.pk}, as asked")


def _numbered(text: str) -> Seal | None:
    """The seal with this number; None if there is none, or it is no number at all, as anybody may have written."""
    is_number = text.isdecimal() and len(text) <= DIGITS
    return Seal.objects.filter(pk=int(text)).first() if is_number else None


@dataclass(frozen=True, slots=True)
class Verified:
    """What AUDIT_VERIFIED_FILE remembers of the last time that all was well.

    It is a file, not a row, since whoever owns the database could write a row. The seal in it is held against the one
    in the database; what stands before it is not read again until `--full`.
    """

    at: datetime
    seal: SignedSeal

    @classmethod
    def last(cls) -> Self | None:
        """None if nothing was verified here yet, or the file is of no use."""
        try:
            found = json.loads(_file().read_text(encoding="ascii"))
            return cls(at=datetime.fromisoformat(found["at"]), seal=SignedSeal.from_json(found["seal"]))
        except (OSError, KeyError, TypeError, ValueError, NotASeal):
            return None

    def start(self) -> Start | None:
        """After that seal; None if the database holds another, or none, by that number. What was retired since then is
        not looked for."""
        seal = Seal.objects.filter(pk=self.seal.statement.number).first()
        if seal is None or seals.signed(seal) != self.seal:
            return None
        kept = start_of_chain()
        if seal.last_seq < kept.seq:
            return kept
        return Start.at(seal, f"seal {seal.pk}, up to which all was well on {self.at:%Y-%m-%d %H:%M} UTC")


def remember(seal: Seal) -> None:
    """All is well up to this seal. Written aside and then put in place. Raises OSError."""
    aside = _file().with_suffix(".new")
    aside.parent.mkdir(parents=True, exist_ok=True)
    aside.write_text(json.dumps({"at": timezone.now().isoformat(), "seal": seals.signed(seal).to_json()}))
    aside.replace(_file())


def _file() -> Path:
    return Path(settings.AUDIT_VERIFIED_FILE)
