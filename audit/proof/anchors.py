"""Anchors: places with copies of the seals. The database's owner can't change these copies.

The setting AUDIT_ANCHORS lists the anchors. Each anchor has a Cursor, which stores the number of the last seal that it
received. If an anchor fails, the failure is logged, and the next run tries again. Sealing doesn't wait for anchors. An
anchor can receive the same seal twice. Each anchor receives every seal, unless the anchor has a `pause` (see Anchor).
"""

import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import Error

from audit.conf import path_of, settings
from audit.models import Cursor, Seal
from audit.proof import seals
from audit.proof.seal_bytes import SignedSeal

anchor_log = logging.getLogger("audit.anchor")  # logs only seals, so that audit_verify can read its output
logger = logging.getLogger(__name__)

AT_ONCE = 500  # the most seals that an anchor receives in one call


def _never_rests() -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place for seals. The function `publish` stores seals there, and then returns. If it can't store them, it raises
    an exception of any class.

    An anchor with a `pause` gets only the newest seal, and at least `pause` seconds pass between two seals. The newest
    seal is enough, because each seal has the hash of the seal before it.
    """

    publish: Callable[[Sequence[SignedSeal]], None]
    pause: Callable[[], float] = _never_rests


_anchors: dict[str, Anchor] = {}


def register(name: str, anchor: Anchor) -> None:
    """Register an anchor under the name that AUDIT_ANCHORS uses."""
    _anchors[name] = anchor


def publish() -> list[str]:
    """Send each anchor the seals that it doesn't have yet. Returns the names of the anchors that failed. Raises Error
    if the database fails.
    """
    return [name for name in settings.AUDIT_ANCHORS if not _is_up_to_date(name, _anchors[name])]


def line(seal: SignedSeal) -> str:
    """The seal as a line of JSON, which `audit_verify --anchors` can read."""
    return json.dumps(seal.to_json(), separators=(",", ":"))


def _is_up_to_date(name: str, anchor: Anchor) -> bool:
    cursor, _is_new = Cursor.objects.get_or_create(name=f"anchor {name}")
    while due := _due(cursor, anchor):
        try:
            anchor.publish([seals.signed(seal) for seal in due])
        except Error:
            raise
        except Exception as error:  # noqa: BLE001 # an anchor can be anyone's code, and sealing goes on without it
            # The error's text isn't logged, because it can contain a token or an address.
            logger.warning(
                "Anchor %s failed at seal %s: %s. It will be tried again.", name, due[0].pk, type(error).__name__
            )
            return False
        cursor.seq = due[-1].pk
        cursor.save()
    return True


def _due(cursor: Cursor, anchor: Anchor) -> list[Seal]:
    newest = Seal.objects.order_by("-pk").first()
    if newest and newest.pk < cursor.seq:
        logger.error(
            "The %s has seal %s, but the newest seal in the database is %s: seals are missing.",
            cursor.name,
            cursor.seq,
            newest.pk,
        )
        return [newest]
    new = Seal.objects.filter(pk__gt=cursor.seq)
    if not anchor.pause():
        return list(new.order_by("pk")[:AT_ONCE])
    anchored = Seal.objects.filter(pk=cursor.seq).first()
    if newest is None or newest.pk == cursor.seq:
        return []
    is_early = anchored and newest.at - anchored.at < timedelta(seconds=anchor.pause())
    return [] if is_early else [newest]


def _to_log(found: Sequence[SignedSeal]) -> None:
    for seal in found:
        anchor_log.info("%s", line(seal))


def _to_file(found: Sequence[SignedSeal]) -> None:
    """Append one line for each seal, and flush the file to disk. If a full disk cut off an earlier line, that line
    stays as it is, and the first of these seals begins on a new line.
    """
    path = path_of("AUDIT_ANCHOR_FILE")
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        if os.fstat(descriptor).st_size and not _ends_a_line(path):
            file.write("\n")
        file.writelines(f"{line(seal)}\n" for seal in found)
        file.flush()
        os.fsync(file.fileno())


def _ends_a_line(path: Path) -> bool:
    """Whether the file ends with a line break. If this process can append to the file but can't read it, the result is
    True.
    """
    try:
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"
    except PermissionError:
        return True


register("log", Anchor(_to_log))
register("file", Anchor(_to_file))
