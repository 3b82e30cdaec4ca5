"""Defines the results of a save, per row and per cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from edits.gateway.answers import REFUSES, UNKNOWN
from edits.gateway.errors import Forbidden, GatewayError, NotFound, NotMade, OutcomeUnknown, Refused
from edits.sheets.sheet import Json


class Status(StrEnum):
    """The result of one row or cell."""

    SAVED = "saved"  # Smartsheet has made the change
    UNCHANGED = "unchanged"  # the cell already had this value
    CONFLICT = "conflict"  # the cell changed after the person saw it
    REFUSED = "refused"  # Smartsheet refused it, or the row no longer exists
    FORBIDDEN = "forbidden"  # the person, their token or this deployment isn't allowed to make the change
    NOT_SENT = "not sent"  # certainly not done; the person can try again later
    UNKNOWN = "unknown"  # sent, but without a clear answer


IS_NOTHING_DONE = frozenset({Status.CONFLICT, Status.REFUSED, Status.FORBIDDEN, Status.NOT_SENT, Status.UNCHANGED})
DONE = frozenset({Status.SAVED, Status.UNCHANGED})
REFUSALS: dict[str, type[GatewayError]] = {kind.__name__: kind for kind in (Refused, NotFound, Forbidden)}
NOT_MADE = "The change was not made the first time."


@dataclass(frozen=True, slots=True)
class CellResult:
    """The result of one cell. `value` is the cell's current value, if known, in the notation of `CellChange.shown`.
    After a conflict, `by` and `at` (UTC) say who wrote that value and when, if Smartsheet tells this app. `message` is
    a sentence.
    """

    column_id: int
    status: Status
    value: Json = None
    by: str = ""
    at: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class RowResult:
    """The result of one change. `row_id` is None for a row that wasn't added. `count` is the number of rows that a
    deletion deletes. `error` is the reason why the row wasn't saved, as an exception, if there is one. `edit_id` and
    `line` are the change's place in the log, or None if the change wasn't sent. `is_undecidable` says that the status
    is unknown and stays so, because Smartsheet's record doesn't show the outcome.
    """

    row_id: int | None
    status: Status
    cells: tuple[CellResult, ...] = ()
    message: str = ""
    label: str = ""
    count: int = 1
    error: GatewayError | None = None
    error_code: int | None = None
    ref_id: str = ""
    edit_id: UUID | None = None
    line: int | None = None
    is_undecidable: bool = False

    def conflicts(self) -> list[CellResult]:
        """Return the results of the cells that changed after the person saw them."""
        return [cell for cell in self.cells if cell.status is Status.CONFLICT]


@dataclass(frozen=True, slots=True)
class Result:
    """The results of a save, change by change. `edit_ids` has the ids of the save's edits in the log. There is one edit
    for each kind of change.

    `is_logged` is False if the log has only the intents, because an outcome couldn't be recorded. `is_repeat` says that
    the key was used before, and that this is the earlier result.
    """

    rows: tuple[RowResult, ...]
    edit_ids: tuple[UUID, ...] = ()
    is_logged: bool = True
    is_repeat: bool = False

    @property
    def is_nothing_done(self) -> bool:
        """Whether the save certainly changed nothing in Smartsheet."""
        return all(row.status in IS_NOTHING_DONE for row in self.rows)

    @property
    def is_partly_done(self) -> bool:
        """True if some changes were saved, others weren't, and no outcome is unknown."""
        found = {row.status for row in self.rows} | {cell.status for row in self.rows for cell in row.cells}
        return Status.SAVED in found and Status.UNKNOWN not in found and not found <= DONE

    @property
    def saved_cells(self) -> int:
        """The number of cells that were saved."""
        return sum(cell.status is Status.SAVED for row in self.rows for cell in row.cells)

    @property
    def error(self) -> GatewayError | None:
        """The error of a row whose outcome is unknown. If there is no such row, the first error, or None."""
        errors = [row.error for row in self.rows if row.error]
        return next((one for one in errors if isinstance(one, OutcomeUnknown)), next(iter(errors), None))

    def raise_error(self) -> None:
        """Raise `error`, if there is one. Callers that save a single change use this method."""
        if error := self.error:
            raise error


def to_json(result: Result, *, personal: frozenset[int]) -> dict[str, Any]:
    """Return the result as it is stored with the save's key. The stored result has no values of personal columns and no
    people's names.
    """
    rows = [
        {
            "row_id": row.row_id,
            "status": row.status,
            "label": "" if personal else row.label,
            "message": "" if personal else row.message,
            "count": row.count,
            "refusal": type(row.error).__name__ if type(row.error) in REFUSALS.values() else "",
            "error_code": row.error_code,
            "ref_id": row.ref_id,
            "edit_id": row.edit_id.hex if row.edit_id else None,
            "line": row.line,
            "cells": [
                {
                    "column_id": cell.column_id,
                    "status": cell.status,
                    "value": None if cell.column_id in personal else cell.value,
                    "at": cell.at.isoformat() if cell.at else None,
                    "message": cell.message,
                }
                for cell in row.cells
            ],
        }
        for row in result.rows
    ]
    return {"rows": rows, "edit_ids": [edit_id.hex for edit_id in result.edit_ids], "is_logged": result.is_logged}


def error_of(
    status: Status, message: str, *, error_code: int | None, ref_id: str, refusal: str = ""
) -> GatewayError | None:
    """Return the reason why a row of an earlier save wasn't saved, as an exception. Return None if the row was saved,
    or if it has conflicts.

    `message` is the stored message, or "". If Smartsheet refused the row, `refusal` is the stored name of the
    exception, or "". A row that wasn't sent always gets NotMade, because repeating the save with the same key doesn't
    send the row.
    """
    match status:
        case Status.UNKNOWN:
            return OutcomeUnknown(UNKNOWN)
        case Status.REFUSED:
            kind = REFUSALS.get(refusal, Refused)
            return kind(message or f"{REFUSES}.", error_code=error_code, ref_id=ref_id)
        case Status.FORBIDDEN:
            return Forbidden(message or NOT_MADE)
        case Status.NOT_SENT:
            return NotMade(message or NOT_MADE)
        case _:
            return None


def from_json(stored: Mapping[str, Any]) -> Result:
    """Return a result that `to_json` stored. Its `is_repeat` is true."""
    return Result(
        rows=tuple(
            RowResult(
                row_id=row["row_id"],
                status=Status(row["status"]),
                cells=tuple(_cell(cell) for cell in row["cells"]),
                message=row["message"],
                label=row["label"],
                count=row["count"],
                error=error_of(
                    Status(row["status"]),
                    row["message"],
                    error_code=row["error_code"],
                    ref_id=row["ref_id"],
                    refusal=row.get("refusal", ""),
                ),
                error_code=row["error_code"],
                ref_id=row["ref_id"],
                edit_id=UUID(row["edit_id"]) if row["edit_id"] else None,
                line=row["line"],
            )
            for row in stored["rows"]
        ),
        edit_ids=tuple(UUID(edit_id) for edit_id in stored["edit_ids"]),
        is_logged=stored["is_logged"],
        is_repeat=True,
    )


def _cell(stored: Mapping[str, Any]) -> CellResult:
    return CellResult(
        column_id=stored["column_id"],
        status=Status(stored["status"]),
        value=stored["value"],
        at=datetime.fromisoformat(stored["at"]) if stored["at"] else None,
        message=stored["message"],
    )
