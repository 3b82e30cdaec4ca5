"""The sandbox caches the JSON of rows. This cache doesn't grow with the number of different requests."""

from sandbox.model.access import Access
from sandbox.model.cell_json import View
from sandbox.model.sheet_json import Rows
from sandbox.seed import seeded
from sandbox.settings import Settings


def test_a_rows_json_is_kept_once_for_all_that_looks_the_same() -> None:
    state = seeded(Settings())
    sheet = next(each for each in state.sheets.values() if each.name == "Snagging list")
    row = sheet.rows[0]
    row._json.clear()
    for number in range(50):
        view = View(include=frozenset({f"anything {number}"}), exclude=frozenset({f"whatever {number}"}))
        Rows(state, sheet, Access.VIEWER, view).json(row)
    assert len(row._json) == 1
