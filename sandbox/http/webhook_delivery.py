"""Collects the events of each webhook for a short time, and then sends them. Failed callbacks are sent again.

https://developers.smartsheet.com/api/smartsheet/openapi/webhooks: Webhook Callbacks
"""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import Any

from sandbox.clock import now
from sandbox.http.webhook_callback import Callbacks, is_retriable, wait_before
from sandbox.model.event_bus import Cause, Event
from sandbox.model.state import State
from sandbox.model.webhook import Status, Webhook, notice, timestamp
from sandbox.model.webhook_status import duplicates, review
from sandbox.settings import Settings

Json = Any

MOST_RETRIES = 14
CALLBACKS_PER_VERIFICATION = 100


class Courier:
    """Delivers the events of one sandbox.

    A webhook has at most one delivery in progress. All webhooks of a sheet together send one request at a time.
    """

    def __init__(self, state: State, settings: Settings, callbacks: Callbacks, changed: Callable[[], None]) -> None:
        self._state, self._settings, self._callbacks, self._changed = state, settings, callbacks, changed
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._delivering: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def heard(self, cause: Cause, events: list[Event]) -> None:
        """Add the new events to the webhooks that subscribe to them, and update the status of affected webhooks."""
        unheard = duplicates(self._state)
        for webhook in self._state.webhooks.values():
            if webhook.is_enabled and webhook.id not in unheard:
                webhook.waiting += [notice(event, cause) for event in events if webhook.wants(event)]
        for webhook in review(self._state, self._settings):
            self._start(self._tell_status(webhook, webhook.status))
        self.resume()

    def resume(self) -> None:
        """Start to deliver pending events, including those that were saved when the program last stopped."""
        for webhook in self._state.webhooks.values():
            if (webhook.waiting or webhook.sending) and webhook.id not in self._delivering:
                self._delivering.add(webhook.id)
                self._start(self._deliver(webhook))

    async def verify(self, webhook: Webhook) -> None:
        """Enable the webhook if its URL answers the challenge. If the URL doesn't, disable the webhook.

        If the webhook's status changes during the challenge, the new status is kept.
        """
        before, challenge = webhook.status, str(uuid.uuid4())
        async with self._turns[webhook.sheet_id]:
            is_wanted = await self._callbacks.verify(webhook, challenge)
        if webhook.status is before:
            webhook.become(Status.ENABLED if is_wanted else Status.DISABLED_VERIFICATION_FAILED, at=now())

    def stop(self) -> None:
        """Cancel all deliveries."""
        for task in self._tasks:
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, webhook: Webhook) -> None:
        """Deliver events until none is pending."""
        try:
            while webhook.waiting or webhook.sending:
                await asyncio.sleep(self._settings.webhook_debounce)
                webhook.sending, webhook.waiting = webhook.sending + webhook.waiting, []
                if webhook.sending:
                    await self._call_back(webhook)
                self._changed()
        finally:
            self._delivering.discard(webhook.id)

    async def _call_back(self, webhook: Webhook) -> None:
        is_delivered = await self._send(webhook, {"events": webhook.sending}, during=Status.ENABLED)
        if not webhook.is_enabled:
            return
        if not is_delivered:
            webhook.become(Status.DISABLED_CALLBACK_FAILED, at=now())
            return
        webhook.sending = []
        webhook.callbacks += 1
        if webhook.callbacks % CALLBACKS_PER_VERIFICATION == 0:
            await self.verify(webhook)

    async def _tell_status(self, webhook: Webhook, status: Status) -> None:
        await self._send(webhook, {"newWebhookStatus": status.value}, during=status)

    async def _send(self, webhook: Webhook, content: dict[str, Json], *, during: Status) -> bool:
        """Send a callback, again and again until it is acknowledged. Returns whether it was acknowledged.

        Stop after MOST_RETRIES retries, or after an answer that allows no retry. Also stop if the webhook was deleted,
        or if its status isn't the one in `during` any more.
        """
        body = {
            "nonce": str(uuid.uuid4()),
            "timestamp": timestamp(now()),
            "webhookId": webhook.id,
            "scope": "sheet",
            "scopeObjectId": webhook.sheet_id,
            **content,
        }
        for retries in range(MOST_RETRIES + 1):
            if retries:
                await asyncio.sleep(wait_before(retries) * self._settings.webhook_retry_factor)
            if webhook.status is not during or webhook.id not in self._state.webhooks:
                return False
            answer = await self._attempt(webhook, body, retries)
            if answer == 200 or not is_retriable(answer):
                return answer == 200
        return False

    async def _attempt(self, webhook: Webhook, body: dict[str, Json], retries: int) -> int | None:
        """Send a callback as soon as no other callback of the sheet is being sent.

        Returns the HTTP status of the answer; None if no answer came.
        """
        async with self._turns[webhook.sheet_id]:
            answer = await self._callbacks.post(webhook, body)
        webhook.stats.attempted_at, webhook.stats.retries = now(), retries
        if answer == 200:
            webhook.stats.succeeded_at = now()
        return answer
