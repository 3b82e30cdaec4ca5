"""Makes a PDF from a sheet: pages with text in columns (PDF 1.4, with a font that every PDF viewer has)."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.model.export.table import Table

PAPER = {
    "LETTER": (612, 792),
    "LEGAL": (612, 1008),
    "WIDE": (792, 1224),
    "ARCHD": (1728, 2592),
    "A4": (595, 842),
    "A3": (842, 1191),
    "A2": (1191, 1684),
    "A1": (1684, 2384),
    "A0": (2384, 3370),
}  # width and height in points, 72 to the inch
MARGIN, SIZE, LEADING = 36, 8, 11
WIDTH_OF_LETTER = 0.6 * SIZE  # Courier


def pdf(table: Table, paper: str) -> bytes:
    """Return a PDF with landscape pages. Text that is wider than its column is cut off."""
    height, width = PAPER[paper]
    letters = int((width - 2 * MARGIN) / WIDTH_OF_LETTER)
    lines_a_page = int((height - 2 * MARGIN) / LEADING)
    lines = [table.name, "", *_lines(table, letters)]
    pages = [lines[start : start + lines_a_page] for start in range(0, len(lines), lines_a_page)]
    return _document([_page(page, height) for page in pages], width, height)


def _lines(table: Table, letters: int) -> Iterator[str]:
    each = max(2, letters // max(1, len(table.titles)))
    for texts in table.texts():
        yield "".join(" ".join(text.split())[: each - 1].ljust(each) for text in texts).rstrip()


def _page(lines: list[str], height: int) -> bytes:
    shown = b"".join(b"(" + _escaped(line) + b") '\n" for line in lines)
    start = f"BT /F1 {SIZE} Tf {LEADING} TL {MARGIN} {height - MARGIN} Td\n".encode()
    return start + shown + b"ET"


def _escaped(text: str) -> bytes:
    """Return text in Windows-1252, the largest character set that needs no embedded font."""
    encoded = text.encode("cp1252", "replace")
    return encoded.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _document(contents: list[bytes], width: int, height: int) -> bytes:
    """Return the PDF file: catalogue, page tree, font, and two objects for each page.

    At the end, the file has a table with the positions of all objects.
    """
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} /MediaBox [0 0 {width} {height}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for place, content in enumerate(contents):
        resources = f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * place} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R {resources} >>".encode())
        objects.append(f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream")
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    body, places = bytearray(b"%PDF-1.4\n"), []
    for index, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{index} 0 obj\n".encode() + content + b"\nendobj\n"
    table = b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    size = len(objects) + 1
    xref = f"xref\n0 {size}\n0000000000 65535 f \n".encode() + table
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    return bytes(body) + xref + trailer
