"""Undoes changes of one edit with a new edit, in the name of the person who undoes them. Each new entry refers to the
entry that it undoes.

A cell gets its old value back if it still has the value that the edit wrote. An added row is deleted if it still has
the values that it was added with, and if it has no child rows. A moved row goes back to its old place if it is still
where the edit put it. Smartsheet can't restore a deleted row, so a new row with the old values and formulas is added at
the old place, but only once. Each change is checked separately.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from audit.changes import LoggedChange, with_outcomes
from audit.edit_parts import near
from audit.models import Entry
from audit.proof.commitment_bytes import in_value
from audit.vocabulary import Action, Origin
from edits.features import Feature
from edits.saving.baseline import Baseline, read
from edits.saving.changes import CellChange, DeleteRow, RowChange, UpdateRow
from edits.saving.checks import NO_COLUMN, Writers
from edits.saving.deleted_rows_log import DeletedRowsLog
from edits.saving.putting_back import put_back
from edits.saving.results import CellResult, Result, RowResult, Status
from edits.saving.row_evidence import DeletedRow, OldPlace, evidence_of
from edits.saving.row_places import Places
from edits.saving.service import save
from edits.saving.undo_plan import Plan, Undo
from edits.sheets import formula_errors
from edits.sheets.column_types import column_type
from edits.sheets.column_types.date_time import BY_PREDECESSORS
from edits.sheets.held_values import bare, held, is_linked, is_same, linked
from edits.sheets.reading import NO_ROW
from edits.sheets.rights import why_no_edits, why_not_deleted, why_read_only
from edits.sheets.sheet import FINISH, Access, Column, Json, Row

ANOTHER_REGION = "This change was made in another region of Smartsheet, where you have another account."
NOT_SAVED = "This change can't be undone: Smartsheet didn't save it, or it isn't certain that Smartsheet saved it."
ADDED_AGAIN = "A new row with these values was added already. If that row was deleted since, undo its deletion."
EMPTY = "The log has no value of this row that can be written into a new row."
RESTORING = "It isn't certain yet whether this row was already restored as a new row, so nothing is sent."
PARENT_RESTORING = "It isn't certain yet whether a parent row of this row, at any level, was restored. Try again later."
NO_OLD_PLACE = (
    "This move can't be undone from here: its entry is old, and doesn't say which rows were around the row. Move the "
    "row back in Smartsheet."
)
NO_NEW_PLACE = (
    "The log doesn't say where this move put the row, so this app doesn't know whether the row is still there."
)
ELSEWHERE = (
    "The row is no longer where this move put it. Since then, someone moved this row, or someone added, moved or "
    "deleted the row right before this row. So the row stays where it is."
)
AT_OLD_PLACE = "The row is already at its old place."
BELOW_ITSELF = "The row's old parent row is now a child row of this row."
LOCKED = "This row is locked: only admins of the sheet can move it."
NO_CELL = "This app can undo only changed cells, added rows, moved rows and deleted rows."
PERSONAL = "This is a personal value. The log stores personal values separately, so they can't be restored from here."
NOTHING_LEFT = "The cell already has its old value."
NUMBERS_MOVE = "Predecessors are row numbers, and other rows may have these numbers now. Type the predecessors again."
ONE_VALUE = "This column takes only one value now."
HAS_CHILD_ROWS = "This row has child rows now, which would be deleted too."

# The feature that is needed to undo each action.
FEATURES: dict[str, Feature] = {
    Action.CHANGE: Feature.CHANGE,
    Action.ADD: Feature.DELETE,
    Action.DELETE: Feature.ADD,
    Action.MOVE: Feature.CHANGE,
}


MOST_ROWS = 1_000  # the most rows of an edit whose old places are read
AUTO_NUMBER = "AUTO_NUMBER"  # Smartsheet's name for a column in which it numbers the rows
# A reference in a formula to a row by its number, such as [Budget]5 or Budget$5.
BY_NUMBER = re.compile(r"(?:\]|\b[^\W\d]+)\$?\d")
IN_QUOTES = re.compile(r'"[^"]*"')


def why_never(change: LoggedChange, *, region: str) -> str:
    """Return a sentence that says why nobody in this region can undo a logged change; "" if there is no such reason."""
    entry = change.intent
    if entry.action not in FEATURES or (entry.action == Action.CHANGE and entry.column_id is None):
        return NO_CELL
    if not change.is_applied:
        return NOT_SAVED
    if entry.region != region:
        return ANOTHER_REGION
    return PERSONAL if in_value(entry.old) or in_value(entry.new) else ""


def plan(user: AbstractBaseUser | AnonymousUser, changes: Sequence[LoggedChange], *, region: str) -> Plan:
    """Read the rows of these changes, and find out what undoing each change would do. Raises GatewayError if Smartsheet
    doesn't return the rows.

    All changes must belong to one edit. There is one exception: deletions of rows of one sheet can belong to several
    edits.
    """
    entry = changes[0].intent
    reasons = [why_never(change, region=region) for change in changes]
    maybe = [change for change, why_not in zip(changes, reasons, strict=True) if not why_not]
    is_put_back = entry.action in {Action.DELETE, Action.MOVE}
    row_ids = [] if is_put_back else list(dict.fromkeys(change.row_id or 0 for change in maybe))
    baseline = read(
        user,
        entry.sheet_id or 0,
        row_ids=row_ids,
        with_descendants=entry.action == Action.ADD,
        with_outline=is_put_back,
    )
    baseline.gateway.require(FEATURES[entry.action])
    log = DeletedRowsLog(entry.sheet_id or 0, region=region)
    if entry.action == Action.DELETE:
        log.look_up(change.row_id or 0 for change in maybe)
    was = _old_places(maybe)
    of_edit = _rows_of_edit(entry) if is_put_back else []
    places = Places(baseline.sheet.rows, _old_places(of_edit) | was, log) if is_put_back else None
    looking = _Looking(baseline, log, places, was, of_edit)
    undos = [
        Undo(change, change.row_label, why_not=why_not) if why_not else looking.at(change)
        for change, why_not in zip(changes, reasons, strict=True)
    ]
    return Plan(baseline, tuple(_with_places(undos, places) if places else undos), places)


def undo(what: Plan, *, key: str = "", via: Mapping[str, str | int] | None = None, reason: str = "") -> Result:
    """Undo what can be undone. The result has the rows in the order of what.by_row(). If Smartsheet refuses a row, the
    other rows are undone nevertheless. `via` and `reason` are as in `save`. Raises what `save` raises.
    """
    facts: dict[str, Any] = {"via": via, "reason": reason}
    if what.places:
        return put_back(what, what.places, key=key, **facts)
    rows = [_row_change(undos) for undos in what.by_row()]
    is_partial = len(rows) > 1
    return save(what.baseline, rows, key=key, origin=Origin.UNDO, is_cell_by_cell=True, is_partial=is_partial, **facts)


def not_undone(what: Plan, result: Result) -> list[Undo]:
    """Return the changes that could have been undone but weren't, each with the reason."""
    found = []
    for one, row in ((undo, row) for undos, row in zip(what.by_row(), result.rows, strict=True) for undo in undos):
        cell = next((cell for cell in row.cells if one.column and cell.column_id == one.column.id), None)
        status = cell.status if cell else row.status
        if status is Status.CONFLICT and cell:
            found.append(replace(one, now=cell.value, is_overtaken=True, by=cell.by, at=cell.at))
        elif status not in {Status.SAVED, Status.UNCHANGED}:
            found.append(replace(one, why_not=_reason(cell, row)))
    return found


