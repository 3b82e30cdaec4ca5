"""Stores which columns have personal values. For such a value, the log's chain has only a commitment, so that the value
can be erased.

Administrators mark a column as personal in Django's admin, with the column's region and sheet. The history in the admin
says who marked a column, and when. If the column with the rows' names is personal, the log shows row numbers instead of
names.
"""

import re
from time import monotonic
from typing import Any

from django.db import models

from edits.sheets.sheet import Row, Sheet
from identity.profiles.history import Tracked, TrackedQuerySet, records

NUMBERED = re.compile(r"Row [0-9]+")  # the label that edits.sheets.sheet gives a row without a name
MEMORY = 30.0  # seconds that a process caches a sheet's personal columns
_known: dict[tuple[str, int], tuple[frozenset[int], float]] = {}


class PersonalColumn(Tracked):
    """A personal column of a sheet. `title` only helps administrators to recognise the column."""

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
    """Return the ids of a sheet's personal columns."""
    columns, until = _known.get((region, sheet_id), (frozenset[int](), 0.0))
    if until < monotonic():
        found = PersonalColumn._default_manager.filter(region=region, sheet_id=sheet_id)
        columns = frozenset(found.values_list("column_id", flat=True))
        _known[region, sheet_id] = columns, monotonic() + MEMORY
    return columns


def row_label(sheet: Sheet, row: Row, *, region: str) -> str:
    """Return the row's label for the log: the text of the row's primary cell, or the row's number if the primary column
    is personal.
    """
    primary = sheet.primary
    if primary and primary.id in personal_columns(region=region, sheet_id=sheet.id):
        return f"Row {row.number}"
    return sheet.label(row)


def forget(**_kwargs: Any) -> None:
    """Clear the cached ids after a change of a PersonalColumn. Receives post_save and post_delete."""
    _known.clear()
