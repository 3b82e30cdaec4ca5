"""Favorites. https://developers.smartsheet.com/api/smartsheet/openapi/favorites"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.cell_json import permalink
from sandbox.model.favorite import check_kind, favorites_of, name_of, read_favorite
from sandbox.model.state import Favorite

Json = Any


@operation("get-favorites", "GET", "/favorites", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List the caller's favorites."""
    return index_result(call, [_shown(call, each) for each in favorites_of(call.state, call.person.id)])


@operation("add-favorite", "POST", "/favorites", scope="ADMIN_WORKSPACES")
def add(call: Call) -> Json:
    """Mark items as favorites. If the body is one item that is already a favorite, the answer is error 1129.

    If the body is a list, items that are already favorites are skipped.
    """
    body = call.json()
    items = body if isinstance(body, list) else [body]
    wanted = [read_favorite(call.state, call.person.id, item) for item in items]
    marked = call.state.favorites.setdefault(call.person.id, [])
    new = [favorite for favorite in dict.fromkeys(wanted) if favorite not in marked]
    if not isinstance(body, list) and not new:
        raise ApiError(1129)
    marked += new
    added = [_json(favorite) for favorite in new]
    return success(added if isinstance(body, list) else added[0])


@operation("is-favorite", "GET", "/favorites/{favoriteType}/{favoriteId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one favorite. The answer is error 1006 if the item isn't one of the caller's favorites."""
    return _shown(call, _in_path(call))


@operation("delete-favorites-by-type-and-id", "DELETE", "/favorites/{favoriteType}/{favoriteId}",
           scope="ADMIN_WORKSPACES")  # fmt: skip
def delete(call: Call) -> Json:
    """Remove one item from the caller's favorites."""
    favorite = _in_path(call)
    call.state.favorites[call.person.id].remove(favorite)
    return success()


@operation("delete-favorites-by-type", "DELETE", "/favorites/{favoriteType}", scope="ADMIN_WORKSPACES")
def delete_several(call: Call) -> Json:
    """Remove items of one type from the caller's favorites. `objectIds` has their ids."""
    check_kind(call.path["favoriteType"])
    ids = call.numbers("objectIds")
    if ids is None:
        raise ApiError(1009, "objectIds")
    gone = {Favorite(call.path["favoriteType"], object_id) for object_id in ids}
    marked = call.state.favorites.get(call.person.id, [])
    if not gone <= set(marked):
        raise ApiError(1006)
    call.state.favorites[call.person.id] = [favorite for favorite in marked if favorite not in gone]
    return success()


def _in_path(call: Call) -> Favorite:
    """Return the favorite that the path names. Raises ApiError 1006 if the item isn't one of the caller's favorites,
    and 1031 if the type in the path is unknown.
    """
    check_kind(call.path["favoriteType"])
    favorite = Favorite(call.path["favoriteType"], call.path_id("favoriteId"))
    if favorite not in favorites_of(call.state, call.person.id):
        raise ApiError(1006)
    return favorite


def _json(favorite: Favorite) -> dict[str, Json]:
    return {"type": favorite.type, "objectId": favorite.object_id}


def _shown(call: Call, favorite: Favorite) -> dict[str, Json]:
    """Return the JSON of a favorite. `include` can add the item's name, and the token of its permalink."""
    body, include = _json(favorite), call.words("include")
    if "name" in include:
        body["name"] = name_of(call.state, call.person.id, favorite)
    if "directId" in include:
        body["directId"] = permalink(f"{favorite.type}s", favorite.object_id).rpartition("/")[2]
    return body
