"""Makes reports. A report has the rows of several sheets, and columns that these sheets share.
https://developers.smartsheet.com/api/smartsheet/openapi/reports
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sandbox.model.access import Access
from sandbox.model.cell_json import View, cell_json, cell_of, column_type, column_version, permalink
from sandbox.model.sheet import Column, Row, Sheet
from sandbox.model.sheet_json import ATTACHMENT_OPTIONS, Rows, sheet_json
from sandbox.model.state import Report, State

Json = Any

SHEET_NAME = "Sheet Name"
MULTI_PICKLIST_LEVEL = 3  # the level at which reports show multi-select cells as lists; for sheets it is 2


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as one person sees it. It has only the sheets that the person can see."""

    state: State
    report: Report
    person_id: int
    view: View

    @property
    def sheets(self) -> list[tuple[Sheet, Access]]:
        """The sheets of the report that the person can see, each sheet with the person's access to it."""
        found = [self.state.sheets[sheet_id] for sheet_id in self.report.sheet_ids if sheet_id in self.state.sheets]
        return [(sheet, access) for sheet in found if (access := sheet.access_of(self.person_id))]

    @property
    def row_count(self) -> int:
        """The number of rows in the report."""
        return sum(len(sheet.rows) for sheet, _access in self.sheets)

    def source_sheets(self, *, api_level: int) -> list[dict[str, Json]]:
        """Return the sheets of the report as JSON, without their rows."""
        return [
            sheet_json(sheet, access, self.view, owner=self.state.people.get(sheet.owner_id), api_level=api_level)
            for sheet, access in self.sheets
        ]

    def columns(self) -> list[dict[str, Json]]:
        """Return the columns as JSON: one with the names of sheets, and one for each title of the report."""
        heads: list[dict[str, Json]] = [{"title": SHEET_NAME, "type": "TEXT_NUMBER", "sheetNameColumn": True}]
        for title in self.report.titles:
            column = self._example(title)
            shown = column_type(column, self.view.level) if column else "TEXT_NUMBER"
            version = column_version(column) if column else 0
            head: dict[str, Json] = {"version": version, "title": title, "type": shown}
            if title == self.report.titles[0]:
                head["primary"] = True
            if column and column.options:
                head["options"] = column.options
            heads.append(head)
        fixed = {"validation": False, "width": 150}
        return [
            {"virtualId": self._virtual_id(index), "version": 0, "index": index} | head | fixed
            for index, head in enumerate(heads)
        ]

    def rows(self) -> Iterator[tuple[Sheet, Access, Row]]:
        """Yield the rows, sheet by sheet. Each row comes with its sheet and the person's access to this sheet."""
        for sheet, access in self.sheets:
            for row in sheet.rows:
                yield sheet, access, row

    def rows_json(self, rows: Collection[tuple[Sheet, Access, Row]]) -> list[dict[str, Json]]:
        """Return rows as JSON, without the numbers that they have in their sheets."""
        plain = replace(self.view, include=self.view.include - {"objectValue", "filters"})
        shown = []
        for sheet, access, row in rows:
            body = Rows(self.state, sheet, access, replace(plain, columns=frozenset())).json(row)
            del body["rowNumber"]
            own = {"sheetId": sheet.id, "accessLevel": access.name}
            shown.append(body | own | {"cells": self._cells(sheet, row)})
        return shown

    def _cells(self, sheet: Sheet, row: Row) -> list[dict[str, Json]]:
        name: dict[str, Json] = {"virtualColumnId": self._virtual_id(0), "value": sheet.name}
        if "objectValue" in self.view.include:
            name["objectValue"] = sheet.name
        cells = [name | {"displayValue": sheet.name}]
        for place, title in enumerate(self.report.titles, start=1):
            virtual = {"virtualColumnId": self._virtual_id(place)}
            column = self._column(sheet, title)
            if column is None:
                cells.append(virtual)
                continue
            cell = cell_of(self.state, row, column)
            cells.append(cell_json(self.state, sheet, column, cell, self.view) | virtual)
        return cells

    def _column(self, sheet: Sheet, title: str) -> Column | None:
        """Return the column of a sheet that the report shows under this title. For the report's first title, this is
        the primary column. For another title, it is the column with the same title.
        """
        if title == self.report.titles[0]:
            return next(column for column in sheet.columns if column.primary)
        return next((column for column in sheet.columns if column.title == title), None)

    def _example(self, title: str) -> Column | None:
        return next((column for sheet, _ in self.sheets if (column := self._column(sheet, title))), None)

    def _virtual_id(self, index: int) -> int:
        return self.report.id - self.report.id % 1000 + index


def view_level(level: int) -> int:
    """Return the API level of sheets that corresponds to this `level` of a report. For columns with several options,
    reports need level 3, but sheets only need level 2.
    """
    return 2 if level >= MULTI_PICKLIST_LEVEL else min(level, 1)


def report_head(report: Report, access: Access, *, api_level: int) -> dict[str, Json]:
    """Return the JSON of a report, as it appears in a list."""
    return {
        "id": report.id,
        "name": report.name,
        "accessLevel": access.shown(api_level=api_level),
        "permalink": permalink("reports", report.id),
        "isSummaryReport": False,
    }


def report_json(shown: ReportView, access: Access, *, api_level: int) -> dict[str, Json]:
    """Return the JSON of a report without its rows."""
    return report_head(shown.report, access, api_level=api_level) | {
        "totalRowCount": shown.row_count,
        "effectiveAttachmentOptions": ATTACHMENT_OPTIONS,
        "readOnly": True,
        "ganttEnabled": False,
        "cellImageUploadEnabled": True,
        "createdAt": shown.report.created_at,
        "modifiedAt": shown.report.modified_at,
        "columns": shown.columns(),
    }
