"""Columns whose values are personal: the log's chain gets commitments in their place, and the values can be erased.

Named in the admin, for a sheet and a column of one region; the history says who named them and when. Where the column
with the rows' names is one of them, the log calls rows by their numbers.
"""

import re
from time import monotonic
from typing import Any

from django.db import models

from edits.sheets.sheet import Row, Sheet
from identity.profiles.history import Tracked, TrackedQuerySet, records

NUMBERED = re.compile(r"Row [0-9]+")  # a row as edits.sheets.sheet calls it where it has no name
MEMORY = 30.0  # seconds that a process goes on with what it has read
_known: dict[tuple[str, int], tuple[frozenset[int], float]] = {}


class PersonalColumn(Tracked):
    """One column of a sheet; `title` is for people."""

    region = models.CharField(max_length=20)
    sheet_id = models.BigIntegerField("sheet id")
    column_id = models.BigIntegerField("column id")
    title = models.CharField(max_length=200, blank=True)

    objects = TrackedQuerySet["PersonalColumn"].as_manager()
    history = records(excluded_fields=[])

    class Meta:
        app_label = "edits"
        ordering = ["region", "sheet_id", "column_id"]
        constraints = [models.UniqueConstraint(fields=["region", "sheet_id", "column_id"], name="one_row_per_column")]

    def __str__(self) -> str:
        return f"{self.title or self.column_id} of sheet {self.sheet_id} ({self.region})"


def personal_columns(*, region: str, sheet_id: int) -> frozenset[int]:
    """The ids of a sheet's personal columns."""
    columns, until = _known.get((region, sheet_id), (frozenset[int](), 0.0))
    if until < monotonic():
        found = PersonalColumn._default_manager.filter(region=region, sheet_id=sheet_id)
        columns = frozenset(found.values_list("column_id", flat=True))
        _known[region, sheet_id] = columns, monotonic() + MEMORY
    return columns


def row_label(sheet: Sheet, row: Row, *, region: str) -> str:
    """What the log calls a row: by what its first column shows, or by its number where that is personal."""
    primary = sheet.primary
    if primary and primary.id in personal_columns(region=region, sheet_id=sheet.id):
        return f"Row {row.number}"
    return sheet.label(row)


def forget(**_kwargs: Any) -> None:
    """The receiver of post_save and post_delete: what was just changed holds here at once."""
    _known.clear()
