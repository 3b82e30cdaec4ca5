"""Makes a dashboard with one widget of each kind."""

from __future__ import annotations

from typing import Any

from sandbox.model.access import Access
from sandbox.model.cell_json import permalink
from sandbox.model.sheet import Sheet
from sandbox.model.state import Report, Sight, State
from sandbox.seed.builder import IDS_PER_SHEET, MONDAY
from sandbox.seed.people import ALICE, BOB, ERIKA

Json = Any

PLACE = 8
TITLE_FORMAT = ",,1,,,,,,,3,,,,,,1,"
SITE = "https://example.com/"


def add_dashboard(state: State, plan: Sheet, budget: Sheet, report: Report) -> None:
    """Add Alice's dashboard, which Bob and Erika can see too."""
    state.ids_given = PLACE * IDS_PER_SHEET
    shares = {BOB: Access.VIEWER, ERIKA: Access.ADMIN}
    sight = Sight(state.new_id(), "Site at a glance", ALICE, MONDAY, MONDAY, shares=shares)
    for place, (kind, title, contents) in enumerate(_widgets(plan, budget, report)):
        widget = {"id": state.new_id(), "type": kind, "contents": contents, "xPosition": 0, "yPosition": 4 * place}
        widget |= {"width": 4, "height": 4, "showTitleIcon": False, "showTitle": title is not None, "version": 1}
        sight.widgets.append(widget | ({"title": title, "titleFormat": TITLE_FORMAT} if title else {}))
    state.sights[sight.id] = sight


def _widgets(plan: Sheet, budget: Sheet, report: Report) -> list[tuple[str, str | None, dict[str, Json]]]:
    """Return the kind, title and contents of each widget."""
    cells = {"sheetId": budget.id, "columnIds": [column.id for column in budget.columns[:2]]}
    rows = [row.id for row in budget.rows]
    return [
        ("TITLE", None, {"type": "RICHTEXT", "htmlContent": "<p>Site at a glance</p>", "backgroundColor": "#D0AF8F"}),
        ("SHORTCUTLIST", "Sheets", {"type": "SHORTCUT", "shortcutData": [_shortcut(plan)]}),
        ("SHEETSUMMARY", "Groundworks", cells | _link(SITE, "WEB") | {"type": "METRIC", "rowIds": rows[:1]}),
        ("RICHTEXT", None, {"type": "RICHTEXT", "htmlContent": "<p>Wear a <b>helmet</b>.</p>"}),
        ("GRIDGANTT", None, {
            "type": "GRIDGANTT", "htmlContent": "<style></style>", "reportId": report.id,
            **_link(permalink("reports", report.id), "SOURCE_SHEET", reportId=report.id),
        }),
        ("CHART", "Budget", cells | {
            "type": "CHART", "rowIds": rows, "legend": {"location": "RIGHT"},
            "axes": [{"location": "LEFT", "includeZero": True}, {"location": "BOTTOM"}],
            **_link(permalink("sheets", budget.id), "SMARTSHEET_ITEM", sheetId=budget.id),
        }),
        ("IMAGE", None, {
            "type": "IMAGE", "privateId": "s1te", "height": 48, "width": 197, "fileName": "site.png",
            "format": TITLE_FORMAT, **_link(SITE, "WEB"),
        }),
        ("WEBCONTENT", "Camera", {"type": "WidgetWebContent", "url": f"{SITE}camera"}),
    ]  # fmt: skip


def _shortcut(sheet: Sheet) -> dict[str, Json]:
    return {
        "label": sheet.name,
        "labelFormat": TITLE_FORMAT,
        "hyperlink": {"url": permalink("sheets", sheet.id), "sheetId": sheet.id},
        "attachmentType": "SMARTSHEET",
        "order": 0,
    }


def _link(url: str, kind: str, **target: int) -> dict[str, Json]:
    return {"hyperlink": {"url": url, "interactionType": kind, **target}}