def _row_change(undos: Sequence[Undo]) -> RowChange:
    """Return the change that undoes these changes of one row: the row's deletion if the row was added, otherwise a
    change that writes the old values into the cells.
    """
    entry, row_id = undos[0].change.intent, undos[0].row_id
    if entry.action == Action.ADD:
        return DeleteRow(row_id, undoes=entry.pk)
    cells = (
        CellChange(undo.column.id, shown=undo.now, typed=undo.then, undoes=undo.change.intent.pk)
        for undo in undos
        if undo.column
    )
    return UpdateRow(row_id, tuple(cells))


def _rows_of_edit(entry: Entry) -> list[LoggedChange]:
    """Return the changes of all rows that this entry's edit moved or deleted. The undo needs all of these rows, even if
    it doesn't put all of them back, because the old place of a row can be next to any of them.
    """
    return with_outcomes(near([entry]).intents().of_edit(entry.edit_id).order_by("line")[:MOST_ROWS])


def _old_places(changes: Iterable[LoggedChange]) -> dict[int, OldPlace]:
    """Return the places that moved or deleted rows had before the edit, by row id. Rows whose entries are old are left
    out, because old entries have no places.
    """
    found: dict[int, OldPlace] = {}
    for change in changes:
        place: OldPlace | None = None
        if change.intent.action == Action.DELETE:
            deleted = DeletedRow.of(change.intent)
            place = deleted.place if deleted else None
        elif change.intent.action == Action.MOVE:
            place = OldPlace.parse(_value(change.intent.old))
        if place:
            found[change.row_id or 0] = place
    return found


