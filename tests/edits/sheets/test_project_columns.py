"""Durations, predecessors and dates of a project plan, as people type them and as Smartsheet's API takes them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from edits.sheets.column_types import Doubtful, column_type
from edits.sheets.sheet import Column
from identity.profiles.readers import NOBODY
from tests.edits.sheets.columns import cell, kind_of, reader

ROWS = (101, 102, 103, 104, 105)
PREDECESSORS = column_type(Column(id=1, title="Predecessors", type="PREDECESSOR"), rows=ROWS)


@pytest.mark.parametrize(
    ("typed", "value", "sent"),
    [
        ("5d", "5d", {"value": "5d"}),
        ("5", "5d", {"value": "5d"}),
        (" 1W2D ", "1w 2d", {"value": "1w 2d"}),
        ("2d 1w", "1w 2d", {"value": "1w 2d"}),
        ("4h 30m", "4h 30m", {"value": "4h 30m"}),
        ("2.50 d", "2.5d", {"value": "2.5d"}),
        (".5d", "0.5d", {"value": "0.5d"}),
        ("E5D", "e5d", {"value": "e5d"}),
        ("1s 20ms", "1s 20ms", {"value": "1s 20ms"}),
        ("0", "0d", {"value": "0d"}),
        ("", None, {"value": ""}),
    ],
)
def test_a_typed_duration(typed: str, value: str | None, sent: dict[str, Any]) -> None:
    kind = kind_of("DURATION")
    assert kind.parse(typed, cell(), NOBODY) == value
    assert kind.to_send(value, cell()) == sent
    assert kind.typed(cell(value=value, displayValue=value), NOBODY) == (value or "")


def test_a_german_types_decimal_commas() -> None:
    assert kind_of("DURATION").parse("2,5d", cell(), reader("de_DE")) == "2.5d"
    assert PREDECESSORS.parse("3FS +2,5d, 5,1", cell(), reader("de_DE")) == "3FS +2.5d, 5, 1"


@pytest.mark.parametrize("typed", ["soon", "5 potatoes", "1d 2d", "-1d", "d", "2,5d", "5ſ", "1mſ"])
def test_other_texts_are_doubtful_durations(typed: str) -> None:
    with pytest.raises(Doubtful, match="isn't a duration such as 5d, 1w 2d, 4h or e5d"):
        kind_of("DURATION").parse(typed, cell(), NOBODY)
    with pytest.raises(ValidationError):
        kind_of("DURATION", validation=True).parse(typed, cell(), NOBODY)
    assert kind_of("DURATION").to_send(typed, cell()) == {"value": typed, "strict": False}


def test_programs_can_send_days_as_a_number() -> None:
    assert kind_of("DURATION").to_send(2.5, cell()) == {"value": "2.5d"}


@pytest.mark.parametrize(
    ("typed", "value", "sent"),
    [
        ("3", "3", [{"rowId": 103, "type": "FS"}]),
        ("3fs", "3", [{"rowId": 103, "type": "FS"}]),
        ("3SS,5", "3SS, 5", [{"rowId": 103, "type": "SS"}, {"rowId": 105, "type": "FS"}]),
        (
            "3FS +2d, 5",
            "3FS +2d, 5",
            [
                {"rowId": 103, "type": "FS", "lag": {"objectType": "DURATION", "days": 2}},
                {"rowId": 105, "type": "FS"},
            ],
        ),
        ("1 +2", "1FS +2d", [{"rowId": 101, "type": "FS", "lag": {"objectType": "DURATION", "days": 2}}]),
        (
            "2ff-1w 2h",
            "2FF -1w 2h",
            [{"rowId": 102, "type": "FF", "lag": {"objectType": "DURATION", "weeks": 1, "hours": 2, "negative": True}}],
        ),
        (
            "4SF + e1.5d",
            "4SF +e1.5d",
            [{"rowId": 104, "type": "SF", "lag": {"objectType": "DURATION", "days": 1.5, "elapsed": True}}],
        ),
        ("2FS +0d", "2", [{"rowId": 102, "type": "FS"}]),
    ],
)
def test_typed_predecessors(typed: str, value: str, sent: list[dict[str, Any]]) -> None:
    assert PREDECESSORS.parse(typed, cell(), NOBODY) == value
    expected = {"objectValue": {"objectType": "PREDECESSOR_LIST", "predecessors": sent}}
    assert PREDECESSORS.to_send(typed, cell()) == expected
    assert PREDECESSORS.after(typed, cell()) == value


def test_predecessors_can_be_removed() -> None:
    assert PREDECESSORS.parse("", cell(value="3"), NOBODY) is None
    assert PREDECESSORS.to_send(None, cell(value="3")) == {"value": ""}


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Dig", "“Dig” isn't a predecessor such as 3, 3SS or 3FS +2d."),
        ("3XX", "“3XX” isn't a predecessor such as 3, 3SS or 3FS +2d."),
        ("3FS +soon", "“3FS +soon” isn't a predecessor such as 3, 3SS or 3FS +2d."),
        ("6", "The sheet has no row 6."),
        ("0", "The sheet has no row 0."),
        ("3, 3SS", "Row 3 is in the list twice."),
        ("#REF, 3", "#REF stands for a row that isn't in the sheet. Remove it from the list."),
    ],
)
def test_invalid_predecessors(typed: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PREDECESSORS.parse(typed, cell(), NOBODY)
    assert refused.value.messages == [why]
    assert PREDECESSORS.why_not_written(typed) == why


def test_the_start_is_a_day() -> None:
    start = kind_of("ABSTRACT_DATETIME", tags=["GANTT_START_DATE"])
    now = cell(value="2026-01-12T08:00:00")
    assert start.typed(now, NOBODY) == "2026-01-12"
    assert start.parse("2026-01-14", now, NOBODY) == "2026-01-14T08:00:00"
    assert start.to_send("2026-01-14T08:00:00", now) == {"value": "2026-01-14"}
    assert start.to_send("2026-01-14", now) == {"value": "2026-01-14"}
    assert start.holds(now, "2026-01-12")
    assert start.to_send(None, now) == {"value": ""}


@pytest.mark.parametrize(
    ("tags", "formula", "why"),
    [
        (["GANTT_END_DATE"], "", "Smartsheet calculates this date. Change the start or the duration instead."),
        (
            ["GANTT_START_DATE"],
            "=CALCSTART(Duration3, Start2, Finish2, 0, 0)",
            "Smartsheet calculates this date from the row's predecessors. Change the predecessors instead.",
        ),
        (["GANTT_START_DATE"], "", ""),
        ([], "", "You can change these dates of a project plan only in Smartsheet itself."),
    ],
)
def test_calculated_dates_say_why_they_cannot_be_changed(tags: list[str], formula: str, why: str) -> None:
    kind = kind_of("ABSTRACT_DATETIME", tags=tags)
    assert kind.why_read_only(cell(value="2026-01-12T08:00:00", formula=formula)) == why
