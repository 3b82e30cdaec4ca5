"""Makes a project sheet: tasks with durations, predecessors and calculated dates."""

from __future__ import annotations

from copy import deepcopy

from sandbox.model.access import Access
from sandbox.model.predecessors import LIST
from sandbox.model.sheet import Cell, Row, Sheet
from sandbox.model.state import State
from sandbox.model.template import PROJECT, WORKING_DAYS
from sandbox.seed.builder import Builder
from sandbox.seed.people import ALICE, BOB, CHARLIE, ERIKA

# Each line has a task, its start (if no task precedes it), its duration, its progress, and the tasks that precede it. A
# line with only a name is the parent row of the tasks below it.
PLAN = """
Design
    Survey the rooms      | 2026-01-12 | 3d  | 1    |
    Draw the partitions   |            | 1w  | 0.6  | Survey the rooms
    Approve the drawings  |            | 2d  | 0    | Draw the partitions FS +1d
Works
    Set the partitions    |            | 2w  | 0    | Approve the drawings
    First fix wiring      |            | 6d  | 0    | Set the partitions SS +2d
    Screed and drying     |            | e5d | 0    | First fix wiring
    Test the sockets      |            | 4h  | 0    | Screed and drying
Handover                  |            | 0d  |      | Test the sockets, Set the partitions
""".strip()


def fit_out_plan(state: State) -> Sheet:
    """Build the fit-out plan. Its project settings have one day on which nobody works."""
    shares = {BOB: Access.EDITOR, CHARLIE: Access.VIEWER, ERIKA: Access.ADMIN}
    build = Builder(state, "Fit-out plan", place=9, owner=ALICE, shares=shares)
    build.sheet.settings.project = {
        "workingDays": [*WORKING_DAYS],
        "nonWorkingDays": ["2026-01-26"],
        "lengthOfDay": 8,
    }
    build.column("Task", primary=True, width=240)
    for attributes in deepcopy(PROJECT):
        build.column(attributes.pop("title"), attributes.pop("type"), **attributes)
    rows: dict[str, Row] = {}
    above: Row | None = None
    for line in PLAN.splitlines():
        task, *details = (part.strip() for part in line.split("|"))
        start, duration, complete, before = details or ("", "", "", "")
        values = {"Task": task, "Start": start, "Duration": duration, "% Complete": float(complete) if complete else ""}
        row = build.row({name: value for name, value in values.items() if value != ""}, parent=_parent(line, above))
        rows[task] = row
        above = above if details else row
        if before:
            predecessors = [_predecessor(one.strip(), rows) for one in before.split(",")]
            column = next(column for column in build.sheet.columns if column.type == "PREDECESSOR")
            row.cells[column.id] = Cell(object_value={"objectType": LIST, "predecessors": predecessors})
    return build.finish()


def _parent(line: str, above: Row | None) -> Row | None:
    return above if line.startswith(" ") else None


def _predecessor(text: str, rows: dict[str, Row]) -> dict[str, object]:
    """Return the predecessor that a text describes.

    The text is the name of a task, or the name with a type and a lag in days, such as `Draw the partitions FS +1d`.
    """
    for kind in ("FS", "SS"):
        task, found, lag = text.partition(f" {kind} +")
        if found:
            days = int(lag.removesuffix("d"))
            return {"rowId": rows[task].id, "type": kind, "lag": {"objectType": "DURATION", "days": days}}
    return {"rowId": rows[text].id, "type": "FS"}