def _with_places(undos: Sequence[Undo], places: Places) -> Iterable[Undo]:
    """Add a note to each row whose old place is no longer there."""
    coming = {undo.row_id for undo in undos if undo.is_possible}
    for undo in undos:
        note = places.find(undo.was, coming=coming).note if undo.was and undo.is_possible else ""
        yield replace(undo, is_displaced=True, notes=(note, *undo.notes)) if note else undo


def _reason(cell: CellResult | None, row: RowResult) -> str:
    return (cell.message if cell else "") or row.message


class _Looking:
    """Finds out, from the sheet that was read, what undoing changes would do. `was` has the old places of the rows of
    these changes. `of_edit` has the changes of all rows that the edit moved or deleted.
    """

    def __init__(
        self,
        baseline: Baseline,
        log: DeletedRowsLog,
        places: Places | None,
        was: Mapping[int, OldPlace],
        of_edit: Iterable[LoggedChange],
    ) -> None:
        self._log, self._places, self._was = log, places, was
        self._sheet, self._position = baseline.sheet, baseline.position
        self._rows = {row.id: row for row in self._sheet.rows}
        self._columns = {column.id: column for column in self._sheet.columns}
        self._parents = {row.parent_id for row in self._sheet.rows}
        self._writers = Writers(baseline)
        moves = (change for change in of_edit if change.intent.action == Action.MOVE)
        self._put = {change.row_id or 0: place for change in moves if (place := _new_place(change))}

    def at(self, change: LoggedChange) -> Undo:
        if change.intent.action == Action.DELETE:
            was = self._was.get(change.row_id or 0)
            return self._deleted(Undo(change, change.row_label, was=was, where_then=self._where(was)))
        row = self._rows.get(change.row_id or 0)
        if row is None:
            is_undone = change.intent.action == Action.ADD
            return Undo(change, change.row_label, why_not=NO_ROW, is_undone=is_undone)
        found = Undo(change, self._sheet.label(row), row, was=self._was.get(row.id))
        match change.intent.action:
            case Action.MOVE:
                where_now, where_then = self._where(OldPlace.of(row)), self._where(found.was)
                why_not = self._why_not_moved_back(found, row)
                is_undone = why_not == AT_OLD_PLACE
                return replace(found, why_not=why_not, is_undone=is_undone, where_now=where_now, where_then=where_then)
            case Action.ADD:
                return self._added(found, row)
            case _:
                return self._cell(found, row)

    def _where(self, place: OldPlace | None) -> str:
        """Return a place in words; "" if there is none."""
        if place is None or self._places is None:
            return ""
        parent, sibling = (self._named(one) for one in (place.parent_id, place.sibling_id))
        if not place.sibling_id:
            return (
                f"Row {place.number}, {f'the first child row of {parent}' if place.parent_id else 'as the first row'}"
            )
        child = f", a child row of {parent}" if place.parent_id else ""
        return f"Row {place.number}{child}, after {sibling}"

    def _named(self, row_id: int | None) -> str:
        now = self._places.now(row_id) if self._places else None
        row = self._rows.get(now or 0)
        return f"“{self._sheet.label(row)}”" if row else "a row that no longer exists"

    def _why_not_moved_back(self, found: Undo, row: Row) -> str:
        was, put, now = found.was, self._put.get(row.id), OldPlace.of(row)
        if was is None:
            return NO_OLD_PLACE
        if put is None:
            return NO_NEW_PLACE
        if self._places and self._places.is_at_old_place(row.id):
            return AT_OLD_PLACE
        if (now.parent_id, self._before(now)) != (put.parent_id, self._before(put, is_put=True)):
            return ELSEWHERE
        if was.parent_id in self._sheet.family_ids([row.id]) and was.parent_id not in self._was:
            return BELOW_ITSELF
        return why_no_edits(self._sheet.access) or (LOCKED if row.is_locked_for_user else "")

    def _before(self, place: OldPlace, *, is_put: bool = False) -> int | None:
        """Return the id of the row before a place. Rows that the same edit moved are skipped, because a later request
        of that edit has perhaps put them before this place.
        """
        before, steps = place.sibling_id, len(self._put)
        while before in self._put and steps:
            row = self._rows.get(before)
            before = self._put[before].sibling_id if is_put else row.sibling_id if row else None
            steps -= 1
        return before

    def _cell(self, found: Undo, row: Row) -> Undo:
        entry = found.change.intent
        column = self._columns.get(entry.column_id or 0)
        if column is None:
            return replace(found, why_not=NO_COLUMN)
        now, then = held(row.cell(column)), _value(entry.old)
        if is_linked(now) and not is_linked(then):
            then = linked(then, None)
        found = replace(found, column=column, now=now, then=then)
        if is_same(now, then):
            return replace(found, why_not=NOTHING_LEFT, is_undone=True)
        if not is_same(now, _value(found.change.new)):
            by, at = self._writers.of(row, column)
            return replace(found, is_overtaken=True, by=by, at=at)
        return replace(found, why_not=why_read_only(self._sheet, column, row) or _why_not_held(column, then))

    def _added(self, found: Undo, row: Row) -> Undo:
        """Find out what undoing the addition of a row would do. Undoing is only possible if the row's cells still have
        the values that they were added with. Cells that Smartsheet fills in don't count.
        """
        then: dict[str, Json] = dict(_value(found.change.new) or {})
        filled = tuple(column for column in self._sheet.columns if then.get(column.title) is not None)
        cells = tuple(CellChange(column.id, shown=None, typed=then[column.title]) for column in filled)
        found = replace(found, columns=filled, cells=cells)
        if row.id in self._parents:
            return replace(found, why_not=HAS_CHILD_ROWS)
        formulas = evidence_of(found.change.intent).get("formulas") or {}
        columns = [
            column
            for column in self._sheet.columns
            if not column.system_type and not column.formula
            if not row.cell(column).formula or row.cell(column).formula != formulas.get(str(column.id))
        ]
        if not all(is_same(_ticked(held(row.cell(column))), _ticked(then.get(column.title))) for column in columns):
            by = row.modified_by
            return replace(found, is_overtaken=True, by=(by.name or by.email) if by else "", at=row.modified_at)
        return replace(found, why_not=why_not_deleted(self._sheet, row))

    def _deleted(self, found: Undo) -> Undo:
        """Find out whether a deleted row can be added again, and with which cells."""
        if why_not := self._why_not_restored(found):
            return replace(found, why_not=why_not, is_undone=self._log.restored_as(found.row_id) in self._rows)
        logged = DeletedRow.of(found.change.intent)
        cells, lost = self._cells_of(found.change, logged)
        why_not = why_no_edits(self._sheet.access) or ("" if cells or logged else EMPTY)
        columns = tuple(self._columns[cell.column_id] for cell in cells)
        numbers = tuple(self._old_numbers(found.change))
        found = replace(found, cells=cells, columns=columns, lost=lost, old_numbers=numbers)
        if logged is None:
            return replace(found, why_not=why_not)
        attributes, notes = logged.attributes, self._notes(logged, cells)
        if attributes.is_locked and self._sheet.access not in {Access.OWNER, Access.ADMIN}:
            attributes = replace(attributes, is_locked=False)
            notes.append(
                "The deleted row was locked, but the restored row isn't: only admins of the sheet can lock rows."
            )
        return replace(found, why_not=why_not, attributes=attributes, notes=tuple(notes))

    def _old_numbers(self, change: LoggedChange) -> Iterator[tuple[str, str]]:
        """Yield the title of each column in which Smartsheet numbers the rows, with the number that the deleted row
        had.
        """
        values: dict[str, Json] = dict(_value(change.old) or {})
        for column in self._sheet.columns:
            if column.system_type == AUTO_NUMBER and column.title in values:
                yield column.title, str(values[column.title])

    def _why_not_restored(self, found: Undo) -> str:
        again = self._log.restoration(found.row_id)
        if again and not self._is_gone(again):
            return ADDED_AGAIN if again.is_applied else RESTORING
        return PARENT_RESTORING if self._is_restoring_above(found.was) else ""

    def _is_restoring_above(self, was: OldPlace | None) -> bool:
        """Whether a parent row of this place, at any level, was perhaps restored: its restoration has no certain
        outcome.
        """
        met: set[int] = set()
        while was and was.parent_id and was.parent_id not in self._rows and was.parent_id not in met:
            met.add(was.parent_id)
            above = self._log.restoration(was.parent_id)
            if above and not above.is_applied:
                return True
            was = self._was.get(was.parent_id) or self._log.place(was.parent_id)
        return False

    def _is_gone(self, again: LoggedChange) -> bool:
        """Whether the new row of a restoration was deleted in Smartsheet itself. This is certain only if the log had
        the restoration's outcome before the sheet was read.
        """
        outcome = again.outcome
        is_older = again.is_applied and outcome is not None and outcome.pk <= self._position
        row_id = again.row_id
        return is_older and row_id is not None and row_id not in self._rows and self._log.deletion(row_id) is None

    def _cells_of(
        self, change: LoggedChange, logged: DeletedRow | None
    ) -> tuple[tuple[CellChange, ...], tuple[str, ...]]:
        """Return the cells of the new row, and the titles of the columns whose values are lost.

        The new row gets the old values of columns that people can fill in and that still have the same titles. Values
        of columns that Smartsheet fills in aren't sent, and don't count as lost.
        """
        values: dict[str, Json] = dict(_value(change.old) or {})
        cells: list[CellChange] = []
        lost: list[str] = []
        for column in self._sheet.columns:
            value = values.pop(column.title, None)
            formula = logged.formulas.get(column.id, "") if logged else ""
            if formula.startswith(BY_PREDECESSORS):  # Smartsheet's own formula; the value is what can be written
                formula = ""
            form = logged.formats.get(column.id, "") if logged else ""
            is_error = logged is not None and column.id in logged.linked and formula_errors.is_error(value)
            is_lost = is_error or (not formula and _why_not_held(column, value))
            if why_read_only(self._sheet, column) or is_lost:
                is_filled_in = column.system_type or column.formula or FINISH in column.tags
                lost += [column.title] if (value is not None or formula) and not is_filled_in else []
            elif value is not None or formula or form:
                cells.append(CellChange(column.id, shown=None, typed=value, formula=formula, format=form))
        return tuple(cells), (*lost, *values)

    def _notes(self, logged: DeletedRow, cells: Iterable[CellChange]) -> list[str]:
        """Return sentences about what is different in the new row: formulas that perhaps refer to other rows than
        before, and links and pictures that are lost.
        """
        by_number = [cell.column_id for cell in cells if BY_NUMBER.search(IN_QUOTES.sub("", cell.formula))]
        said = {
            "Formulas in {} refer to rows by their numbers. Check that they still refer to the right rows.": by_number,
            "In {}, the values of links to cells of other sheets are kept, but not the links.": logged.linked,
            "Pictures in {} are lost.": logged.pictured,
        }
        return [
            sentence.format(", ".join(self._columns[one].title for one in ids if one in self._columns) or "a column")
            for sentence, ids in said.items()
            if ids
        ]


def _new_place(change: LoggedChange) -> OldPlace | None:
    """Return the place where a move put its row; None if the log doesn't have this place. The log has it from
    Smartsheet's answer to the move. If the move was settled later, the log has it from the sheet that settling read.
    """
    if change.stored:
        return OldPlace.parse(_value(change.new))
    return OldPlace.parse(evidence_of(change.outcome).get("place")) if change.outcome else None


def _why_not_held(column: Column, then: Json) -> str:
    if column.type == "PREDECESSOR" and then is not None:
        return NUMBERS_MOVE
    kind, plain = column_type(column), bare(then)
    why = ONE_VALUE if isinstance(plain, list) and not kind.takes_several else kind.why_not_held(plain)
    return f"{why} So Smartsheet would refuse the old value." if why else ""


def _ticked(value: Json) -> Json:
    """Return the value, or None for an unticked box, because an unticked box counts as an empty cell."""
    return None if value is False else value


def _value(canonical: str | None) -> Json:
    return None if canonical is None else json.loads(canonical)
