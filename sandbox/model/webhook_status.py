"""Updates the status of webhooks after every change to sheets, shares and tokens."""

from __future__ import annotations

from typing import Any

from sandbox.clock import now
from sandbox.model.sheet import Sheet
from sandbox.model.state import State
from sandbox.model.webhook import Status, Webhook
from sandbox.settings import Settings

Json = Any


def review(state: State, settings: Settings) -> list[Webhook]:
    """Update the status of each webhook. Returns the webhooks whose new status must be sent to their callback URLs."""
    told = []
    for webhook in state.webhooks.values():
        status = _due(state, settings, webhook)
        if status is webhook.status:
            continue
        if Status.DISABLED_SCOPE_INACCESSIBLE in (status, webhook.status):
            told.append(webhook)
        webhook.become(status, at=now())
    return told


def _due(state: State, settings: Settings, webhook: Webhook) -> Status:
    if webhook.is_terminal:
        return webhook.status
    if not is_app_authorized(state, webhook):
        return Status.DISABLED_APP_REVOKED
    sheet = sheet_of(state, webhook)
    if webhook.is_enabled and sheet is None:
        return Status.DISABLED_SCOPE_INACCESSIBLE
    if webhook.status is Status.DISABLED_SCOPE_INACCESSIBLE and sheet:
        return Status.ENABLED
    if webhook.is_enabled and sheet and exceeds_limits(sheet, settings):
        return Status.DISABLED_EXCEEDED_GRID_LIMITS
    return webhook.status


def is_app_authorized(state: State, webhook: Webhook) -> bool:
    """Whether the webhook's app still has a token of the webhook's owner. True if no app made the webhook."""
    return webhook.client_id is None or any(
        token.client_id == webhook.client_id and token.person_id == webhook.owner_id and not token.is_dead
        for token in state.tokens.values()
    )


def sheet_of(state: State, webhook: Webhook) -> Sheet | None:
    """Return the webhook's sheet.

    Return None if the sheet doesn't exist, or if the webhook's owner isn't active or can't see the sheet.
    """
    sheet = state.sheets.get(webhook.sheet_id)
    is_visible = sheet and sheet.access_of(webhook.owner_id) and state.people[webhook.owner_id].is_active
    return sheet if is_visible else None


def exceeds_limits(sheet: Sheet, settings: Settings) -> bool:
    """Whether the sheet is too large for webhooks."""
    rows, columns = len(sheet.rows), len(sheet.columns)
    limits = (settings.rows_per_sheet, settings.columns_per_sheet, settings.cells_per_sheet)
    return any(limit and size > limit for size, limit in zip((rows, columns, rows * columns), limits, strict=True))


def duplicates(state: State) -> set[int]:
    """Return the ids of the enabled webhooks that aren't called because they duplicate an older enabled webhook."""
    oldest: dict[tuple[Json, ...], int] = {}
    enabled = [webhook for webhook in state.webhooks.values() if webhook.is_enabled]
    for webhook in sorted(enabled, key=lambda each: each.created_at):
        oldest.setdefault(webhook.twin_key(), webhook.id)
    return {webhook.id for webhook in enabled} - set(oldest.values())
