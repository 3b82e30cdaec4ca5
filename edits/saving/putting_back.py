"""Puts moved rows back to their old places, and adds new rows for deleted ones, at the old places and with the old
hierarchy.

The id of a new row is only known from Smartsheet's answer, so the child rows of a new row need another save. If
Smartsheet refuses a restored row, the row is sent once more without its formulas, formats and lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from audit.recording import NotRecorded
from audit.vocabulary import Action, Origin
from edits.gateway.errors import GatewayError, Unavailable
from edits.gateway.operations import ROWS_PER_WRITE
from edits.saving import idempotency
from edits.saving.baseline import Baseline
from edits.saving.changes import ORDINARY, AddRow, CellChange, MoveRow, Place, RowChange
from edits.saving.results import DONE, Result, RowResult, Status
from edits.saving.row_places import Places
from edits.saving.service import save
from edits.saving.undo_plan import Plan, Undo
from edits.sheets.column_types import column_type
from edits.sheets.held_values import bare

PARENT_FAILED = "Not sent, because the parent row couldn't be put back."
STOPPED = "Not sent, because an earlier part of the same undo failed."
PLAIN = "Smartsheet refused formulas, formats or the lock of “{}”, so this row got only its values: "


def put_back(plan: Plan, places: Places, *, key: str, **facts: Any) -> Result:
    """Put back the rows that can be put back. This can take several saves. `key` is one idempotency key for all these
    saves together. `facts` has their `via` and `reason`.

    The rows of a later edit are put back before those of an earlier edit.

    Raises NotRecorded only if the first save raises it. Raises KeyReused and InProgress like `save`. If the process
    dies after it has put back some of the rows, a repeated call with the same key raises KeyReused: the new `plan`
    doesn't have these rows, so its content is different.
    """
    baseline, entries = plan.baseline, tuple(undo.change.intent.pk for undo in plan.possible)
    digest = idempotency.digest_of("put back", baseline.sheet.id, entries, reason=facts["reason"]) if key else ""
    claim = idempotency.claim(key, actor=baseline.actor, digest=digest)
    if claim.earlier:
        return claim.earlier
    try:
        result = _put_back(plan, places, facts)
    except NotRecorded:
        claim.give_up()
        raise
    claim.finish(result, personal=baseline.personal)
    return result


def _put_back(plan: Plan, places: Places, facts: Mapping[str, Any]) -> Result:
    undos = plan.possible
    putting = _PuttingBack(plan.baseline, places, facts)
    edits: dict[UUID, list[Undo]] = {}
    for undo in sorted(undos, key=lambda one: one.change.intent.pk, reverse=True):
        edits.setdefault(undo.change.intent.edit_id, []).append(undo)
    for of_edit in edits.values():
        putting.put_back(sorted(of_edit, key=_number))
    rows = tuple(putting.results[undo.row_id] for undo in undos)
    return Result(rows, tuple(putting.edit_ids), is_logged=putting.is_logged)


@dataclass(slots=True)
class _PuttingBack:
    baseline: Baseline
    places: Places
    facts: Mapping[str, Any]
    results: dict[int, RowResult] = field(default_factory=dict)  # the results so far, by the rows' old ids
    edit_ids: list[UUID] = field(default_factory=list)
    is_logged: bool = True
    _plain: dict[int, str] = field(default_factory=dict)  # by a row's old id, why only its values are sent
    _is_stopped: bool = False

    def put_back(self, left: Sequence[Undo]) -> None:
        """Put back the rows of one edit, in as many saves as their hierarchy needs."""
        while left and not self._is_stopped:
            ready, left = self._ready(left)
            if not ready:
                break
            if self.results:
                self._read_version()
            again = self._save(ready)
            left = [*again, *left]
        for undo in left:
            self._not_sent(undo, STOPPED)

    def _ready(self, undos: Sequence[Undo]) -> tuple[dict[int, tuple[Undo, Place]], list[Undo]]:
        """Return the rows that can be sent now, each with its place, and the rows that can only be sent later. Of the
        rows that can be sent now, those with the same place follow one another, so that one request can send them.
        """
        coming = {undo.row_id for undo in undos}
        known: dict[int, Place] = {}
        runs: dict[Place, list[Undo]] = {}
        later: list[Undo] = []
        for undo in undos:
            if undo.was and self._has_failed(undo.was.parent_id):
                coming.discard(undo.row_id)
                self._not_sent(undo, PARENT_FAILED)
                continue
            spot = self.places.find(undo.was, coming=coming) if undo.was else None
            place = (spot.place or known.get(spot.behind or 0)) if spot else Place()
            run = runs.setdefault(place, []) if place else []
            if place is None or len(run) == ROWS_PER_WRITE:
                later.append(undo)
            else:
                known[undo.row_id] = place
                run.append(undo)
        return {undo.row_id: (undo, place) for place, run in runs.items() for undo in run}, later

    def _read_version(self) -> None:
        """Read the sheet's version again, because the earlier saves of this undo have changed it. The next intent has
        the new version. If this process then dies before it sends the request, the sheet still has this version.
        Settling sees from this that nothing was sent.
        """
        baseline = self.baseline
        with suppress(GatewayError):
            version = baseline.gateway.version(baseline.sheet.id)
            sheet = replace(baseline.sheet, raw={**baseline.sheet.raw, "version": version})
            self.baseline = replace(baseline, sheet=sheet)

    def _has_failed(self, row_id: int | None) -> bool:
        return row_id in self.results and self.results[row_id].status not in DONE

    def _save(self, ready: dict[int, tuple[Undo, Place]]) -> list[Undo]:
        """Save these rows. Return the refused rows that the caller has to send once more, with only their values."""
        changes = [self._change(undo, place) for undo, place in ready.values()]
        try:
            result = save(
                self.baseline,
                changes,
                origin=Origin.UNDO,
                is_cell_by_cell=True,
                is_partial=len(changes) > 1,
                **self.facts,
            )
        except NotRecorded:
            if not self.results:
                raise
            self._is_stopped = True
            for undo, _ in ready.values():
                self._not_sent(undo, STOPPED)
            return []
        self.edit_ids += result.edit_ids
        self.is_logged &= result.is_logged
        again: list[Undo] = []
        for (undo, place), row in zip(ready.values(), result.rows, strict=True):
            if row.status is Status.REFUSED and undo.row_id not in self._plain and _is_more_than_values(undo):
                self._plain[undo.row_id] = row.message
                again.append(undo)
                continue
            if row.status in DONE and row.row_id:
                self.places.put(undo.row_id, place, as_id=row.row_id)
                if undo.row_id in self._plain:
                    row = replace(row, message=PLAIN.format(undo.label) + self._plain[undo.row_id])
            self.results[undo.row_id] = row
        self._is_stopped = not again and all(row.status not in DONE for row in result.rows)
        return again

    def _change(self, undo: Undo, place: Place) -> RowChange:
        entry = undo.change.intent
        if entry.action == Action.MOVE:
            return MoveRow(undo.row_id, place, undoes=entry.pk)
        if undo.row_id in self._plain:
            return AddRow(tuple(self._plain_cells(undo.cells)), place, undoes=entry.pk)
        return AddRow(undo.cells, place, undoes=entry.pk, attributes=undo.attributes)

    def _plain_cells(self, cells: Iterable[CellChange]) -> Iterable[CellChange]:
        columns = {column.id: column for column in self.baseline.sheet.columns}
        for cell in cells:
            is_refused = column_type(columns[cell.column_id]).why_not_held(bare(cell.typed))
            if cell.typed is not None and not is_refused:
                yield CellChange(cell.column_id, shown=None, typed=cell.typed)

    def _not_sent(self, undo: Undo, why: str) -> None:
        self.results[undo.row_id] = RowResult(None, Status.NOT_SENT, message=why, error=Unavailable(why))


def _number(undo: Undo) -> tuple[int, int]:
    """Return a key to sort rows by the row numbers that they had before the edit. Old entries of deletions don't have
    the row number. Their rows are sorted in the log's order.
    """
    return undo.was.number if undo.was else 0, undo.change.intent.pk


def _is_more_than_values(undo: Undo) -> bool:
    return undo.attributes != ORDINARY or any(cell.formula or cell.format for cell in undo.cells)
