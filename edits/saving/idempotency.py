"""A key that lets a save be carried out once: a form's one-time key, an Idempotency-Key header, a job's batch.

A key belongs to one person and one content, and is kept for a week. A repeat gets the first result. A save of which
nothing came gives its key up at once, so that it can be tried again. A process that dies holds its key until the lease
ends; then the log tells how far it came: without an intent nothing was sent, and the save may begin again.
https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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
from audit.vocabulary import Action, Phase
from edits.conf import settings
from edits.gateway.answers import UNKNOWN
from edits.gateway.errors import OutcomeUnknown
from edits.saving.results import Result, RowResult, Status, from_json, to_json

KEPT = timedelta(days=7)
LEASE = 1.25  # of SMARTSHEET_DEADLINE: no save of a living process takes longer

STATUSES = {
    Phase.APPLIED: Status.SAVED,
    Phase.REFUSED: Status.REFUSED,
    Phase.FAILED: Status.NOT_SENT,
    Phase.NOT_APPLIED: Status.NOT_SENT,
}


class KeyReused(Exception):
    """The key was used before, with something else in it. Nothing was sent."""


class InProgress(Exception):
    """A save with this key is under way. Nothing was sent a second time."""


class SaveKeyQuerySet(models.QuerySet["SaveKey"]):
    """Keys of saves."""

    def old(self) -> SaveKeyQuerySet:
        """Those that are kept no longer."""
        return self.filter(created_at__lt=timezone.now() - KEPT)


class SaveKey(models.Model):
    """A key, who used it for what, and what came of it: `result` is None until that is known."""

    region = models.CharField(max_length=20)
    person_id = models.BigIntegerField()
    key = models.CharField(max_length=64, help_text="as a hash: it comes from outside, and may be anything")
    digest = models.CharField(max_length=64, help_text="of what was to be saved")
    edit_id = models.UUIDField(help_text="from which the names of its edits in the log are made")
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
    """The right to carry out a save. `earlier` is there where it was carried out before."""

    edit_id: UUID
    pk: int | None = None
    earlier: Result | None = None

    def edit_id_for(self, action: Action) -> UUID:
        """What the log calls the edit of this kind; known before it is recorded."""
        return uuid5(self.edit_id, action.value)

    def finish(self, result: Result, *, personal: frozenset[int]) -> None:
        """Keep the result; give the key up where nothing was done. If neither can be stored, the log still tells."""
        if self.pk is None:
            return
        try:
            if result.is_nothing_done:
                _execute(DELETE, [self.pk])
            else:
                _execute(FINISH, [json.dumps(to_json(result, personal=personal)), self.pk])
        except DatabaseError:
            return

    def give_up(self) -> None:
        """Nothing was sent: let the key be used again."""
        if self.pk is not None:
            try:
                _execute(DELETE, [self.pk])
            except DatabaseError:  # it ends by itself
                return


def digest_of(*content: object) -> str:
    """Tells one content from another; what it is can't be learned from this."""
    return salted_hmac("edits.saving", repr(content), algorithm="sha256").hexdigest()


