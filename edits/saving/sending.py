"""Sends one batch of a save: records its intents, makes its calls, and records the outcome of each line."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from audit.recording import Evidence, Intent, Outcome, intend, settle
from audit.vocabulary import Phase
from edits.gateway.answers import UNKNOWN
from edits.gateway.errors import (
    Contested,
    Forbidden,
    GatewayError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SignInAgain,
    Unavailable,
)
from edits.saving.batches import READ_BACK, Batch, Line
from edits.saving.concurrent_saves import contested_rows, contested_undoings
from edits.saving.results import CellResult, RowResult, Status
from edits.sheets.held_values import held
from edits.sheets.sheet import Column, Json

log = logging.getLogger(__name__)

CONTESTED = "Another save of the same cell or row was in progress at this moment, so this change wasn't sent."
UNDONE_TWICE = "Another undo of the same deletion was in progress at this moment, so no row was added."
NOT_REACHED = "Not sent, because an earlier part of the same save failed."
WITH_ANOTHER = "Not saved, because Smartsheet refused another row of the same request. "
NOT_KEPT = ". The rest of this message isn't stored, because it may contain a personal value."

STATUSES = {Phase.APPLIED: Status.SAVED, Phase.REFUSED: Status.REFUSED, Phase.UNKNOWN: Status.UNKNOWN}


class Sending:
    """Sends a batch and collects its results. `is_logged` is False if an outcome couldn't be recorded."""

    def __init__(self, batch: Batch, edit_id: UUID, *, is_partial: bool) -> None:
        self.batch = batch
        self.edit_id = edit_id
        self.is_partial = is_partial
        self.is_logged = True
        self._intent: Intent | None = None
        self._outcomes: dict[int, Outcome] = {}
        self._errors: dict[int, GatewayError] = {}
        self._spared: set[int] = set()  # numbers of lines that failed only because another line was refused

    def record_intent(self, facts: Mapping[str, Any]) -> None:
        """Record an intent for each line, with the evidence that settling can need later. Raises NotRecorded if the log
        can't be written.
        """
        baseline = self.batch.baseline
        calls: list[Evidence] = [len(call) for call in self.batch.calls]
        self._intent = intend(
            actor=baseline.actor,
            action=self.batch.action,
            sheet_id=baseline.sheet.id,
            sheet_name=baseline.sheet.name,
            changes=[change for line in self.batch.lines for change in line.changes],
            evidence={
                "version": baseline.sheet.raw.get("version"),
                "calls": calls,
                "is_partial": self.is_partial,
            },
            edit_id=self.edit_id,
            **facts,
        )

    def give_way(self, own: Collection[UUID]) -> None:
        """Record that rows aren't sent because another save is changing them at this moment. `own` has the ids of this
        save's edits. If one row of a deletion isn't sent, none of the deletion's rows is sent, because Smartsheet
        always deletes the child rows of a row too. Raises NotRecorded if the log can't be read.
        """
        since = self.batch.baseline.position
        rows = contested_rows(self._recorded, since=since, own=own)
        undoings = contested_undoings(self._recorded, since=since, own=own)
        lines = list(enumerate(self.batch.lines))
        left_out = {line.checked.position for _, line in lines if line.row_id in rows}
        self._fail([number for number, line in lines if line.checked.position in left_out], Contested(CONTESTED))
        undone = [number for number, line in lines if not line.row_id and line.changes[0].refers_to in undoings]
        self._fail(undone, Contested(UNDONE_TWICE))

    def send(self, stopped_by: GatewayError | None) -> GatewayError | None:
        """Make the calls one after the other, and record the outcomes. Stop at the first call that fails, or at the
        first outcome that can't be recorded. If an earlier batch ended with the error `stopped_by`, make no call.
        Return the error that stopped the save; None if there was none.
        """
        for call in self.batch.calls:
            numbers = [number for number in call if number not in self._outcomes]
            if stopped_by or not self.is_logged:
                self._fail(numbers, Unavailable(NOT_REACHED))
            elif numbers:
                stopped_by = self._call(numbers)
        return stopped_by or (None if self.is_logged else Unavailable(NOT_REACHED))

    def stop(self, error: GatewayError) -> None:
        """Record this error as the outcome of all lines that have no outcome yet, because they won't be sent."""
        if self._intent:
            self._fail([number for number in range(len(self.batch.lines)) if number not in self._outcomes], error)

    def results(self) -> dict[int, RowResult]:
        """Return the result of each change, by the change's position."""
        return {position: self._result(position, number) for position, number in self.batch.numbers.items()}

    @property
    def _recorded(self) -> Intent:
        if self._intent is None:
            raise RuntimeError("Call record_intent() first.")
        return self._intent

    def _call(self, numbers: Sequence[int]) -> GatewayError | None:
        try:
            outcomes = self.batch.send(numbers, edit_id=self.edit_id, is_partial=self.is_partial)
        except GatewayError as error:
            return self._failed_call(numbers, error)
        except Exception:  # an answer with an unexpected shape can raise anything, although the change was made
            log.exception("It isn't known whether a write of edit %s was made.", self.edit_id)
            return self._failed_call(numbers, OutcomeUnknown(UNKNOWN))
        self._record(outcomes, unasked=self.batch.unasked)
        return None

    def _failed_call(self, numbers: Sequence[int], error: GatewayError) -> GatewayError | None:
        if isinstance(error, OutcomeUnknown):
            done = self._proven(numbers)
            self._record(
                {number: Outcome(Phase.APPLIED, self._line(number).row_id, message=READ_BACK) for number in done}
            )
            numbers = [number for number in numbers if number not in done]
            self._fail(numbers, error)
            return error if numbers else None
        named = _named(error, numbers, [self._line(number) for number in numbers]) or self._missing(numbers, error)
        others = [number for number in numbers if named and number not in named]
        self._fail(named or numbers, error)
        self._fail(others, Refused(WITH_ANOTHER + error.message, error_code=error.error_code, ref_id=error.ref_id))
        self._spared.update(others)
        return error

    def _missing(self, numbers: Sequence[int], error: GatewayError) -> list[int]:
        """If Smartsheet didn't find some of these rows, return the numbers of their lines. This method reads the sheet,
        because Smartsheet's answer to a deletion doesn't say which rows it didn't find.
        """
        try:
            return self.batch.missing(numbers) if isinstance(error, NotFound) and len(numbers) > 1 else []
        except GatewayError:
            return []
        except Exception:
            log.exception("It isn't known which rows of edit %s exist.", self.edit_id)
            return []

    def _proven(self, numbers: Sequence[int]) -> set[int]:
        """Read the rows back, and return the numbers of the lines that Smartsheet certainly carried out. If the request
        isn't partial, Smartsheet carries it out for all rows or for none. So if one line is proven, all lines are.
        """
        try:
            proven = self.batch.proven(numbers)
        except GatewayError:
            return set()
        except Exception:
            log.exception("The rows of edit %s could not be read back.", self.edit_id)
            return set()
        return set(numbers) if proven and not self.is_partial else proven

    def _fail(self, numbers: Sequence[int], error: GatewayError) -> None:
        """Record the same error for these lines."""
        if not numbers:
            return
        self._errors.update(dict.fromkeys(numbers, error))
        phase, message = _phase(error), self._kept(error)
        self._record(
            {
                number: Outcome(
                    phase,
                    self._line(number).row_id,
                    message=message,
                    error_code=error.error_code,
                    ref_id=error.ref_id,
                )
                for number in numbers
            }
        )

    def _record(self, outcomes: Mapping[int, Outcome], *, unasked: Sequence[Outcome] = ()) -> None:
        self._outcomes.update(outcomes)
        if not outcomes or not self.is_logged:
            return
        try:
            settle(self._recorded, outcomes, unasked=unasked)
        except Exception:  # NotRecorded, or a value from Smartsheet's answer that the log can't store
            log.exception("The outcome of edit %s could not be recorded.", self.edit_id)
            self.is_logged = False

    def _kept(self, error: GatewayError) -> str:
        """Return the error's message for the log. Smartsheet's messages can quote a value after a colon. A value in
        such a message couldn't be erased from the log. So if the batch has personal values, the part after the colon is
        left out.
        """
        is_quoting = isinstance(error, Refused | Forbidden | NotFound)
        if self.batch.baseline.personal and is_quoting and self._has_personal:
            return f"{error.message.partition(':')[0].rstrip('.')}{NOT_KEPT}"
        return error.message

    @property
    def _has_personal(self) -> bool:
        return any(change.is_personal for line in self.batch.lines for change in line.changes)

    def _line(self, number: int) -> Line:
        return self.batch.lines[number]

    def _result(self, position: int, number: int) -> RowResult:
        line, outcome = self._line(number), self._outcomes[number]
        error = self._errors.get(number) or _error_of(outcome)
        is_later = number in self._spared or isinstance(error, RateLimited | SignInAgain)
        status = Status.NOT_SENT if is_later else STATUSES.get(outcome.phase, Status.NOT_SENT)
        columns = [kind.column for kind, _ in line.checked.to_send]
        cells = [CellResult(column.id, status, _value(line, outcome, column, status)) for column in columns]
        return RowResult(
            row_id=outcome.row_id or line.row_id,
            status=status,
            cells=(*line.checked.decided, *cells),
            message=error.message if error else outcome.message,
            label=outcome.row_label or line.label,
            count=self.batch.counts.get(position, 1),
            error=error,
            error_code=outcome.error_code,
            ref_id=outcome.ref_id,
            edit_id=self.edit_id,
            line=number,
        )


