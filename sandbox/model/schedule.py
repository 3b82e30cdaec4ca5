"""Schedules a project sheet: calculates the dates of tasks from durations and predecessors, and the summaries of parent
rows.

https://help.smartsheet.com/articles/765727-enabling-dependencies-using-predecessors
https://help.smartsheet.com/articles/765753-parent-rollup-functionality
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.model.duration import Duration
from sandbox.model.predecessors import TYPES, cell_of, lag_of
from sandbox.model.project_columns import COMPLETE, DURATION, FINISH, PREDECESSORS, START, predecessors_of, tagged
from sandbox.model.sheet import EMPTY, Cell, Column, Row, Sheet
from sandbox.model.work_calendar import WorkCalendar

Json = Any

SECOND = timedelta(seconds=1)
NO_TIME = Duration(())


@dataclass(frozen=True, slots=True)
class Task:
    """The times of a row. `end` is the first moment after the task. `complete` is a number from 0 to 1."""

    start: datetime | None = None
    end: datetime | None = None
    duration: Duration | None = None
    complete: float | None = None


def schedule(sheet: Sheet) -> list[Row]:
    """Calculate the project columns of a sheet with dependencies. The changes don't appear in the history of cells.
    Returns the rows that have changed.
    """
    if sheet.settings.project is None or not tagged(sheet, START) or not tagged(sheet, FINISH):
        return []
    return _Schedule(sheet).run()


class _Schedule:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.calendar = WorkCalendar.of(sheet.settings.project or {})
        self.children: dict[int | None, list[Row]] = {}
        for row in sheet.rows:
            self.children.setdefault(row.parent_id, []).append(row)
        self.tasks: dict[int, Task] = {}
        self.changed: list[Row] = []

    def run(self) -> list[Row]:
        """Calculate each row after the rows that it depends on. Then write the cells whose values have changed. Returns
        a list with the row of each written cell, so a row can be in the list several times.
        """
        for row in _in_order(self.sheet.rows, {row.id: self._needs(row) for row in self.sheet.rows}):
            try:
                is_parent = row.id in self.children
                self.tasks[row.id] = self._parent(row) if is_parent else self._leaf(row)
            except OverflowError:  # beyond the year 9999
                self.tasks[row.id] = Task(duration=self._duration(row))
        for row in self.sheet.rows:
            self._write(row, self.tasks[row.id])
        return self.changed

    def _needs(self, row: Row) -> list[Row]:
        if row.id in self.children:
            return self.children[row.id]
        found = (self.sheet.row(one["rowId"]) for one in predecessors_of(self.sheet, row))
        return [one for one in found if one]

    def _leaf(self, row: Row) -> Task:
        duration, complete = self._duration(row), self._complete(row)
        start = self._start(row, duration)
        end = self.calendar.after(start, duration) if start and duration else None
        return Task(start, end, duration, complete)

    def _start(self, row: Row, duration: Duration | None) -> datetime | None:
        """Return the start of a row. Each predecessor gives a start. The latest of these starts counts. If the row
        has no predecessors, return the start in its cell.
        """
        predecessors = predecessors_of(self.sheet, row)
        if not predecessors:
            return _moment(self._cell(row, START))
        starts = [self._start_after(one, duration or NO_TIME) for one in predecessors]
        return max((start for start in starts if start), default=None)

    def _start_after(self, predecessor: dict[str, Json], duration: Duration) -> datetime | None:
        """Return the start that one predecessor gives; None if the predecessor has no dates."""
        task, kind, calendar = self.tasks.get(predecessor["rowId"]), predecessor["type"], self.calendar
        before = (task.end if kind in ("FS", "FF") else task.start) if task else None
        if before is None:
            return None
        at = calendar.after(before, lag_of(predecessor))
        return calendar.next_start(at if kind in ("FS", "SS") else calendar.before(at, duration))

    def _parent(self, row: Row) -> Task:
        tasks = [self.tasks[child.id] for child in self.children[row.id] if child.id in self.tasks]
        start = min((task.start for task in tasks if task.start), default=None)
        end = max((task.end for task in tasks if task.end), default=None)
        days = self.calendar.working_days_between(start, end) if start and end else None
        return Task(start, end, None if days is None else Duration.of_days(round(days, 2)), self._weighted(tasks))

    def _weighted(self, tasks: Iterable[Task]) -> float | None:
        """Return the tasks' average progress, weighted by duration. Tasks without progress or duration are left out."""
        found = [(self._weight(task.duration), task.complete) for task in tasks if task.duration]
        known = [(weight, complete) for weight, complete in found if complete is not None]
        total = sum(weight for weight, _ in known)
        return round(sum(weight * complete for weight, complete in known) / total, 2) if total else None

    def _weight(self, duration: Duration) -> int:
        return duration.elapsed_ms() if duration.elapsed else self.calendar.ms_of(duration)

    def _write(self, row: Row, task: Task) -> None:
        predecessors, is_parent = predecessors_of(self.sheet, row), row.id in self.children
        formula = self._formula(row, predecessors) if predecessors and not is_parent else None
        end = task.end - SECOND if task.end and task.start and task.end > task.start else task.end
        if is_parent or predecessors or self._cell(row, START).formula:
            self._put(row, START, Cell(_iso(task.start), formula=formula))
        self._put(row, FINISH, Cell(_iso(end)))
        if is_parent:
            text = task.duration.text if task.duration else None
            self._put(row, DURATION, Cell(text, text))
            self._put(row, COMPLETE, Cell(task.complete))
        if predecessors:
            self._put(row, PREDECESSORS, cell_of(self.sheet, predecessors))

    def _formula(self, row: Row, predecessors: Iterable[dict[str, Json]]) -> str:
        """Return the formula that the API shows in the start cell of a row with predecessors."""
        parts = [self._name(DURATION, row)]
        for one in predecessors:
            other, lag = self.sheet.row(one["rowId"]), lag_of(one)
            ms = lag.elapsed_ms() if lag.elapsed else self.calendar.ms_of(lag)
            parts += [self._name(START, other), self._name(FINISH, other), str(TYPES.index(one["type"])), str(ms)]
        return f"=CALCSTART({', '.join(parts)})"

    def _name(self, tag: str, row: Row | None) -> str:
        column = tagged(self.sheet, tag)
        if row is None or column is None:
            return "#REF"
        title = column.title if column.title.isalpha() else f"[{column.title}]"
        return f"{title}{self.sheet.place(row).number}"

    def _put(self, row: Row, tag: str, cell: Cell) -> None:
        column = tagged(self.sheet, tag)
        if column is None:
            return
        old = row.cell(column.id)
        new = replace(cell, format=old.format)
        if new != old:
            row.put(column.id, new)
            self.changed.append(row)

    def _cell(self, row: Row, tag: str) -> Cell:
        column: Column | None = tagged(self.sheet, tag)
        return row.cell(column.id) if column else EMPTY

    def _duration(self, row: Row) -> Duration | None:
        value = self._cell(row, DURATION).value
        return Duration.parse(value) if isinstance(value, str) else None

    def _complete(self, row: Row) -> float | None:
        value = self._cell(row, COMPLETE).value
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _in_order(rows: Iterable[Row], needs: Mapping[int, list[Row]]) -> Iterable[Row]:
    """Yield each row after the rows that it needs.

    If rows need each other in a circle, one of them must come before a row that it needs. The row of the circle that is
    reached first then comes last.
    """
    seen: set[int] = set()
    for first in rows:
        waiting = [] if first.id in seen else [(first, iter(needs[first.id]))]
        seen.add(first.id)
        while waiting:
            row, rest = waiting[-1]
            following = next((one for one in rest if one.id not in seen), None)
            if following is None:
                yield row
                waiting.pop()
            else:
                seen.add(following.id)
                waiting.append((following, iter(needs[following.id])))


def _moment(cell: Cell) -> datetime | None:
    try:
        return datetime.fromisoformat(cell.value) if isinstance(cell.value, str) else None
    except ValueError:
        return None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
