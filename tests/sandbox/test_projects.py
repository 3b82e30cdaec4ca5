"""A project sheet: durations, predecessors, dates by working days, and summaries of parent rows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.conftest import sheet_id

Json = Any


@pytest.fixture
def project(as_alice: Client) -> Grid:
    """Return the project sheet as its owner sees it."""
    return Grid(as_alice, sheet_id(as_alice, "Fit-out plan"))


def values(grid: Grid, task: str, *titles: str) -> list[Json]:
    """Return the current values of a row in these columns."""
    now = grid.again()
    return [now.cell(task, title).get("value") for title in titles]


def predecessors(grid: Grid, *listed: dict[str, Json]) -> dict[str, Json]:
    """Return the JSON of a cell with the `listed` predecessors.

    In `listed`, each predecessor has `task` instead of `rowId`.
    """
    given = [{"rowId": grid.row(one.pop("task"))} | one for one in (dict(one) for one in listed)]
    return {"title": "Predecessors", "objectValue": {"objectType": "PREDECESSOR_LIST", "predecessors": given}}


def test_columns_have_the_types_and_tags_of_a_project(project: Grid) -> None:
    found = {title: (column["type"], column.get("tags", [])) for title, column in project.columns.items()}
    assert found == {
        "Task": ("TEXT_NUMBER", []),
        "Duration": ("DURATION", ["GANTT_DURATION"]),
        "Start": ("ABSTRACT_DATETIME", ["CALENDAR_START_DATE", "GANTT_START_DATE"]),
        "Finish": ("ABSTRACT_DATETIME", ["CALENDAR_END_DATE", "GANTT_END_DATE"]),
        "Predecessors": ("PREDECESSOR", ["GANTT_PREDECESSOR"]),
        "% Complete": ("TEXT_NUMBER", ["GANTT_PERCENT_COMPLETE"]),
    }
    assert project.body["dependenciesEnabled"] is True
    assert project.body["ganttEnabled"] is True
    assert project.body["projectSettings"]["lengthOfDay"] == 8


def test_cells_have_values_display_values_and_objects(project: Grid) -> None:
    cell = project.cell("Approve the drawings", "Predecessors")
    assert (cell["value"], cell["displayValue"]) == ("3FS +1d", "3FS +1d")
    drawn = project.row("Draw the partitions")
    listed = [{"rowId": drawn, "rowNumber": 3, "type": "FS", "lag": {"objectType": "DURATION", "days": 1}}]
    assert cell["objectValue"] == {"objectType": "PREDECESSOR_LIST", "predecessors": listed}
    duration = project.cell("Screed and drying", "Duration")
    assert (duration["value"], duration["displayValue"]) == ("e5d", "e5d")
    assert duration["objectValue"] == {"objectType": "DURATION", "days": 5, "elapsed": True}
    start = project.cell("Approve the drawings", "Start")
    assert start["objectValue"] == {"objectType": "ABSTRACT_DATETIME", "value": "2026-01-23T08:00:00"}
    assert start["formula"] == "=CALCSTART(Duration4, Start3, Finish3, 0, 28800000)"
    assert "displayValue" not in start
    assert "formula" not in project.cell("Survey the rooms", "Start")


def test_dates_follow_working_days(project: Grid) -> None:
    """People don't work on weekends and on 26 January, but an elapsed duration counts these days. A working day is from
    8 to 12 and from 13 to 17 o'clock.
    """
    rows = {
        "Survey the rooms": ["2026-01-12T08:00:00", "2026-01-14T16:59:59", "3d"],
        "Draw the partitions": ["2026-01-15T08:00:00", "2026-01-21T16:59:59", "1w"],
        "Approve the drawings": ["2026-01-23T08:00:00", "2026-01-27T16:59:59", "2d"],
        "First fix wiring": ["2026-01-30T08:00:00", "2026-02-06T16:59:59", "6d"],
        "Screed and drying": ["2026-02-09T08:00:00", "2026-02-14T07:59:59", "e5d"],
        "Test the sockets": ["2026-02-16T08:00:00", "2026-02-16T11:59:59", "4h"],
        "Handover": ["2026-02-16T13:00:00", "2026-02-16T13:00:00", "0d"],
        "Design": ["2026-01-12T08:00:00", "2026-01-27T16:59:59", "11d"],
    }
    assert {task: values(project, task, "Start", "Finish", "Duration") for task in rows} == rows


def test_parents_have_the_weighted_progress_of_their_rows(project: Grid) -> None:
    """The row Design has three child rows: three days at 100 %, five days at 60 %, and two days at 0 %. So six of
    the ten days are done, which is 60 %.
    """
    assert values(project, "Design", "% Complete") == [0.6]
    assert project.cell("Design", "% Complete")["displayValue"] == "60%"


@pytest.mark.parametrize(
    ("written", "stored", "finish"),
    [
        ("5d", "5d", "2026-01-16T16:59:59"),
        ("1w 2d", "1w 2d", "2026-01-20T16:59:59"),
        ("4h", "4h", "2026-01-12T11:59:59"),
        ("6h 30m", "6h 30m", "2026-01-12T15:29:59"),
        ("2.5d", "2.5d", "2026-01-14T11:59:59"),
        ("e3d", "e3d", "2026-01-15T07:59:59"),
        ("0d", "0d", "2026-01-12T08:00:00"),
    ],
)
def test_a_duration_moves_the_finish_and_what_follows(project: Grid, written: str, stored: str, finish: str) -> None:
    assert project.put("Survey the rooms", {"title": "Duration", "value": written}).status_code == 200
    assert values(project, "Survey the rooms", "Duration", "Finish") == [stored, finish]
    assert values(project, "Draw the partitions", "Start") >= [finish]


@pytest.mark.parametrize("value", ["5", "soon", "5 potatoes", "1d 2d", "-1d", 5, True, "99999999w"])
def test_strictly_only_durations_are_durations(project: Grid, value: object) -> None:
    assert refusal(project.put("Survey the rooms", {"title": "Duration", "value": value})) == (400, 1042)


@pytest.mark.parametrize(
    ("value", "stored", "finish"),
    [
        (5, "5d", "2026-01-16T16:59:59"),
        ("5", "5d", "2026-01-16T16:59:59"),
        ("soon", "soon", None),
        (True, "true", None),
    ],
)
def test_leniently_numbers_are_days_and_others_texts(project: Grid, value: object, stored: str, finish: str) -> None:
    assert project.put("Survey the rooms", {"title": "Duration", "value": value, "strict": False}).status_code == 200
    assert values(project, "Survey the rooms", "Duration", "Finish") == [stored, finish]


def test_durations_are_parsed_in_the_locale_that_the_query_names(as_erika: Client, project: Grid) -> None:
    """Erika's locale has decimal commas."""
    cells = project.cells({"title": "Duration", "value": "2,5d"})
    body: list[dict[str, Json]] = [{"id": project.row("Survey the rooms"), "cells": cells}]
    assert as_erika.ask("PUT", f"{project.path}/rows", body).status_code == 200
    assert values(project, "Survey the rooms", "Duration") == ["2.5d"]
    body[0]["cells"][0]["value"] = "3.5d"
    assert as_erika.ask("PUT", f"{project.path}/rows?projectParseLocale=en_US", body).status_code == 200
    assert values(project, "Survey the rooms", "Duration") == ["3.5d"]


