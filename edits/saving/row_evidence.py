"""Makes and reads the data that the log stores about a moved or deleted row besides its values. Undo needs this data to
put the row back.

In the intent of a move, the old value is the old place. In the intent of a deletion, the key "row" of the evidence has
the row's place, formulas and formats. Old intents have none of this data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.models import Entry
from audit.recording import Evidence
from edits.saving.changes import ORDINARY, RowAttributes
from edits.sheets.sheet import Json, Row, Sheet


@dataclass(frozen=True, slots=True)
class OldPlace:
    """The place that a row had. `sibling_id` is the id of the previous row with the same parent."""

    parent_id: int | None
    sibling_id: int | None
    number: int

    @classmethod
    def of(cls, row: Row) -> OldPlace:
        """The row's place now."""
        return cls(row.parent_id, row.sibling_id, row.number)

    @classmethod
    def parse(cls, logged: Json) -> OldPlace | None:
        """Parse a place from the log. Return None if the logged place doesn't have the row's previous sibling."""
        if not isinstance(logged, dict) or "siblingId" not in logged:
            return None
        return cls(logged.get("parentId"), logged["siblingId"], logged.get("rowNumber") or 0)

    def to_json(self) -> dict[str, Json]:
        """Return the place as the log stores it. The parts of the place have the same names as in Smartsheet's API."""
        return {"parentId": self.parent_id, "rowNumber": self.number, "siblingId": self.sibling_id}


@dataclass(frozen=True, slots=True)
class DeletedRow:
    """What the log says about a deleted row besides its values. The keys of `formulas` and `formats` are column ids.

    `linked` has the ids of the columns in which the row had a link to a cell of another sheet. `pictured` has the ids
    of the columns in which the row had a picture.
    """

    place: OldPlace
    formulas: Mapping[int, str] = field(default_factory=dict)
    formats: Mapping[int, str] = field(default_factory=dict)
    attributes: RowAttributes = ORDINARY
    linked: tuple[int, ...] = ()
    pictured: tuple[int, ...] = ()

    @classmethod
    def of(cls, entry: Entry) -> DeletedRow | None:
        """Return what the intent of a deletion says about its row. Return None if the intent is old and doesn't have
        this data.
        """
        said = evidence_of(entry).get("row")
        place = OldPlace.parse(said)
        if place is None or not isinstance(said, dict):
            return None
        return cls(
            place,
            formulas=_by_column(said.get("formulas")),
            formats=_by_column(said.get("formats")),
            attributes=RowAttributes(
                format=said.get("format", ""),
                is_locked=bool(said.get("locked")),
                is_expanded=said.get("expanded") is not False,
            ),
            linked=tuple(said.get("linked") or ()),
            pictured=tuple(said.get("pictured") or ()),
        )


def evidence_of_deleted(sheet: Sheet, row: Row, *, is_personal: bool) -> dict[str, Evidence]:
    """Return the evidence to record for a row that is deleted. A formula can contain a personal value, and rows of
    sheets with personal columns aren't restored. So with `is_personal`, the evidence has only the place.
    """
    said = OldPlace.of(row).to_json()
    if is_personal:
        return {"row": said}
    cells = [row.cell(column) for column in sheet.columns if not column.formula]
    found: dict[str, Json] = {
        "formulas": {str(cell.column_id): cell.formula for cell in cells if cell.formula},
        "formats": {str(cell.column_id): cell.format for cell in cells if cell.format and cell.format != row.format},
        "linked": [cell.column_id for cell in cells if cell.is_link],
        "pictured": [cell.column_id for cell in cells if cell.is_image],
        "format": row.format,
        "locked": row.is_locked,
    }
    return {"row": {**said, **{name: what for name, what in found.items() if what}, "expanded": row.is_expanded}}


def evidence_of(entry: Entry) -> Mapping[str, Json]:
    """Return the evidence of an entry; empty if the entry has none."""
    found = json.loads(entry.evidence) if entry.evidence else {}
    return found if isinstance(found, dict) else {}


def _by_column(said: Json) -> dict[int, str]:
    return {int(column_id): text for column_id, text in (said or {}).items()}
