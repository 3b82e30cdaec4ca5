"""Importing CSV and Excel files as sheets. https://developers.smartsheet.com/api/smartsheet/openapi/imports"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from sandbox.api.containers import folder_in_path, workspace_in_path
from sandbox.api.sheet_management import head
from sandbox.errors import ApiError
from sandbox.http.results import success
from sandbox.http.routing import Call, operation
from sandbox.http.uploads import read_upload
from sandbox.model.access import Access
from sandbox.model.import_file import READERS, import_sheet
from sandbox.model.new_sheet import LONGEST_NAME, check_name
from sandbox.model.sharing import spread

Json = Any


@operation("import-sheet-into-sheets-folder", "POST", "/sheets/import", scope="CREATE_SHEETS")
def into_home(call: Call) -> Json:
    """Import a file as a sheet at the top of the caller's Home."""
    return _imported(call, None)


@operation("import-sheet-into-folder", "POST", "/folders/{folderId}/sheets/import", scope="CREATE_SHEETS")
def into_folder(call: Call) -> Json:
    """Import a file as a sheet in a folder."""
    return _imported(call, folder_in_path(call, least=Access.ADMIN).id)


@operation("import-sheet-into-workspace", "POST", "/workspaces/{workspaceId}/sheets/import", scope="CREATE_SHEETS")
def into_workspace(call: Call) -> Json:
    """Import a file as a sheet in a workspace."""
    return _imported(call, workspace_in_path(call, least=Access.ADMIN).id)


def _imported(call: Call, container_id: int | None) -> Json:
    """Make a sheet from the CSV or Excel file in the body. Raises ApiError (1011, 1018, 1024, 1041, 1061, 1091, 1140)
    if the file or a parameter can't be used.
    """
    if not call.body:
        raise ApiError(1024)
    upload = read_upload(call, needs_name=False)
    reader = READERS.get(upload.mime_type.partition(";")[0].strip().lower())
    if reader is None:
        raise ApiError(1091, upload.mime_type)
    name = check_name("sheet", call.query.get("sheetName") or PurePath(upload.name).stem[:LONGEST_NAME])
    header = call.number("headerRowIndex", 0) if "headerRowIndex" in call.query else None
    sheet = import_sheet(
        call.state,
        call.person,
        reader(upload.content),
        name=name,
        header=header,
        primary=call.number("primaryColumnIndex", 0),
        limits=call.settings,
    )
    sheet.container_id = container_id
    spread(call.state)
    call.announce("sheet", sheet.id, "created", sheetName=sheet.name, sourceType="import")
    return success(head(call, sheet) | {"type": "sheet"})
