"""Cross-sheet references. https://developers.smartsheet.com/api/smartsheet/openapi/crosssheetreferences"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class CrossSheetReference:
    """A name for a range of another sheet. `bounds` has the ids of the range's first and last row, of its first and
    last column, or all four ids.
    """

    id: int
    name: str
    source_id: int
    bounds: dict[str, int]
