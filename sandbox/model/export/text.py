"""A sheet as comma-separated values."""

from __future__ import annotations

import io
from csv import writer

from sandbox.model.export.table import Table


def csv(table: Table, _paper: str) -> bytes:
    """UTF-8, a line of titles first, lines ending as RFC 4180 has it."""
    buffer = io.StringIO(newline="")
    writer(buffer).writerows(table.texts())
    return buffer.getvalue().encode()
