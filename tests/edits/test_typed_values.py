"""Checks which value a typed text has in a column of each type. The cases are in typed_values.json. The tests of the
grid's modules use the same file in a browser.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from edits.sheets.column_types import Doubtful, column_type
from edits.sheets.sheet import Cell, Column, Contact
from identity.profiles.locales import locale_of
from identity.profiles.readers import Reader

CASES = json.loads((Path(__file__).parent / "typed_values.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['type']} {case['locale']} {case['typed'][:20]!r}")
def test_a_text_means(case: dict[str, Any]) -> None:
    column = Column(
        id=1,
        title="Column",
        type=case["type"],
        options=tuple(case.get("options", ())),
        contact_options=tuple(Contact(**one) for one in case.get("contacts", ())),
        is_validated=case.get("is_validated", False),
        format=case.get("format", ""),
    )
    cell = Cell(column_id=1, value=case.get("held"), display=case.get("display", ""))
    assert outcome(column, cell, case) == (case["value"], case.get("outcome", ""))


def outcome(column: Column, cell: Cell, case: dict[str, Any]) -> tuple[Any, str]:
    try:
        return column_type(column).parse(case["typed"], cell, Reader(locale=locale_of(case["locale"]))), ""
    except Doubtful as doubt:
        return doubt.value, "doubt"
    except ValidationError:
        return None, "refused"
