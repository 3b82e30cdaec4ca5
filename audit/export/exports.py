"""Exports of the log. Each export is recorded as an entry before the first byte is sent. The file is made piece by
piece while it is sent.

CSV is for spreadsheets (audit/export/csv_file.py). JSON Lines contain their own proof (audit/export/jsonl.py).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from audit.export import chain_rows, csv_file, jsonl
from audit.filtering.fields import WORDS
from audit.models import EntryQuerySet
from audit.recording import Actor, Evidence, Personal, note
from audit.vocabulary import Action, Origin

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Selection:
    """The entries to export. `query` has the names and values of the filters that select these entries. The log says
    with which query an export was made. A JSON Lines file says so too.

    `is_whole` says whether these are all entries of the log. With `matching`, only edits that have an entry in
    `matching` are exported.
    """

    entries: EntryQuerySet
    query: Mapping[str, str]
    is_whole: bool
    matching: EntryQuerySet | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """A file in pieces. `last_seq` is the last link of the chain that the file covers.

    If an error happens in the middle, iterating over `pieces` raises it. The file then lacks the line that marks it as
    complete.
    """

    name: str
    content_type: str
    last_seq: int
    pieces: Iterator[bytes]


def begin(selection: Selection, *, kind: str, actor: Actor, origin: Origin, progress: Progress | None = None) -> Export:
    """Record that `actor` exports this selection as `kind` ("csv" or "jsonl"), and return the file.

    `progress` is called with the number of the last link that was read for the file so far. Entries that are written to
    the log after begin() was called aren't in the file. Raises NotRecorded if the export can't be recorded. In that
    case nothing is exported.
    """
    at, last_seq = timezone.now(), chain_rows.last_seq()
    query: dict[str, Evidence] = dict(selection.query)
    if WORDS in query:
        query[WORDS] = Personal(selection.query[WORDS])  # it can be a person's name, so it must be erasable
    evidence: dict[str, Evidence] = {"kind": kind, "query": query, "last_seq": last_seq}
    export_id = note(actor=actor, action=Action.EXPORT, origin=origin, evidence=evidence)
    header = jsonl.Header(
        export_id=export_id.hex,
        at=at,
        by=actor,
        query=selection.query,
        is_whole=selection.is_whole,
        last_seq=last_seq,
    )
    pieces = _pieces(kind, selection, header, progress or _nobody)
    return Export(_name(kind, at.strftime("%Y%m%dT%H%M%SZ"), export_id), CONTENT_TYPES[kind], last_seq, pieces)


def _pieces(kind: str, selection: Selection, header: jsonl.Header, progress: Progress) -> Iterator[bytes]:
    entries, matching = selection.entries, selection.matching
    if kind == "jsonl":
        return jsonl.lines(entries, header, progress=progress, matching=matching)
    seq, export_id = header.last_seq, header.export_id
    return csv_file.lines(entries, last_seq=seq, export_id=export_id, progress=progress, matching=matching)


def _name(kind: str, at: str, export_id: UUID) -> str:
    return f"audit-log-{at}-{export_id.hex[:8]}.{kind}"


def _nobody(_seq: int) -> None:
    """Ignore the progress."""
