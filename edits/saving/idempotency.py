"""Makes sure that a save with an idempotency key is carried out only once. The key is a form's one-time key, an
Idempotency-Key header, or a key that the code of a site chooses.

A key belongs to one person and to the content of one save, and is kept for a week. A repeated save returns the result
of the first save. If nothing was done, the key is released immediately, so that the save can be tried again. If the
process dies during the save, no one can use the key until its lease expires. Then a repeated save finds out from the
log which changes the first save sent. If the log has no intent of the first save, nothing was sent, and the repeated
save is carried out.
https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4, uuid5

from django.db import DatabaseError, connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from audit.recording import Actor, NotRecorded
from audit.vocabulary import Action
from edits.conf import settings
from edits.saving import logged_results
from edits.saving.results import Result, Status, from_json, to_json

KEPT = timedelta(days=7)
LEASE = 1.25  # a key's lease, as a multiple of SMARTSHEET_DEADLINE; no save takes longer, unless its process died


class KeyReused(Exception):
    """The key was used before with different content. Nothing was sent."""

    def __init__(self) -> None:
        super().__init__("The key was used before for another save. Nothing was sent. Use a new key for each save.")


class InProgress(Exception):
    """An earlier save with this key is still in progress. This save sent nothing."""

    def __init__(self) -> None:
        super().__init__("An earlier save with this key is still in progress. This save sent nothing.")


class SaveKeyQuerySet(models.QuerySet["SaveKey"]):
    """Keys of saves."""

    def old(self) -> SaveKeyQuerySet:
        """The keys that are no longer needed."""
        return self.filter(created_at__lt=timezone.now() - KEPT)


class SaveKey(models.Model):
    """A person's key, with a hash of what the person saves with it, and the result of the save. `result` is None while
    the save is in progress.
    """

    region = models.CharField(max_length=20)
    person_id = models.BigIntegerField()
    key = models.CharField(max_length=64, help_text="the hash of the key: the key itself can be any text")
    digest = models.CharField(max_length=64, help_text="the hash of the save's content")
    edit_id = models.UUIDField(help_text="the ids of the save's edits in the log are made from this id")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    lease_ends_at = models.DateTimeField()
    result = models.JSONField(null=True)

    objects = SaveKeyQuerySet.as_manager()

    class Meta:
        app_label = "edits"
        constraints = [models.UniqueConstraint(fields=["region", "person_id", "key"], name="one_save_per_key")]

    def __str__(self) -> str:
        return f"{self.key} of {self.region}:{self.person_id}"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out a save. If the save was already carried out, `earlier` is its result. If a process died
    during the save, `logged` has the save's changes from the log, in the log's order. If the save has a key,
    `row` identifies the key in the table SaveKey. Otherwise `row` is None.
    """

    edit_id: UUID
    row: tuple[str | int, ...] | None = None
    earlier: Result | None = None
    logged: tuple[LoggedChange, ...] = ()

    def edit_id_for(self, action: Action) -> UUID:
        """Return the id of the edit that has the save's changes of this kind. The id is computed, so it is known before
        the log has the edit.
        """
        return uuid5(self.edit_id, action.value)

    def finish(self, result: Result, *, personal: frozenset[int]) -> None:
        """Store the result, or release the key if nothing was done. If the database doesn't store the result, the log
        still has it.
        """
        if self.row is None:
            return
        try:
            if result.is_nothing_done:
                _execute(DELETE, self.row)
            else:
                _execute(FINISH, (json.dumps(to_json(result, personal=personal)), *self.row))
        except DatabaseError:
            return

    def give_up(self) -> None:
        """Release the key, because nothing was sent."""
        if self.row is not None:
            try:
                _execute(DELETE, self.row)
            except DatabaseError:  # the key's lease expires anyway
                return


def digest_of(*content: object, reason: str) -> str:
    """Return the hash of a save's content and of the reason for the save. Hashes are stored and compared, so that the
    content needn't be stored.
    """
    content = (*content, reason) if reason else content  # the hashes of older versions had no reason
    return salted_hmac("edits.saving", repr(content), algorithm="sha256").hexdigest()


def claim(key: str, *, actor: Actor, digest: str) -> Claim:
    """Reserve the key. If `key` is empty, the save has no key, and nothing is reserved.

    Raises:
        InProgress: a save with this key is in progress.
        KeyReused: the key was used with different content.
        NotRecorded: the database didn't store the key, so the caller must send nothing.
    """
    if not key:
        return Claim(uuid4())
    wanted = SaveKey(
        region=actor.region, person_id=actor.id, key=_stored(key), digest=digest, edit_id=uuid4(),
        lease_ends_at=timezone.now() + timedelta(seconds=LEASE * settings.SMARTSHEET_DEADLINE),
    )  # fmt: skip
    try:
        return _claimed(wanted)
    except DatabaseError as error:
        raise NotRecorded("The key of the save could not be written.") from error


