"""The one write path: every change to a sheet goes through `read` and `save`, from any entry point."""

from audit.recording import InTransaction, NotRecorded, is_in_transaction
from edits.saving.baseline import Baseline, read
from edits.saving.cells import Conflict, NoSuchColumn, change_cells
from edits.saving.changes import AddRow, CellChange, DeleteRow, MoveRow, Place, RowChange, UpdateRow
from edits.saving.checks import deleted_places
from edits.saving.idempotency import InProgress, KeyReused
from edits.saving.refusals import refuse
from edits.saving.results import CellResult, Result, RowResult, Status
from edits.saving.service import repeated, save

__all__ = [
    "AddRow",
    "Baseline",
    "CellChange",
    "CellResult",
    "Conflict",
    "DeleteRow",
    "InProgress",
    "InTransaction",
    "KeyReused",
    "MoveRow",
    "NoSuchColumn",
    "NotRecorded",
    "Place",
    "Result",
    "RowChange",
    "RowResult",
    "Status",
    "UpdateRow",
    "change_cells",
    "deleted_places",
    "is_in_transaction",
    "read",
    "refuse",
    "repeated",
    "save",
]