def test_a_start_begins_the_day_and_moves_the_finish(project: Grid) -> None:
    assert project.put("Survey the rooms", {"title": "Start", "value": "2026-01-15"}).status_code == 200
    assert values(project, "Survey the rooms", "Start", "Finish") == ["2026-01-15T08:00:00", "2026-01-19T16:59:59"]
    assert values(project, "Draw the partitions", "Start") == ["2026-01-20T08:00:00"]
    assert len(project.history("Survey the rooms", "Start")) == 2


@pytest.mark.parametrize(
    ("kind", "lag", "text", "start"),
    [
        ("FS", None, "2", "2026-01-15T08:00:00"),
        ("FS", {"days": 2, "hours": 4}, "2FS +2d 4h", "2026-01-19T13:00:00"),
        ("FS", {"days": 2.5}, "2FS +2.5d", "2026-01-19T13:00:00"),
        ("FS", {"days": 1, "negative": True}, "2FS -1d", "2026-01-14T08:00:00"),
        ("FS", {"days": 3, "elapsed": True}, "2FS +e3d", "2026-01-19T08:00:00"),
        ("SS", {"days": 1}, "2SS +1d", "2026-01-13T08:00:00"),
        ("FF", None, "2FF", "2026-01-08T08:00:00"),
        ("SF", None, "2SF", "2026-01-05T08:00:00"),
    ],
)
def test_predecessors_of_each_type_set_the_start(
    project: Grid, kind: str, lag: dict[str, Json] | None, text: str, start: str
) -> None:
    given = {"task": "Survey the rooms", "type": kind} | ({"lag": {"objectType": "DURATION", **lag}} if lag else {})
    assert project.put("Draw the partitions", predecessors(project, given)).status_code == 200
    assert values(project, "Draw the partitions", "Predecessors", "Start") == [text, start]


