"""Compares the seals that an anchor has with those in the database."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection

from audit.models import Seal
from audit.proof.seal_bytes import NotASeal, SignedSeal
from audit.verification import rows
from audit.verification.findings import Anchored, Findings, Kind

TORN = 64  # the most cut-off lines that are compared with each later line


def check_anchors(path: Path, *, keys: Mapping[str, Ed25519PublicKey], last_seq: int, findings: Findings) -> Anchored:
    """Compare each seal in the file with the database, whose chain ends at `last_seq`.

    Raises OSError, UnicodeDecodeError and csv.Error.
    """
    count, place, newest = 0, 0, 0
    torn: dict[int, str] = {}  # lines that a full disk may have cut off; the whole line can follow later
    for place, text in _lines(path):
        try:
            seal = SignedSeal.from_json(json.loads(text))
        except (ValueError, RecursionError, NotASeal):
            if len(torn) < TORN and text.startswith("{"):
                torn[place] = text.rstrip("\r\n")
            else:
                findings.add(Kind.ANCHOR, f"Line {place} of the anchor's file is not a seal.")
            continue
        torn = {at: part for at, part in torn.items() if not text.startswith(part)}
        count += 1
        if seal.is_signed_by(keys):
            _hold(seal, noted="anchored", keys=keys, last_seq=last_seq, findings=findings)
            newest = max(newest, seal.statement.number)
        else:
            text = f"Line {place} of the anchor's file is a seal that no known key has signed."
            findings.add(Kind.ANCHOR, text, seal=seal.statement.number)
    for at in torn:
        findings.add(Kind.ANCHOR, f"Line {at} of the anchor's file is not a seal.")
    if not place:
        findings.add(Kind.ANCHOR, "The anchor's file has no seal.")
    return Anchored(count, newest)


def check_remembered(
    seal: SignedSeal, *, keys: Mapping[str, Ed25519PublicKey], last_seq: int, findings: Findings
) -> None:
    """Compare the seal in AUDIT_VERIFIED_FILE with the database. A seal that no known key has signed is ignored."""
    if seal.is_signed_by(keys):
        _hold(seal, noted="verified last", keys=keys, last_seq=last_seq, findings=findings)


def _hold(
    seal: SignedSeal, *, noted: str, keys: Mapping[str, Ed25519PublicKey], last_seq: int, findings: Findings
) -> None:
    statement = seal.statement
    number = statement.number
    stored = rows.seal(connection, number)
    if stored == seal:
        return
    if not Seal.objects.filter(pk=number).exists():
        what = (
            f": the links {last_seq + 1} to {statement.last_seq} were cut off" if statement.last_seq > last_seq else ""
        )
        findings.add(
            Kind.TRUNCATED, f"Seal {number} was {noted}, but is missing now{what}.", seq=last_seq + 1, seal=number
        )
    else:
        text = f"Seal {number} is not the one that was {noted}: "
        if stored and stored.is_signed_by(keys):
            text += (
                "two different seals have this number, and both have a valid signature. Either the database was"
                " restored from a backup that is older than the other seal, or someone with the seal key has rewritten"
                " the log."
            )
        else:
            text += "the seal in the database was altered or replaced."
        findings.add(Kind.RECOMPUTED, text, seq=statement.first_seq, seal=number)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each text that should be a seal, with its line number. In a CSV file, these are the cells that contain
    JSON. In any other file, each line is a seal. If a logger has put a prefix before the seal, the prefix is left out.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            for number, row in enumerate(csv.reader(file), 1):
                yield from ((number, cell) for cell in row if cell.startswith("{"))
        else:
            yield from ((number, line[max(line.find("{"), 0) :]) for number, line in enumerate(file, 1) if line.strip())
