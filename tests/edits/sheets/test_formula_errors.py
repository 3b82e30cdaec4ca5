"""Each error of a formula is shown with a sentence that explains it. An error isn't a number and can't be changed."""

from __future__ import annotations

import pytest

from api.cells import cell_answer
from edits.forms.condition_values import number_of, plain
from edits.grid.tables import cell_mark
from edits.sheets import formula_errors
from edits.sheets.column_types import column_type
from edits.sheets.formula_errors import MEANINGS
from edits.sheets.numbers import is_number
from edits.sheets.sheet import Column
from tests.edits.sheets.columns import cell

# The errors that Smartsheet documents. https://help.smartsheet.com/articles/2476176-formula-error-messages
DOCUMENTED = {
    *("#BLOCKED", "#BOOLEAN EXPECTED", "#CALCULATING", "#CIRCULAR REFERENCE", "#CONTACT EXPECTED", "#DATE EXPECTED"),
    *("#DIVIDE BY ZERO", "#IMBALANCE", "#INCORRECT ARGUMENT SET", "#INVALID COLUMN VALUE", "#INVALID DATA TYPE"),
    *("#INVALID OPERATION", "#INVALID REF", "#INVALID VALUE", "#NESTED CRITERIA", "#NO MATCH", "#NUMBER EXPECTED"),
    *("#OVERFLOW", "#PERMISSION ERROR", "#REF", "#UNPARSEABLE", "#UNSUPPORTED CROSS-SHEET FORMULA"),
}


def test_all_documented_errors_are_known() -> None:
    assert MEANINGS.keys() >= DOCUMENTED


@pytest.mark.parametrize("error", sorted(MEANINGS))
def test_an_error_is_an_error(error: str) -> None:
    column = Column(id=1, title="Spent")
    now = cell(value=error, displayValue=error, formula="=SUM([Budget]1:[Budget]9)")
    assert formula_errors.meaning(now) == MEANINGS[error]
    assert MEANINGS[error].endswith(".")
    mark = cell_mark(column, now)
    assert mark is not None
    assert mark.icon == "exclamation-triangle"
    assert mark.meaning.startswith(MEANINGS[error])
    assert cell_answer(column, now) == {"value": error, "formula": now.formula, "error": MEANINGS[error]}


@pytest.mark.parametrize("error", sorted(MEANINGS))
def test_an_error_is_never_a_number_and_never_written(error: str) -> None:
    now = cell(value=error, formula="=X1")
    assert not is_number(now.value)
    assert number_of(plain(now.value)) is None
    assert column_type(Column(id=1, title="Spent")).why_read_only(now)
    assert formula_errors.is_error(error)
    assert not formula_errors.is_error(f"{error}?")
