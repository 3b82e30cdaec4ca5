"""Makes a minimal Excel workbook from a sheet (Office Open XML, ECMA-376)."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.sax.saxutils import escape

from sandbox.model.cell_values import text_of
from sandbox.model.export.table import Table, number, shown

Json = Any

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ONE_SHEET = "xl/worksheets/sheet1.xml"
LONGEST_NAME = 31

PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/{ONE_SHEET}" ContentType="{TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(table: Table, _paper: str) -> bytes:
    """Return an Excel workbook with numbers as numbers, and all other cells as the texts that the grid shows."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, HEAD + content)
        archive.writestr("xl/workbook.xml", HEAD + _book(table.name))
        archive.writestr(ONE_SHEET, HEAD + _sheet(table))
    return buffer.getvalue()


def _book(name: str) -> str:
    allowed = re.sub(r"[\[\]:*?/\\]", " ", name)[:LONGEST_NAME]
    sheet = f'<sheet name="{escape(allowed, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/>'
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheet}</sheets></workbook>'


def _sheet(table: Table) -> str:
    titles = "".join(_text(title) for title in table.titles)
    rows = ("".join(_cell(cell) for cell in row) for row in table.rows)
    data = "".join(f"<row>{cells}</row>" for cells in (titles, *rows))
    return f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>'


def _cell(cell: Json) -> str:
    value = number(cell)
    return f"<c><v>{text_of(value)}</v></c>" if value is not None else _text(shown(cell))


def _text(text: str) -> str:
    allowed = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(allowed)}</t></is></c>' if allowed else "<c/>"
