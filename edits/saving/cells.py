"""Cells of one row changed by a page of the site, in one call."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DEFAULT_DB_ALIAS, connections

from edits.saving.baseline import Baseline, read
from edits.saving.changes import CellChange, UpdateRow
from edits.saving.results import RowResult
from edits.saving.service import save
from edits.sheets.sheet import Json


class Conflict(Exception):
    """A cell no longer holds what the person saw. Nothing was sent. `row.conflicts()` says who wrote what, and when."""

    def __init__(self, row: RowResult) -> None:
        super().__init__("The cell was changed meanwhile.")
        self.row = row


class NoSuchColumn(LookupError):
    """The sheet has no column with this id or title, or several with this title. Nothing was sent."""


class InTransaction(Exception):
    """A transaction is open, which could roll back the log. Nothing was sent.

    Decorate the view with django.db.transaction.non_atomic_requests, or call this outside of `atomic()`.
    """

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def change_cells(
    *,
    user: AbstractBaseUser,
    sheet_id: int,
    row_id: int,
    cells: Mapping[int | str, tuple[Json, Json]],
    key: str = "",
) -> RowResult:
    """Change cells of a row in the name of this user, who is connected with Smartsheet.

    `cells` has for each column, by its id or its title, what the person was shown and what the cell will hold, both as
    Smartsheet's JSON has the value (`CellChange`). The row is saved whole or not at all. `key` makes a repeat harmless.
    Gives a result for each cell: saved, or unchanged because it held this already.

    Raises:
        InTransaction, NoSuchColumn, Conflict: as above.
        edits.gateway.errors.GatewayError: Smartsheet did not make the change. Among them are SignInAgain (the user is
            not connected any more), NotGranted, Forbidden, NotFound, Refused, RateLimited and Unavailable, after which
            nothing is changed, and OutcomeUnknown, after which nobody knows yet.
        NotRecorded: the log could not be written, so nothing was sent.
        KeyReused, InProgress: the key was used for something else, or its save is under way.
    """
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        raise InTransaction
    baseline = read(user, sheet_id, row_ids=[row_id])
    changes = tuple(CellChange(_id_of(column, baseline), shown, typed) for column, (shown, typed) in cells.items())
    result = save(baseline, [UpdateRow(row_id, changes)], key=key)
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
