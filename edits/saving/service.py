"""The write path: every change to a sheet, from any entry point, is one call of `save`.

    baseline = read(user, sheet_id, row_ids=[…])          what the person can see now
    result = save(baseline, [UpdateRow(row_id, cells)])   a result for each row and cell

Before each write the log holds what is intended, in a transaction of its own: if it can't be written, nothing is sent.
After it, the log holds what came of each row. No database transaction is open during a call.

A write without a clear answer (OutcomeUnknown) is never sent again. It is read back once, and counts as done only where
that is certain. Everything else stays unknown in the log, for settling to find out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.recording import Actor, NotRecorded
from audit.vocabulary import Origin
from edits.gateway.errors import Busy, GatewayError, Unavailable
from edits.saving import idempotency
from edits.saving.baseline import Baseline
from edits.saving.batches import batches
from edits.saving.changes import AddRow, DeleteRow, RowChange
from edits.saving.checks import CheckedRow, check, deleted_places
from edits.saving.idempotency import Claim
from edits.saving.not_sent import NotSent
from edits.saving.results import Result
from edits.saving.sending import NOT_REACHED, Sending
from edits.saving.sheet_lease import sheet_lease
from identity.profiles.profile import Profile

NO_LEASE = "Not sent, because this app's database didn't answer."


def save(
    baseline: Baseline,
    changes: Sequence[RowChange],
    *,
    key: str = "",
    origin: Origin = Origin.FORM,
    reason: str = "",
    refers_to: int | None = None,
    via: Mapping[str, str | int] | None = None,
    is_cell_by_cell: bool = False,
    is_partial: bool = False,
) -> Result:
    """Carry out changes of one sheet as the owner of the baseline's token; gives what came of each.

    `changes` are compared with the baseline, so read it just before. `key` makes a repeat harmless
    (saving/idempotency.py). `refers_to` is the entry of the log that is undone, `via` the form and version, app token,
    job or client that the save comes by. `is_cell_by_cell`: a cell that can't be saved keeps no other cell of its row
    from being saved; else a row is saved whole or not at all. `is_partial`: a row that Smartsheet refuses keeps no
    other row of its request from being saved; else a request is carried out whole or not at all, and the first that is
    not ends the save. Up to 500 rows (440 for a deletion) make one request.
    https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows

    Raises:
        NotRecorded: the log could not be written; nothing was sent. KeyReused: the key was used for something else
        before; nothing was sent. InProgress: a save with this key is under way; nothing was sent a second time.
        ValueError: a row is changed twice in the same way, or a cell twice; a row goes beneath one that is deleted; or
            rows are deleted, and the baseline was read without descendants. Nothing was sent.
    """
    _require_sense(baseline, changes)
    digest = idempotency.digest_of(baseline.sheet.id, tuple(changes), is_cell_by_cell, is_partial)
    claim = idempotency.claim(key, actor=baseline.actor, digest=digest)
    if claim.earlier:
        return claim.earlier
    try:
        facts = {"origin": origin, "reason": reason, "refers_to": refers_to, "via": via}
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
    is_cell_by_cell: bool = False,
    is_partial: bool = False,
) -> Result | None:
    """What came of this very save, if it was carried out before; whether or not the sheet can be read now.

    Raises DatabaseError.
    """
    digest = idempotency.digest_of(sheet_id, tuple(changes), is_cell_by_cell, is_partial)
    actor = Actor(id=person.id, region=person.region, name=person.name, email=person.email)
    return idempotency.find(key, actor=actor, digest=digest)


def _require_sense(baseline: Baseline, changes: Sequence[RowChange]) -> None:
    """One line of the log is one row, and Smartsheet takes each row of a request once. Raises ValueError."""
    if any(isinstance(change, DeleteRow) for change in changes) and not baseline.has_descendants:
        raise ValueError("Deleting rows needs a baseline with their descendants.")
    rows = [(type(change), change.row_id) for change in changes if not isinstance(change, AddRow)]
    if len(set(rows)) < len(rows):
        raise ValueError("A row is changed twice in the same way: put its cells into one change.")
    if deleted_places(baseline.sheet, changes):
        raise ValueError("A row goes beneath one that the same save deletes.")
    for change in changes:
        cells = [cell.column_id for cell in getattr(change, "cells", ())]
        if len(set(cells)) < len(cells):
            raise ValueError("A cell is changed twice.")


def _carry_out(
    baseline: Baseline, rows: Sequence[CheckedRow], claim: Claim, facts: Mapping[str, Any], *, is_partial: bool
) -> Result:
    """Record, send and record what may be sent. Raises NotRecorded where nothing was sent."""
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