def test_without_predecessors_the_start_stays_and_can_be_written(project: Grid) -> None:
    assert project.put("Draw the partitions", {"title": "Predecessors", "value": None}).status_code == 200
    cell = project.again().cell("Draw the partitions", "Start")
    assert (cell["value"], "formula" in cell) == ("2026-01-15T08:00:00", False)
    assert project.put("Draw the partitions", {"title": "Start", "value": "2026-01-12"}).status_code == 200
    assert values(project, "Draw the partitions", "Start", "Predecessors") == ["2026-01-12T08:00:00", None]


def test_predecessors_follow_their_rows(project: Grid) -> None:
    """Cells show the row numbers of predecessors. If a row is added at the top, these numbers change. If a predecessor
    is deleted, the cell shows #REF.
    """
    assert project.post({"title": "Task", "value": "Kick-off"}, toTop=True).status_code == 200
    assert values(project, "Approve the drawings", "Predecessors") == ["4FS +1d"]
    deleted = project.client.ask("DELETE", f"{project.path}/rows?ids={project.row('Draw the partitions')}")
    assert deleted.status_code == 200
    cell = project.again().cell("Approve the drawings", "Predecessors")
    assert cell["value"] == "#REF"
    (lost,) = cell["objectValue"]["predecessors"]
    assert (lost["invalid"], "rowNumber" in lost) == (True, False)
    assert values(project, "Approve the drawings", "Start", "Finish") == [None, None]


def test_a_new_row_can_have_a_start_and_predecessors(project: Grid) -> None:
    cells = [
        {"title": "Task", "value": "Clean"},
        {"title": "Start", "value": "2018-11-13"},
        {"title": "Duration", "value": "1d"},
        predecessors(project, {"task": "Handover", "type": "FS"}),
    ]
    assert project.post(*cells, toBottom=True).status_code == 200
    assert values(project, "Clean", "Start", "Finish") == ["2026-02-16T13:00:00", "2026-02-17T11:59:59"]


REFUSED = [
    ("Survey the rooms", {"title": "Finish", "value": "2026-01-20"}, 1080),
    ("Draw the partitions", {"title": "Start", "value": "2026-01-20"}, 1031),
    ("Design", {"title": "Start", "value": "2026-01-20"}, 1031),
    ("Design", {"title": "Duration", "value": "5d"}, 1031),
    ("Design", {"title": "% Complete", "value": 1}, 1031),
    ("Survey the rooms", {"title": "Start", "formula": "=TODAY()"}, 1031),
    ("Survey the rooms", {"title": "Duration", "value": "5d", "hyperlink": {"url": "https://example.com"}}, 1031),
    ("Draw the partitions", {"title": "Predecessors", "value": "2"}, 1131),
    ("Draw the partitions", {"title": "Predecessors", "objectValue": {"objectType": "DURATION"}}, 1131),
]


@pytest.mark.parametrize(("task", "cell", "code"), REFUSED)
def test_what_smartsheet_calculates_cannot_be_written(project: Grid, task: str, cell: Json, code: int) -> None:
    assert refusal(project.put(task, cell)) == (400, code)
    assert project.again().rows == project.rows


