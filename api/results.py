"""Converts the results of a save for the API. Each change and each cell has a result, and the answer has one HTTP
status.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NotRequired

from typing_extensions import TypedDict

from api.cells import CellValue
from api.encoding import IdText
from api.failures import kind_of, retry_after
from api.operations import ProblemAnswer
from api.problems import Kind, Problem
from edits.gateway.errors import SignInAgain
from edits.saving import CellResult, Result, RowResult, Status
from edits.saving.results import DONE
from edits.sheets.held_values import bare

Known = frozenset[Status]

KINDS = {
    Status.CONFLICT: Kind.CONFLICT,
    Status.REFUSED: Kind.REFUSED,
    Status.FORBIDDEN: Kind.FORBIDDEN,
    Status.NOT_SENT: Kind.NOT_SENT,
    Status.UNKNOWN: Kind.UNKNOWN,
}
NOTHING_SAVED = "Nothing was saved: `results` says why, change by change."
NOT_CERTAIN = (
    "Smartsheet may have saved some changes: those with the status `unknown` in `results`. The audit log will show the"
    " outcome."
)


class CellResultAnswer(TypedDict):
    """The result of a cell. `value` is the cell's current value, if known. After a conflict, `by` and `at` say who
    wrote this value, and when. If the cell wasn't saved, or if its row was restored, only callers with the scope `read`
    get `value`, `by` and `at`. For other callers, these are null or empty.
    """

    column_id: IdText
    status: Status
    value: CellValue
    type: str | None
    by: str
    at: str | None
    detail: str


class RowResultAnswer(TypedDict):
    """The result of a change. `type` is the type of the problem, or null. `rows` is the number of affected rows. If
    `is_undecidable` is true, the status is unknown and stays unknown, because Smartsheet's record doesn't show the
    outcome.

    `error_code` and `ref_id` come from Smartsheet. `edit_id` and `line` are the change's place in the audit log. They
    are null if the change wasn't sent to Smartsheet.
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
    is_undecidable: bool


class ResultAnswer(TypedDict):
    """The results of the changes, in their order. `edit_ids` are the ids of the save's edits in the audit log. There is
    one edit for each kind of change.

    `is_logged` is false if the log has only the intents, because an outcome couldn't be recorded. `is_repeat` is true
    if the same save was sent before with the same Idempotency-Key. In this case, the results are those of the first
    time.
    """

    results: list[RowResultAnswer]
    edit_ids: list[str]
    is_logged: bool
    is_repeat: bool


class FailedResultAnswer(ProblemAnswer):
    """The answer if nothing was saved, or if it is uncertain whether anything was saved."""

    results: NotRequired[list[RowResultAnswer]]
    edit_ids: NotRequired[list[str]]
    is_logged: NotRequired[bool]
    is_repeat: NotRequired[bool]


def known_to(*, may_read: bool, is_restored: bool) -> Known:
    """Return a set of statuses. The caller can see the values of cells whose status is in the set.

    Callers who can read sheets see all values. Other callers see only values that they sent themselves. They see no
    values of restored rows, and no values of cells that weren't saved.
    """
    if may_read:
        return frozenset(Status)
    return frozenset() if is_restored else DONE


def result_answer(result: Result, known: Known) -> ResultAnswer:
    """Return the result as JSON. The value of a cell is left out if the cell's status isn't in `known`."""
    return {
        "results": [_row(row, known) for row in result.rows],
        "edit_ids": [str(edit_id) for edit_id in result.edit_ids],
        "is_logged": result.is_logged,
        "is_repeat": result.is_repeat,
    }


def status_of(result: Result, known: Known) -> int:
    """Return 200 if everything was saved, and 207 if a part was saved. Raises Problem if nothing was saved, or if it is
    uncertain whether anything was saved.
    """
    failed = [
        row for row in result.rows if row.status not in DONE or any(cell.status not in DONE for cell in row.cells)
    ]
    if not failed:
        return 200
    if any(row.status is Status.SAVED for row in result.rows):
        return 207
    raise _problem(result, failed, known)


def needs_sign_in(result: Result) -> bool:
    """Whether Smartsheet rejected the person's token."""
    return any(isinstance(row.error, SignInAgain) for row in result.rows)


def _problem(result: Result, failed: Sequence[RowResult], known: Known) -> Problem:
    """Return the problem of the first change with an unknown outcome. If there is no such change, return the problem of
    the first failed change.
    """
    row = next((row for row in failed if row.status is Status.UNKNOWN), failed[0])
    return Problem(
        _kind(row) or Kind.FAULT,
        NOT_CERTAIN if row.status is Status.UNKNOWN else NOTHING_SAVED,
        retry_after=next(filter(None, (retry_after(row.error) for row in failed)), None),
        more=result_answer(result, known),
    )


def _kind(row: RowResult) -> Kind | None:
    if row.status is Status.NOT_SENT and row.error is None:
        return Kind.NOT_SENT
    return kind_of(row.error) if row.error else KINDS.get(row.status)


def _row(row: RowResult, known: Known) -> RowResultAnswer:
    kind = _kind(row)
    return {
        "row_id": None if row.row_id is None else str(row.row_id),
        "status": row.status,
        "type": kind.type if kind else None,
        "detail": row.message,
        "rows": row.count,
        "cells": [_cell(cell, known) for cell in row.cells],
        "error_code": row.error_code,
        "ref_id": row.ref_id,
        "edit_id": str(row.edit_id) if row.edit_id else None,
        "line": row.line,
        "is_undecidable": row.is_undecidable,
    }


def _cell(cell: CellResult, known: Known) -> CellResultAnswer:
    if cell.status not in known:
        cell = replace(cell, value=None, by="", at=None)
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
