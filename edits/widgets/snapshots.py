"""Makes snapshots. Each form contains a snapshot of the sheet that it was made from. If Smartsheet doesn't answer, the
form is shown again from its snapshot.

Snapshots have no other use. Nothing is compared with a snapshot, and nothing from it is sent to Smartsheet.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from django.core import signing
from django.http import QueryDict

from edits.sheets.sheet import Access, Column, Row, Sheet

SALT = "edits.widgets.snapshots"
FIELD = "snapshot"


def take(raw: Any) -> str:
    """Return the JSON of a sheet, signed and compressed for a hidden field."""
    return signing.dumps(raw, salt=SALT, compress=True)


def restore(data: QueryDict, *, sheet_id: int, row_id: int | None) -> tuple[Sheet, Row | None]:
    """Return the sheet and row that a form was made from, as its snapshot has them. If the form has no valid snapshot,
    return a sheet that has nothing but a column for each sent field.
    """
    with suppress(signing.BadSignature, ValueError):
        sheet = Sheet.parse(signing.loads(data.get(FIELD, ""), salt=SALT))
        row = None if row_id is None else sheet.row(row_id)
        if sheet.id == sheet_id and (row or row_id is None):
            return sheet, row
    return _sketch(data, sheet_id), None if row_id is None else Row(id=row_id)


def _sketch(data: QueryDict, sheet_id: int) -> Sheet:
    ids = [int(match[1]) for name in data if (match := re.fullmatch(r"col-([0-9]{1,20})", name))]
    columns = tuple(Column(id=column_id, title=f"Column {column_id}") for column_id in ids)
    return Sheet(id=sheet_id, name=f"Sheet {sheet_id}", access=Access.EDITOR, columns=columns)
