"""Restores rows of a sheet by their old ids, for the grid and the API. The log's pages restore rows in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from audit.models import Entry
from audit.recording import Actor, NotRecorded
from audit.vocabulary import Phase
from edits.gateway.answers import UNKNOWN
from edits.gateway.errors import Contested, GatewayError, OutcomeUnknown
from edits.saving import idempotency, undo
from edits.saving.deleted_rows_log import DeletedRowsLog
from edits.saving.results import Result, RowResult, Status
from edits.saving.undo_plan import Undo
from edits.sheets.personal_columns import personal_columns
from identity.profiles.profile import Profile

NOT_DELETED = "The log has no deletion of this row that you can undo."


def restore(
    user: AbstractBaseUser | AnonymousUser,
    sheet_id: int,
    row_ids: Sequence[int],
    *,
    person: Profile,
    may_read: Callable[[Entry], bool],
    key: str = "",
    via: Mapping[str, str | int] | None = None,
    reason: str = "",
) -> Result:
    """Add new rows for deleted ones, at their old places. Return a result for each row, in the order of `row_ids`.

    Each deletion is undone only once, even if calls have different keys. If a row was already restored, nothing is
    added. The row's status is then `unchanged`, and its result has the id of the row that was added. But if the added
    row was deleted in Smartsheet itself, the old row is restored again. `person` is the user's profile. `may_read` says
    whether the person can read an entry. `key`, `via` and `reason` are as in `save`. Raises GatewayError if Smartsheet
    doesn't return the sheet, and NotRecorded, KeyReused or InProgress like `save`.
    """
    actor = Actor(id=person.id, region=person.region, name=person.name, email=person.email)
    digest = idempotency.digest_of("restore", sheet_id, tuple(row_ids), reason=reason) if key else ""
    claim = idempotency.claim(key, actor=actor, digest=digest)
    if claim.earlier:
        return claim.earlier
    restoring = _Restoring(user, DeletedRowsLog(sheet_id, region=person.region), may_read)
    try:
        # If the process of an earlier call died, the log says which rows that call restored.
        result = restoring.restore(row_ids, region=person.region, via=via, reason=reason)
    except (GatewayError, NotRecorded):
        claim.give_up()
        raise
    if result.edit_ids:
        claim.finish(result, personal=personal_columns(region=person.region, sheet_id=sheet_id))
    else:
        claim.give_up()
    return result


@dataclass(frozen=True, slots=True)
class _Restoring:
    user: AbstractBaseUser | AnonymousUser
    log: DeletedRowsLog
    may_read: Callable[[Entry], bool]

    def restore(self, row_ids: Sequence[int], *, region: str, **facts: Any) -> Result:
        self.log.look_up(row_ids)
        results: dict[int, RowResult] = {}
        deletions = []
        for row_id in row_ids:
            deletion = self.log.deletion(row_id)
            if deletion is None or not self.may_read(deletion.intent):
                results[row_id] = RowResult(None, Status.REFUSED, message=NOT_DELETED)
            elif known := self._known(row_id):
                results[row_id] = known
            else:
                deletions.append(deletion)
        if not deletions:
            return Result(tuple(results[row_id] for row_id in row_ids))
        plan = undo.plan(self.user, deletions, region=region)
        results |= {one.row_id: self._why_not(one) for one in plan.undos}
        result = undo.undo(plan, **facts)
        for one, row in zip(plan.possible, result.rows, strict=True):
            results[one.row_id] = _with_remarks(one, row)
        return Result(tuple(results[row_id] for row_id in row_ids), result.edit_ids, result.is_logged)

    def _known(self, row_id: int) -> RowResult | None:
        """Return the result of a row that can't be restored, because the outcome of its deletion or of an earlier
        restoration isn't certain yet, or because its new row was deleted with this app. Return None for other rows.
        """
        restoration = self.log.restoration(row_id)
        for change in (self.log.deletion(row_id), restoration):
            if change and not change.is_applied:
                error = OutcomeUnknown(UNKNOWN)
                is_undecidable = change.phase == Phase.UNDECIDABLE
                return RowResult(None, Status.UNKNOWN, message=UNKNOWN, error=error, is_undecidable=is_undecidable)
        if restoration and restoration.row_id and self.log.deletion(restoration.row_id):
            return RowResult(None, Status.REFUSED, message=undo.ADDED_AGAIN)
        return None

    def _why_not(self, one: Undo) -> RowResult:
        """Return the result of a row that can't be restored, for example because it was restored before."""
        match one.why_not:
            case undo.ADDED_AGAIN:  # perhaps someone restored the row after _known() was called, so read the log again
                entry = one.change.intent
                log = DeletedRowsLog(entry.sheet_id or 0, region=entry.region)
                return RowResult(log.restored_as(one.row_id), Status.UNCHANGED)
            case undo.RESTORING:  # someone began to restore the row after _known() was called
                error = Contested(one.why_not)
                return RowResult(None, Status.NOT_SENT, message=one.why_not, error=error)
            case undo.PARENT_RESTORING:
                return RowResult(None, Status.REFUSED, message=one.why_not)
        return RowResult(None, Status.FORBIDDEN, message=one.why_not)


def _with_remarks(one: Undo, row: RowResult) -> RowResult:
    """Return the result of a restored row. Its message says which parts of the old row the new row doesn't have."""
    if row.status is not Status.SAVED:
        return row
    lost = [f"Old values that can't be written: {', '.join(one.lost)}."] if one.lost else []
    return replace(row, message=" ".join(filter(None, [row.message, *lost, *one.notes])))
