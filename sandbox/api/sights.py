"""Dashboards. https://developers.smartsheet.com/api/smartsheet/openapi/dashboards

People make dashboards in Smartsheet's app. The sandbox has one dashboard from the start.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.api.containers import destination_of, read_name
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_json import permalink
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.dashboard import VIEW, sight_head, sight_json, sight_listing
from sandbox.model.favorite import favorite_flag
from sandbox.model.new_sheet import check_name
from sandbox.model.sharing import own_shares
from sandbox.model.sheet_json import source_json
from sandbox.model.state import Sight

Json = Any

AUDIENCES = ("ALL", "ORG", "SHARED")


@operation("list-sights", "GET", "/sights", scope="READ_SIGHTS")
def list_all(call: Call) -> Json:
    """List the dashboards that the caller can see."""
    return index_result(call, sight_listings(call))


@operation("get-sight", "GET", "/sights/{sightId}", scope="READ_SIGHTS")
def get(call: Call) -> Json:
    """Get a dashboard with its widgets."""
    return _whole(call, *sight_in_path(call))


@operation("update-sight", "PUT", "/sights/{sightId}", scope="ADMIN_SIGHTS")
def update(call: Call) -> Json:
    """Rename a dashboard."""
    sight, access = sight_in_path(call, least=Access.ADMIN)
    sight.name, sight.modified_at = read_name(call, "sight"), now()
    return success(_whole(call, sight, access))


@operation("delete-sight", "DELETE", "/sights/{sightId}", scope="DELETE_SIGHTS")
def delete(call: Call) -> Json:
    """Delete a dashboard."""
    sight, _access = sight_in_path(call, least=Access.OWNER)
    del call.state.sights[sight.id]
    return success()


@operation("copy-sight", "POST", "/sights/{sightId}/copy", scope="CREATE_SIGHTS")
def copy(call: Call) -> Json:
    """Copy a dashboard. The copy shows the same cells."""
    sight, _access = sight_in_path(call)
    body = call.json()
    container_id = destination_of(call, body)
    name = check_name("sight", body.get("newName") or sight.name)
    copied = replace(
        sight, id=call.state.new_id(), name=name, owner_id=call.person.id, created_at=now(), modified_at=now(),
        shares={}, share_times={}, publish={}, container_id=container_id,
    )  # fmt: skip
    copied.widgets = [widget | {"id": call.state.new_id()} for widget in sight.widgets]
    call.state.sights[copied.id] = copied
    call.state.sources[copied.id] = {"id": sight.id, "type": "sight"}
    return success(sight_head(copied, Access.OWNER, api_level=call.api_level))


@operation("move-sight", "POST", "/sights/{sightId}/move", scope="CREATE_SIGHTS")
def move(call: Call) -> Json:
    """Move a dashboard."""
    sight, access = sight_in_path(call, least=Access.ADMIN)
    body = call.json()
    if isinstance(body, dict) and "newName" in body:
        raise ApiError(1032, "newName")
    sight.container_id = destination_of(call, body)
    return success(sight_head(sight, access, api_level=call.api_level))


@operation("get-sight-publish-status", "GET", "/sights/{sightId}/publish", scope="READ_SIGHTS")
def get_publish(call: Call) -> Json:
    """Get the publish settings of a dashboard."""
    return _publish_status(sight_in_path(call)[0])


@operation("set-sight-publish-status", "PUT", "/sights/{sightId}/publish", scope="ADMIN_SIGHTS")
def put_publish(call: Call) -> Json:
    """Publish or unpublish a dashboard. The sandbox doesn't serve the public address."""
    sight, _access = sight_in_path(call, least=Access.ADMIN)
    body = call.json()
    names = {"readOnlyFullEnabled", "readOnlyFullAccessibleBy"}
    check_attributes("sightPublish", body, allowed=names, read_only={"readOnlyFullUrl"})
    check_type(body, "readOnlyFullEnabled", bool)
    if body.get("readOnlyFullEnabled") is None:
        raise ApiError(1012, "sightPublish.readOnlyFullEnabled")
    if body.get("readOnlyFullAccessibleBy") not in (None, *AUDIENCES):
        raise ApiError(1031, body["readOnlyFullAccessibleBy"], "sightPublish.readOnlyFullAccessibleBy")
    sight.publish = {"readOnlyFullAccessibleBy": "ALL"} | {name: value for name, value in body.items() if value}
    return success(_publish_status(sight))


@operation("list-sight-shares", "GET", "/sights/{sightId}/shares", scope="READ_SIGHTS")
def list_shares(call: Call) -> Json:
    """List the shares of a dashboard."""
    return index_result(call, own_shares(call.state, sight_in_path(call)[0]))


def sight_listings(call: Call) -> list[dict[str, Json]]:
    """Return all dashboards that the caller can see, sorted by name, without their widgets."""
    sights = sorted(call.state.sights.values(), key=lambda sight: (sight.name.casefold(), sight.id))
    return [
        sight_listing(sight, access, api_level=call.api_level)
        | favorite_flag(call.state, call.person.id, "sight", sight.id)
        for sight in sights
        if (access := sight.access_of(call.person.id))
    ]


def sight_in_path(call: Call, *, least: Access = Access.VIEWER) -> tuple[Sight, Access]:
    """Return the dashboard that the path names, and the caller's access to it. Raises ApiError 1006 if the caller can't
    see the dashboard, and 1004 if their access is lower than `least`.
    """
    sight = call.state.sights.get(call.path_id("sightId"))
    access = sight.access_of(call.person.id) if sight else None
    if sight is None or access is None:
        raise ApiError(1006)
    if access < least:
        raise ApiError(1004)
    return sight, access


def _whole(call: Call, sight: Sight, access: Access) -> dict[str, Json]:
    view = replace(VIEW, numeric_dates=call.flag("numericDates"), reader=call.person.id)
    body = sight_json(call.state, sight, access, view=view, api_level=call.api_level)
    body |= source_json(call.state, sight.id, call.words("include"))
    return body | favorite_flag(call.state, call.person.id, "sight", sight.id)


def _publish_status(sight: Sight) -> dict[str, Json]:
    """Return the JSON of a SightPublish. If the dashboard isn't published, the JSON has no address and no audience."""
    if not sight.publish.get("readOnlyFullEnabled"):
        return {"readOnlyFullEnabled": False}
    return sight.publish | {"readOnlyFullUrl": permalink("publish", sight.id)}
