"""Typed numbers keep all their digits. They also keep a prefix, such as “<” or “~”. Only a currency is left out."""

import pytest

from edits.sheets.column_types import Doubtful, column_type
from edits.sheets.sheet import Cell, Column
from identity.profiles.readers import NOBODY

TINY = "0" * 30 + "1"


@pytest.mark.parametrize(
    "typed", ["<500", ">500", "~5", "≈5", "#5", "=5", "(5", "5?", "5*", "💰5", "MAX500", "NOV5", f"-1.{TINY}"]
)
def test_doubtful_numbers_must_be_confirmed(typed: str) -> None:
    with pytest.raises(Doubtful) as asked:
        column_type(Column(id=1, title="Budget")).parse(typed, Cell(column_id=1, value=38_000), NOBODY)
    assert asked.value.value == typed


def test_a_percentage_keeps_all_its_digits() -> None:
    typed, cell = f"50.{TINY}%", Cell(column_id=1, value=0.5, display="50%")
    with pytest.raises(Doubtful) as asked:
        column_type(Column(id=1, title="Share")).parse(typed, cell, NOBODY)
    assert asked.value.value == typed


@pytest.mark.parametrize(
    ("typed", "number"), [("$5", 5), ("5 €", 5), ("₹ 5", 5), ("-$5", -5), ("CHF 5", 5), ("5 kr.", 5)]
)
def test_currencies_are_still_read(typed: str, number: int) -> None:
    kind, cell = column_type(Column(id=1, title="Budget")), Cell(column_id=1, value=38_000)
    assert kind.parse(typed, cell, NOBODY) == number
