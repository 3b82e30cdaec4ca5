"""Sheet management: creating, renaming, copying, moving and deleting sheets.

https://developers.smartsheet.com/api/smartsheet/openapi/sheets
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.api.containers import destination_of, folder_in_path, workspace_in_path
from sandbox.api.sheets import view_of
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_json import View, columns_json, permalink
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.folder_tree import remove_sheet
from sandbox.model.new_sheet import check_name, copy_sheet, new_sheet
from sandbox.model.schedule import schedule
from sandbox.model.sharing import spread
from sandbox.model.sheet import Sheet
from sandbox.model.sheet_json import PERSONAL
from sandbox.model.work_calendar import DAYS

Json = Any


@operation("create-sheet-in-sheets-folder", "POST", "/sheets", scope="CREATE_SHEETS")
def create_in_home(call: Call) -> Json:
    """Make a sheet at the top of the caller's Home."""
    return _create(call, None)


@operation("create-sheet-in-folder", "POST", "/folders/{folderId}/sheets", scope="CREATE_SHEETS")
def create_in_folder(call: Call) -> Json:
    """Make a sheet in a folder."""
    return _create(call, folder_in_path(call, least=Access.ADMIN).id)


@operation("create-sheet-in-workspace", "POST", "/workspaces/{workspaceId}/sheets", scope="CREATE_SHEETS")
def create_in_workspace(call: Call) -> Json:
    """Make a sheet in a workspace."""
    return _create(call, workspace_in_path(call, least=Access.ADMIN).id)


@operation("updateSheet", "PUT", "/sheets/{sheetId}", scope="ADMIN_SHEETS")
def update(call: Call) -> Json:
    """Change a sheet's name (as its owner), its project settings (as an editor), or your own settings for the sheet."""
    sheet, body = call.sheet, call.json()
    check_attributes("sheet", body, allowed={"name", "projectSettings", "userSettings"}, read_only={"id", "permalink"})
    _check(call, body)
    result = head(call, sheet)
    if "userSettings" in body:
        result["userSettings"] = _set_personal(call, body["userSettings"])
    if body.get("projectSettings") is not None:
        result["projectSettings"] = _set_project(call, body["projectSettings"])
    if body.get("name") is not None:
        result["name"] = _rename(call, body["name"])
    return success(result) | {"version": sheet.version}


@operation("deleteSheet", "DELETE", "/sheets/{sheetId}", scope="DELETE_SHEETS", access=Access.OWNER)
def delete(call: Call) -> Json:
    """Delete a sheet."""
    remove_sheet(call.state, call.sheet)
    call.announce("sheet", call.sheet.id, "deleted")
    return success()


@operation("copy-sheet", "POST", "/sheets/{sheetId}/copy", scope="CREATE_SHEETS", cost=10)
def copy(call: Call) -> Json:
    """Copy a sheet. Its rows are copied only if `include` asks for them."""
    body = call.json()
    container_id = destination_of(call, body)
    name = check_name("sheet", body.get("newName") or call.sheet.name)
    include = call.words("include")
    sheet = copy_sheet(call.state, call.person, call.sheet, name=name, container_id=container_id, include=include)
    spread(call.state)
    call.announce("sheet", sheet.id, "created", sheetName=name, sourceType="sheet", sourceObjectId=call.sheet.id)
    return success(head(call, sheet))


@operation("move-sheet", "POST", "/sheets/{sheetId}/move", scope="CREATE_SHEETS", access=Access.ADMIN)
def move(call: Call) -> Json:
    """Move a sheet. The sheet keeps its shares."""
    body = call.json()
    if isinstance(body, dict) and "newName" in body:
        raise ApiError(1032, "newName")
    old, call.sheet.container_id = call.sheet.container_id, destination_of(call, body)
    spread(call.state)
    call.announce("sheet", call.sheet.id, "move", parentContainerId=old, newParentContainerId=call.sheet.container_id)
    return success(head(call, call.sheet))


def head(call: Call, sheet: Sheet) -> dict[str, Json]:
    """Return the JSON of a sheet, without its columns and rows."""
    access = sheet.access_of(call.person.id) or Access.VIEWER
    return {
        "id": sheet.id,
        "name": sheet.name,
        "accessLevel": access.shown(api_level=call.api_level),
        "permalink": permalink("sheets", sheet.id),
    }


def _create(call: Call, container_id: int | None) -> Json:
    include = call.words("include")
    view, most = View(level=2) if "level" not in call.query else view_of(call), call.settings.columns_per_sheet
    sheet = new_sheet(
        call.state, call.person, call.json(), container_id=container_id, include=include, most_columns=most
    )
    spread(call.state)
    call.announce("sheet", sheet.id, "created", sheetName=sheet.name)
    return success(head(call, sheet) | {"columns": columns_json(sheet, Access.OWNER, view)})


def _check(call: Call, body: dict[str, Json]) -> None:
    """Check the whole request before anything is changed. Raises ApiError if a part isn't valid or isn't allowed."""
    if "userSettings" in body:
        check_attributes("userSettings", body["userSettings"], allowed=set(PERSONAL), read_only=set())
        for name in PERSONAL:
            check_type(body["userSettings"], name, bool)
    if body.get("projectSettings") is not None:
        _check_project(call, body["projectSettings"])
    if body.get("name") is not None:
        if call.access < Access.OWNER:
            raise ApiError(1004)
        check_name("sheet", body["name"])


def _rename(call: Call, name: str) -> str:
    """Rename the sheet, and return its new name. Renaming doesn't change the version of the sheet."""
    old, call.sheet.name, call.sheet.modified_at = call.sheet.name, name, now()
    call.announce("sheet", call.sheet.id, "updated")
    call.announce("sheet", call.sheet.id, "rename", oldName=old, newName=call.sheet.name)
    return call.sheet.name


def _set_personal(call: Call, settings: Json) -> dict[str, bool]:
    mine = call.sheet.settings.personal.setdefault(call.person.id, dict(PERSONAL))
    mine |= {name: value for name, value in settings.items() if value is not None}
    return mine


def _set_project(call: Call, settings: dict[str, Json]) -> dict[str, Json]:
    project = call.sheet.settings.project or {}
    project |= {name: value for name, value in settings.items() if value is not None}
    call.sheet.settings.project = project
    schedule(call.sheet)
    call.sheet.changed(at=now())
    call.announce("sheet", call.sheet.id, "updated")
    return project


def _check_project(call: Call, settings: Json) -> None:
    if call.access < Access.EDITOR:
        raise ApiError(1004)
    names = {"lengthOfDay", "nonWorkingDays", "workingDays"}
    check_attributes("projectSettings", settings, allowed=names, read_only=set())
    if call.sheet.settings.project is None:
        raise ApiError(1143, "projectSettings")
    check_type(settings, "lengthOfDay", (int, float))
    check_type(settings, "nonWorkingDays", list)
    check_type(settings, "workingDays", list)
    if not 1 <= (settings.get("lengthOfDay") or 8) <= 24:
        raise ApiError(1031, settings["lengthOfDay"], "projectSettings.lengthOfDay")
    for day in settings.get("workingDays") or []:
        if day not in DAYS:
            raise ApiError(1031, day, "projectSettings.workingDays")
    for day in settings.get("nonWorkingDays") or []:
        try:
            date.fromisoformat(day)
        except (TypeError, ValueError):
            raise ApiError(1031, day, "projectSettings.nonWorkingDays") from None
