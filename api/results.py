"""What came of a save, as the API answers it: a result per change and per cell, and one status for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from api.cells import CellValue
from api.encoding import IdText
from api.failures import kind_of, retry_after
from api.operations import ProblemAnswer
from api.problems import Kind, Problem
from edits.gateway.errors import SignInAgain
from edits.saving import CellResult, Result, RowResult, Status
from edits.sheets.held_values import bare

DONE = frozenset({Status.SAVED, Status.UNCHANGED})
KINDS = {
    Status.CONFLICT: Kind.CONFLICT,
    Status.REFUSED: Kind.REFUSED,
    Status.FORBIDDEN: Kind.FORBIDDEN,
    Status.NOT_SENT: Kind.NOT_SENT,
    Status.UNKNOWN: Kind.UNKNOWN,
}
NOTHING_SAVED = "Nothing was saved: `results` says why, change by change."
NOT_CERTAIN = "Something was sent and may have been saved: `results` says what. The audit log will know."


class CellResultAnswer(TypedDict):
    """One cell. `value` is what it holds now, as far as that is known; `by` and `at` say who wrote it before."""

    column_id: IdText
    status: Status
    value: CellValue
    type: str | None
    by: str
    at: str | None
    detail: str


class RowResultAnswer(TypedDict):
    """One change. `type` is the type of the problem, null if there was none; `rows` counts the rows that are concerned.

    `error_code` and `ref_id` are Smartsheet's. `edit_id` and `line` are its place in the audit log.
    """

    row_id: IdText | None
    status: Status
    type: str | None
    detail: str
    rows: int
    cells: list[CellResultAnswer]
    error_code: int | None
    ref_id: str
    edit_id: str | None
    line: int | None


class ResultAnswer(TypedDict):
    """What came of each change, in their order. `edit_ids` name the edits in the audit log, one per kind of change.

    `is_logged` is false if Smartsheet has the changes and the log has only the intent. `is_repeat` says that the key
    was used before, and that this is what came of it then.
    """

    results: list[RowResultAnswer]
    edit_ids: list[str]
    is_logged: bool
    is_repeat: bool


class FailedResultAnswer(ProblemAnswer):
    """Nothing was saved, or that isn't certain."""

    results: NotRequired[list[RowResultAnswer]]
    edit_ids: NotRequired[list[str]]
    is_logged: NotRequired[bool]
    is_repeat: NotRequired[bool]


def result_answer(result: Result) -> ResultAnswer:
    """The result as JSON."""
    return {
        "results": [_row(row) for row in result.rows],
        "edit_ids": [str(edit_id) for edit_id in result.edit_ids],
        "is_logged": result.is_logged,
        "is_repeat": result.is_repeat,
    }


def status_of(result: Result) -> int:
    """200 if all is saved, 207 if a part of it is. Raises Problem if nothing is, or may be."""
    failed = [
        row for row in result.rows if row.status not in DONE or any(cell.status not in DONE for cell in row.cells)
    ]
    if not failed:
        return 200
    if any(row.status is Status.SAVED for row in result.rows):
        return 207
    raise _problem(result, failed)


def needs_sign_in(result: Result) -> bool:
    """Whether Smartsheet did not accept the person's token."""
    return any(isinstance(row.error, SignInAgain) for row in result.rows)


def _problem(result: Result, failed: Sequence[RowResult]) -> Problem:
    """The most serious one: that something may have been saved, otherwise that of the first change."""
    row = next((row for row in failed if row.status is Status.UNKNOWN), failed[0])
    return Problem(
        _kind(row) or Kind.FAULT,
        NOT_CERTAIN if row.status is Status.UNKNOWN else NOTHING_SAVED,
        retry_after=next(filter(None, (retry_after(row.error) for row in failed)), None),
        more=result_answer(result),
    )


def _kind(row: RowResult) -> Kind | None:
    if row.status is Status.NOT_SENT and row.error is None:
        return Kind.NOT_SENT
    return kind_of(row.error) if row.error else KINDS.get(row.status)


def _row(row: RowResult) -> RowResultAnswer:
    kind = _kind(row)
    return {
        "row_id": None if row.row_id is None else str(row.row_id),
        "status": row.status,
        "type": kind.type if kind else None,
        "detail": row.message,
        "rows": row.count,
        "cells": [_cell(cell) for cell in row.cells],
        "error_code": row.error_code,
        "ref_id": row.ref_id,
        "edit_id": str(row.edit_id) if row.edit_id else None,
        "line": row.line,
    }


def _cell(cell: CellResult) -> CellResultAnswer:
    kind = KINDS.get(cell.status)
    return {
        "column_id": str(cell.column_id),
        "status": cell.status,
        "value": bare(cell.value),
        "type": kind.type if kind else None,
        "by": cell.by,
        "at": cell.at.isoformat() if cell.at else None,
        "detail": cell.message,
    }