def claim(key: str, *, actor: Actor, digest: str) -> Claim:
    """Take the key; "" is no key.

    Raises:
        InProgress: a save with this key is under way.
        KeyReused: it was used with another content.
        NotRecorded: the database did not take it, so nothing may be sent.
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
    """What came of the save with this key, and this content if it is given, if it was carried out. Raises
    DatabaseError."""
    keys = SaveKey.objects.filter(region=actor.region, person_id=actor.id, key=_stored(key))
    found = (keys.filter(digest=digest) if digest else keys).exclude(result=None).first()
    return _as_of_now(found) if key and found else None


def is_under_way(key: str, *, actor: Actor) -> bool:
    """Whether a save with this key has begun, and nothing has come of it yet. Raises DatabaseError."""
    found = SaveKey.objects.filter(region=actor.region, person_id=actor.id, key=_stored(key), result__isnull=True)
    return bool(key) and found.exists()


def _stored(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def forget_old() -> int:
    """Delete the keys that are kept no longer; gives how many."""
    return SaveKey.objects.old().delete()[0]


# Plain SQL, as each save runs it, and the ORM would take longer to build it than the database to carry it out.
CLAIM = """
    INSERT INTO edits_savekey (region, person_id, "key", digest, edit_id, created_at, lease_ends_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (region, person_id, "key") DO NOTHING RETURNING id"""
FINISH = "UPDATE edits_savekey SET result = %s WHERE id = %s"
DELETE = "DELETE FROM edits_savekey WHERE id = %s"


def _execute(sql: str, parameters: list[str | int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _claimed(wanted: SaveKey) -> Claim:
    times = map(connection.ops.adapt_datetimefield_value, (wanted.created_at, wanted.lease_ends_at))
    given = [wanted.region, wanted.person_id, wanted.key, wanted.digest, wanted.edit_id.hex, *times]
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, given)
        made = cursor.fetchall()  # to the end, or SQLite would not commit yet
    return Claim(wanted.edit_id, made[0][0]) if made else _claimed_again(wanted)  # used before


def _claimed_again(wanted: SaveKey) -> Claim:
    with transaction.atomic():
        same = SaveKey.objects.filter(region=wanted.region, person_id=wanted.person_id, key=wanted.key)
        found = same.select_for_update().first()
        if found is None:  # given up at this very moment
            raise InProgress
        if found.digest != wanted.digest:
            raise KeyReused
        if found.result is not None:
            return Claim(found.edit_id, found.pk, earlier=_as_of_now(found))
        if same.filter(lease_ends_at__gt=Now()).exists():
            raise InProgress
        # Its process died. Without an intent it had sent nothing.
        if logged := _logged_changes(found.edit_id):
            return Claim(found.edit_id, found.pk, earlier=_from_log(logged))
        same.update(lease_ends_at=wanted.lease_ends_at)
        return Claim(found.edit_id, found.pk)


def _as_of_now(found: SaveKey) -> Result:
    """The result that was stored; where its outcome was unknown then, as far as the log knows it by now."""
    result = from_json(found.result or {})
    if all(row.status is not Status.UNKNOWN for row in result.rows):
        return result
    logged = {(change.intent.edit_id, change.intent.line): change for change in _logged_changes(found.edit_id)}
    rows = tuple(
        _row_result(logged[row.edit_id, row.line])
        if row.status is Status.UNKNOWN and row.edit_id and (row.edit_id, row.line) in logged
        else row
        for row in result.rows
    )
    return Result(rows, result.edit_ids, result.is_logged, is_repeat=True)


def _logged_changes(edit_id: UUID) -> list[LoggedChange]:
    """What the log has of the edits of a save, row by row."""
    edit_ids = [uuid5(edit_id, action.value) for action in Action]
    intents = Entry.objects.intents().filter(edit_id__in=edit_ids).order_by("id")
    first_of_line = {(change.intent.edit_id, change.intent.line): change for change in reversed(with_outcomes(intents))}
    return list(reversed(first_of_line.values()))


def _from_log(changes: Iterable[LoggedChange]) -> Result:
    changes = list(changes)
    edit_ids = tuple(dict.fromkeys(change.intent.edit_id for change in changes))
    return Result(tuple(map(_row_result, changes)), edit_ids, is_repeat=True)


def _row_result(change: LoggedChange) -> RowResult:
    status = STATUSES.get(change.phase, Status.UNKNOWN)
    outcome = change.outcome
    return RowResult(
        row_id=change.row_id,
        status=status,
        message=outcome.message if outcome else UNKNOWN,
        label=change.row_label,
        error=OutcomeUnknown(UNKNOWN) if status is Status.UNKNOWN else None,
        error_code=outcome.error_code if outcome else None,
        ref_id=outcome.ref_id if outcome else "",
        edit_id=change.intent.edit_id,
        line=change.intent.line,
    )
