"""What byline_doctor finds."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Whether the site has to do something."""

    OK = "ok"
    NOTE = "note"
    TO_DO = "to do"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, in a sentence, and what to do. Neither of them contains a secret."""

    kind: Kind
    what: str
    advice: str = ""


def ok(what: str) -> Finding:
    return Finding(Kind.OK, what)


def note(what: str, advice: str = "") -> Finding:
    return Finding(Kind.NOTE, what, advice)


def to_do(what: str, advice: str) -> Finding:
    return Finding(Kind.TO_DO, what, advice)
