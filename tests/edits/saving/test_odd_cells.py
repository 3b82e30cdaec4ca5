"""If a cell still has the value that the person saw, there is no conflict, however unusual the value is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from edits.saving import CellChange, UpdateRow
from edits.saving.checks import check
from edits.sheets.held_values import cell_of, held
from edits.sheets.sheet import Json
from tests.edits.saving.conftest import ManyRows

LINK = {"url": "https://example.com"}


@pytest.mark.parametrize(
    ("kind", "value", "typed"),
    [
        ("DURATION", 5, "9d"),
        ("DURATION", "05d", "9d"),
        ("DURATION", "1d 2w", "9d"),
        ("PREDECESSOR", "", "1"),
        ("MULTI_CONTACT_LIST", "Ann", ["ann@example.com"]),
        ("TEXT_NUMBER", "", "x"),
        ("TEXT_NUMBER", {"value": 5, "hyperlink": LINK}, "x"),
        ("TEXT_NUMBER", {"value": None, "hyperlink": LINK}, "x"),
        ("PICKLIST", {"value": True, "hyperlink": LINK}, "x"),
        ("CHECKBOX", 5, True),
        ("DATE", "2026-02-30", "2026-02-28"),
    ],
)
def test_what_is_as_it_was_shown_is_no_conflict(
    rows: Callable[[int], ManyRows], kind: str, value: Json, typed: Json
) -> None:
    baseline = rows(1).read()
    column = replace(baseline.sheet.columns[1], type=kind)
    cell = cell_of(column, value)
    row = replace(baseline.sheet.rows[0], cells={column.id: cell})
    baseline = replace(baseline, sheet=replace(baseline.sheet, columns=(column,), rows=(row,)))
    change = UpdateRow(row.id, (CellChange(column.id, shown=held(cell), typed=typed),))
    (checked,) = check(baseline, [change], is_cell_by_cell=False)
    assert (checked.result, len(checked.to_send)) == (None, 1)
