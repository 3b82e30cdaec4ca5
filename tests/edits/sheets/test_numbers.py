"""People type numbers in their locale, with a currency, or in percent. Unclear numbers must be confirmed."""

from typing import Any

import pytest

from edits.sheets.column_types import Doubtful
from tests.edits.sheets.columns import cell, kind_of, reader

NUMBER = {"value": 38000, "displayValue": "38000"}
PERCENT = {"value": 0.5, "displayValue": "50%"}
EURO = {"value": 1234567.5, "displayValue": "€1,234,567.50"}
IN_PERCENT, AS_NUMBER = ",,,,,,,,,,,,0,,3,,", ",,,,,,,,,,,,2,1,1,,"


def read(locale: str, typed: str, now: dict[str, Any], **column: Any) -> object:
    return kind_of("TEXT_NUMBER", **column).parse(typed, cell(**now), reader(locale))


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("42", 42),
        ("-42", -42),
        ("−42", -42),
        ("42.0", 42),
        ("12.50", 12.5),
        ("0.1", 0.1),
        (".5", 0.5),
        (" 1", 1),
        ("1\r\n", 1),
        ("1,000", 1000),
        ("9007199254740992", 9007199254740992),
        ("-9007199254740992", -9007199254740992),
        ("9007199254740993", "9007199254740993"),
        ("1e400", "1e400"),
        ("007", "007"),
        ("00", "00"),
        ("+1", "+1"),
        ("5.", "5."),
        ("1,00", "1,00"),
        ("1,0000", "1,0000"),
        ("1.000,5", "1.000,5"),
        ("٣", "٣"),
        ("0x10", "0x10"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("1_000", "1_000"),
        ("555 1234", "555 1234"),
        ("100 200", "100 200"),
        ("60%", "60%"),
        ("$5", "$5"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("  kept as it is ", "  kept as it is "),
        ("", None),
    ],
)
def test_fault_5_only_what_a_number_holds_exactly_is_one(typed: str, value: object) -> None:
    found = read("en_US", typed, {"value": "text"})
    assert (found, type(found)) == (value, type(value))


TYPED = [
    ("de_DE", "38500,5", NUMBER, 38500.5),
    ("de_DE", "38.500,50", NUMBER, 38500.5),
    ("de_DE", "38 500", NUMBER, 38500),
    ("de_DE", "38\u202f500", NUMBER, 38500),
    ("de_DE", "38.500", NUMBER, 38500),
    ("de_DE", "38500.5", NUMBER, 38500.5),
    ("de_DE", "38.500,50 €", NUMBER, 38500.5),
    ("de_CH", "38'500.5", NUMBER, 38500.5),
    ("fr_FR", "38 500,5", NUMBER, 38500.5),
    ("en_US", "$38,500", NUMBER, 38500),
    ("en_US", "-$38,500.25", NUMBER, -38500.25),
    ("en_US", "EUR 5", EURO, 5),
    ("en_US", "60%", PERCENT, 0.6),
    ("en_US", "75", PERCENT, 0.75),
    ("en_US", "33.3", PERCENT, 0.333),
    ("en_US", "0", PERCENT, 0),
    ("de_DE", "12,5 %", PERCENT, 0.125),
    ("en_US", "'5", NUMBER, "5"),
    ("en_US", "'about 5", NUMBER, "about 5"),
    ("en_US", "'1.10", {}, "1.10"),
    ("en_US", "'tis", {}, "'tis"),
]


@pytest.mark.parametrize(("locale", "typed", "now", "value"), TYPED, ids=[f"{t[0]} {t[1]}" for t in TYPED])
def test_fault_5_numbers_are_read_as_their_locale_writes_them(
    locale: str, typed: str, now: dict[str, Any], value: object
) -> None:
    found = read(locale, typed, now)
    assert (found, type(found)) == (value, type(value))


ASKED = [
    ("de_DE", "$38,500", NUMBER, "“$38,500” would be 38,5. Is that what you mean?", 38.5),
    ("fr_FR", "38.500", NUMBER, "“38.500” would be 38500. Is that what you mean?", 38500),
    ("en_US", "38500,5", NUMBER, "“38500,5” isn't a number as you write it (1,234.5).", "38500,5"),
    ("de_DE", "about 5", NUMBER, "“about 5” isn't a number as you write it (1.234,5).", "about 5"),
    ("en_US", "60%", NUMBER, "“60%” would be 0.6 here, as this cell isn't shown in percent.", 0.6),
    ("en_US", "0.5", PERCENT, "“0.5” would be 0.5%. If you mean 50%, type it with the percent sign.", 0.005),
    ("en_US", "60%", {}, "“60%” would be text, which sums leave out. For a number, type 0.6.", "60%"),
    ("de_DE", "$38.500", {}, "“$38.500” would be text, which sums leave out. For a number, type 38500.", "$38.500"),
]


@pytest.mark.parametrize(("locale", "typed", "now", "why", "value"), ASKED, ids=[f"{a[0]} {a[1]}" for a in ASKED])
def test_fault_5_people_are_asked_first(locale: str, typed: str, now: dict[str, Any], why: str, value: object) -> None:
    with pytest.raises(Doubtful) as asked:
        read(locale, typed, now)
    assert asked.value.messages[0].startswith(why)
    assert asked.value.value == value


def test_fault_5_an_empty_cell_goes_by_its_column() -> None:
    assert read("en_US", "75", {}, format=IN_PERCENT) == 0.75
    assert read("en_US", "$5", {}, format=AS_NUMBER) == 5
    with pytest.raises(Doubtful):
        read("en_US", "n/a", {}, format=AS_NUMBER)


SHOWN = [
    ("en_US", NUMBER, "38000"),
    ("en_US", PERCENT, "50%"),
    ("de_DE", {"value": 0.125, "displayValue": "12.5%"}, "12,5%"),
    ("en_US", {"value": 1 / 3, "displayValue": "33%"}, "33.33333333333333%"),
    ("de_DE", EURO, "€1.234.567,50"),
    ("fr_FR", EURO, "€1\u00a0234\u00a0567,50"),
    ("de_DE", {"value": 1234567.5, "displayValue": "1.234.567,50 €"}, "1.234.567,50 €"),
    ("en_US", {"value": -5, "displayValue": "-$5.00"}, "-$5.00"),
    ("en_US", {"value": -5, "displayValue": "($5.00)"}, "-5"),
    ("en_US", {"value": 12345.678, "displayValue": "12,345.7"}, "12,345.678"),
    ("en_US", {"value": 2.0, "displayValue": "2.00"}, "2.00"),
    ("de_DE", {"value": 1e-7, "displayValue": ""}, "0,0000001"),
    ("en_US", {"value": "1.10", "displayValue": "1.10"}, "'1.10"),
    ("en_US", {"value": "5"}, "'5"),
    ("en_US", {"value": "'5"}, "''5"),
    ("en_US", {"value": "'tis"}, "'tis"),
    ("de_DE", {"value": "1.10"}, "1.10"),
    ("de_DE", {"value": "1,10"}, "'1,10"),
]


@pytest.mark.parametrize(("locale", "now", "text"), SHOWN, ids=[f"{s[0]} {s[1]}" for s in SHOWN])
def test_fault_6_the_control_holds_what_the_sheet_shows_and_gives_back_the_same_value(
    locale: str, now: dict[str, Any], text: str
) -> None:
    kind = kind_of("TEXT_NUMBER")
    assert kind.typed(cell(**now), reader(locale)) == text
    value = kind.parse(text, cell(**now), reader(locale))
    assert (value, isinstance(value, str)) == (now["value"], isinstance(now["value"], str))