@pytest.mark.parametrize(
    ("task", "listed", "code"),
    [
        ("Survey the rooms", [{"task": "Survey the rooms"}], 1031),
        ("Survey the rooms", [{"task": "Approve the drawings"}], 1031),
        ("Survey the rooms", [{"task": "Design"}], 1031),
        ("Handover", [{"task": "Survey the rooms"}, {"task": "Survey the rooms"}], 1031),
        ("Handover", [{"task": "Survey the rooms", "type": "XX"}], 1031),
        ("Handover", [{"task": "Survey the rooms", "rowNumber": 2}], 1032),
        ("Handover", [{"task": "Survey the rooms", "colour": "red"}], 1008),
        ("Handover", [{"task": "Survey the rooms", "lag": {"objectType": "DURATION", "days": "2"}}], 1008),
        ("Handover", [{"task": "Survey the rooms", "lag": {"objectType": "DURATION", "years": 2}}], 1008),
        ("Works", [{"task": "Survey the rooms"}], 1031),
    ],
)
def test_invalid_predecessors(project: Grid, task: str, listed: list[dict[str, Json]], code: int) -> None:
    assert refusal(project.put(task, predecessors(project, *listed))) == (400, code)


def test_a_predecessor_must_be_a_row_of_the_sheet(project: Grid) -> None:
    value = {"objectType": "PREDECESSOR_LIST", "predecessors": [{"rowId": 1}]}
    assert refusal(project.put("Handover", {"title": "Predecessors", "objectValue": value})) == (400, 1034)


def test_project_settings_move_the_dates(project: Grid) -> None:
    days = {"nonWorkingDays": ["2026-01-13"], "workingDays": ["MONDAY", "TUESDAY", "WEDNESDAY"]}
    assert project.client.ask("PUT", project.path, {"projectSettings": days}).status_code == 200
    assert values(project, "Survey the rooms", "Finish") == ["2026-01-19T16:59:59"]


def test_project_columns_keep_their_type_and_stay(project: Grid) -> None:
    column = f"{project.path}/columns/{project.column('Duration')}"
    assert project.client.ask("PUT", column, {"title": "How long"}).status_code == 200
    renamed = project.again()
    assert renamed.columns["How long"]["tags"] == ["GANTT_DURATION"]
    assert "[How long]4" in renamed.cell("Approve the drawings", "Start")["formula"]
    assert refusal(project.client.ask("PUT", column, {"type": "TEXT_NUMBER"})) == (400, 1085)
    assert refusal(project.client.ask("PUT", column, {"formula": "=1"})) == (400, 1305)
    assert refusal(project.client.ask("DELETE", column)) == (400, 1065)


def test_a_copy_has_its_own_predecessors(project: Grid) -> None:
    copied = project.client.ask("POST", f"{project.path}/copy?include=data", {"newName": "Second floor"}).json()
    copy = Grid(project.client, copied["result"]["id"])
    assert copy.cell("Approve the drawings", "Predecessors")["value"] == "3FS +1d"
    assert copy.put("Survey the rooms", {"title": "Duration", "value": "4d"}).status_code == 200
    assert values(copy, "Draw the partitions", "Start") == ["2026-01-16T08:00:00"]
    assert values(project, "Draw the partitions", "Start") == ["2026-01-15T08:00:00"]


def test_rows_copied_to_a_plain_sheet_take_texts_along(project: Grid) -> None:
    target = sheet_id(project.client, "Empty sheet")
    body = {"rowIds": [project.row("Draw the partitions")], "to": {"sheetId": target}}
    assert project.client.ask("POST", f"{project.path}/rows/copy", body).status_code == 200
    copied = Grid(project.client, target)
    assert copied.cell("Draw the partitions", "Duration")["value"] == "1w"
    assert copied.columns["Start"]["type"] == "TEXT_NUMBER"
    assert "Predecessors" not in copied.columns


def test_formulas_follow_dates_that_another_row_moves(project: Grid, as_alice: Client) -> None:
    columns = [{"title": "Begins", "type": "TEXT_NUMBER", "index": 6, "formula": '="on " + Start@row'}]
    assert as_alice.ask("POST", f"{project.path}/columns", columns).status_code == 200
    project.put("Draw the partitions", {"title": "Duration", "value": "30d"})
    for task in project.tasks():
        start, begins = values(project, task, "Start", "Begins")
        assert begins == f"on {start or ''}"
