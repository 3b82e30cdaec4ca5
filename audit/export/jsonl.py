"""Writes the log as JSON Lines with proof: entries, their clear texts, and the path from each entry to a signed seal.

audit/export/file_format.py describes the lines. `python -m audit.verify` checks a file without this app.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from audit.export.chain_rows import Row, Window, rows, windows
from audit.export.file_format import FORMAT, signed_content, written
from audit.export.sealed import Sealed, all_sealed, sealed
from audit.models import EntryQuerySet, Leaf, PersonalText, Seal
from audit.proof import leaves, seal_bytes, seal_keys
from audit.proof.commitment_bytes import of_entry
from audit.recording import Actor

Line = dict[str, Any]
Progress = Callable[[int], None]
Clear = Mapping[str, dict[str, str]]

_AT_ONCE = 500  # the most commitments in a query, and the most lines in a piece


@dataclass(frozen=True, slots=True)
class Header:
    """The content of the export's first line: the export's id, who exported what and when, and the last link of the
    chain.
    """

    export_id: str
    at: datetime
    by: Actor
    query: Mapping[str, str]
    is_whole: bool  # whether the file has every entry up to `last_seq`
    last_seq: int


def lines(
    entries: EntryQuerySet, header: Header, *, progress: Progress, matching: EntryQuerySet | None = None
) -> Iterator[bytes]:
    """The file in pieces. The chain is read in parts. After each part, `progress` is called with the number of the last
    link that was read. `matching` has the same meaning as in chain_rows.query().
    """
    file = _File()
    first_seq = Leaf.objects.order_by("seq").values_list("seq", flat=True).first() or 1
    yield file.add([_header(header, first_seq)])
    since = first_seq if header.is_whole else None
    for window in windows(first_seq=first_seq, last_seq=header.last_seq):
        found = rows(entries, window, matching=matching)
        body = _body(found, window, since=since, last_seal=file.last_seal)
        while piece := list(islice(body, _AT_ONCE)):
            yield file.add(piece)
        progress(window.last_seq)
    yield file.end()


def clear_texts(found: Iterable[Row]) -> Clear:
    """The clear texts and salts of these entries' commitments. Erased texts are left out."""
    wanted = sorted({commitment for row in found for commitment in of_entry(row.values)})
    clear: dict[str, dict[str, str]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = PersonalText.objects.clear().filter(commitment__in=wanted[start : start + _AT_ONCE])
        for commitment, salt, text in some.values_list("commitment", "salt", "text"):
            clear[commitment] = {"salt": salt, "text": text}
    return clear


class _File:
    """Counts the lines of the file, and hashes them. The file's last line has the counts and the hash."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._count = {"entry": 0, "seal": 0}
        self._unsealed = 0
        self.last_seal = 0

    def add(self, lines: Iterable[Line]) -> bytes:
        written = bytearray()
        for line in lines:
            kind = line["type"]
            if kind in self._count:
                self._count[kind] += 1
            if kind == "seal":
                self.last_seal = line["number"]
            elif kind == "entry":
                self._unsealed += line["path"] is None
            written += orjson.dumps(line) + b"\n"
        self._hash.update(written)
        return bytes(written)

    def end(self) -> bytes:
        digest = self._hash.digest()
        line = {
            "type": "end",
            "entries": self._count["entry"],
            "seals": self._count["seal"],
            "unsealed": self._unsealed,
            "sha256": digest.hex(),
        }
        return orjson.dumps(line | _signature(digest)) + b"\n"


def _signature(digest: bytes) -> Line:
    try:
        key = seal_keys.private_key()
    except seal_keys.NoSealKey:  # this process has no key, because another process seals
        return {"key_id": None, "signature": None}
    signature = key.sign(signed_content(digest))
    return {"key_id": seal_bytes.key_id(key.public_key()), "signature": signature.hex()}


def _header(header: Header, first_seq: int) -> Line:
    by = header.by
    keys = {key_id: seal_bytes.written(key) for key_id, key in sorted(seal_keys.public_keys().items())}
    return {
        "type": "export",
        "format": FORMAT,
        "export": header.export_id,
        "at": written(header.at),
        "by": {"id": by.id, "region": by.region, "name": by.name, "email": by.email},
        "query": dict(header.query),
        "is_whole": header.is_whole,
        "first_seq": first_seq,
        "last_seq": header.last_seq,
        "before": _link_before(first_seq),
        "head": _link_at(header.last_seq),
        "keys": keys,
    }


def _link_at(seq: int) -> str | None:
    found = Leaf.objects.filter(seq=seq).values_list("hash", flat=True).first()
    return bytes(found).hex() if found is not None else None


def _link_before(first_seq: int) -> str | None:
    """The hash of the link before `first_seq`. The link `first_seq` is the first one that is still in the log. If the
    link before it was retired, its hash comes from the last seal over the retired links. The result is None if this
    seal is missing.
    """
    if first_seq == 1:
        return leaves.GENESIS.hex()
    head = Seal.objects.filter(last_seq=first_seq - 1).order_by("pk").values_list("head", flat=True).first()
    return bytes(head).hex() if head is not None else None


def _body(found: list[Row], window: Window, *, since: int | None, last_seal: int) -> Iterator[Line]:
    """Yield the lines of a window: its entries, and each seal before the first entry that the seal covers. For an
    export of the whole log, `since` is the first link, and all seals are included. For a selection of the log, `since`
    is None, and only seals that cover one of the selected entries are included. Seals up to number `last_seal` are
    already in the file.
    """
    if since is not None:
        seals = all_sealed(first_seq=window.first_seq, last_seq=window.last_seq, after=last_seal, since=since)
    elif found:
        seals = sealed(first_seq=found[0].seq, last_seq=found[-1].seq)
    else:
        return
    clear = clear_texts(found)
    for one, under in _grouped(found, seals):
        is_new = one is not None and one.seal.statement.number > last_seal
        if one is not None and is_new and (under or since is not None):
            yield {"type": "seal", **one.seal.to_json()}
        tree, first = (one.tree, one.seal.statement.first_seq) if one else (None, 0)
        for row in under:
            yield _entry(row, clear, tree.path(row.seq - first) if tree else None)


def _grouped(found: list[Row], seals: list[Sealed]) -> Iterator[tuple[Sealed | None, list[Row]]]:
    """Yield each seal with the rows that it covers. Last, yield None with the rows that no seal covers."""
    position = 0
    for one in seals:
        start = position
        while position < len(found) and found[position].seq <= one.seal.statement.last_seq:
            position += 1
        yield one, found[start:position]
    yield None, found[position:]


def _entry(row: Row, clear: Clear, path: bytes | None) -> Line:
    return {
        "type": "entry",
        "seq": row.seq,
        "id": row.id,
        "at": row.at,
        "leaf": bytes(row.leaf).hex(),
        "entry": leaves.as_object(row.values),
        "clear": {commitment: clear[commitment] for commitment in of_entry(row.values) if commitment in clear},
        "path": path.hex() if path is not None else None,
    }
