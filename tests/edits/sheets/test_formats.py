"""Numbers and days are shown in the format of their cell or column. Formula errors are explained."""

from typing import Any

import pytest

from edits.sheets import formula_errors
from tests.edits.sheets.columns import cell, kind_of, reader


def numbers(currency: int | str = "", decimals: int | str = "", thousands: int | str = "", kind: int | str = "") -> str:
    """A format descriptor for numbers."""
    return f",,,,,,,,,,,{currency},{decimals},{thousands},{kind},,"


@pytest.mark.parametrize(
    ("locale", "form", "value", "shown"),
    [
        ("en_US", numbers(13, 2, 1, 2), 38000, "$38,000.00"),
        ("de_DE", numbers(6, 2, 1, 2), 38000.5, "€38.000,50"),
        ("en_US", numbers(12, 0, "", 2), -5, "-₽5"),
        ("en_US", numbers(15, 0, "", 2), 5, "CHF5"),
        ("en_US", numbers(99, 0, "", 2), 5, "5"),
        ("en_US", numbers("", 1, 1, 1), 12345.678, "12,345.7"),
        ("de_DE", numbers("", 1, "", 3), 0.125, "12,5%"),
        ("en_US", numbers("", 0, "", 3), 0.5, "50%"),
        ("en_US", numbers(), 5.25, "5.25"),
        ("en_US", numbers("", "x", "", 1), 5, "5"),
        ("en_US", "nonsense", 5, "5"),
        ("en_US", numbers(13, 2, 1, 2), "about 5", "about 5"),
        ("en_US", numbers(13, 2, 1, 2), 1e27, "$1,000,000,000,000,000,000,000,000,000.00"),
        ("en_US", numbers("", 0, "", 3), 1e27, f"1{'0' * 29}%"),
        ("en_US", numbers(13, 2, "", 2), 10**30, f"$1{'0' * 30}.00"),
    ],
)
def test_a_number_is_shown_in_its_format_where_smartsheet_sends_no_text(
    locale: str, form: str, value: Any, shown: str
) -> None:
    assert kind_of("TEXT_NUMBER", format=form).shown(cell(value=value), reader(locale)) == shown
    assert kind_of("TEXT_NUMBER").shown(cell(value=value, format=form), reader(locale)) == shown


def test_smartsheets_display_value_takes_precedence_over_the_format() -> None:
    kind = kind_of("TEXT_NUMBER", format=numbers(13, 2, 1, 2))
    assert kind.shown(cell(value=5, displayValue="5.00 $"), reader("en_US")) == "5.00 $"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0", "25.12.2026"),
        ("", "25.12.2026"),
        ("1", "December 25, 2026"),
        ("2", "Dec 25, 2026"),
        ("3", "25 Dec 2026"),
        ("4", "2026-12-25"),
        ("5", "2026.12.25"),
        ("6", "Friday, December 25, 2026"),
        ("7", "Fri, 25 Dec 2026"),
        ("8", "Fri 12/25/2026"),
        ("9", "December 25"),
        ("10", "25 December"),
        ("11", "25.12.2026"),
    ],
)
def test_a_day_is_shown_in_its_format(number: str, shown: str) -> None:
    form = f",,,,,,,,,,,,,,,,{number}"
    assert kind_of("DATE", format=form).shown(cell(value="2026-12-25"), reader("de_DE")) == shown
    assert kind_of("DATE").shown(cell(value="2026-12-25", format=form), reader("de_DE")) == shown
    assert kind_of("DATE", format=form).typed(cell(value="2026-12-25"), reader("de_DE")) == "2026-12-25"


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        ({"value": "#DIVIDE BY ZERO", "formula": "=1/0"}, "The formula divides by zero."),
        ({"value": "#SOMETHING NEW", "formula": "=X()"}, formula_errors.UNKNOWN),
        ({"value": "#REF", "linkInFromCell": {"sheetId": 1}}, formula_errors.MEANINGS["#REF"]),
        ({"value": "#CALCULATING...", "formula": "=A1"}, formula_errors.MEANINGS["#CALCULATING"]),
        ({"value": "#REF"}, ""),
        ({"value": "#1", "formula": '="#1"'}, ""),
        ({"value": 5, "formula": "=2+3"}, ""),
        ({"formula": "=A1"}, ""),
    ],
)
def test_an_error_of_a_formula_is_explained(raw: dict[str, Any], meaning: str) -> None:
    assert formula_errors.meaning(cell(**raw)) == meaning
