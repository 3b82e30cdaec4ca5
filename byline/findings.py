"""The findings of byline_doctor."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Whether someone has to act on a finding."""

    OK = "ok"
    NOTE = "note"
    TO_DO = "to do"


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that says what was found, and advice that says what to do. Neither contains a secret."""

    kind: Kind
    what: str
    advice: str = ""


def ok(what: str) -> Finding:
    return Finding(Kind.OK, what)


def note(what: str, advice: str = "") -> Finding:
    return Finding(Kind.NOTE, what, advice)


def to_do(what: str, advice: str) -> Finding:
    return Finding(Kind.TO_DO, what, advice)
