"""Webhooks. https://developers.smartsheet.com/api/smartsheet/openapi/webhooks"""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import success, unknown_pages
from sandbox.http.routing import Call, operation
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.web_address import check_callback_url
from sandbox.model.webhook import DETAILS, Status, Webhook
from sandbox.model.webhook_status import exceeds_limits, is_app_authorized, sheet_of

Json = Any

REQUIRED = ("name", "callbackUrl", "scope", "scopeObjectId", "events", "version")
FIXED = {"scope", "scopeObjectId", "subscope"}
READ_ONLY = {
    "apiClientId",
    "apiClientName",
    "createdAt",
    "disabledDetails",
    "id",
    "modifiedAt",
    "sharedSecret",
    "stats",
    "status",
}
EVENTS = ["*.*"]


@operation("list-webhooks", "GET", "/webhooks", scope="ADMIN_WEBHOOKS")
def list_all(call: Call) -> Json:
    """List the caller's webhooks, newest first. With the token of an app, list only the webhooks that the app made."""
    found = [webhook for webhook in reversed(call.state.webhooks.values()) if _is_theirs(call, webhook)]
    return unknown_pages(call, [_json(call, webhook) for webhook in found])


@operation("createWebhook", "POST", "/webhooks", scope="ADMIN_WEBHOOKS")
def create(call: Call) -> Json:
    """Create a webhook on a sheet. The webhook does nothing until it is enabled."""
    body = call.json()
    check_attributes("webhook", body, allowed={*REQUIRED, "subscope"}, read_only=READ_ONLY | {"enabled"})
    if missing := [f"webhook.{name}" for name in REQUIRED if body.get(name) in (None, "")]:
        raise ApiError(1012, ", ".join(missing))
    _check(call, body)
    webhook = Webhook(
        id=call.state.new_id(),
        name=body["name"],
        callback_url=body["callbackUrl"],
        sheet_id=body["scopeObjectId"],
        owner_id=call.person.id,
        client_id=call.token.client_id,
        secret=_new_secret(),
        created_at=now(),
        modified_at=now(),
    )
    if sheet_of(call.state, webhook) is None:
        raise ApiError(1151, "sheet", webhook.sheet_id)
    webhook.column_ids = _columns(call, webhook.sheet_id, body.get("subscope"))
    call.state.webhooks[webhook.id] = webhook
    return success(_json(call, webhook))


@operation("getWebhook", "GET", "/webhooks/{webhookId}", scope="ADMIN_WEBHOOKS")
def get(call: Call) -> Json:
    """Get one webhook, with statistics of its callbacks."""
    webhook = _webhook_in_path(call)
    stats = webhook.stats.json()
    return _json(call, webhook) | ({"stats": stats} if stats else {})


@operation("updateWebhook", "PUT", "/webhooks/{webhookId}", scope="ADMIN_WEBHOOKS")
async def update(call: Call) -> Json:
    """Change, enable or disable a webhook. Before it is enabled, its callback URL must answer a challenge."""
    webhook, body = _webhook_in_path(call), call.json()
    check_attributes("webhook", body, allowed={*REQUIRED, "enabled"} - FIXED, read_only=READ_ONLY | FIXED)
    _check(call, body)
    check_type(body, "enabled", bool)
    is_due = body.get("enabled") is True and not webhook.is_enabled
    if is_due:
        _check_possible(call, webhook)
    webhook.name = body.get("name") or webhook.name
    webhook.callback_url = body.get("callbackUrl") or webhook.callback_url
    webhook.modified_at = now()
    if body.get("enabled") is False and webhook.is_enabled:
        webhook.become(Status.DISABLED_BY_OWNER, at=now())
    if is_due:
        await _enable(call, webhook)
    return success(_json(call, webhook))


@operation("deleteWebhook", "DELETE", "/webhooks/{webhookId}", scope="ADMIN_WEBHOOKS")
def delete(call: Call) -> Json:
    """Delete a webhook."""
    del call.state.webhooks[_webhook_in_path(call).id]
    return success()


