"""The public templates. https://developers.smartsheet.com/api/smartsheet/openapi/templates"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sandbox.model.project_columns import COMPLETE, DURATION, FINISH, PREDECESSORS, START
from sandbox.model.sheet import Column
from sandbox.model.state import State

Json = Any


@dataclass(frozen=True, slots=True)
class Template:
    """A public template without rows. `columns` has the attributes of its columns. `project` has the project settings
    of sheets that are made from the template.
    """

    name: str
    kind: str
    description: str
    columns: list[dict[str, Json]]
    project: dict[str, Json] | None = None

    def new_columns(self, state: State) -> list[Column]:
        """Return the columns for a new sheet."""
        return [Column(state.new_id(), **deepcopy(attributes)) for attributes in self.columns]

    def json(self, template_id: int) -> dict[str, Json]:
        """Return the JSON of a Template."""
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
PERCENT = ",,,,,,,,,,,,0,,3,,"
PROJECT: list[dict[str, Any]] = [
    {"title": "Duration", "type": "DURATION", "tags": [DURATION]},
    {"title": "Start", "type": "ABSTRACT_DATETIME", "tags": ["CALENDAR_START_DATE", START]},
    {"title": "Finish", "type": "ABSTRACT_DATETIME", "tags": ["CALENDAR_END_DATE", FINISH]},
    {"title": "Predecessors", "type": "PREDECESSOR", "tags": [PREDECESSORS]},
    {"title": "% Complete", "type": "TEXT_NUMBER", "tags": [COMPLETE], "format": PERCENT},
]
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
            *PROJECT,
            STATUS,
            {"title": "Assigned To", "type": "CONTACT_LIST"},
            {"title": "Comments", "type": "TEXT_NUMBER"},
        ],
        {"workingDays": WORKING_DAYS, "nonWorkingDays": [], "lengthOfDay": 8},
    ),
}
