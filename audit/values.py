"""Formats cell values for people. The log stores these values as Smartsheet's JSON."""

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from audit.proof import commitment_bytes
from audit.proof.commitment_bytes import in_value, replaced

_WORDS = re.compile(r"\S+\s*|\s+")
_FEW_WORDS = 4  # if a text has fewer words, both texts are shown as a whole: old → new
_ALIKE = 0.4  # texts that are less alike than this are shown as a whole, too

NO_VALUES = "{}"  # the values of a row whose cells are all empty
PLACE = {"parentId", "rowNumber", "siblingId"}  # the keys of a moved row's old and new place
ERASED = "ERASED"  # the objectType of the mark that in_clear() puts in place of an erased value


class Piece(NamedTuple):
    """A part of a text. `kind` is "removed", "added" or "kept"."""

    kind: str
    text: str


def in_clear(value: str | None, texts: Mapping[str, str]) -> str | None:
    """A value of the log. A commitment is replaced by its text, or by a mark if the text was erased."""
    hmac = in_value(value)
    return texts.get(hmac, json.dumps({"objectType": ERASED})) if hmac else value


def is_erased(value: str | None) -> bool:
    """Whether this is the mark that in_clear() puts in place of an erased value."""
    return value is not None and ERASED in value and json.loads(value) == {"objectType": ERASED}


def evidence_in_clear(evidence: str | None, texts: Mapping[str, str]) -> str | None:
    """Evidence in which each commitment is replaced by its text, or by a mark if the text was erased."""
    said = json.dumps({"objectType": ERASED})
    return evidence and replaced(evidence, lambda commitment: texts.get(commitment, said))


def human(value: str | None) -> str:
    """A value of the log (canonical JSON) in words; "" for an empty cell, and for a row whose cells are all empty.

    >>> human('{"email":"bob@example.com","name":"Bob","objectType":"CONTACT"}')
    'Bob <bob@example.com>'
    """
    return "" if value is None or value == NO_VALUES else words_of(json.loads(value))


def human_pair(old: str | None, new: str | None) -> tuple[str, str]:
    """Return both values in words. If the words for both values would be the same, as for 5 and "5", return both values
    as JSON.
    """
    old, new = (None if value == NO_VALUES else value for value in (old, new))
    before, after = human(old), human(new)
    return (old or "", new or "") if old != new and before == after else (before, after)


def short_places(old: str | None, new: str | None) -> tuple[str, str] | None:
    """Return the old and the new place of a moved row in a few words, without the ids of other rows, which people don't
    know. Return None if the values aren't places in a sheet, or if the words for both places would be the same.
    """
    places: list[Any] = [json.loads(value) if value else None for value in (old, new)]
    before, after = places
    if not all(isinstance(one, dict) and one.keys() == PLACE for one in places):
        return None
    if before["parentId"] == after["parentId"]:
        said = f"row {before['rowNumber']}", f"row {after['rowNumber']}"
    else:
        said = _with_level(before), _with_level(after)
    return said if said[0] != said[1] else None


def _with_level(place: dict[str, Any]) -> str:
    return f"row {place['rowNumber']}, {'a child row' if place['parentId'] else 'at the top level'}"


def differences(old: str, new: str) -> list[Piece]:
    """Compare the texts word by word, and return the parts that were removed, added and kept. If the texts aren't
    similar, each text is a single part.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if min(len(before), len(after)) < _FEW_WORDS:
        return [Piece("removed", old), Piece("added", new)]
    matcher = difflib.SequenceMatcher(a=before, b=after)
    if matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return [Piece("removed", old), Piece("added", new)]
    pieces = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("kept", "".join(before[a:b])))
        else:
            pieces += [Piece("removed", "".join(before[a:b])), Piece("added", "".join(after[c:d]))]
    return [piece for piece in pieces if piece.text]


def _place(value: dict[str, Any]) -> str:
    """The place to which a move sends a row, in words; "" for other objects."""
    match value:
        case {"toTop": True} if len(value) == 1:
            return "the top of the sheet"
        case {"toBottom": True} if len(value) == 1:
            return "the bottom of the sheet"
        case {"siblingId": int(row), **rest} if rest in ({}, {"above": True}):
            return f"{'above' if rest else 'below'} the row with id {row}"
        case {"parentId": int(row), **rest} if rest in ({}, {"toBottom": True}):
            return f"the {'last' if rest else 'first'} child row of the row with id {row}"
    return ""


def words_of(value: Any) -> str:
    """A value of the log (parsed JSON) in words."""
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
            return "stored separately"
        case {"values": list(values), "objectType": _}:
            return ", ".join(map(words_of, values))
        # Without an objectType, an object with other keys isn't a contact. It can be a row or a record with a column
        # “email”.
        case {"email": str(email), **rest} if rest.get("objectType") == "CONTACT" or rest.keys() <= {"name"}:
            name = rest.get("name")
            return f"{name} <{email}>" if name and name != email else email
        case {"value": text, "hyperlink": dict(hyperlink)} if len(value) == 2:
            return f"{words_of(text)} (link to {', '.join(map(str, hyperlink.values()))})"
        case {"rowNumber": int(number), "parentId": parent, **rest} if rest.keys() <= {"siblingId"}:
            child = f", a child row of the row with id {parent}" if parent else ""
            after = f", after the row with id {rest['siblingId']}" if rest.get("siblingId") else ""
            return f"row {number}{child}{after}"
        case dict() if place := _place(value):
            return place
        case dict() if "objectType" not in value:
            return "; ".join(f"{title}: {words_of(cell)}" for title, cell in value.items())
        case list():
            return ", ".join(map(words_of, value))
        case _:
            return json.dumps(value, ensure_ascii=False)
