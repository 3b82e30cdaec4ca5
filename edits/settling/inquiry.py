"""Finds out from Smartsheet's own record what became of an edit that got no clear answer. An edit counts as saved or as
not saved only if the evidence is certain.

An edit is only checked when SETTLE_AFTER seconds have passed since the edit. A request that hasn't reached Smartsheet
by then will never reach it. The requests of an edit are checked in the order in which they were sent. If the sheet
still has the version from before the edit, the edit changed no cell, and added or moved no row. The module of each kind
of change checks further evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from typing import Protocol

from audit.recording import Evidence, Outcome
from audit.settling import OpenEdit, OpenLine
from audit.vocabulary import Action, Phase
from edits.settling.added_rows import AddedRows
from edits.settling.calls import Call, calls_of
from edits.settling.changed_cells import ChangedCells
from edits.settling.deleted_rows import DeletedRows
from edits.settling.moved_rows import MovedRows
from edits.settling.record import Record
from edits.sheets.sheet import Json

NOT_SENT = "An earlier request of the same edit was not carried out, so this one was not sent."


class _Kind(Protocol):
    def outcomes(self, call: Call) -> Iterator[dict[int, Outcome]]: ...


def find_out(edit: OpenEdit, record: Record, memory: MutableMapping[str, Json]) -> Iterator[dict[int, Outcome]]:
    """Yield the outcomes of the edit's open lines, which are the rows without a certain outcome. Each outcome is
    yielded as soon as it is found. The keys are the lines' numbers.

    `memory` keeps results, so that a later run needn't read the same histories again. Raises the errors of `Record`.
    """
    kind = _kind(edit, record, memory)
    is_ended = False
    for call in calls_of(edit):
        found: dict[int, Outcome] = {}
        if is_ended:
            yield {line.number: _not_sent(line) for line in call.lines}
        elif call.lines:
            for some in kind.outcomes(call):
                found |= some
                yield some
        is_ended = is_ended or call.was_not_done(edit, found)


def _not_sent(line: OpenLine) -> Outcome:
    evidence: dict[str, Evidence] = {"readAt": datetime.now(UTC).isoformat(timespec="seconds")}
    return Outcome(Phase.NOT_APPLIED, line.changes[0].row_id, message=NOT_SENT, evidence=evidence)


def _kind(edit: OpenEdit, record: Record, memory: MutableMapping[str, Json]) -> _Kind:
    match edit.action:
        case Action.ADD | Action.ANCHOR:
            return AddedRows(record)
        case Action.DELETE:
            return DeletedRows(record)
        case Action.MOVE:
            return MovedRows(record)
        case _:
            return ChangedCells(record, memory)