def _value(line: Line, outcome: Outcome, column: Column, status: Status) -> Json:
    """Return the cell's current value, if known: the new value if the cell was saved, otherwise the old one."""
    if status is Status.SAVED:
        return outcome.returned.get(column.id, line.after.get(column.id))
    row = line.checked.row
    return held(row.cell(column)) if row and status is not Status.UNKNOWN else None


def _phase(error: GatewayError) -> Phase:
    match error:
        case Unavailable() | Contested():
            return Phase.FAILED
        case OutcomeUnknown():
            return Phase.UNKNOWN
        case _:
            return Phase.REFUSED


def _error_of(outcome: Outcome) -> GatewayError | None:
    """Return the error of a row that Smartsheet refused, or whose outcome is unknown; None for a saved row."""
    match outcome.phase:
        case Phase.REFUSED:
            return Refused(outcome.message, error_code=outcome.error_code, ref_id=outcome.ref_id)
        case Phase.UNKNOWN:
            return OutcomeUnknown(outcome.message)
        case _:
            return None


def _named(error: GatewayError, numbers: Sequence[int], lines: Sequence[Line]) -> list[int]:
    """If a refusal names a row, return the number of that row's line, as a list. Otherwise return an empty list."""
    row_id, index = error.detail.get("rowId"), error.detail.get("index")
    by_row = [number for number, line in zip(numbers, lines, strict=True) if line.row_id and line.row_id == row_id]
    if by_row:
        return by_row
    return [numbers[index]] if type(index) is int and 0 <= index < len(numbers) and len(numbers) > 1 else []
