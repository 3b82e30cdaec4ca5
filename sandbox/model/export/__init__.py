"""Exports a sheet as CSV, Excel or PDF. The request's Accept header chooses the format.

https://developers.smartsheet.com/api/smartsheet/openapi/sheets/getsheet
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.model.export.pdf import PAPER, pdf
from sandbox.model.export.table import Table, csv
from sandbox.model.export.workbook import workbook
from sandbox.model.sheet import Sheet

Json = Any


@dataclass(frozen=True, slots=True)
class Export:
    """A file that is sent in place of JSON."""

    content: bytes
    media_type: str
    name: str


Writer = Callable[[Table, str], bytes]

WRITERS: dict[str, tuple[str, Writer]] = {
    "text/csv": ("csv", csv),
    "application/vnd.ms-excel": ("xlsx", workbook),
    "application/pdf": ("pdf", pdf),
}
MEDIA_TYPES = tuple(WRITERS)

__all__ = ["MEDIA_TYPES", "PAPER", "Export", "export"]


def export(sheet: Sheet, rows: list[Json], *, media_type: str, paper: str) -> Export:
    """Return a file of this type with these rows of the sheet. The rows are JSON, as in answers. `paper` (a key of
    PAPER) applies only to PDF.
    """
    extension, write = WRITERS[media_type]
    return Export(write(Table.of(sheet, rows), paper), media_type, f"{sheet.name}.{extension}")
