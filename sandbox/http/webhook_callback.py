"""Sends requests to callback URLs, and interprets the answers.

https://developers.smartsheet.com/api/smartsheet/openapi/webhooks: Webhook Verification, Callback Acknowledgement
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import aiohttp
import orjson

from sandbox.model.webhook import Webhook
from sandbox.settings import Settings

Json = Any

LONGEST_ANSWER = 65_536
FIRST_WAIT_SECONDS = 15.0
EXPONENTIAL_RETRIES = 7
LATER_WAIT_SECONDS = 3 * 3600.0


def is_retriable(answer: int | None) -> bool:
    """Whether to send the callback again after this HTTP status. If `answer` is None, no answer came in time."""
    return answer is None or (400 <= answer <= 599 and answer != 410)


def wait_before(retry: int) -> float:
    """Return the seconds to wait before a retry; `retry` counts from 1. The first wait is 15 seconds, and each of the
    next six is twice as long as the one before. After that, each wait is three hours.
    """
    if retry > EXPONENTIAL_RETRIES:
        return LATER_WAIT_SECONDS
    return float(FIRST_WAIT_SECONDS * 2 ** (retry - 1))


def signature(secret: str, body: bytes) -> str:
    """Return the value of the header Smartsheet-Hmac-SHA256: the HMAC of the raw body, in hexadecimal."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Callbacks:
    """Sends requests to callback URLs with one HTTP client, which verifies certificates."""

    def __init__(self, settings: Settings) -> None:
        self._timeout = aiohttp.ClientTimeout(total=settings.webhook_timeout)
        self._client: aiohttp.ClientSession | None = None

    async def post(self, webhook: Webhook, content: dict[str, Json]) -> int | None:
        """Send a callback. Returns the HTTP status of the answer; None if no answer came."""
        body = orjson.dumps(content)
        status, _, _ = await self._request(webhook, body, {"Smartsheet-Hmac-SHA256": signature(webhook.secret, body)})
        return status

    async def verify(self, webhook: Webhook, challenge: str) -> bool:
        """Send a challenge.

        Return whether the answer has status 200 and repeats the challenge in a header or in JSON.
        """
        body = orjson.dumps({"challenge": challenge, "webhookId": webhook.id})
        status, header, content = await self._request(webhook, body, {"Smartsheet-Hook-Challenge": challenge})
        return status == 200 and challenge in (header, _response_in(content))

    async def close(self) -> None:
        """Close the connections."""
        if self._client:
            await self._client.close()

    async def _request(
        self, webhook: Webhook, body: bytes, headers: dict[str, str]
    ) -> tuple[int | None, str | None, bytes]:
        """Send a request, and don't follow redirects. Return the answer's status, its header Smartsheet-Hook-Response,
        and the beginning of its body.
        """
        headers |= {"Content-Type": "application/json;charset=UTF-8", "Smartsheet-Hook-Id": str(webhook.id)}
        self._client = self._client or aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with self._client.post(
                webhook.callback_url, data=body, headers=headers, allow_redirects=False
            ) as response:
                content = await response.content.read(LONGEST_ANSWER)
                return response.status, response.headers.get("Smartsheet-Hook-Response"), content
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None, None, b""


def _response_in(content: bytes) -> Json:
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return answer.get("smartsheetHookResponse") if isinstance(answer, dict) else None
