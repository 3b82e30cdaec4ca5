"""The public templates. https://developers.smartsheet.com/api/smartsheet/openapi/templates

Project sheets have columns of plain types: durations and predecessors aren't emulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class Template:
    """A blank public template; `project` are the project settings of the sheets made from it."""

    name: str
    kind: str
    description: str
    columns: list[dict[str, Json]]
    project: dict[str, Json] | None = None

    def json(self, template_id: int) -> dict[str, Json]:
        """A Template."""
        return {
            "id": template_id,
            "name": self.name,
            "type": "sheet",
            "description": self.description,
            "accessLevel": "VIEWER",
            "blank": True,
            "globalTemplate": self.kind,
            "locale": "en_US",
            "categories": ["Featured Templates"],
        }


PRIMARY = {"title": "Primary Column", "type": "TEXT_NUMBER", "primary": True}
PLAIN = [{"title": f"Column{number}", "type": "TEXT_NUMBER"} for number in range(2, 7)]
STATUS = {"title": "Status", "type": "PICKLIST", "options": ["Not Started", "In Progress", "Complete"]}
WORKING_DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]

TEMPLATES = {
    4584173961373572: Template("Blank Sheet", "BLANK_SHEET", "Create and customize a new sheet", [PRIMARY, *PLAIN]),
    2332374147688324: Template(
        "Task List",
        "TASK_LIST",
        "Simple list for tracking and completing tasks",
        [
            {"title": "Done", "type": "CHECKBOX"},
            {"title": "Task Name", "type": "TEXT_NUMBER", "primary": True},
            {"title": "Due Date", "type": "DATE"},
            {"title": "Assigned To", "type": "CONTACT_LIST"},
            STATUS,
            {"title": "Comments", "type": "TEXT_NUMBER"},
        ],
    ),
    6835973775058820: Template(
        "Project with Gantt & Dependencies",
        "PROJECT_SHEET",
        "Schedule with start and finish dates",
        [
            {"title": "Task Name", "type": "TEXT_NUMBER", "primary": True},
            {"title": "Duration", "type": "TEXT_NUMBER"},
            {"title": "Start", "type": "DATE"},
            {"title": "Finish", "type": "DATE"},
            {"title": "Predecessors", "type": "TEXT_NUMBER"},
            {"title": "% Complete", "type": "TEXT_NUMBER"},
            STATUS,
            {"title": "Assigned To", "type": "CONTACT_LIST"},
            {"title": "Comments", "type": "TEXT_NUMBER"},
        ],
        {"workingDays": WORKING_DAYS, "nonWorkingDays": [], "lengthOfDay": 8},
    ),
}
