"""The items that a person has marked as favorites.
https://developers.smartsheet.com/api/smartsheet/openapi/favorites
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.errors import ApiError
from sandbox.model.cell_parsing import check_attributes
from sandbox.model.folder_tree import access_to
from sandbox.model.sheet import Sheet
from sandbox.model.state import Favorite, Folder, Report, Sight, State, Workspace, by_id
from sandbox.model.template import TEMPLATES

Json = Any

KINDS = ("folder", "report", "sheet", "sight", "template", "workspace")


def read_favorite(state: State, person_id: int, item: Json) -> Favorite:
    """Return the favorite that a JSON object describes. Raises ApiError (1006, 1008, 1012, 1031) if the object isn't
    valid, or if this person can't see the item.
    """
    check_attributes("favorite", item, allowed={"type", "objectId"}, read_only=set())
    for name in ("type", "objectId"):
        if item.get(name) is None:
            raise ApiError(1012, f"favorite.{name}")
    check_kind(item["type"])
    favorite = Favorite(item["type"], item["objectId"])
    if name_of(state, person_id, favorite) is None:
        raise ApiError(1006)
    return favorite


def check_kind(kind: Json) -> None:
    """Raise ApiError 1031 if items of this type can't be favorites."""
    if kind not in KINDS:
        raise ApiError(1031, kind, "favorite.type")


def name_of(state: State, person_id: int, favorite: Favorite) -> str | None:
    """Return the name of a favorite item; None if the item doesn't exist or this person can't see it."""
    items: dict[str, Mapping[int, Sheet | Report | Sight]]
    items = {"sheet": state.sheets, "report": state.reports_by_id, "sight": state.sights}
    containers: dict[str, Mapping[int, Folder | Workspace]] = {"folder": state.folders, "workspace": state.workspaces}
    item = by_id(items.get(favorite.type, {}), favorite.object_id)
    if item and item.access_of(person_id):
        return item.name
    container = by_id(containers.get(favorite.type, {}), favorite.object_id)
    if container and access_to(state, container, person_id):
        return container.name
    template = by_id(TEMPLATES, favorite.object_id) if favorite.type == "template" else None
    return template.name if template else None


def favorites_of(state: State, person_id: int) -> list[Favorite]:
    """Return a person's favorites, without items that were deleted or that the person can't see any more."""
    marked = state.favorites.get(person_id, [])
    return [favorite for favorite in marked if name_of(state, person_id, favorite) is not None]


def favorite_flag(state: State, person_id: int, kind: str, object_id: int) -> dict[str, Json]:
    """Return `favorite: true` if this person has marked the item. If not, return an empty dictionary."""
    is_favorite = Favorite(kind, object_id) in state.favorites.get(person_id, [])
    return {"favorite": True} if is_favorite else {}
