"""Checks an export line by line. This module needs the file and a public key, but no Django and no database.

It finds each line that was altered, removed, added or moved. It finds entries whose path doesn't lead to their seal,
seals that no trusted key has signed, and clear texts that don't match their commitments. If the export is a selection
of the log, only the signature at the end of the file proves that no line is missing.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.export.file_format import END, ENTRY, FORMATS, HEADER, Wrong, signed_content, unhexed
from audit.export.seal_checks import ExportedSeals, Keys
from audit.proof import leaves
from audit.proof.commitment_bytes import is_opened, of_entry

Line = dict[str, Any]

loads: Callable[[bytes], Any]
try:
    from orjson import loads
except ImportError:  # json is slower, but gives the same result
    loads = json.loads

_64_BITS = range(-(2**63), 2**63)
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_REMEMBERED = 1_000  # how many checked clear texts are cached, because many entries name the same people


@dataclass(slots=True)
class Contents:
    """The contents of a correct file: its first line (`header`), and how many entries and seals it has.

    `unsealed` is the number of entries that no seal covers. `first_unsealed` is the place in the chain of the first
    such entry. `key_ids` are the keys that signed the seals, and `file_key_id` is the key that signed the whole file.
    """

    header: Line
    entries: int
    seals: int
    unsealed: int
    first_unsealed: int | None
    key_ids: Sequence[str]
    file_key_id: str | None

    @property
    def is_signed_throughout(self) -> bool:
        """Whether a signature covers each entry: the signature of the entry's seal, or the signature of the whole file.
        False if the file has neither entries nor a signature.
        """
        return self.file_key_id is not None or self.entries > self.unsealed == 0


class Check:
    """Checks one file. Call take() with each line in order, and then finish()."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._hash = hashlib.sha256()
        self._header: Line | None = None
        self._end: Line | None = None
        self._entries = self._unsealed = 0
        self._first_unsealed: int | None = None

    def take(self, raw: bytes) -> None:
        """Check the next line. `raw` includes the line break. Raises Wrong."""
        line = _read(raw)
        if self._end is not None:
            raise Wrong("There is more data after the end of the export.")
        if self._header is None:
            self._begin(line)
        elif line["type"] == "entry":
            self._take_entry(line)
        elif line["type"] == "seal":
            self._seals.take(line, at=self._seq)
        elif line["type"] == "end":
            self._take_end(line)
        else:
            raise Wrong("This line isn't an entry, a seal or the end of an export.")
        self._hash.update(raw)

    def finish(self) -> Contents:
        """Return the contents of the file. Call this method after the last line. Raises Wrong if the file isn't
        complete.
        """
        if self._header is None or self._end is None:
            raise Wrong("The export is incomplete: its end is missing.")
        seals = self._seals
        return Contents(
            header=self._header,
            entries=self._entries,
            seals=seals.count,
            unsealed=self._unsealed,
            first_unsealed=self._first_unsealed,
            key_ids=sorted(seals.key_ids),
            file_key_id=self._end["key_id"],
        )

    def _begin(self, line: Line) -> None:
        if tuple(line) != HEADER or line["format"] not in FORMATS:
            raise Wrong(f"This isn't an export, or its format is unknown here: {', '.join(FORMATS)}.")
        if not _is_header(line):
            raise Wrong("The first line isn't in the format of an export.")
        self._header = line
        self._columns = FORMATS[line["format"]]
        self._is_whole: bool = line["is_whole"]
        self._seq: int = line["first_seq"] - 1
        self._link = unhexed(line["before"]) if self._is_whole and line["before"] else None
        self._keys.believe(line["keys"])
        self._seals = ExportedSeals(self._keys, first_seq=line["first_seq"], is_whole=self._is_whole)
        self._clear: dict[str, object] = {}

    def _take_entry(self, line: Line) -> None:
        values = leaves.values_of(line["entry"]) if tuple(line) == ENTRY else None
        if values is None or tuple(line["entry"]) not in self._columns:
            raise Wrong("This isn't an entry in the format of an export.")
        seq, entry_id = line["seq"], line["id"]
        if not _are_numbers(seq, entry_id):
            raise Wrong("An entry's number and its place in the chain must be whole numbers of 64 bits.")
        self._check_place(seq)
        leaf = leaves.leaf(values)
        if leaf.hex() != line["leaf"]:
            raise Wrong(f"Entry {entry_id} was altered: its content doesn't match its leaf.")
        record = leaves.record(seq=seq, entry_id=entry_id, at=_microseconds(line["at"]), leaf=leaf)
        if not self._seals.holds(record, seq=seq, path=line["path"]):
            self._unsealed += 1
            self._first_unsealed = self._first_unsealed or seq
        self._check_clear(values, line["clear"])
        self._entries += 1
        if self._link is not None:
            self._link = leaves.link(self._link, record)
            self._seals.check_head(self._link, seq=seq)

    def _check_place(self, seq: int) -> None:
        if seq <= self._seq:
            raise Wrong(f"Place {seq} of the chain comes after place {self._seq}: a line was moved or doubled.")
        if self._is_whole and seq != self._seq + 1:
            raise Wrong(f"Entries are missing: place {seq} of the chain follows place {self._seq}.")
        self._seq = seq

    def _check_clear(self, values: list[object], clear: dict[str, Any]) -> None:
        if list(clear) != [one for one in dict.fromkeys(of_entry(values)) if one in clear]:
            raise Wrong("The line's clear texts are in the wrong order, or the entry has no commitment to one of them.")
        for commitment, text in clear.items():
            if self._clear.get(commitment) != text:
                if tuple(text) != ("salt", "text") or not is_opened(commitment, **text):
                    raise Wrong("A clear text was altered: it doesn't match the entry's commitment.")
                if len(self._clear) == _REMEMBERED:
                    self._clear.clear()
                self._clear[commitment] = text

    def _take_end(self, line: Line) -> None:
        header: Line = self._header or {}
        if tuple(line) != END:
            raise Wrong("This isn't the end of an export.")
        counts = {"entries": self._entries, "seals": self._seals.count, "unsealed": self._unsealed}
        for what, count in counts.items():
            if not _are_numbers(line[what]) or line[what] != count:
                raise Wrong(
                    f"The last line says {line[what]} {what}, but the file has {count}: lines are missing or added."
                )
        if self._is_whole and self._seq != header["last_seq"]:
            raise Wrong(
                f"Entries are missing: the last entry is at link {self._seq} of the chain, but the log ended at link "
                f"{header['last_seq']}."
            )
        if self._link is not None and header["head"] is not None and self._link.hex() != header["head"]:
            raise Wrong("The chain's last hash differs from the hash in the first line.")
        if self._hash.hexdigest() != line["sha256"]:
            raise Wrong("The file was altered: its SHA-256 differs from the one in its last line.")
        self._check_signature(line["key_id"], line["signature"])
        self._end = line

    def _check_signature(self, key_id: str | None, signature: str | None) -> None:
        if (key_id is None) is not (signature is None):
            raise Wrong("The last line names a key but has no signature, or has a signature but names no key.")
        if key_id is not None and signature is not None:
            content = signed_content(self._hash.digest())
            self._keys.check(key_id, unhexed(signature), content, what="The export")


