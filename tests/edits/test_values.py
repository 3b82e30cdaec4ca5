"""Column type ↔ Python value ↔ JSON, case by case."""

from datetime import date
from typing import Any

import pytest

from edits.sheets.sheet import Cell, Column, Sheet
from edits.sheets.values import Shown, display, held, is_same, number_or_text, shown, to_send


def column(kind: str, **raw: Any) -> Column:
    return Column.parse({"id": 1, "title": "X", "type": kind, **raw})


def cell(**raw: Any) -> Cell:
    return Cell.parse({"columnId": 1, **raw})


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("0", 0),
        ("-0", 0),
        ("42", 42),
        ("-42", -42),
        ("42.0", 42),
        ("12.50", 12.5),
        ("0.1", 0.1),
        ("9007199254740992", 9007199254740992),
        ("-9007199254740992", -9007199254740992),
        ("9007199254740993", "9007199254740993"),
        ("1e400", "1e400"),
        ("007", "007"),
        ("00", "00"),
        ("+1", "+1"),
        (".5", ".5"),
        ("5.", "5."),
        ("1,000", "1,000"),
        (" 1", " 1"),
        ("1\n", "1\n"),
        ("٣", "٣"),
        ("0x10", "0x10"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("1_000", "1_000"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("", ""),
    ],
)
def test_only_what_a_number_holds_exactly_is_sent_as_one(typed: str, sent: object) -> None:
    number = number_or_text(typed)
    assert (number, type(number)) == (sent, type(sent))


@pytest.mark.parametrize("number", [0, 42, -7, 0.1, 1e-7, 12345.678, 9007199254740992, 1 / 3])
def test_a_number_that_is_shown_comes_back_as_the_same(number: float) -> None:
    text = shown(column("TEXT_NUMBER"), cell(value=number))
    assert isinstance(text, str)
    assert "e" not in text
    assert number_or_text(text) == number


@pytest.mark.parametrize(
    ("kind", "raw", "face"),
    [
        ("TEXT_NUMBER", {}, ""),
        ("TEXT_NUMBER", {"value": 3.0}, "3"),
        ("TEXT_NUMBER", {"value": True}, "true"),
        ("TEXT_NUMBER", {"value": "a\r\nb\rc"}, "a\nb\nc"),
        ("CHECKBOX", {}, False),
        ("CHECKBOX", {"value": True}, True),
        ("CHECKBOX", {"value": "maybe"}, "maybe"),
        ("DATE", {}, None),
        ("DATE", {"value": "2026-02-28"}, date(2026, 2, 28)),
        ("DATE", {"value": "2026-02-30"}, "2026-02-30"),
        ("DATE", {"value": "20260228"}, "20260228"),
        ("PICKLIST", {"value": 2}, "2"),
        ("MULTI_PICKLIST", {}, ()),
        ("MULTI_PICKLIST", {"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a", "b"]}}, ("a", "b")),
        ("MULTI_PICKLIST", {"value": "free text"}, ("free text",)),
        (
            "MULTI_CONTACT_LIST",
            {
                "objectValue": {
                    "objectType": "MULTI_CONTACT",
                    "values": [{"email": "a@b.c", "name": "A"}, {"name": "B"}],
                }
            },
            ("a@b.c", "B"),
        ),
    ],
)
def test_what_the_form_shows(kind: str, raw: dict[str, Any], face: Shown) -> None:
    assert shown(column(kind), cell(**raw)) == face


@pytest.mark.parametrize(
    ("kind", "typed", "sent"),
    [
        ("TEXT_NUMBER", "7", {"value": 7}),
        ("TEXT_NUMBER", "", {"value": ""}),
        ("PICKLIST", "7", {"value": "7"}),
        ("CHECKBOX", False, {"value": False}),
        ("DATE", date(2026, 2, 3), {"value": "2026-02-03"}),
        ("DATE", None, {"value": ""}),
        ("MULTI_PICKLIST", ("a",), {"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a"]}}),
        ("MULTI_PICKLIST", (), {"value": ""}),
        ("CONTACT_LIST", "a@b.c", {"value": "a@b.c", "displayValue": "Ann"}),
        ("CONTACT_LIST", "x@b.c", {"value": "x@b.c"}),
        (
            "MULTI_CONTACT_LIST",
            ("a@b.c", "k@b.c", "new@b.c"),
            {
                "objectValue": {
                    "objectType": "MULTI_CONTACT",
                    "values": [
                        {"objectType": "CONTACT", "email": "a@b.c", "name": "Ann"},
                        {"objectType": "CONTACT", "email": "k@b.c", "name": "Kim"},
                        {"objectType": "CONTACT", "email": "new@b.c"},
                    ],
                }
            },
        ),
    ],
)
def test_what_is_sent(kind: str, typed: Shown, sent: dict[str, Any]) -> None:
    options = [{"email": "a@b.c", "name": "Ann"}]
    now = cell(objectValue={"objectType": "MULTI_CONTACT", "values": [{"email": "k@b.c", "name": "Kim"}]})
    assert to_send(column(kind, contactOptions=options), typed, now) == sent


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ({}, None),
        ({"value": ""}, None),
        ({"value": False}, False),
        ({"value": 0}, 0),
        ({"value": "a, b", "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a", "b"]}}, ["a", "b"]),
        ({"objectValue": {"objectType": "MULTI_PICKLIST", "values": []}}, None),
        ({"value": "3FS", "objectValue": {"objectType": "PREDECESSOR_LIST", "predecessors": []}}, "3FS"),
    ],
)
def test_what_the_log_keeps(raw: dict[str, Any], kept: object) -> None:
    assert held(cell(**raw)) == kept


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (5, 5.0, True),
        (1, True, False),
        (0, False, False),
        (False, None, False),
        ("5", 5, False),
        (["a", "b"], ["b", "a"], True),
        (("a",), ["a"], True),
        (["a"], "a", False),
        (None, "", False),
    ],
)
def test_what_is_the_same_to_a_reader(one: object, other: object, same: bool) -> None:
    assert is_same(one, other) is same
    assert is_same(other, one) is same


def test_smartsheets_own_words_are_shown_where_it_gives_any() -> None:
    assert display(column("TEXT_NUMBER"), cell(value=1234.5, displayValue="$1,234.50")) == "$1,234.50"
    assert display(column("CHECKBOX"), cell(value=True)) == "✓"
    assert display(column("DATETIME"), cell(value="2026-01-05T08:00:00Z")) == "2026-01-05 08:00 UTC"
    assert display(column("DATETIME"), cell(value="soon")) == "soon"


def test_the_family_of_a_row_are_all_beneath_it() -> None:
    rows = [(1, None), (2, 1), (3, 2), (4, 1), (5, None), (6, 5)]
    sheet = Sheet.parse({"id": 9, "rows": [{"id": row, "parentId": parent} for row, parent in rows]})
    assert [row.id for row in sheet.family(1)] == [1, 2, 3, 4]
    assert [row.depth for row in sheet.rows] == [0, 1, 2, 1, 0, 1]
    assert [row.id for row in sheet.family(6)] == [6]