def find(key: str, *, actor: Actor, digest: str = "") -> Result | None:
    """Return the result of the save with this key; None if no result is stored. If `digest` is given, only a save with
    the same content is found. Raises DatabaseError if the database can't be read.
    """
    keys = SaveKey.objects.filter(region=actor.region, person_id=actor.id, key=_stored(key))
    found = (keys.filter(digest=digest) if digest else keys).exclude(result=None).first()
    return _as_of_now(found) if key and found else None


def is_under_way(key: str, *, actor: Actor) -> bool:
    """Whether a save with this key has started and has no result yet. Raises DatabaseError if the database can't be
    read.
    """
    found = SaveKey.objects.filter(region=actor.region, person_id=actor.id, key=_stored(key), result__isnull=True)
    return bool(key) and found.exists()


def _stored(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def forget_old() -> int:
    """Delete the keys that are no longer needed. Return their number."""
    return SaveKey.objects.old().delete()[0]


# These are plain SQL, because every save runs them, and building a query with the ORM takes longer than running it.
CLAIM = """
    INSERT INTO edits_savekey (region, person_id, "key", edit_id, digest, created_at, lease_ends_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (region, person_id, "key") DO NOTHING"""
OWN = """WHERE region = %s AND person_id = %s AND "key" = %s AND edit_id = %s"""
FINISH = f"UPDATE edits_savekey SET result = %s {OWN}"  # noqa: S608 # our own words
DELETE = f"DELETE FROM edits_savekey {OWN}"  # noqa: S608 # our own words


def _execute(sql: str, parameters: Sequence[str | int | None]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def _claimed(wanted: SaveKey) -> Claim:
    times = map(connection.ops.adapt_datetimefield_value, (wanted.created_at, wanted.lease_ends_at))
    # Without RETURNING, because SQLite would hold its lock until this process has read the answer.
    is_new = _execute(CLAIM, [*_row_of(wanted), wanted.digest, *times])
    return Claim(wanted.edit_id, _row_of(wanted)) if is_new else _claimed_again(wanted)  # the key was used before


def _claimed_again(wanted: SaveKey) -> Claim:
    with transaction.atomic():
        same = SaveKey.objects.filter(region=wanted.region, person_id=wanted.person_id, key=wanted.key)
        found = same.select_for_update().first()
        if found is None:  # another process has just released the key
            raise InProgress
        if found.digest != wanted.digest:
            raise KeyReused
        if found.result is not None:
            return Claim(found.edit_id, _row_of(found), earlier=_as_of_now(found))
        if same.filter(lease_ends_at__gt=Now()).exists():
            raise InProgress
        # The process of the save died, or it was stopped for a long time. If the log has no intent, nothing was sent.
        if logged := _logged_changes(uuid5(found.edit_id, action.value) for action in Action):
            return Claim(found.edit_id, _row_of(found), logged=tuple(logged))
        # This save gets a new edit id. If the first process still runs, it knows only the old id, so it can't change
        # the outcomes and the result of this save.
        same.update(lease_ends_at=wanted.lease_ends_at, edit_id=wanted.edit_id)
        return Claim(wanted.edit_id, _row_of(wanted))


def _row_of(found: SaveKey) -> tuple[str | int, ...]:
    return found.region, found.person_id, found.key, found.edit_id.hex


def _as_of_now(found: SaveKey) -> Result:
    """Return the stored result. If it has unknown outcomes, update them from the log."""
    result = from_json(found.result or {})
    if all(row.status is not Status.UNKNOWN for row in result.rows):
        return result
    edit_ids = {row.edit_id for row in result.rows if row.status is Status.UNKNOWN} - {None}
    changes = reversed(_logged_changes(edit_ids))  # reversed, so that the dict has the first change of each line
    logged = {(change.intent.edit_id, change.intent.line): change for change in changes}
    rows = tuple(
        logged_results.of_row([logged[row.edit_id, row.line]])
        if row.status is Status.UNKNOWN and row.edit_id and (row.edit_id, row.line) in logged
        else row
        for row in result.rows
    )
    return Result(rows, result.edit_ids, result.is_logged, is_repeat=True)


def _logged_changes(edit_ids: Iterable[UUID | None]) -> list[LoggedChange]:
    """Return the changes of these edits from the log, cell by cell."""
    return with_outcomes(Entry.objects.intents().filter(edit_id__in=list(edit_ids)).order_by("id"))