# The SDKs write the last word of this path in lower case, and the documentation writes resetSharedSecret.
@operation(
    "resetSharedSecret",
    "POST",
    "/webhooks/{webhookId}/{action:(?i:resetSharedSecret)}",
    scope="ADMIN_WEBHOOKS",
)
def reset_secret(call: Call) -> Json:
    """Replace the secret that signs callbacks."""
    webhook = _webhook_in_path(call)
    webhook.secret, webhook.modified_at = _new_secret(), now()
    return success({"sharedSecret": webhook.secret})


def _is_theirs(call: Call, webhook: Webhook) -> bool:
    """Whether the caller can see the webhook. With a personal token, people see all their webhooks. With the token of
    an app, they see only the webhooks that this app made for them.
    """
    return webhook.owner_id == call.person.id and call.token.client_id in (None, webhook.client_id)


def _webhook_in_path(call: Call) -> Webhook:
    webhook = call.state.webhooks.get(call.path_id("webhookId"))
    if webhook is None or not _is_theirs(call, webhook):
        raise ApiError(1006)
    return webhook


def _check_possible(call: Call, webhook: Webhook) -> None:
    """Raise ApiError 1151, 1153 or 1154 if the webhook can't be enabled."""
    if webhook.status is Status.DISABLED_ADMINISTRATIVE:
        raise ApiError(1154)
    if webhook.status is Status.DISABLED_APP_REVOKED or not is_app_authorized(call.state, webhook):
        raise ApiError(1153)
    if sheet_of(call.state, webhook) is None:
        raise ApiError(1151, "sheet", webhook.sheet_id)


async def _enable(call: Call, webhook: Webhook) -> None:
    sheet = sheet_of(call.state, webhook)
    if sheet and exceeds_limits(sheet, call.settings):
        webhook.become(Status.DISABLED_EXCEEDED_GRID_LIMITS, at=now())
    else:
        await call.courier.verify(webhook)


def _check(call: Call, body: dict[str, Json]) -> None:
    """Raise ApiError (1008, 1031, 1152) if an attribute of the webhook isn't valid."""
    for name in ("name", "callbackUrl", "scope"):
        check_type(body, name, str)
    check_type(body, "scopeObjectId", int)
    only: dict[str, tuple[Json, ...]] = {"events": (EVENTS,), "version": (1,), "scope": ("sheet",)}
    for name, allowed in only.items():
        if body.get(name) is not None and body[name] not in allowed:
            raise ApiError(1031, body[name], f"webhook.{name}")
    if body.get("callbackUrl"):
        check_callback_url(body["callbackUrl"], allow_loopback=call.settings.loopback_webhooks)


def _columns(call: Call, sheet_id: int, subscope: Json) -> list[int]:
    """Return the ids of the columns that the webhook subscribes to; an empty list means all columns. Raises ApiError
    1293 if the sheet doesn't have one of the columns.
    """
    if subscope is None:
        return []
    check_attributes("subscope", subscope, allowed={"columnIds"}, read_only=set())
    check_type(subscope, "columnIds", list)
    column_ids = subscope.get("columnIds") or []
    if any(call.state.sheets[sheet_id].column(column_id) is None for column_id in column_ids):
        raise ApiError(1293)
    return list(dict.fromkeys(column_ids))


def _new_secret() -> str:
    return secrets.token_hex(13)


def _json(call: Call, webhook: Webhook) -> dict[str, Json]:
    app = call.state.apps.get(webhook.client_id or "")
    optional = {
        "apiClientId": webhook.client_id,
        "apiClientName": app.name if app else None,
        "subscope": {"columnIds": webhook.column_ids} if webhook.column_ids else None,
        "disabledDetails": DETAILS.get(webhook.status),
    }
    body: dict[str, Json] = {
        "id": webhook.id,
        "name": webhook.name,
        "callbackUrl": webhook.callback_url,
        "scope": "sheet",
        "scopeObjectId": webhook.sheet_id,
        "events": EVENTS,
        "version": 1,
        "enabled": webhook.is_enabled,
        "status": webhook.status.value,
        "sharedSecret": webhook.secret,
        "createdAt": webhook.created_at,
        "modifiedAt": webhook.modified_at,
    }
    return body | {name: value for name, value in optional.items() if value}
