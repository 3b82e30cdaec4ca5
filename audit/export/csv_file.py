"""Writes the log as CSV for spreadsheets. The last line of the file says that the file is complete.

A text that a spreadsheet would run as a formula gets a quote mark before the formula, as OWASP advises. On PostgreSQL,
the database itself makes the lines (COPY). https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from io import StringIO

from django.db import connection

from audit.export.chain_rows import Query, query, windows
from audit.export.csv_columns import columns, joins, marked
from audit.models import EntryQuerySet

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # tells Excel that the file is UTF-8
COMPLETE = "complete"  # the first cell of the last line

_WINDOW = 50_000  # links in a window; their entries aren't kept in memory
_ROWS = 200  # lines in a piece

Progress = Callable[[int], None]


def lines(
    entries: EntryQuerySet, *, last_seq: int, export_id: str, progress: Progress, matching: EntryQuerySet | None = None
) -> Iterator[bytes]:
    """The file in pieces. The chain is read in parts. After each part, `progress` is called with the number of the last
    link that was read. `matching` has the same meaning as in chain_rows.query().
    """
    select = columns()
    yield (BOM + _written([list(select)])).encode()
    count = 0
    for window in windows(first_seq=1, last_seq=last_seq, size=_WINDOW):
        found = query(entries, window, select=", ".join(select.values()), joins=joins(), matching=matching)
        for piece, rows in _pieces(found) if found else ():
            count += rows
            yield piece
        progress(window.last_seq)
    yield _written([[COMPLETE, f"{count} entries", f"export {export_id}", *[""] * (len(select) - 3)]]).encode()


def _pieces(found: Query) -> Iterator[tuple[bytes, int]]:
    """Yield the file in pieces, each piece with the number of its lines."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY ({found.sql}) TO STDOUT (FORMAT csv)", found.parameters) as copy:
                yield from _gathered(copy)
        else:
            connection.connection.create_function("audit_marked", 2, marked, deterministic=True)
            cursor.execute(*found)
            while rows := cursor.fetchmany(_ROWS):
                yield _written(rows).encode(), len(rows)


def _gathered(lines: Iterable[bytes | memoryview]) -> Iterator[tuple[bytes, int]]:
    """Join the lines into larger pieces, and yield each piece with the number of its lines. Sending each line alone
    would be slow.
    """
    piece: list[bytes | memoryview] = []
    for line in lines:
        piece.append(line)
        if len(piece) == _ROWS:
            yield b"".join(piece), _ROWS
            piece = []
    yield b"".join(piece), len(piece)


def _written(rows: Iterable[Iterable[object]]) -> str:
    text = StringIO()
    # QUOTE_MINIMAL would leave a \r without quotes.
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return text.getvalue()
