"""Offers one function that changes cells of a row, for the code of a site's own pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.base_user import AbstractBaseUser

from audit.recording import InTransaction, is_in_transaction
from audit.vocabulary import Origin
from edits.saving.baseline import Baseline, read
from edits.saving.changes import CellChange, UpdateRow
from edits.saving.results import RowResult
from edits.saving.service import save
from edits.sheets.sheet import Json


class Conflict(Exception):
    """A cell has changed since the person saw it. Nothing was sent. `row.conflicts()` says who wrote which value, and
    when.
    """

    def __init__(self, row: RowResult) -> None:
        super().__init__("The cell was changed in the meantime.")
        self.row = row


class NoSuchColumn(LookupError):
    """The sheet has no column with this id or title, or several columns have this title. Nothing was sent."""


def change_cells(
    *,
    user: AbstractBaseUser,
    sheet_id: int,
    row_id: int,
    cells: Mapping[int | str, tuple[Json, Json]],
    key: str = "",
    origin: Origin | None = None,
    reason: str = "",
    via: Mapping[str, str | int] | None = None,
) -> RowResult:
    """Change cells of a row in the name of this user, who must be connected with Smartsheet.

    The keys of `cells` are ids or titles of columns. Each value of `cells` is a pair: the value that the person saw,
    and the new value. Both are in the notation that `CellChange` describes. The row is saved as a whole or not at all.
    If a call is repeated with the same `key`, the second call sends nothing. `origin`, `reason` and `via` are as in
    `save`. Returns a result for each cell: saved, or unchanged if the cell already had the new value.

    Raises:
        InTransaction, NoSuchColumn, Conflict: see these classes. Nothing was sent.
        edits.gateway.errors.GatewayError: the change failed. After OutcomeUnknown, it is uncertain whether Smartsheet
            made the change. After all other errors, nothing was changed. SignInAgain means that the user is no longer
            connected.
        NotRecorded: the log could not be written, so nothing was sent.
        TypeError, ValueError: an id isn't a whole number of at most 64 bits, no cell can have the new value, or the log
            doesn't accept `origin` or `via`. Nothing was sent.
        KeyReused: the key was used before, with other changes or another reason. Nothing was sent.
        InProgress: an earlier save with this key is still in progress. This call sent nothing.
    """
    if is_in_transaction():
        raise InTransaction
    baseline = read(user, sheet_id, row_ids=[row_id])
    changes = tuple(CellChange(_id_of(column, baseline), shown, typed) for column, (shown, typed) in cells.items())
    result = save(baseline, [UpdateRow(row_id, changes)], key=key, origin=origin, reason=reason, via=via)
    result.raise_error()
    (row,) = result.rows
    if row.conflicts():
        raise Conflict(row)
    return row


def _id_of(column: int | str, baseline: Baseline) -> int:
    found = [one.id for one in baseline.sheet.columns if column in (one.id, one.title)]
    if len(found) != 1:
        raise NoSuchColumn(column)
    return found[0]
