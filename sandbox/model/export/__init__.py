"""Exports a sheet as CSV, Excel or PDF, as the Accept header asks.

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
    """A file to send in place of JSON."""

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
    """These rows of a sheet, given as JSON, as a file of that type. `paper` (a key of PAPER) is only for PDF."""
    extension, write = WRITERS[media_type]
    return Export(write(Table.of(sheet, rows), paper), media_type, f"{sheet.name}.{extension}")