def _read(raw: bytes) -> Line:
    """Parse a line. Exactly one spelling is accepted, so that all programs read the same content. Raises Wrong."""
    if not raw.endswith(b"\n"):
        raise Wrong("The export is incomplete: this line is cut off.")
    try:
        line = loads(raw)
    except (ValueError, RecursionError):
        raise Wrong("This is not JSON.") from None
    if not isinstance(line, dict) or "type" not in line or leaves.dumps(line) + b"\n" != raw:
        raise Wrong("This line isn't in the format of an export.")
    return line


def _is_header(line: Line) -> bool:
    """Whether each value in the first line has the right type."""
    by = line["by"]
    hashes = [text for text in (line["before"], line["head"]) if text is not None]
    return (
        _are_texts(line["export"], line["at"], *hashes)
        and _AT.fullmatch(line["at"]) is not None
        and all(re.fullmatch("[0-9a-f]{64}", text) for text in hashes)
        and tuple(by) == ("id", "region", "name", "email")
        and _are_numbers(by["id"], line["first_seq"], line["last_seq"])
        and _are_texts(by["region"], by["name"], by["email"])
        and type(line["is_whole"]) is bool
        and all(isinstance(facts, dict) and _are_texts(*facts.values()) for facts in (line["query"], line["keys"]))
    )


def _are_texts(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _are_numbers(*values: object) -> bool:
    """Whether these are whole numbers that fit into 64 bits. A record has 64 bits for each number."""
    return all(type(value) is int and value in _64_BITS for value in values)


def _microseconds(at: str) -> int:
    if not _AT.fullmatch(at):
        raise Wrong("The time of an entry isn't in the format of an export.")
    return leaves.microseconds(datetime.fromisoformat(at))
