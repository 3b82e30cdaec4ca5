"""What of a sheet's settings is shown to one person."""

from __future__ import annotations

from typing import Any

from sandbox.model.folder_tree import workspace_around
from sandbox.model.sheet import Sheet
from sandbox.model.state import State

Json = Any

PERSONAL = {"criticalPathEnabled": False, "displaySummaryTasks": True}


def settings_json(state: State, sheet: Sheet, person_id: int) -> dict[str, Json]:
    """The person's own settings, the project's where it is one, and the workspace around the sheet."""
    body: dict[str, Json] = {"userSettings": PERSONAL | sheet.settings.personal.get(person_id, {})}
    if sheet.settings.project is not None:
        body |= {"ganttEnabled": True, "dependenciesEnabled": True, "projectSettings": sheet.settings.project}
    workspace = workspace_around(state, sheet.container_id)
    return body | ({"workspace": {"id": workspace.id, "name": workspace.name}} if workspace else {})
