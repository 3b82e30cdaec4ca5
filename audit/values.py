"""Cell values in words: the log keeps them as Smartsheet's JSON, people read them as text."""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from audit.proof import commitment_bytes
from audit.proof.commitment_bytes import in_value, replaced

_WORDS = re.compile(r"\S+\s*|\s+")
_FEW_WORDS = 4  # shorter texts read better whole: old → new
_ALIKE = 0.4


ERASED = "ERASED"  # the objectType of what in_clear() gives for a personal value that is gone


class Piece(NamedTuple):
    """A stretch of text that was "removed", "added", or "kept"."""

    kind: str
    text: str


def in_clear(value: str | None, texts: Mapping[str, str]) -> str | None:
    """A value of the log that may be a commitment: the text behind it, or word that it was erased."""
    hmac = in_value(value)
    return texts.get(hmac, json.dumps({"objectType": ERASED})) if hmac else value


def is_erased(value: str | None) -> bool:
    """Whether this is what in_clear() gives where the text was erased."""
    return value is not None and ERASED in value and json.loads(value) == {"objectType": ERASED}


def evidence_in_clear(evidence: str | None, texts: Mapping[str, str]) -> str | None:
    """Evidence with the texts behind its commitments, or word that they were erased."""
    said = json.dumps({"objectType": ERASED})
    return evidence and replaced(evidence, lambda commitment: texts.get(commitment, said))


def human(value: str | None) -> str:
    """A value of the log (canonical JSON) as people say it; "" for an empty cell.

    >>> human('{"email":"bob@example.com","name":"Bob","objectType":"CONTACT"}')
    'Bob <bob@example.com>'
    """
    return "" if value is None else _say(json.loads(value))


def human_pair(old: str | None, new: str | None) -> tuple[str, str]:
    """Both values as people say them, or as JSON where that would hide the difference, as between 5 and "5"."""
    before, after = human(old), human(new)
    return (old or "", new or "") if old != new and before == after else (before, after)


def differences(old: str, new: str) -> list[Piece]:
    """What was removed and added, by word where the texts are alike, else each as a whole."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = difflib.SequenceMatcher(a=before, b=after)
    if min(len(before), len(after)) < _FEW_WORDS or matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return [Piece("removed", old), Piece("added", new)]
    pieces = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("kept", "".join(before[a:b])))
        else:
            pieces += [Piece("removed", "".join(before[a:b])), Piece("added", "".join(after[c:d]))]
    return [piece for piece in pieces if piece.text]


def _say(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "✓ checked" if value else "unchecked"
        case str():
            return value if value == value.strip() else f"“{value}”"
        case {"objectType": "ERASED"}:
            return "erased"
        case {"objectType": commitment_bytes.OBJECT_TYPE}:
            return "kept apart"
        case {"values": list(values), "objectType": _}:
            return ", ".join(map(_say, values))
        # A contact, and not a row or record that happens to have such a column.
        case {"email": str(email), **rest} if rest.get("objectType") == "CONTACT" or rest.keys() <= {"name"}:
            name = rest.get("name")
            return f"{name} <{email}>" if name and name != email else email
        case {"value": text, "hyperlink": dict(hyperlink)} if len(value) == 2:
            return f"{_say(text)} (link to {', '.join(map(str, hyperlink.values()))})"
        case dict() if "objectType" not in value:
            return "; ".join(f"{title}: {_say(cell)}" for title, cell in value.items())
        case list():
            return ", ".join(map(_say, value))
        case _:
            return json.dumps(value, ensure_ascii=False)
