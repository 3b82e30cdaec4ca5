"""Where a copied or moved object shall go: the ContainerDestination of a request.

https://developers.smartsheet.com/api/smartsheet/openapi/schemas/containerdestinationforcopy
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.http.routing import Call
from sandbox.model.access import Access
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.container import Folder, Workspace
from sandbox.model.folder_tree import access_to

Json = Any

KINDS: dict[str, type[Folder] | type[Workspace]] = {"folder": Folder, "workspace": Workspace}


def destination_of(call: Call, body: Json) -> int | None:
    """The id of the container; None for Home. Raises ApiError (1004, 1006, 1008, 1012, 1031)."""
    check_attributes(
        "containerDestination", body, allowed={"destinationId", "destinationType", "newName"}, read_only=set()
    )
    check_type(body, "destinationId", int)
    kind = str(body.get("destinationType") or ("folder" if body.get("destinationId") else "home")).lower()
    if kind == "home":
        return None
    if kind not in KINDS:
        raise ApiError(1031, body["destinationType"], "destinationType")
    if body.get("destinationId") is None:
        raise ApiError(1012, "destinationId")
    return _container(call, KINDS[kind], body["destinationId"])


def _container(call: Call, kind: type[Folder] | type[Workspace], container_id: int) -> int:
    container = call.state.container(container_id)
    access = access_to(call.state, container, call.person.id) if isinstance(container, kind) else None
    if access is None:
        raise ApiError(1006)
    if access < Access.ADMIN:
        raise ApiError(1004)
    return container_id
