"""Formats each entry as a line of JSON for a stream. By default, a line has commitments in place of personal data."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson

from audit.conf import settings
from audit.export.chain_rows import Row, rows, windows
from audit.export.jsonl import clear_texts
from audit.models import Entry
from audit.proof import leaves
from audit.proof.commitment_bytes import of_entry

_ACTION = leaves.COLUMNS.index("action")


class Line(NamedTuple):
    """An entry: its place in the chain, its time, its action, and its JSON."""

    seq: int
    at: str
    action: str
    json: bytes


def lines(*, first_seq: int, last_seq: int) -> list[Line]:
    """The entries at these places of the chain, in order. Retired entries are left out."""
    found = [
        row for window in windows(first_seq=first_seq, last_seq=last_seq) for row in rows(Entry.objects.all(), window)
    ]
    return list(_lines(found))


def _lines(found: Iterable[Row]) -> Iterator[Line]:
    found = list(found)
    clear = clear_texts(found) if settings.AUDIT_STREAM_CLEAR_TEXT else None
    for row in found:
        said = {
            "seq": row.seq,
            "id": row.id,
            "at": row.at,
            "leaf": bytes(row.leaf).hex(),
            "entry": leaves.as_object(row.values),
        }
        if clear is not None:
            said["clear"] = {one: clear[one] for one in of_entry(row.values) if one in clear}
        yield Line(row.seq, row.at, str(row.values[_ACTION]), orjson.dumps(said))
