"""A column type shows a value in the sheet and in a control, parses typed text, and says which value Smartsheet
gets.
"""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from identity.profiles.readers import NOBODY
from tests.edits.sheets.columns import cell, kind_of, reader


@pytest.mark.parametrize(
    ("name", "raw", "typed"),
    [
        ("TEXT_NUMBER", {}, ""),
        ("TEXT_NUMBER", {"value": 3.0}, "3"),
        ("TEXT_NUMBER", {"value": True}, "true"),
        ("TEXT_NUMBER", {"value": "a\r\nb\rc"}, "a\nb\nc"),
        ("CHECKBOX", {}, ""),
        ("CHECKBOX", {"value": True}, "true"),
        ("CHECKBOX", {"value": "maybe"}, "maybe"),
        ("DATE", {}, ""),
        ("DATE", {"value": "2026-02-28"}, "2026-02-28"),
        ("DATE", {"value": "2026-02-30"}, "2026-02-30"),
        ("PICKLIST", {"value": 2}, "2"),
        ("MULTI_PICKLIST", {}, ""),
        ("MULTI_PICKLIST", {"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a", "b"]}}, "a\nb"),
        ("MULTI_PICKLIST", {"value": "free text"}, "free text"),
        (
            "MULTI_CONTACT_LIST",
            {
                "objectValue": {
                    "objectType": "MULTI_CONTACT",
                    "values": [{"email": "a@b.c", "name": "A"}, {"name": "B"}],
                }
            },
            "a@b.c\nB",
        ),
    ],
)
def test_the_text_of_a_control(name: str, raw: dict[str, Any], typed: str) -> None:
    assert kind_of(name).typed(cell(**raw), NOBODY) == typed


@pytest.mark.parametrize(
    ("name", "typed", "value", "sent"),
    [
        ("TEXT_NUMBER", "7", 7, {"value": 7}),
        ("TEXT_NUMBER", "", None, {"value": ""}),
        ("PICKLIST", "7", "7", {"value": "7"}),
        ("CHECKBOX", "false", False, {"value": False}),
        ("CHECKBOX", "on", True, {"value": True}),
        ("DATE", "2026-02-03", "2026-02-03", {"value": "2026-02-03"}),
        ("DATE", "", None, {"value": ""}),
        ("MULTI_PICKLIST", "a", ["a"], {"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a"]}}),
        ("MULTI_PICKLIST", ["a"], ["a"], {"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a"]}}),
        ("MULTI_PICKLIST", [], None, {"value": ""}),
        ("CONTACT_LIST", "a@b.org", "a@b.org", {"value": "a@b.org", "displayValue": "Ann"}),
        ("CONTACT_LIST", "x@b.org", "x@b.org", {"value": "x@b.org"}),
        (
            "MULTI_CONTACT_LIST",
            "a@b.org\nk@b.org\nLee, Kim\nnew@b.org",
            ["a@b.org", "k@b.org", "Lee, Kim", "new@b.org"],
            {
                "objectValue": {
                    "objectType": "MULTI_CONTACT",
                    "values": [
                        {"objectType": "CONTACT", "email": "a@b.org", "name": "Ann"},
                        {"objectType": "CONTACT", "email": "k@b.org", "name": "Kim"},
                        {"objectType": "CONTACT", "name": "Lee, Kim"},
                        {"objectType": "CONTACT", "email": "new@b.org"},
                    ],
                }
            },
        ),
    ],
)
def test_typed_text_is_parsed_and_sent(name: str, typed: str | list[str], value: object, sent: dict[str, Any]) -> None:
    kind = kind_of(name, contactOptions=[{"email": "a@b.org", "name": "Ann"}], options=["a", "7"])
    people = [{"email": "k@b.org", "name": "Kim"}, {"name": "Lee, Kim"}]
    now = cell(objectValue={"objectType": "MULTI_CONTACT", "values": people})
    read = kind.parse(typed, now, NOBODY)
    assert (read, type(read)) == (value, type(value))
    assert kind.to_send(read, now) == sent


@pytest.mark.parametrize("name", ["DATETIME", "OF_TOMORROW"])
def test_read_only_columns_accept_nothing(name: str) -> None:
    kind = kind_of(name)
    assert kind.why_read_only(cell())
    with pytest.raises(ValidationError):
        kind.parse("1", cell(), NOBODY)


SHOWN = [
    ("TEXT_NUMBER", 1234.5, "1234.5", "1234,5"),
    ("TEXT_NUMBER", 1234.5, "", "1234,5"),
    ("TEXT_NUMBER", 2026, "2026", "2026"),
    ("TEXT_NUMBER", 5000, "$5,000.00", "$5.000,00"),
    ("TEXT_NUMBER", -5000.25, "-$5,000.25", "-$5.000,25"),
    ("TEXT_NUMBER", 0.125, "12.5%", "12,5%"),
    ("TEXT_NUMBER", 1 / 3, "0.33", "0,33"),
    ("TEXT_NUMBER", 1234567.891, "1,234,568", "1.234.568"),
    ("TEXT_NUMBER", 1234.5, "1.234,5", "1.234,5"),  # written by Smartsheet in the German format
    ("TEXT_NUMBER", 1234, "1.234", "1.234"),
    ("TEXT_NUMBER", 1.234, "1,234", "1,234"),
    ("TEXT_NUMBER", "1234.5", "1234.5", "1234.5"),  # text
    ("TEXT_NUMBER", "1.2.3", "1.2.3", "1.2.3"),
    ("TEXT_NUMBER", None, "", ""),
    ("PICKLIST", 1234.5, "1,234.5", "1.234,5"),
    ("CHECKBOX", True, "", "✓"),
    ("CHECKBOX", False, "", ""),
    ("CHECKBOX", "maybe", "", "maybe"),
    ("DATE", "2026-11-30", "", "30.11.2026"),
    ("DATE", "to be agreed", "", "to be agreed"),
    ("DATE", "20261130", "", "20261130"),
    ("DATE", None, "", ""),
    ("DATETIME", "2026-07-01T22:30:00Z", "", "02.07.2026 00:30"),
    ("DATETIME", "soon", "", "soon"),
    ("ABSTRACT_DATETIME", "2026-07-01T08:00:00", "", "01.07.2026"),
    ("ABSTRACT_DATETIME", "2026-07-01 or so", "", "2026-07-01 or so"),
    ("DURATION", "4d 6h", "4d 6h", "4d 6h"),
    ("PREDECESSOR", "12FS +3d", "12FS +3d", "12FS +3d"),
    ("OF_TOMORROW", "x", "", "x"),
]


@pytest.mark.parametrize(
    ("name", "value", "display", "shown"), SHOWN, ids=[f"{s[0]} {s[1]!r:.20} {s[2]}" for s in SHOWN]
)
def test_a_german_reads_it_so(name: str, value: Any, display: str, shown: str) -> None:
    assert kind_of(name).shown(cell(value=value, displayValue=display), reader("de_DE")) == shown


def test_people_are_shown_by_name() -> None:
    people = [{"email": "a@b.org", "name": "Ann"}, {"email": "k@b.org"}, {"name": "Crew 7"}]
    several = cell(objectValue={"objectType": "MULTI_CONTACT", "values": people})
    assert kind_of("MULTI_CONTACT_LIST").shown(several, NOBODY) == "Ann, k@b.org, Crew 7"
    assert kind_of("CONTACT_LIST").shown(cell(value="a@b.org", displayValue="Ann"), NOBODY) == "Ann"
