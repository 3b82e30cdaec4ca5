"""The write path: every change to a sheet, from any entry point, is one call of `save`.

    baseline = read(user, sheet_id, row_ids=[…])          returns what the person can see now
    result = save(baseline, [UpdateRow(row_id, cells)])   returns a result for each row and cell

Before each write, the intent is recorded in a transaction of its own. If that fails, nothing is sent. After the write,
the outcome of each row is recorded. No database transaction is open while Smartsheet is called.

A write without a clear answer (OutcomeUnknown) is never sent again. Its rows are read back once, and a row counts as
saved only if that is certain. The outcomes of all other rows stay unknown in the log, until settling finds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.recording import Actor, InTransaction, NotRecorded, is_in_transaction
from audit.vocabulary import Origin
from edits.gateway.errors import Busy, GatewayError, Unavailable
from edits.saving import idempotency, logged_results
from edits.saving.argument_checks import require_arguments
from edits.saving.baseline import Baseline
from edits.saving.batches import batches
from edits.saving.changes import AddRow, DeleteRow, RowChange
from edits.saving.checks import CheckedRow, check, deleted_places
from edits.saving.idempotency import Claim
from edits.saving.not_sent import NotSent, facts_of
from edits.saving.results import Result
from edits.saving.row_numbers import with_current_numbers
from edits.saving.sending import NOT_REACHED, Sending
from edits.saving.sheet_lease import sheet_lease
from identity.profiles.profile import Profile

NO_LEASE = "Not sent, because this app's database didn't answer."


def save(
    baseline: Baseline,
    changes: Sequence[RowChange],
    *,
    key: str = "",
    origin: Origin | None = None,
    reason: str = "",
    via: Mapping[str, str | int] | None = None,
    is_cell_by_cell: bool = False,
    is_partial: bool = False,
    shown_rows: Mapping[int, int | None] | None = None,
) -> Result:
    """Save changes of one sheet with the token that the baseline was read with. Returns the result of each change.

    `changes` are compared with the baseline, so read the baseline just before you call this function. If a call is
    repeated with the same `key`, the second call sends nothing (saving/idempotency.py).

    The log's entries store `origin`, `reason` and `via`. `origin` says which part of the app makes the save. If
    `origin` is None, a request to Django's admin counts as ADMIN, any other request as APP, and code outside of
    requests as COMMAND. `reason` says why the person makes the change. `via` names the form and its version, the app
    token, the job or the client that makes the save, for example {"job": "import"}.

    Predecessors refer to rows by their numbers. `shown_rows` has the ids of rows, by the numbers that these rows had
    when the person saw them. If these rows have other numbers now, `save` corrects the numbers. None stands for a row
    that isn't in the sheet. Without `shown_rows`, a number means the row that has this number now.

    A row is saved as a whole or not at all. If `is_cell_by_cell` is true, a cell that can't be saved doesn't prevent
    saving the row's other cells. Each request to Smartsheet has up to 500 rows (440 in a deletion). Smartsheet carries
    out a request as a whole or not at all. If a request fails, the save sends no further requests. If `is_partial` is
    true, a row that Smartsheet refuses doesn't prevent saving the other rows of its request.

    All calls to Smartsheet of a save share SMARTSHEET_DEADLINE. If a view calls `save`, the time for reading the
    baseline counts too. In a command or a job, the time begins with the save. Rows for which no time is left aren't
    sent. So a job with many rows needs several saves.
    https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows

    Raises:
        InTransaction: a transaction is open, which could roll back the log's entries. Nothing was sent.
        NotRecorded: the log could not be written, so nothing was sent.
        KeyReused: the key was used before, with other changes or another reason. Nothing was sent.
        InProgress: an earlier save with this key is still in progress. This call sent nothing.
        TypeError: an id isn't a whole number, or a value has a type that no cell can have. Nothing was sent.
        ValueError: an id or a number is too large or not finite; the log has no such `origin`; `via` can't be recorded
            (audit/via.py); two changes of the same kind have the same row; a cell is changed twice; a row would
            become a child row of a row that is deleted; or rows are deleted, but the baseline was read without their
            child rows. Nothing was sent.
    """
    if is_in_transaction():
        raise InTransaction
    require_arguments(changes)
    _require_sense(baseline, changes)
    facts = facts_of(origin=origin, reason=reason, via=via)
    content = (baseline.sheet.id, tuple(changes), is_cell_by_cell, is_partial)
    digest = idempotency.digest_of(*content, reason=reason) if key else ""
    baseline.gateway.save_begins()  # before the key's lease begins, so that no write starts after the lease has ended
    claim = idempotency.claim(key, actor=baseline.actor, digest=digest)
    if claim.earlier:
        return claim.earlier
    changes = with_current_numbers(changes, baseline.sheet, shown_rows or {})
    if claim.logged:
        return _interrupted(baseline, changes, claim, is_cell_by_cell=is_cell_by_cell)
    try:
        rows = check(baseline, changes, is_cell_by_cell=is_cell_by_cell)
        NotSent(baseline, facts).record(rows)
        result = _carry_out(baseline, rows, claim, facts, is_partial=is_partial)
    except NotRecorded:
        claim.give_up()
        raise
    claim.finish(result, personal=baseline.personal)
    return result


def repeated(
    sheet_id: int,
    changes: Sequence[RowChange],
    *,
    key: str,
    person: Profile,
    reason: str = "",
    is_cell_by_cell: bool = False,
    is_partial: bool = False,
) -> Result | None:
    """Return the result of this save if it was already carried out. This works even if the sheet can't be read now.

    Raises DatabaseError if the database can't be read.
    """
    digest = idempotency.digest_of(sheet_id, tuple(changes), is_cell_by_cell, is_partial, reason=reason)
    actor = Actor(id=person.id, region=person.region, name=person.name, email=person.email)
    return idempotency.find(key, actor=actor, digest=digest)


def _require_sense(baseline: Baseline, changes: Sequence[RowChange]) -> None:
    """Raise ValueError if the changes contradict each other, if a row or a cell is changed twice in the same way, or if
    rows are deleted and the baseline was read without their child rows.
    """
    if any(isinstance(change, DeleteRow) for change in changes) and not baseline.has_descendants:
        raise ValueError("To delete rows, pass a baseline that has their child rows: read it with `with_descendants`.")
    rows = [(type(change), change.row_id) for change in changes if not isinstance(change, AddRow)]
    if len(set(rows)) < len(rows):
        raise ValueError(
            "A save can't have two changes of the same kind for a row: put all cells of a row into one change."
        )
    if deleted_places(baseline.sheet, changes):
        raise ValueError("A row can't become a child row of a row that the same save deletes.")
    for change in changes:
        cells = [cell.column_id for cell in getattr(change, "cells", ())]
        if len(set(cells)) < len(cells):
            raise ValueError("A cell is changed twice.")


def _interrupted(baseline: Baseline, changes: Sequence[RowChange], claim: Claim, *, is_cell_by_cell: bool) -> Result:
    """Return the results of a save whose process died after it recorded the intents."""
    additions = [position for position, change in enumerate(changes) if isinstance(change, AddRow)]
    checked = check(baseline, [changes[position] for position in additions], is_cell_by_cell=is_cell_by_cell)
    sent = [additions[row.position] for row in checked if row.result is None]
    return logged_results.of_save(changes, claim.logged, additions=sent)


def _carry_out(
    baseline: Baseline, rows: Sequence[CheckedRow], claim: Claim, facts: Mapping[str, Any], *, is_partial: bool
) -> Result:
    """Record the intents, send the batches and record the outcomes. If this raises NotRecorded, nothing was sent."""
    found = {row.position: row.result for row in rows if row.result}
    sendings = [
        Sending(batch, claim.edit_id_for(batch.action), is_partial=is_partial) for batch in batches(baseline, rows)
    ]
    try:
        for sending in sendings:
            sending.record_intent(facts)
        for sending in sendings:
            sending.give_way({one.edit_id for one in sendings})
    except NotRecorded:
        for sending in sendings:
            sending.stop(Unavailable(NOT_REACHED))
        raise
    if sendings:
        _send(baseline, sendings)
    for sending in sendings:
        found.update(sending.results())
    return Result(
        rows=tuple(found[position] for position in range(len(rows))),
        edit_ids=tuple(sending.edit_id for sending in sendings),
        is_logged=all(sending.is_logged for sending in sendings),
    )


def _send(baseline: Baseline, sendings: Sequence[Sending]) -> None:
    gateway, actor = baseline.gateway, baseline.actor
    stopped_by: GatewayError | None = None
    try:
        with (
            gateway.in_progress(),
            sheet_lease(
                region=actor.region,
                person_id=actor.id,
                sheet_id=baseline.sheet.id,
                seconds=gateway.seconds_to_end_write(),
                patience=gateway.seconds_to_begin_write(),
            ),
        ):
            for sending in sendings:
                stopped_by = sending.send(stopped_by)
    except (Busy, NotRecorded) as error:
        for sending in sendings:
            sending.stop(error if isinstance(error, Busy) else Unavailable(NO_LEASE))
