"""Exports entries before they are retired, to a file with proof. The file is read back and verified before the entries
are removed.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from audit.export import jsonl
from audit.export.checks import Check
from audit.export.file_format import Wrong
from audit.export.jsonl import Progress
from audit.export.seal_checks import Keys
from audit.models import Entry
from audit.proof import seal_bytes, seal_keys
from audit.recording import Actor, Evidence, note
from audit.retention.limits import Boundary, CannotRetire
from audit.vocabulary import Action, Origin


@dataclass(frozen=True, slots=True)
class RetiredExport:
    """A file's name, and the SHA-256 of its bytes in hex."""

    name: str
    sha256: str


def write(boundary: Boundary, path: Path, *, by: Actor, progress: Progress) -> RetiredExport:
    """Create a file with all entries that will be removed. Flush the file to disk, and verify it.

    Raises:
        CannotRetire: the file doesn't prove all entries that would be removed.
        FileExistsError, OSError: the file can't be written.
        NotRecorded: the export couldn't be recorded, so the file has no entries.
    """
    query = {"retired before": f"{boundary.before:%Y-%m}"}
    asked: dict[str, Evidence] = dict(query)
    evidence: dict[str, Evidence] = {"kind": "jsonl", "query": asked, "last_seq": boundary.last_seq}
    with path.open("xb") as file:
        export_id = note(actor=by, action=Action.EXPORT, origin=Origin.COMMAND, evidence=evidence)
        header = jsonl.Header(
            export_id=export_id.hex,
            at=timezone.now(),
            by=by,
            query=query,
            is_whole=True,
            last_seq=boundary.last_seq,
        )
        for piece in jsonl.lines(Entry.objects.all(), header, progress=progress):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return RetiredExport(path.name, _verified(boundary, path))


def _verified(boundary: Boundary, path: Path) -> str:
    """Check that the file proves all entries, and return its SHA-256 in hex. Raises CannotRetire."""
    check = Check(Keys([seal_bytes.written(key) for key in seal_keys.public_keys().values()]))
    sha256 = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for line in file:
                sha256.update(line)
                check.take(line)
        found = check.finish()
    except Wrong as wrong:
        raise CannotRetire(f"The export isn't valid, so nothing was retired: {wrong}") from wrong
    span = (found.header["first_seq"], found.header["last_seq"], found.entries, found.unsealed)
    if span != (boundary.first_seq, boundary.last_seq, boundary.count, 0):
        raise CannotRetire("The export doesn't have all entries that would be retired, so nothing was retired.")
    return sha256.hexdigest()
