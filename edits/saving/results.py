"""The results of a save, per row and per cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from edits.gateway.answers import UNKNOWN
from edits.gateway.errors import GatewayError, OutcomeUnknown
from edits.sheets.sheet import Json


class Status(StrEnum):
    """The result of one row or cell."""

    SAVED = "saved"  # Smartsheet has it
    UNCHANGED = "unchanged"  # it already had this value
    CONFLICT = "conflict"  # it changed after the person saw it
    REFUSED = "refused"  # Smartsheet refused it, or the row is gone
    FORBIDDEN = "forbidden"  # the person, their token or this deployment isn't allowed to
    NOT_SENT = "not sent"  # certainly not done: try again later
    UNKNOWN = "unknown"  # sent, and no clear answer came


IS_NOTHING_DONE = frozenset({Status.CONFLICT, Status.REFUSED, Status.FORBIDDEN, Status.NOT_SENT, Status.UNCHANGED})


@dataclass(frozen=True, slots=True)
class CellResult:
    """One cell. `value` is what it holds now, as far as that is known, in the shape of `CellChange.shown`; at a
    conflict `by` and `at` (UTC) say who wrote it and when, as far as Smartsheet says. `message` is a sentence."""

    column_id: int
    status: Status
    value: Json = None
    by: str = ""
    at: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class RowResult:
    """One change, in the place that it had among the changes. `row_id` is None for a row that was not added; `count`
    counts the rows that a deletion takes with it. `error` is there where nothing was saved because of one. `edit_id`
    and `line` are its place in the log, None for a change that was not sent."""

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

    def conflicts(self) -> list[CellResult]:
        """The cells that changed after the person saw them."""
        return [cell for cell in self.cells if cell.status is Status.CONFLICT]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a save, change by change. `edit_ids` name its edits in the log, one for each kind of change.

    `is_logged` is False where Smartsheet has the changes and the log could not record the outcome; it has the intent.
    `is_repeat`: the same key was used before, and this is what came of it then.
    """

    rows: tuple[RowResult, ...]
    edit_ids: tuple[UUID, ...] = ()
    is_logged: bool = True
    is_repeat: bool = False

    @property
    def is_nothing_done(self) -> bool:
        """Whether Smartsheet certainly has the same values as before."""
        return all(row.status in IS_NOTHING_DONE for row in self.rows)

    @property
    def saved_cells(self) -> int:
        """The number of changed cells."""
        return sum(cell.status is Status.SAVED for row in self.rows for cell in row.cells)

    @property
    def error(self) -> GatewayError | None:
        """The first error, None where there was none."""
        return next((row.error for row in self.rows if row.error), None)

    def raise_error(self) -> None:
        """Raise the first error, for callers with a single change."""
        if error := self.error:
            raise error


def to_json(result: Result, *, personal: frozenset[int]) -> dict[str, Any]:
    """The result as it is stored with its key: without values of personal columns, and without people's names."""
    rows = [
        {
            "row_id": row.row_id,
            "status": row.status,
            "label": "" if personal else row.label,
            "message": "" if personal else row.message,
            "count": row.count,
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


def from_json(stored: Mapping[str, Any]) -> Result:
    """The result that `to_json` stored, as a repeat."""
    return Result(
        rows=tuple(
            RowResult(
                row_id=row["row_id"],
                status=Status(row["status"]),
                cells=tuple(_cell(cell) for cell in row["cells"]),
                message=row["message"],
                label=row["label"],
                count=row["count"],
                error=OutcomeUnknown(UNKNOWN) if row["status"] == Status.UNKNOWN else None,
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
