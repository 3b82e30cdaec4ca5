"""Cross-sheet references. https://developers.smartsheet.com/api/smartsheet/openapi/crosssheetreferences"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class CrossSheetReference:
    """A name for a range of another sheet. The range is bounded by its first and last row, by its first and last
    column, or by both. `bounds` has their ids.
    """

    id: int
    name: str
    source_id: int
    bounds: dict[str, int]
